"""The report of differences: employers and periods that do not add up, and money that nobody knows the reason of."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.payments.banking import store
from services.payments.banking.bank_entry import BankEntry
from services.payments.banking.bank_file import Direction
from services.payments.obligations import actions as obligations
from services.payments.obligations.standing import PeriodDifference, Standing
from shared.storage.paging import Page, PageRequest, concatenated
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One case to be looked at; minor units. Money without a match has no employer, but the bank's reference."""

    case: PeriodDifference
    employer_id: str | None = None
    period: str | None = None
    bank_reference: str | None = None
    entry_id: str | None = None
    opened_at: datetime | None = None
    """Since when it is open; None of what an earlier release opened."""
    declared_minor: int = 0
    called_minor: int = 0
    collected_minor: int = 0
    booked_minor: int = 0


def of_fund(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Difference]:
    """The open cases: first employers' periods, then money without a match, oldest first. Must be empty."""
    return concatenated(wanted, [partial(_standings, uow), partial(_unmatched, uow)])


def _standings(uow: UnitOfWork, wanted: PageRequest) -> Page[Difference]:
    found = obligations.differences(uow, wanted=wanted)
    return Page([_of_standing(each, each.case) for each in found if each.case is not None], next=found.next)


def _of_standing(standing: Standing, case: PeriodDifference) -> Difference:
    return Difference(
        case=case,
        employer_id=standing.employer_id,
        period=standing.period,
        opened_at=standing.opened_at,
        declared_minor=standing.declared_minor,
        called_minor=standing.called_minor,
        collected_minor=standing.collected_minor,
        booked_minor=standing.booked_minor,
    )


def _unmatched(uow: UnitOfWork, wanted: PageRequest) -> Page[Difference]:
    found = store.unmatched(uow, wanted=wanted)
    return Page([_of_entry(each) for each in found], next=found.next)


def _of_entry(entry: BankEntry) -> Difference:
    return Difference(
        case=PeriodDifference.UNMATCHED if entry.direction is Direction.CREDIT else PeriodDifference.LEFT_UNMATCHED,
        bank_reference=entry.bank_reference,
        entry_id=entry.entry_id,
        opened_at=entry.taken_at,
        collected_minor=entry.amount_minor,
    )
