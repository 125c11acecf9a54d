"""The status of a worker: what it lacks to be ready, checked every few seconds and saved.

Readiness, metrics and `inbox status` read the last result: no request to a worker waits for its dependencies, and no
thread reads what another thread owns.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog
from pymongo.errors import PyMongoError

from shared.bus import dead_letters
from shared.bus.consumer import EventConsumer
from shared.bus.lag import Lag
from shared.bus.topics import BrokerUnavailable, group_of
from shared.jobs.lane_status import LaneStatus
from shared.process.operations import inbox as inboxes
from shared.process.operations.inbox import PartitionLag, WorkerStatus
from shared.storage.connection import answers
from shared.telemetry import metrics

CHECK_EVERY_S = 3.0
WRITE_EVERY_S = 20.0
"""An unchanged status is saved again so often, and what waits is counted so often."""
DATABASE_ANSWER_MAX_S = 2.0
CHECK_AGE_MAX_S = 10.0
"""A dependency that answered within this time counts as reachable."""
HEARTBEAT_AGE_MAX_S = 30.0
"""A main loop without a heartbeat for so long counts as hung."""
FORGOTTEN_AFTER = timedelta(days=1)
FORGET_EVERY_S = 3600.0
OUTBOX_COUNTED_MAX = 1_000
"""The gauge counts no further: on the embedded engine a count costs what it counts."""

log = structlog.get_logger()


class WorkerMonitor:
    """Checks one worker. `run` runs in a thread of its own; the others are only read."""

    def __init__(
        self,
        consumer: EventConsumer,
        threads: Sequence[threading.Thread],
        *,
        lanes: Callable[[], Sequence[LaneStatus]] = tuple,
    ) -> None:
        self.consumer = consumer
        self.lanes = lanes
        self.inbox = inbox = consumer.inbox
        self.context = inbox.context
        self.threads = threads
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._lag = Lag(
            consumer.servers, group=group_of(inbox.service), topics=inbox.reactions.topics(), security=consumer.security
        )
        self._answered_s: dict[str, float] = {}
        self._lags: Mapping[tuple[str, int], int] = {}
        self._came_round_s = time.monotonic()
        self._missing: list[str] = []
        self._written: WorkerStatus | None = None
        self._counted_s = self._forgot_s = float("-inf")
        self.lacking: list[str] = []
        """What the database lacked when the worker started: set before any of its threads starts."""

    def heartbeat(self) -> None:
        """The main loop is alive."""
        self._came_round_s = time.monotonic()

    def is_alive(self) -> bool:
        """Whether the main loop is alive. Needs no dependency."""
        return time.monotonic() - self._came_round_s < HEARTBEAT_AGE_MAX_S

    def missing(self) -> list[str]:
        """What the worker lacks to be ready, in words."""
        found = self.lacking + [f"thread {thread.name}" for thread in self.threads if not thread.is_alive()]
        if self.inbox.dead_letter_limit.is_full.is_set():
            found.append("consumer: stopped, too many dead letters")
        elif not self.consumer.has_joined.is_set():
            found.append("consumer: not in its group")
        now_s = time.monotonic()
        for name in ("database", "broker"):
            if now_s - self._answered_s.get(name, float("-inf")) > CHECK_AGE_MAX_S:
                found.append(name)
        return found

    def run(self, stop: threading.Event) -> None:
        """Check every few seconds until it is stopped."""
        try:
            while not stop.is_set():
                self._check()
                stop.wait(CHECK_EVERY_S)
        finally:
            self._lag.close()

    def _check(self) -> None:
        try:
            self._lags = self._lag.measure()
            self._answered_s["broker"] = time.monotonic()
        except BrokerUnavailable:
            pass
        if answers(self.context.database, within_s=DATABASE_ANSWER_MAX_S):
            self._answered_s["database"] = time.monotonic()
            with suppress(PyMongoError):
                self._count()
                self._write()
        missing = self.missing()
        if missing != self._missing:
            log.warning("not-ready", missing=missing) if missing else log.info("ready")
            self._missing = missing

    def _count(self) -> None:
        by_topic: dict[str, int] = {}
        for (topic, _), records in self._lags.items():
            by_topic[topic] = max(by_topic.get(topic, 0), records)
        for topic, records in by_topic.items():
            metrics.LAG.labels(topic).set(records)
        now_s, database = time.monotonic(), self.context.database
        if now_s - self._counted_s < WRITE_EVERY_S:
            return
        self._counted_s = now_s
        metrics.OUTBOX_WAITING.set(database["outbox"].count_documents({"is_sent": False}, limit=OUTBOX_COUNTED_MAX))
        metrics.DEAD_LETTERS_OPEN.set(dead_letters.open_count(database, limit=self.inbox.dead_letter_limit.limit))

    def _write(self) -> None:
        """Save the worker's status for requests over HTTP: when it has changed, and every few seconds."""
        now_s, database, at = time.monotonic(), self.context.database, self.context.clock()
        worker_status = WorkerStatus(
            worker=self.name,
            at=at,
            missing=self.missing(),
            last_taken_at=self.inbox.taken_at,
            behind=[PartitionLag(topic=topic, partition=n, records=count) for (topic, n), count in self._lags.items()],
            lanes=self.lanes(),
        )
        written = self._written
        if (
            written is None
            or at - written.at >= timedelta(seconds=WRITE_EVERY_S)
            or replace(worker_status, at=written.at) != written
        ):
            inboxes.write_worker_status(database, worker_status)
            self._written = worker_status
        if now_s - self._forgot_s >= FORGET_EVERY_S:
            inboxes.remove_worker_statuses(database, before=at - FORGOTTEN_AFTER)
            self._forgot_s = now_s
