"""How long the rows of a collection are kept, and why: declared with the collection, carried out by one periodic task.
Expired rows are deleted permanently. What a law or an open case needs is never purged by the platform.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.kernel.ids import first_id_at
from shared.storage.connection import Document
from shared.storage.engine import chunks
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

ID = "_id"
PURGED_AT_ONCE_MAX = 200
"""Rows of one transaction."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """`life` counts from the instant in the field `since`, or from the one in a time-ordered `_id`; None: kept
    permanently. `only` are values (of a list: one of them) that a row has to have before its time counts."""

    why: str
    life: timedelta | None = None
    since: str = ""
    only: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.why or (self.life is None) != (not self.since):
            raise ValueError("a retention has a reason, and a life with the field that it counts from, or neither")

    @property
    def fields(self) -> tuple[str, ...]:
        """Of the index that finds expired rows; none where rows never expire, or the id contains the time."""
        return (*self.only, self.since) if self.since not in ("", ID) else ()

    @property
    def in_words(self) -> str:
        """For people: how long, from when, and why."""
        if self.life is None:
            return f"kept: {self.why}"
        only = "".join(f", where `{name}` is `{_said(value)}`" for name, value in self.only.items())
        since = "it was made" if self.since == ID else f"`{self.since}`"
        return f"{_in_words(self.life)} after {since}{only}: {self.why}"

    def over(self, at: datetime) -> dict[str, object]:
        """The filter for expired rows."""
        if self.life is None:
            raise ValueError("what is kept for good is never over")
        before = at - self.life
        only = {name: {"$in": value} if isinstance(value, list) else value for name, value in self.only.items()}
        return {**only, self.since: {"$lt": first_id_at(before) if self.since == ID else before}}


def kept(why: str) -> Retention:
    """Never purged by the platform."""
    return Retention(why=why)


def for_days(days: float, *, since: str, why: str, **only: object) -> Retention:
    """Purged so many days after the instant in a field."""
    return Retention(why=why, life=timedelta(days=days), since=since, only=only)


BY_LAW = kept("money and rights rest on it; how long is the fund's law to say")
WITH_ITS_THING = kept("a part of what it belongs to")


def purge(uow: UnitOfWork, collection: str, retention: Retention) -> list[str]:
    """Delete expired rows of one fund, oldest first, a few hundred at most; returns which."""
    tenant_collection = uow.collection(collection)
    over = tenant_collection.find(retention.over(uow.at), limit=PURGED_AT_ONCE_MAX, sort=[(retention.since, 1)])
    _remove(uow.raw_collection(collection), over, session=tenant_collection.session, fund=uow.fund.fund_id)
    return [str(row["_id"]).removeprefix(tenant_collection.key("")) for row in over]


def purge_infrastructure(context: ServiceContext, collection: str, retention: Retention) -> int:
    """The same for rows without fund and audit: sent and handled events."""
    rows = context.collection(collection)
    over = list(
        rows.find(retention.over(context.clock()), {"_id": 1}).sort(retention.since, 1).limit(PURGED_AT_ONCE_MAX)
    )
    _remove(rows, over)
    return len(over)


def _remove(
    rows: Collection[Document], over: Sequence[Document], *, session: ClientSession | None = None, **equal: object
) -> None:
    for ids in chunks([str(row["_id"]) for row in over], of=rows):
        rows.delete_many({"_id": {"$in": ids}, **equal}, session=session)


def _in_words(life: timedelta) -> str:
    hours = life / timedelta(hours=1)
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"


def _said(value: object) -> str:
    return " or ".join(value) if isinstance(value, list) else str(value)
