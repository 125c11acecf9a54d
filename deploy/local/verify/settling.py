"""Waiting until nothing is on its way: only then may one ask whether something was lost."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from deploy.local.programs import Broken
from deploy.local.verify.seen import Seen
from deploy.local.verify.waiting import lag

AT_MOST_S = 60.0
QUIET_S = 3.0
LOOK_EVERY_S = 0.5


class NotSettled(Broken):
    """Something is still on its way; the text says what."""


def settle(seen: Seen, *, at_most_s: float = AT_MOST_S, quiet_s: float = QUIET_S) -> None:
    """Return once nothing has waited and nothing has been done for a while; `NotSettled` where that does not come.

    What only time brings (a transfer that nobody has paid yet, the next link of the audit) is not waited for.
    """
    until_s, before, quiet_since_s = time.monotonic() + at_most_s, -1, time.monotonic()
    while True:
        done, on_their_way = _done(seen), list(_on_their_way(seen))
        if done != before or on_their_way:
            before, quiet_since_s = done, time.monotonic()
        is_quiet = not on_their_way and time.monotonic() - quiet_since_s >= quiet_s
        if is_quiet and not list(_behind(seen)):
            return
        if time.monotonic() > until_s:
            waits = [*on_their_way, *_behind(seen)]
            raise NotSettled(f"not at rest after {at_most_s:.0f} s: {'; '.join(waits) or 'work goes on'}")
        time.sleep(LOOK_EVERY_S)


def _done(seen: Seen) -> int:
    """A number that grows with whatever is done."""
    return sum(
        database[collection].estimated_document_count()
        for database in seen.databases.values()
        for collection in ("inbox", "audit", "deadletters")
    )


def _on_their_way(seen: Seen) -> Iterator[str]:
    for name, database in seen.databases.items():
        if waiting := database["outbox"].count_documents({"is_sent": False}):
            yield f"{name} has {waiting} events to send"
    if "notifications" in seen.databases:
        due = {"status": {"$in": ["queued", "sending"]}, "due_at": {"$lte": datetime.now(UTC)}}
        if batches := seen.databases["notifications"]["batches"].count_documents(due):
            yield f"notifications has {batches} batches of messages to send"


def _behind(seen: Seen) -> Iterator[str]:
    """Consumers that have not read to the end: asked last, since the broker answers slowest."""
    for name in seen.databases if seen.broker else ():
        topics = seen.services[name].hears().topics()
        behind = lag(seen.broker, group=f"himaya.{name}", topics=topics, seen_ends={})
        if records := sum(behind.values()):
            yield f"{name} is {records} records behind"
