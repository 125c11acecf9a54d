"""Dead letters: events that could not be acted on, and those of the same key that must wait behind them.

They are kept whole until a person replays or discards them. Bodies hold no personal value in clear.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from shared.bus.envelope import Headers
from shared.storage.connection import Document

OPEN_MAX = 1_000
"""Beyond this many something is wrong with us, not with the events: the consumer stops."""


class TooManyDeadLetters(Exception):
    """The consumer will not turn its whole topic into dead letters."""


@dataclass(frozen=True)
class Letter:
    """A record as it came: what is needed to try it again."""

    event_id: str
    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    body: bytes | None


def blocked_keys(database: Database[Document], keys: Iterable[str]) -> set[str]:
    """Which of these keys have a dead letter that is not resolved."""
    query = {"is_open": True, "key": {"$in": sorted(set(keys))}}
    return {str(found["key"]) for found in database["deadletters"].find(query, {"key": 1})}


def is_parked(database: Database[Document], event_id: str) -> bool:
    return database["deadletters"].find_one({"_id": event_id}, {"_id": 1}) is not None


def park(database: Database[Document], letter: Letter, *, why: str, at: datetime) -> int:
    """Put a letter away, once; how many are open now. `why` is an error's code or class, or `follows`."""
    database["deadletters"].update_one(
        {"_id": letter.event_id},
        {
            "$setOnInsert": {
                "topic": letter.topic,
                "partition": letter.partition,
                "offset": letter.offset,
                "key": letter.key,
                "headers": [[name, value] for name, value in letter.headers],
                "body": letter.body,
                "why": why,
                "is_open": True,
                "parked_at": at,
            }
        },
        upsert=True,
    )
    return database["deadletters"].count_documents({"is_open": True}, limit=OPEN_MAX + 1)


def waiting(database: Database[Document], *, key: str | None = None, limit: int = OPEN_MAX) -> list[Letter]:
    """Open letters in the order in which they came."""
    query = {"is_open": True} | ({} if key is None else {"key": key})
    found = database["deadletters"].find(query).sort([("topic", 1), ("partition", 1), ("offset", 1)]).limit(limit)
    return [_letter(document) for document in found]


def resolve(database: Database[Document], event_id: str, *, how: str, by: str, at: datetime) -> bool:
    """Close a letter: `replayed`, or `discarded: <reason>`; whether it was open."""
    change = {"$set": {"is_open": False, "resolved": how, "resolved_by": by, "resolved_at": at}}
    return database["deadletters"].update_one({"_id": event_id, "is_open": True}, change).matched_count == 1


def _letter(document: Document) -> Letter:
    stored: list[tuple[str, bytes]] = [(name, bytes(value)) for name, value in document["headers"]]  # type: ignore[attr-defined]
    body = document["body"]
    return Letter(
        event_id=str(document["_id"]),
        topic=str(document["topic"]),
        partition=int(str(document["partition"])),
        offset=int(str(document["offset"])),
        key=str(document["key"]),
        headers=stored,
        body=None if body is None else bytes(body),  # type: ignore[call-overload]
    )
