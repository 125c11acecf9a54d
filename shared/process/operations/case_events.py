"""A case as one service knows it: which events it published about it, and which events of others it handled. Asked of
every service, that is the case's way through the platform, without what the events say.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pymongo.database import Database

from shared.storage.connection import Document

DOCUMENTS_A_PAGE = 50
"""Of the outbox, which has the events of a unit of work in one document."""


class EventHandling(StrEnum):
    """What a service did with an event of another: `handled`, set aside as a dead letter (`parked`), or closed without
    acting on it (`discarded`)."""

    HANDLED = "handled"
    PARKED = "parked"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """An event that the service published about the case; `sent_at` is None while it waits to be sent."""

    event_id: str
    type: str
    published_at: datetime
    sent_at: datetime | None
    is_sent: bool
    trace_id: str


@dataclass(frozen=True, kw_only=True)
class HandledEvent:
    """An event that reached the service."""

    event_id: str
    handling: EventHandling
    at: datetime


def published(
    database: Database[Document], fund_id: str, *, case_id: str, after: str, limit: int = DOCUMENTS_A_PAGE
) -> tuple[list[CaseEvent], str | None]:
    """What was published about a case of a fund, oldest first, and the mark to go on after where there is more; for as
    long as the outbox keeps it."""
    key = f"{fund_id}:{case_id}"
    fields = dict.fromkeys(("events.id", "events.type", "events.version", "events.key", "events.at"), 1)
    fields |= dict.fromkeys(("events.traceparent", "is_sent", "sent_at"), 1)
    wanted = {"fund": fund_id, "events.key": key, "_id": {"$gt": after}}
    found: list[Any] = list(database["outbox"].find(wanted, fields).sort("_id", 1).limit(limit + 1))
    following = str(found[limit - 1]["_id"]) if len(found) > limit else None
    return [_event(row, event) for row in found[:limit] for event in row["events"] if event["key"] == key], following


def handled(database: Database[Document], fund_id: str, *, event_ids: Collection[str]) -> list[HandledEvent]:
    """Which of these events the service has, and what it did with them."""
    wanted: Document = {"_id": {"$in": sorted(event_ids)}, "fund": fund_id}
    handled_rows: list[Any] = list(database["inbox"].find(wanted, {"at": 1}))
    letters: list[Any] = list(database["deadletters"].find(wanted, {"is_open": 1, "parked_at": 1}))
    taken = [HandledEvent(event_id=row["_id"], handling=EventHandling.HANDLED, at=row["at"]) for row in handled_rows]
    known = {each.event_id for each in taken}
    parked = [
        HandledEvent(
            event_id=row["_id"],
            handling=EventHandling.PARKED if row["is_open"] else EventHandling.DISCARDED,
            at=row["parked_at"],
        )
        for row in letters
        if row["_id"] not in known
    ]
    return [*taken, *parked]


def _event(row: Any, event: Any) -> CaseEvent:
    parts = event.get("traceparent", "").split("-")
    return CaseEvent(
        event_id=event["id"],
        type=f"{event['type']}.v{event['version']}",
        published_at=event["at"],
        sent_at=row.get("sent_at"),
        is_sent=row["is_sent"],
        trace_id=parts[1] if len(parts) == 4 else "",
    )
