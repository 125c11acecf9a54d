"""The unit of work: everything that one cause changes, saved together or not at all.

A transaction saves the state, the outgoing events (outbox), the cause (a request's key or an event's id) and the audit
entries. It may hold several units of work, one per polled event. Actions run inside it and may be run again whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pymongo.collection import Collection

from shared.encryption.keys import FundKeys
from shared.events import catalogue
from shared.events.declaring import case_of, declaration_of
from shared.funds.fund import Fund
from shared.kernel.actors import Actor
from shared.kernel.batches import in_batches
from shared.kernel.ids import uuid7
from shared.kernel.references import with_check_digits
from shared.storage.connection import Document
from shared.storage.pending_writes import PendingWrites
from shared.storage.tenant_collection import TenantCollection
from shared.telemetry.propagation import current_traceparent

OUTBOX_EVENTS_MAX = 200
OUTBOX_BYTES_MAX = 4_000_000
"""An outbox document stays far below MongoDB's 16 MB; a unit of work that publishes more writes several."""


@dataclass(frozen=True)
class AuditRecord:
    """One line of the audit: what was done to which thing, the version that it made, and the reason that was given."""

    verb: str
    thing: str
    thing_id: str
    version: int
    why: str = ""


@dataclass
class UnitOfWork:
    """One cause's work in one fund at one instant: what actions read from, save to and publish through."""

    fund: Fund
    keys: FundKeys
    by: Actor
    at: datetime
    cause: str
    raw_collection: Callable[[str], Collection[Document]]
    writes: PendingWrites | None
    entropy: Callable[[int], bytes]
    events: list[Document] = field(default_factory=list)
    audit_records: list[AuditRecord] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)
    """What the units of work of one transaction have in common, such as what one of them began and the next adds to."""

    @property
    def today(self) -> date:
        """The calendar day that it is where the fund is."""
        return self.fund.day_of(self.at)

    def new_id(self) -> str:
        """A fresh time-ordered id."""
        return str(uuid7(self.at, self.entropy(10)))

    def new_reference(self, kind: str) -> str:
        """A fresh reference for people: kind, two digits of the year, eight random, two check digits.

        Eight digits meet by accident; a unique index on the reference makes the unit of work run again with others.
        """
        number = int.from_bytes(self.entropy(8), "big") % 10**8
        return with_check_digits(kind, f"{self.at.year % 100:02d}{number:08d}")

    def publish(self, event: Any, *, version: int = 0) -> None:
        """Send an event once this work is saved; `version` is that of the thing which it is about."""
        declared = declaration_of(event)
        self.events.append(
            {
                "id": self.new_id(),
                "type": declared.type_name,
                "version": declared.version,
                "topic": declared.owner,
                "key": f"{self.fund.fund_id}:{case_of(event)}",
                "fund": self.fund.fund_id,
                "at": self.at,
                "sequence": version,
                "traceparent": current_traceparent(),
                "body": catalogue.encode(event),
            }
        )

    def note(self, verb: str, thing: str, thing_id: str, *, version: int = 0, why: str = "") -> None:
        """Write a line of the audit beside what the repositories write by themselves."""
        self.audit_records.append(AuditRecord(verb, thing, thing_id, version, why))

    def collection(self, name: str) -> TenantCollection:
        """A collection as this fund sees it."""
        return TenantCollection(self.raw_collection(name), self.fund.fund_id, self.writes)


def outbox_documents(uows: Sequence[UnitOfWork], outbox_id: str) -> list[Document]:
    """The events of a transaction, by fund and in order, in as few documents as the limits allow; their ids keep the
    order."""
    published: dict[str, list[Document]] = {}
    for uow in uows:
        published.setdefault(uow.fund.fund_id, []).extend(uow.events)
    batches = [
        (fund_id, batch)
        for fund_id, events in published.items()
        for batch in in_batches(events, size=_body_bytes, count_max=OUTBOX_EVENTS_MAX, size_max=OUTBOX_BYTES_MAX)
    ]
    return [
        {
            "_id": f"{outbox_id}/{number:04d}",
            "fund": fund_id,
            "is_sent": False,
            "at": batch[0]["at"],
            "events": batch,
        }
        for number, (fund_id, batch) in enumerate(batches)
    ]


def _body_bytes(event: Any) -> int:
    return len(event["body"])
