"""The report of differences: employers and periods that do not add up, and money that nobody knows the reason of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from services.payments.banking import assignment, store
from services.payments.banking.bank_entry import BankEntry
from services.payments.banking.bank_file import Direction
from services.payments.obligations import actions as obligations
from services.payments.obligations.standing import PeriodDifference, Standing
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, PageRequest, concatenated
from shared.storage.unit_of_work import UnitOfWork

NOBODY = "nobody"


class DifferenceUnknown(Missing):
    """No case of this id is open."""

    code = "difference.unknown"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One case to be looked at; minor units. Money without a match has no employer, but the bank's reference."""

    case_id: str
    """The id of the employer's period, or of the entry."""
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
    due_minor: int = 0
    disputed_minor: int = 0
    assigned_to: str | None = None
    version: int = 0


def of_fund(uow: UnitOfWork, *, assigned_to: str | None, wanted: PageRequest) -> Page[Difference]:
    """The open cases: first employers' periods, then money without a match, oldest first. Must be empty. Of one agent
    alone, of the caller (`me`) or of nobody, where that is asked for."""
    held: dict[str, str | None] = {}
    if assigned_to is not None:
        held["assigned_to"] = {"me": uow.by.subject, NOBODY: None}.get(assigned_to, assigned_to)
    return concatenated(wanted, [partial(_standings, uow, held), partial(_unmatched, uow, held)])


def read(uow: UnitOfWork, *, case_id: str) -> Difference:
    """One open case. Raises `DifferenceUnknown`."""
    standing = obligations.open_case(uow, case_id)
    return _of_entry(_open_entry(uow, case_id)) if standing is None else _of_standing(standing)


def assign(uow: UnitOfWork, *, case_id: str) -> Difference:
    """The caller, an agent, looks into it."""
    holder = read(uow, case_id=case_id).assigned_to
    return _given(uow, "took", case_id, to=assignment.taken(holder, by=uow.by.subject))


def release(uow: UnitOfWork, *, case_id: str) -> Difference:
    """The caller, who looks into it, gives it back."""
    assignment.released(read(uow, case_id=case_id).assigned_to, by=uow.by.subject)
    return _given(uow, "released", case_id, to=None)


def reassign(uow: UnitOfWork, *, case_id: str, to: str | None, reason: str) -> Difference:
    """A supervisor puts it into an agent's hands, or into nobody's, and says why."""
    return _given(uow, "reassigned", case_id, to=to, why=reason)


def _given(uow: UnitOfWork, verb: str, case_id: str, *, to: str | None, why: str = "") -> Difference:
    standing = obligations.open_case(uow, case_id)
    if standing is not None:
        found = _of_standing(obligations.give_case(uow, standing, to=to))
    else:
        entry = replace(_open_entry(uow, case_id), assigned_to=to)
        found = _of_entry(store.entries.save(uow, Outcome(entry)))
    uow.note(verb, "assignments", case_id, version=found.version, why=why)
    return found


def _open_entry(uow: UnitOfWork, entry_id: str) -> BankEntry:
    found = store.entries.find(uow, entry_id)
    if found is None or found.is_matched:
        raise DifferenceUnknown
    return found


def _standings(uow: UnitOfWork, held: Mapping[str, str | None], wanted: PageRequest) -> Page[Difference]:
    found = obligations.differences(uow, wanted=wanted, **held)
    return Page([_of_standing(each) for each in found], next=found.next)


def _of_standing(standing: Standing) -> Difference:
    return Difference(
        case_id=standing.standing_id,
        case=standing.open_case,
        employer_id=standing.employer_id,
        period=standing.period,
        opened_at=standing.opened_at,
        declared_minor=standing.declared_minor,
        called_minor=standing.called_minor,
        collected_minor=standing.collected_minor,
        booked_minor=standing.booked_minor,
        due_minor=standing.due_minor,
        disputed_minor=standing.disputed_minor,
        assigned_to=standing.assigned_to,
        version=standing.version,
    )


def _unmatched(uow: UnitOfWork, held: Mapping[str, str | None], wanted: PageRequest) -> Page[Difference]:
    found = store.unmatched(uow, wanted=wanted, **held)
    return Page([_of_entry(each) for each in found], next=found.next)


def _of_entry(entry: BankEntry) -> Difference:
    return Difference(
        case_id=entry.entry_id,
        case=PeriodDifference.UNMATCHED if entry.direction is Direction.CREDIT else PeriodDifference.LEFT_UNMATCHED,
        bank_reference=entry.bank_reference,
        entry_id=entry.entry_id,
        opened_at=entry.taken_at,
        collected_minor=entry.amount_minor,
        assigned_to=entry.assigned_to,
        version=entry.version,
    )
