"""The report of differences: employers and periods that do not add up, and money that nobody knows the reason of."""

from dataclasses import dataclass

from services.payments.banking import store
from services.payments.banking.bank_file import Direction
from services.payments.collections import actions as collections
from services.payments.collections.standing import Case
from shared.storage.work import Work


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One case to be looked at; minor units. Money without a match has no employer, but the bank's reference."""

    case: Case
    employer_id: str | None = None
    period: str | None = None
    bank_reference: str | None = None
    declared_minor: int = 0
    called_minor: int = 0
    collected_minor: int = 0
    booked_minor: int = 0


def of_fund(work: Work) -> list[Difference]:
    """Every open case. Must be empty."""
    standings = [
        Difference(
            case=each.case,
            employer_id=each.employer_id,
            period=each.period,
            declared_minor=each.declared_minor,
            called_minor=each.called_minor,
            collected_minor=each.collected_minor,
            booked_minor=each.booked_minor,
        )
        for each in collections.differences(work)
        if each.case is not None
    ]
    unmatched = [
        Difference(
            case=Case.UNMATCHED if each.direction is Direction.CREDIT else Case.LEFT_UNMATCHED,
            bank_reference=each.bank_reference,
            collected_minor=each.amount_minor,
        )
        for each in store.unmatched(work)
    ]
    return [*standings, *unmatched]
