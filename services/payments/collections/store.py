"""Where collections are kept."""

from collections.abc import Iterable
from datetime import date

from services.payments.collections.collection import LIVE, Collection, Rail, Status
from services.payments.collections.rules import CollectionUnknown
from shared.jobs.scheduling import JobScheduling
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "collections.follow"
"""The kind of the job that follows a collection until nothing of it may come any more; its thing is its id."""

OF_AMOUNT_MAX = 20
"""Beyond so many, that the amount is the same says nothing."""


collections = Repository(
    "collections",
    Collection,
    key="collection_id",
    missing=CollectionUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("declaration_id", "collection_id")),
        Index(("period", "employer_id", "collection_id")),
        Index(("is_scheduled", "next_look_at")),
        Index(("rail", "status", "send_on")),
        Index(("amount_minor", "status")),
    ],
)
scheduling = JobScheduling(collections, FOLLOW)
"""Every writer of collections saves through it: a thing and its job go together."""

IN_ORDER = Order("collection_id", "collection_id")
"""Ids of ours begin with the time at which they were made."""


def of_period(uow: UnitOfWork, *, employer_id: str, period: str) -> list[Collection]:
    """Every try to collect for an employer's period."""
    return list(collections.each(uow, order=IN_ORDER, employer_id=employer_id, period=period))


def read_ahead(uow: UnitOfWork, *, collection_ids: Iterable[str], references: Iterable[str]) -> list[Collection]:
    """Ask at once for tries that will be looked up by their ids or references; those that are there."""
    ids, references = list(collection_ids), list(references)
    collections.read_ahead_among(uow, "reference", references)
    collections.read_ahead(uow, ids)
    by_id, by_reference = collections.find_many(uow, ids), with_references(uow, references)
    return list({**by_id, **{each.collection_id: each for each in by_reference}}.values())


def read_ahead_of_periods(uow: UnitOfWork, some: Iterable[Collection]) -> None:
    """Ask at once for what `of_period` is going to be asked of the employers and periods of these."""
    by_period: dict[str, set[str]] = {}
    for each in some:
        by_period.setdefault(each.period, set()).add(each.employer_id)
    for period, employers in sorted(by_period.items()):
        collections.read_ahead_among(uow, "employer_id", employers, period=period)


def of_declaration(uow: UnitOfWork, declaration_id: str, *, wanted: PageRequest) -> Page[Collection]:
    """A page of the tries to collect for a declaration, oldest first."""
    return collections.page(uow, order=IN_ORDER, wanted=wanted, declaration_id=declaration_id)


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


def live_with_amount(uow: UnitOfWork, amount_minor: int) -> list[Collection]:
    """Some of the tries that ask for exactly an amount, and of which it may still come."""
    is_live = {"$in": sorted(each.value for each in LIVE)}
    return collections.find_all(uow, limit=OF_AMOUNT_MAX, amount_minor=amount_minor, status=is_live)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Collection]:
    """The tries that these references name."""
    return collections.find_among(uow, "reference", references)
