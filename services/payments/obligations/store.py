"""Where obligations and the standings of employers' periods are kept."""

from collections.abc import Iterator

from services.payments.obligations.obligation import Obligation
from services.payments.obligations.rules import ObligationUnknown, penalties_due_at
from services.payments.obligations.standing import Standing
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

ASSESS = "arrears.assess"
"""The kind of the job that charges the penalties of a debt; its thing is the id of the declaration."""

FOLLOW_PLAN = "settlements.follow"
"""The kind of the job that follows a settlement plan; its thing is the plan's id."""

obligations = Repository(
    "obligations",
    Obligation,
    key="declaration_id",
    missing=ObligationUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("employer_id", "period", "declaration_id")),
        # Of many employers for one period, in one question.
        Index(("period", "employer_id", "declaration_id")),
    ],
)
standings = Repository(
    "standings",
    Standing,
    key="standing_id",
    missing=ObligationUnknown,
    retention=BY_LAW,
    indexes=[Index(("case", "standing_id")), Index(("assigned_to", "case", "standing_id"))],
)

IN_ORDER = Order("declaration_id", "declaration_id")
BY_PERIOD = Order("period", "declaration_id")
BY_CASE = Order("case", "standing_id")


def save(uow: UnitOfWork, outcome: Outcome[Obligation]) -> Obligation:
    """Save a debt that changed, and when its penalties, and the plan by which it is paid, are to be looked at."""
    kept = obligations.save(uow, outcome)
    if uow.fund.sections.arrears is not None:
        due_at = penalties_due_at(kept, fund=uow.fund, at=uow.at)
        queue.schedule_or_cancel(uow, ASSESS, kept.declaration_id, due_at=due_at)
    if kept.plan_id:
        queue.schedule(uow, FOLLOW_PLAN, kept.plan_id)
    return kept


def of_period(uow: UnitOfWork, *, employer_id: str, period: str) -> list[Obligation]:
    """Everything that an employer's declarations for a period made due."""
    return list(obligations.each(uow, order=IN_ORDER, employer_id=employer_id, period=period))


def of_employer(uow: UnitOfWork, employer_id: str) -> Iterator[Obligation]:
    """All that an employer's declarations made due, by their periods."""
    return obligations.each(uow, order=BY_PERIOD, employer_id=employer_id)


def differing(uow: UnitOfWork, *, wanted: PageRequest, **held: str | None) -> Page[Standing]:
    """A page of the employers and periods with an open case, by the case; `held` where one agent's is wanted, or
    nobody's (`assigned_to`)."""
    return standings.page(uow, order=BY_CASE, wanted=wanted, case={"$gt": ""}, **held)
