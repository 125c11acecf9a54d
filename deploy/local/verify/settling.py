"""Waiting until nothing is on its way: only then may one ask whether something was lost."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.local.programs import Broken
from deploy.local.verify.seen import Documents, Seen
from deploy.local.verify.waiting import lag

AT_MOST_S = 60.0
QUIET_S = 3.0
CHECK_EVERY_S = 0.5


class NotSettled(Broken):
    """Something is still on its way; the text says what."""


def settle(seen: Seen, *, at_most_s: float = AT_MOST_S, quiet_s: float = QUIET_S) -> None:
    """Return once nothing has waited and nothing has been done for a while; `NotSettled` where that does not come.

    What only time brings (a transfer that was not paid yet, the next link of the audit) is not waited for. A database
    or a broker that is just coming back is.
    """
    until_s, before, quiet_since_s = time.monotonic() + at_most_s, -1, time.monotonic()
    while True:
        done, on_their_way = _looked(seen)
        if done != before or on_their_way:
            before, quiet_since_s = done, time.monotonic()
        if not on_their_way and time.monotonic() - quiet_since_s >= quiet_s:
            on_their_way = _behind(seen)
            if not on_their_way:
                return
        if time.monotonic() > until_s:
            raise NotSettled(f"not at rest after {at_most_s:.0f} s: {'; '.join(on_their_way) or 'work goes on'}")
        time.sleep(CHECK_EVERY_S)


def _looked(seen: Seen) -> tuple[int, list[str]]:
    """A number that grows with whatever is done, and what waits."""
    try:
        return sum(map(_done, seen.databases.values())), list(_on_their_way(seen))
    except PyMongoError as gone:
        return -1, [f"the database does not answer ({type(gone).__name__})"]


def _done(database: Documents) -> int:
    return sum(database[name].estimated_document_count() for name in ("inbox", "audit", "deadletters"))


def _on_their_way(seen: Seen) -> Iterator[str]:
    for name, database in seen.databases.items():
        if waiting := database["outbox"].count_documents({"is_sent": False}):
            yield f"{name} has {waiting} events to send"
    if "notifications" in seen.databases:
        due = {"status": {"$in": ["queued", "apart", "sending"]}, "due_at": {"$lte": datetime.now(UTC)}}
        if batches := seen.databases["notifications"]["batches"].count_documents(due):
            yield f"notifications has {batches} batches of messages to send"


def _behind(seen: Seen) -> list[str]:
    """Consumers that have not read to the end: asked last, since the broker answers slowest."""
    behind = []
    for name in seen.databases if seen.broker else ():
        topics = seen.services[name].all_reactions().topics()
        try:
            records = sum(lag(seen.broker, group=f"himaya.{name}", topics=topics, seen_ends={}).values())
        except KafkaError as gone:
            return [f"the broker does not answer ({type(gone).__name__})"]
        if records:
            behind.append(f"{name} is {records} records behind")
    return behind
