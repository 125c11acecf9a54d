"""What payments does with what employers owe, as it stands: find it, list it, hold its sums against each other. What
changes a debt changes the collections of it too: see `collections`."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations import rules, store
from services.payments.obligations.obligation import Obligation, ObligationStatus
from services.payments.obligations.standing import Standing
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

DEBTS_MAX = 5_000
"""Of one employer that are read at once: monthly for forty years, of ten establishments."""


def read(uow: UnitOfWork, *, declaration_id: str) -> Obligation:
    """What a declaration made due and what of it has come, for the employer and the fund's agents."""
    found = store.obligations.load(uow, declaration_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def current(uow: UnitOfWork, *, declaration_id: str) -> Obligation:
    """The debt of a declaration, or of the one that stands in its place by now."""
    return successors(uow, declaration_id=declaration_id)[-1]


def of_declarations(uow: UnitOfWork, declaration_ids: Iterable[str]) -> list[Obligation]:
    """What several declarations made due, and what of it has come."""
    return list(store.obligations.find_many(uow, declaration_ids).values())


def of_employer(uow: UnitOfWork, *, employer_id: str) -> list[Obligation]:
    """The debts of an employer that stand, by their periods. Raises `TooManyDebts`."""
    found = list(itertools.islice(store.of_employer(uow, employer_id), DEBTS_MAX + 1))
    if len(found) > DEBTS_MAX:
        raise rules.TooManyDebts(debts_max=DEBTS_MAX)
    return [each for each in found if each.status is not ObligationStatus.CANCELLED]


def schedule_assessment(uow: UnitOfWork, *, declaration_id: str, due_at: datetime | None) -> None:
    """When somebody looks again what the debt of a declaration costs for coming late; None: never."""
    owed = current(uow, declaration_id=declaration_id)
    queue.schedule_or_cancel(uow, store.ASSESS, owed.declaration_id, due_at=due_at)


def paid_for(uow: UnitOfWork, *, declaration_id: str) -> int:
    """What has come for a declaration, in minor units: it counts for the one that replaces it."""
    return store.obligations.load(uow, declaration_id).paid_minor


def differences(uow: UnitOfWork, *, wanted: PageRequest, **held: str | None) -> Page[Standing]:
    """A page of where declared, called, collected and booked differ: must be empty. `held` as in `store.differing`."""
    return store.differing(uow, wanted=wanted, **held)


def open_case(uow: UnitOfWork, standing_id: str) -> Standing | None:
    """How an employer stands for a period, where the sums differ."""
    found = store.standings.find(uow, standing_id)
    return found if found is not None and found.case is not None else None


def give_case(uow: UnitOfWork, standing: Standing, *, to: str | None) -> Standing:
    """Put an open case into somebody's hands, or into nobody's."""
    return store.standings.save(uow, Outcome(replace(standing, assigned_to=to)))


def successors(uow: UnitOfWork, *, declaration_id: str) -> list[Obligation]:
    """The obligation of a declaration and of all that have taken its place, in their order."""
    found = [store.obligations.load(uow, declaration_id)]
    while found[-1].replaced_by:
        found.append(store.obligations.load(uow, found[-1].replaced_by))
    return found


def read_ahead(uow: UnitOfWork, owed: Iterable[tuple[str, str, str]]) -> None:
    """Ask at once for what money for some debts looks up: declaration, employer and period of each."""
    debts = list(owed)
    for period in sorted({period for _, _, period in debts}):
        employers = {employer_id for _, employer_id, each in debts if each == period}
        store.obligations.read_ahead_among(uow, "employer_id", employers, period=period)
    store.obligations.read_ahead(uow, (declaration_id for declaration_id, _, _ in debts))
    store.standings.read_ahead(uow, (f"{employer_id}:{period}" for _, employer_id, period in debts))


def reconcile(uow: UnitOfWork, *, employer_id: str, period: str) -> None:
    """Hold the sums of an employer's period against each other, with the ledger as it stands in this work."""
    before = store.standings.find(uow, f"{employer_id}:{period}")
    after = rules.standing(
        employer_id=employer_id,
        period=period,
        obligations=store.of_period(uow, employer_id=employer_id, period=period),
        outstanding_minor=ledger.balance(uow, account.receivable(employer_id, period=period)).net_minor,
        contested_minor=ledger.balance(uow, account.disputed(employer_id, period=period)).net_minor,
        before=before,
        at=uow.at,
    )
    if after != before:
        store.standings.save(uow, Outcome(after))
