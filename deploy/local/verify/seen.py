"""What the questions are asked of: the databases, and beside them whatever of broker, logs and partners there is.

The addresses only; what several questions need is read by the first of them and kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pymongo.database import Database

from deploy.docs import pages
from deploy.local.verify import records
from deploy.local.verify.personal import Canaries
from shared.encryption.keys import FundKeys
from shared.events import catalogue
from shared.funds.fund import Fund
from shared.kernel.ids import first_id_at
from shared.process.purging import OUTBOX_DAYS
from shared.process.service import Service

Documents = Database[dict[str, Any]]
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """For how long something may be as it must not stay."""

    unknown: timedelta = timedelta(minutes=15)
    """An unknown outcome. The bank is asked again after ten minutes at the latest."""
    unlinked: timedelta = timedelta(seconds=60)
    """An audit document that is in no link yet, and a link whose head the other services do not have yet."""


class PublishedEvent(NamedTuple):
    """An event in the outbox of its service."""

    by: str
    topic: str
    type_name: str
    version: int
    fund: str
    is_sent: bool
    is_remembered: bool
    """Whether the broker still has to know it."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Where everything is. Only `databases` (by service) has to be given; a question without its ground is not asked.

    `planted` are the ids of records that a test put on the topics past any service. `bank_keys` are the keys of
    payments: with them its files for the bank are opened, those of `funds`, or
    of all that have keys. A broker keeps what it received since `remembered_since`.
    """

    databases: Mapping[str, Documents]
    services: Mapping[str, Service[Any]] = field(default_factory=lambda: {each.name: each for each in pages.services()})
    broker: str = ""
    logs: Sequence[Path] = ()
    zipkin: str = ""
    messages: str = ""
    bank: str = ""
    bank_keys: Mapping[str, FundKeys] = field(default_factory=dict)
    funds: Mapping[str, Fund] = field(default_factory=dict)
    canaries: Canaries = field(default_factory=lambda: Canaries({}))
    planted: frozenset[str] = frozenset()
    remembered_since: datetime | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    limits: Limits = Limits()

    @cached_property
    def published(self) -> dict[str, PublishedEvent]:
        """Every event of every outbox by its id."""
        return dict(self.published_events())

    def published_events(self) -> Iterator[tuple[str, PublishedEvent]]:
        """The same one by one, with those that stand in an outbox twice."""
        wanted = ["is_sent", "at", *(f"events.{name}" for name in ("id", "topic", "type", "version", "fund"))]
        known: dict[PublishedEvent, PublishedEvent] = {}
        for name, database in self.databases.items():
            for row in database["outbox"].find({}, dict.fromkeys(wanted, 1)):
                is_remembered = self.remembered_since is None or row["at"] >= self.remembered_since
                for event in row["events"]:
                    kind = (event["topic"], event["type"], event["version"], event["fund"])
                    published = PublishedEvent(name, *kind, row["is_sent"], is_remembered)
                    yield event["id"], known.setdefault(published, published)

    def is_purged(self, event_id: str) -> bool:
        """Whether an event is so old that outboxes and inboxes need not know it any more."""
        return event_id < self._purged_before

    @cached_property
    def _purged_before(self) -> str:
        return first_id_at(self.at - timedelta(days=OUTBOX_DAYS - 1))

    @cached_property
    def records(self) -> records.Records:
        """What stands on the topics. Read after the outboxes, so that whatever was sent by then is there."""
        _ = self.published
        return records.read(self.broker, topics=catalogue.owners(), canaries=self.canaries)

    def entries(self, service: str, *fields: str) -> Iterator[tuple[str, Row]]:
        """The entries of a service's audit with these of their fields, each with its fund."""
        wanted = {"fund": 1, **{f"entries.{name}": 1 for name in fields}}
        for row in self.databases[service]["audit"].find({}, wanted):
            for entry in row["entries"]:
                yield row["fund"], entry

    def rows(self, service: str, collection: str, *fields: str) -> Iterator[Row]:
        """A collection's documents with these of their fields and their id, as a stream."""
        yield from self.databases[service][collection].find({}, dict.fromkeys(("_id", *fields), 1))
