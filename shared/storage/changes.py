"""Follows the database's change stream while the service is idle, and ends the waits of all threads when a change
arrives.

Under load no stream is open: the next piece of work is found by a query, as without a change stream. So a busy database
serves no streams, and where it has none, or refuses them, an idle service only polls more often.
"""

import threading
import time
from typing import Any

import structlog
from pymongo.errors import OperationFailure, PyMongoError

from shared.storage.service_context import ServiceContext

QUIET_S = 2.0
"""Idle for so long, the stream is opened."""
AWAIT_S = 10.0
"""How long one `getMore` waits in the database."""
EMPTY_EARLY_MAX = 5
"""Early responses without a change, beyond one a second: the embedded engine wakes its streams at every commit. So many
of them mean that other processes are busy, and each costs the engine more than a query."""
REFUSED_S = 600.0
GONE_S = 2.0

log = structlog.get_logger()


class Changes:
    """The change stream of one service's database, in a thread of its own."""

    def __init__(self, context: ServiceContext) -> None:
        self.context = context
        self.wakeups = context.wakeups

    def run(self, stop: threading.Event) -> None:
        """Follow the stream, whenever the service is idle, until stopped."""
        while not stop.is_set():
            wait_s = QUIET_S - self.wakeups.quiet_s()
            if wait_s <= 0:
                wait_s = self._follow(stop)
            stop.wait(wait_s)

    def _follow(self, stop: threading.Event) -> float:
        """Until something comes; how long to wait then."""
        try:
            self.follow(stop)
        except OperationFailure as refused:
            log.info("changes-not-followed", code=refused.code)
            return REFUSED_S
        except PyMongoError:
            return GONE_S
        return QUIET_S

    def follow(self, stop: threading.Event) -> None:
        """Follow until something comes, others are busy, or the process ends."""
        wanted = {"ns.coll": {"$in": self.wakeups.collections}}
        only = {"operationType": 1, "ns": 1}
        pipeline: list[Any] = [{"$match": wanted}, {"$project": only}]
        began_s, empty_early = time.monotonic(), 0
        with self.context.database.watch(pipeline, max_await_time_ms=int(AWAIT_S * 1000)) as stream:
            self.wakeups.watch(is_watched=True)
            try:
                while stream.alive and not stop.is_set():
                    asked_s = time.monotonic()
                    if stream.try_next() is not None:
                        break
                    empty_early += time.monotonic() - asked_s < AWAIT_S / 2
                    if empty_early > EMPTY_EARLY_MAX + (time.monotonic() - began_s):
                        break
            except OperationFailure as ended:  # such as where it fell too far behind: a new one is followed
                log.info("changes-ended", code=ended.code)
            finally:
                self.wakeups.note_activity()
                self.wakeups.watch(is_watched=False)
