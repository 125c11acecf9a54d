"""What operators do with dead letters: list and inspect them, have them retried, discard them. The body of an event is
never shown.

`fund_id` is None for a command on the machine, which sees every fund; over HTTP it is the operator's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pymongo.database import Database

from shared.bus import dead_letters
from shared.bus.dead_letters import FOLLOWS, AlreadyClosed, ReceivedRecord
from shared.kernel.errors import Conflict, Missing
from shared.process.operations.infrastructure import database_of, session_of
from shared.storage import operator_acts
from shared.storage.connection import Document
from shared.storage.service_context import ServiceContext, Transaction
from shared.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

OPEN_SHOWN_MAX = 1_000
ROWS_ASKED_MAX = 200
"""Asked for in one unit of work; of a larger group the rest is asked for again."""
HEADERS_SHOWN = (
    "ce_specversion",
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_time",
    "ce_partitionkey",
    "ce_fund",
    "ce_sequence",
    "traceparent",
    "content-type",
)
"""The headers that this platform writes. Others are left out: they may contain anything."""
THING = "deadletters"


class DeadLetterUnknown(Missing):
    """No dead letter of this fund has this id, or no open one this key or group."""

    code = "deadletter.unknown"


class DeadLetterClosed(Conflict):
    """The dead letter was replayed or discarded before."""

    code = "deadletter.closed"


class DeadLetterNotFirst(Conflict):
    """An earlier dead letter of the same key waits: it has to be replayed or discarded first."""

    code = "deadletter.not-first"


@dataclass(frozen=True, kw_only=True)
class DeadLetterSummary:
    """A dead letter as an operator may see it. `tried_at` is None until it is retried."""

    event_id: str
    fund_id: str
    type: str
    key: str
    topic: str
    partition: int
    offset: int
    place: int
    why: str
    fingerprint: str
    tries: int
    parked_at: datetime
    tried_at: datetime | None
    is_open: bool
    is_asked: bool
    asked_by: str | None
    resolved: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    trace_id: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DeadLetterGroup:
    """Open dead letters of one type that failed for one reason."""

    fingerprint: str
    type: str
    why: str
    letters: int
    oldest_parked_at: datetime


def shown(document: Any) -> DeadLetterSummary:
    """A stored dead letter without its body."""
    letter = dead_letters.record_of({"body": None, **document})
    optional = ("tried_at", "asked_by", "resolved", "resolved_by", "resolved_at")
    same = ("key", "topic", "partition", "offset", "place", "why", "fingerprint", "tries", "parked_at")
    return DeadLetterSummary(
        event_id=letter.event_id,
        fund_id=document["fund"],
        type=letter.type_name or "?",
        trace_id=_trace_id(letter),
        headers={name: letter.header(name) for name in HEADERS_SHOWN if letter.header(name)},
        is_open=document["is_open"],
        is_asked=document["is_asked"],
        **{name: document[name] for name in same},
        **{name: document.get(name) for name in optional},
    )


def _trace_id(letter: ReceivedRecord) -> str:
    parts = letter.header("traceparent").split("-")
    return parts[1] if len(parts) == 4 else ""


def page(
    database: Database[Document],
    fund_id: str | None,
    *,
    key: str | None = None,
    fingerprint: str | None = None,
    after: str = "",
    limit: int = OPEN_SHOWN_MAX,
) -> tuple[list[DeadLetterSummary], str | None]:
    """Open dead letters by the time at which their events were published, and the id to go on after where there are
    more."""
    query: Document = {**_open(fund_id), "_id": {"$gt": after}}
    if key is not None:
        query["key"] = key
    if fingerprint is not None:
        query["fingerprint"] = fingerprint
    found = list(database[THING].find(query, {"body": 0}).sort("_id", 1).limit(limit + 1))
    following = str(found[limit - 1]["_id"]) if len(found) > limit else None
    return [shown(each) for each in found[:limit]], following


def inspect(database: Database[Document], fund_id: str | None, event_id: str) -> DeadLetterSummary:
    """One dead letter, open or closed."""
    query: Document = {"_id": event_id}
    if fund_id is not None:
        query["fund"] = fund_id
    found = database[THING].find_one(query, {"body": 0})
    if found is None:
        raise DeadLetterUnknown
    return shown(found)


def groups(database: Database[Document], fund_id: str | None) -> list[DeadLetterGroup]:
    """What is wrong, the most frequent first. Dead letters that only wait behind others are in no group."""
    query = _open(fund_id)
    fields = {"type": 1, "why": 1, "fingerprint": 1, "parked_at": 1}
    members: dict[str, list[Any]] = {}
    for row in database[THING].find(query, fields).limit(OPEN_SHOWN_MAX * 10):
        if row["why"] != FOLLOWS:
            members.setdefault(str(row["fingerprint"]), []).append(row)
    found = [
        DeadLetterGroup(
            fingerprint=fingerprint,
            type=rows[0]["type"] or "?",
            why=rows[0]["why"],
            letters=len(rows),
            oldest_parked_at=min(row["parked_at"] for row in rows),
        )
        for fingerprint, rows in members.items()
    ]
    return sorted(found, key=lambda group: (-group.letters, group.oldest_parked_at))


def ask_letter(uow: UnitOfWork, event_id: str) -> DeadLetterSummary:
    """Have a dead letter retried by a worker, then those behind it, in order. It must be the first of its key."""
    letter = _open_letter(uow, event_id)
    first = dead_letters.first_open(database_of(uow), letter.key, session=session_of(uow))
    if first is None or first["_id"] != event_id:
        raise DeadLetterNotFirst
    _ask(uow, event_id)
    operator_acts.record(uow, "replay-asked", THING, event_id)
    return _inspect_in(uow, event_id)


def ask_key(uow: UnitOfWork, key: str) -> str:
    """Have the dead letters of a key retried; the id of the first."""
    first: Any = dead_letters.first_open(database_of(uow), key, session=session_of(uow))
    if first is None or first["fund"] != uow.fund.fund_id:
        raise DeadLetterUnknown
    _ask(uow, str(first["_id"]))
    operator_acts.record(uow, "replay-asked", THING, str(first["_id"]))
    return str(first["_id"])


def ask_group(uow: UnitOfWork, fingerprint: str) -> int:
    """Have the dead letters of a group retried that are the first of their keys, some hundreds at once; how many."""
    query = _open(uow.fund.fund_id) | {"fingerprint": fingerprint}
    found = list(database_of(uow)[THING].find(query, {"key": 1}, session=session_of(uow)).limit(OPEN_SHOWN_MAX))
    if not found:
        raise DeadLetterUnknown
    members, asked = {str(row["_id"]) for row in found}, 0
    for key in sorted({str(row["key"]) for row in found}):
        if asked == ROWS_ASKED_MAX:
            break
        first = dead_letters.first_open(database_of(uow), key, session=session_of(uow))
        if first is not None and str(first["_id"]) in members:
            _ask(uow, str(first["_id"]))
            uow.note("replay-asked", THING, str(first["_id"]))
            asked += 1
    operator_acts.record(uow, "group-replay-asked", THING, fingerprint)
    return asked


def discard(uow: UnitOfWork, event_id: str, *, reason: str) -> DeadLetterSummary:
    """Close a dead letter without acting on it; a worker goes on with those behind it."""
    _open_letter(uow, event_id)
    try:
        dead_letters.close(
            database_of(uow),
            event_id,
            how=f"discarded: {reason}",
            by=uow.by.subject,
            at=uow.at,
            session=session_of(uow),
        )
    except AlreadyClosed:
        raise DeadLetterClosed from None
    operator_acts.record(uow, "discarded", THING, event_id, why=reason)
    return _inspect_in(uow, event_id)


def discard_unowned(context: ServiceContext, event_id: str, *, reason: str, by: str) -> None:
    """The same for a record that no fund served here owns: the dead letter itself and the log record who did it, and
    why."""

    def close(transaction: Transaction) -> None:
        dead_letters.close(
            context.database,
            event_id,
            how=f"discarded: {reason}",
            by=by,
            at=transaction.at,
            session=transaction.session,
        )

    try:
        context.transact(close)
    except AlreadyClosed:
        raise DeadLetterClosed from None
    log.warning("unowned-letter-discarded", event_id=event_id, by=by)


def _open(fund_id: str | None) -> Document:
    return {"is_open": True} | ({} if fund_id is None else {"fund": fund_id})


def _open_letter(uow: UnitOfWork, event_id: str) -> DeadLetterSummary:
    letter = _inspect_in(uow, event_id)
    if not letter.is_open:
        raise DeadLetterClosed
    return letter


def _inspect_in(uow: UnitOfWork, event_id: str) -> DeadLetterSummary:
    found = database_of(uow)[THING].find_one(
        {"_id": event_id, "fund": uow.fund.fund_id}, {"body": 0}, session=session_of(uow)
    )
    if found is None:
        raise DeadLetterUnknown
    return shown(found)


def _ask(uow: UnitOfWork, event_id: str) -> None:
    dead_letters.request_replay(database_of(uow), event_id, by=uow.by.subject, at=uow.at, session=session_of(uow))
