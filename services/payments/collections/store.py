"""Where obligations, collections and standings are kept."""

from collections.abc import Iterable, Iterator
from datetime import date

from services.payments.collections.collection import Collection, Rail, Status
from services.payments.collections.obligation import Obligation
from services.payments.collections.rules import CollectionUnknown, ObligationUnknown, penalties_due_at
from services.payments.collections.standing import Standing
from shared.jobs import queue
from shared.jobs.scheduling import JobScheduling
from shared.kernel.outcome import Outcome
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "collections.follow"
"""The kind of the job that follows a collection until nothing of it may come any more; its thing is its id."""

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
    indexes=[Index(("employer_id", "period", "declaration_id"))],
)
collections = Repository(
    "collections",
    Collection,
    key="collection_id",
    missing=CollectionUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("declaration_id", "collection_id")),
        Index(("employer_id", "period", "collection_id")),
        Index(("is_scheduled", "next_look_at")),
        Index(("rail", "status", "send_on")),
    ],
)
scheduling = JobScheduling(collections, FOLLOW)
"""Every writer of collections saves through it: a thing and its job go together."""
standings = Repository(
    "standings",
    Standing,
    key="standing_id",
    missing=ObligationUnknown,
    retention=BY_LAW,
    indexes=[Index(("case", "standing_id"))],
)

COLLECTIONS_IN_ORDER = Order("collection_id", "collection_id")
"""Ids of ours begin with the time at which they were made."""
OBLIGATIONS_IN_ORDER = Order("declaration_id", "declaration_id")
BY_PERIOD = Order("period", "declaration_id")
BY_CASE = Order("case", "standing_id")


def save_obligation(uow: UnitOfWork, outcome: Outcome[Obligation]) -> Obligation:
    """Save a debt that changed, and when its penalties, and the plan by which it is paid, are to be looked at."""
    kept = obligations.save(uow, outcome)
    if uow.fund.sections.arrears is not None:
        due_at = penalties_due_at(kept, fund=uow.fund, at=uow.at)
        queue.schedule_or_cancel(uow, ASSESS, kept.declaration_id, due_at=due_at)
    if kept.plan_id:
        queue.schedule(uow, FOLLOW_PLAN, kept.plan_id)
    return kept


def of_period(uow: UnitOfWork, *, employer_id: str, period: str) -> list[Collection]:
    """Every try to collect for an employer's period."""
    return list(collections.each(uow, order=COLLECTIONS_IN_ORDER, employer_id=employer_id, period=period))


def of_declaration(uow: UnitOfWork, declaration_id: str, *, wanted: PageRequest) -> Page[Collection]:
    """A page of the tries to collect for a declaration, oldest first."""
    return collections.page(uow, order=COLLECTIONS_IN_ORDER, wanted=wanted, declaration_id=declaration_id)


def obligations_of_period(uow: UnitOfWork, *, employer_id: str, period: str) -> list[Obligation]:
    """Everything that an employer's declarations for a period made due."""
    return list(obligations.each(uow, order=OBLIGATIONS_IN_ORDER, employer_id=employer_id, period=period))


def of_employer(uow: UnitOfWork, employer_id: str) -> Iterator[Obligation]:
    """All that an employer's declarations made due, by their periods."""
    return obligations.each(uow, order=BY_PERIOD, employer_id=employer_id)


def debits_due(uow: UnitOfWork, *, until: date, limit: int) -> list[Collection]:
    """Planned direct debits that the bank must have by a day, the most urgent first."""
    return collections.find_all(
        uow,
        limit=limit,
        sort=(("send_on", 1),),
        rail=Rail.DIRECT_DEBIT.value,
        status=Status.PLANNED.value,
        send_on={"$lte": until.isoformat()},
    )


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Collection]:
    """The tries that these references name."""
    wanted = sorted(references)
    return collections.find_all(uow, reference={"$in": wanted}) if wanted else []


def differing(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Standing]:
    """A page of the employers and periods with an open case, by the case."""
    return standings.page(uow, order=BY_CASE, wanted=wanted, case={"$gt": ""})
