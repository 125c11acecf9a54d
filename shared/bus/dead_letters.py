"""Dead letters: events that could not be handled, and the later events of the same key, which wait behind them.

They are stored whole until an operator has them retried or discards them. Bodies hold no personal value in clear.

The open dead letters of a key form a queue, ordered by `place`. They are retried in the order in which their events
were published, which is the same unless the broker delivered them in another. Adding to the queue updates its last dead
letter and closing a dead letter writes it, in one transaction each. So an event either waits behind a dead letter that
is still open, or finds the queue empty and is handled: it can neither overtake one that waits nor stay behind alone.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.bus.envelope import Headers
from shared.storage.connection import Document
from shared.storage.service_context import ServiceContext, Transaction

FOLLOWS = "follows"
"""The reason of an event that is parked only because an earlier one of its key waits."""
REPLAYED = "replayed"
NAME_LENGTH_MAX = 100
KEYS_PER_RUN = 100


class AlreadyClosed(Exception):
    """The dead letter is closed already."""


@dataclass(frozen=True)
class ReceivedRecord:
    """A record as it was received: what is needed to handle it again."""

    event_id: str
    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    body: bytes | None

    def header(self, name: str) -> str:
        """The first header of a name, or an empty text; cut where it is longer than any of ours."""
        return next(
            (value.decode("utf-8", "replace")[:NAME_LENGTH_MAX] for key, value in self.headers if key == name), ""
        )

    @property
    def type_name(self) -> str:
        """Type and version, such as `claims.claim-paid.v1`."""
        return self.header("ce_type")

    @property
    def fund_id(self) -> str:
        """The fund whose operators may see it: key and header must agree. For a malformed record the key alone
        decides."""
        of_key = self.key.partition(":")[0] if ":" in self.key else ""
        return of_key if self.header("ce_fund") in ("", of_key) else ""


def blocked_keys(database: Database[Document], keys: Iterable[str]) -> set[str]:
    """Which of these keys have a dead letter that is not resolved."""
    query = {"is_open": True, "key": {"$in": sorted(set(keys))}}
    return {str(found["key"]) for found in database["deadletters"].find(query, {"key": 1})}


def parked_ids(database: Database[Document], event_ids: Iterable[str]) -> set[str]:
    """Which of these events were ever parked. A discarded one that is delivered again must not be handled."""
    wanted = sorted(set(event_ids))
    if not wanted:
        return set()
    query = {"_id": {"$in": wanted}}
    return {str(found["_id"]) for found in database["deadletters"].find(query, {"_id": 1})}


def open_count(database: Database[Document], *, limit: int) -> int:
    """How many are open, counted up to a limit."""
    return database["deadletters"].count_documents({"is_open": True}, limit=limit)


def park(context: ServiceContext, record: ReceivedRecord, *, why: str, tries: int) -> None:
    """Park a record, at most once, at the end of its key's queue. `why` is an error's code or class."""
    context.transact(lambda transaction: _join(transaction, record, why=why, tries=tries))


def park_behind(context: ServiceContext, record: ReceivedRecord) -> bool:
    """Park a record behind the open dead letters of its key; False if none is open any more, so that it may be
    handled."""

    def join_others(transaction: Transaction) -> bool:
        if _last(transaction, record.key) is None:
            return False
        _join(transaction, record, why=FOLLOWS, tries=0)
        return True

    return context.transact(join_others)


def _join(transaction: Transaction, record: ReceivedRecord, *, why: str, tries: int) -> None:
    letters = transaction.context.database["deadletters"]
    last = _last(transaction, record.key)
    if last is not None:
        letters.update_one({"_id": last["_id"]}, {"$inc": {"joined": 1}}, session=transaction.session)
    document = {
        "fund": record.fund_id,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "place": 1 if last is None else int(str(last["place"])) + 1,
        "told": record.header("ce_time"),
        "type": record.type_name,
        "headers": [[name, value] for name, value in record.headers],
        "body": record.body,
        "why": why,
        "fingerprint": fingerprint(record.type_name, why),
        "tries": tries,
        "is_open": True,
        "is_asked": False,
        "parked_at": transaction.at,
    }
    letters.update_one({"_id": record.event_id}, {"$setOnInsert": document}, upsert=True, session=transaction.session)


def _last(transaction: Transaction, key: str) -> Document | None:
    letters = transaction.context.database["deadletters"]
    query = {"is_open": True, "key": key}
    return letters.find_one(query, {"place": 1}, sort=[("place", -1)], session=transaction.session)


def fingerprint(type_name: str, why: str) -> str:
    """What makes dead letters a group: the type and version of the event, and the reason of the failure."""
    return hashlib.sha256(f"{type_name} {why}".encode()).hexdigest()[:16]


def first_open(database: Database[Document], key: str, *, session: ClientSession | None = None) -> Document | None:
    """The dead letter of a key whose event was published first: one that arrived too early must not block the event
    that it depends on."""
    query = {"is_open": True, "key": key}
    return database["deadletters"].find_one(query, sort=[("told", 1), ("place", 1)], session=session)


def request_replay(
    database: Database[Document], event_id: str, *, by: str, at: datetime, session: ClientSession | None
) -> None:
    """Have a worker retry a dead letter, and those behind it once it succeeds."""
    asked = {"is_asked": True, "asked_by": by, "asked_at": at}
    database["deadletters"].update_one({"_id": event_id, "is_open": True}, {"$set": asked}, session=session)


def keys_to_replay(database: Database[Document], fund_id: str) -> dict[str, str]:
    """The keys whose first dead letter is to be retried, and who asked for it."""
    found = database["deadletters"].find({"fund": fund_id, "is_asked": True}, {"key": 1, "asked_by": 1})
    return {str(row["key"]): str(row["asked_by"]) for row in found.limit(KEYS_PER_RUN)}


def close(
    database: Database[Document], event_id: str, *, how: str, by: str, at: datetime, session: ClientSession | None
) -> None:
    """Close a dead letter, `replayed` or `discarded: <reason>`, and have the next one of its queue retried."""
    change = {"$set": {"is_open": False, "is_asked": False, "resolved": how, "resolved_by": by, "resolved_at": at}}
    letters = database["deadletters"]
    if letters.update_one({"_id": event_id, "is_open": True}, change, session=session).matched_count == 0:
        raise AlreadyClosed(event_id)
    closed = letters.find_one({"_id": event_id}, {"key": 1}, session=session) or {}
    following = first_open(database, str(closed["key"]), session=session)
    if following is not None:
        request_replay(database, str(following["_id"]), by=by, at=at, session=session)


def note_failed_replay(database: Database[Document], record: ReceivedRecord, *, why: str, at: datetime) -> None:
    """Note that a retry failed: the dead letter keeps its place, and its attempts are counted."""
    change = {
        "$set": {
            "why": why,
            "fingerprint": fingerprint(record.type_name, why),
            "is_asked": False,
            "tried_at": at,
        },
        "$inc": {"tries": 1},
    }
    database["deadletters"].update_one({"_id": record.event_id, "is_open": True}, change)


def record_of(document: Document) -> ReceivedRecord:
    """The record in a stored dead letter."""
    stored: list[tuple[str, bytes]] = [(name, bytes(value)) for name, value in document["headers"]]  # type: ignore[attr-defined]
    body = document["body"]
    return ReceivedRecord(
        event_id=str(document["_id"]),
        topic=str(document["topic"]),
        partition=int(str(document["partition"])),
        offset=int(str(document["offset"])),
        key=str(document["key"]),
        headers=stored,
        body=None if body is None else bytes(body),  # type: ignore[call-overload]
    )
