"""The status of a worker: what it lacks to be ready, checked every few seconds and saved.

Readiness, metrics and `inbox status` read the last result: no request to a worker waits for its dependencies, and no
thread reads what another thread owns.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog
from pymongo.errors import PyMongoError

from shared.bus import dead_letters
from shared.bus.lag import Lag
from shared.bus.reader import Reader
from shared.bus.topics import BrokerUnavailable, group_of
from shared.process.operations import inbox as inboxes
from shared.process.operations.inbox import Behind, Standing
from shared.storage.connection import answers
from shared.telemetry import metrics

LOOK_EVERY_S = 3.0
WRITE_EVERY_S = 20.0
"""An unchanged status is saved again so often, and what waits is counted so often."""
DATABASE_ANSWER_MAX_S = 2.0
LATELY_S = 10.0
"""A dependency that answered within this time counts as reachable."""
PULSE_MAX_S = 30.0
"""A main loop without a heartbeat for so long counts as hung."""
FORGOTTEN_AFTER = timedelta(days=1)
FORGET_EVERY_S = 3600.0
OUTBOX_COUNTED_MAX = 1_000
"""The gauge counts no further: on the embedded engine a count costs what it counts."""

log = structlog.get_logger()


class Watch:
    """Checks one worker. `looking` runs in a thread of its own; the others are only read."""

    def __init__(self, reader: Reader, threads: Sequence[threading.Thread]) -> None:
        self.reader = reader
        self.inbox = inbox = reader.inbox
        self.context = inbox.context
        self.threads = threads
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._lag = Lag(
            reader.servers, group=group_of(inbox.service), topics=inbox.reactions.topics(), security=reader.security
        )
        self._answered_s: dict[str, float] = {}
        self._behind: Mapping[tuple[str, int], int] = {}
        self._came_round_s = time.monotonic()
        self._missing: list[str] = []
        self._written: Standing | None = None
        self._counted_s = self._forgot_s = float("-inf")
        self.lacking: list[str] = []
        """What the database lacked when the worker started: set before any of its threads starts."""

    def beat(self) -> None:
        """The main loop is alive."""
        self._came_round_s = time.monotonic()

    def is_alive(self) -> bool:
        """Whether the main loop is alive. Needs no dependency."""
        return time.monotonic() - self._came_round_s < PULSE_MAX_S

    def missing(self) -> list[str]:
        """What the worker lacks to be ready, in words."""
        found = self.lacking + [f"thread {thread.name}" for thread in self.threads if not thread.is_alive()]
        if self.inbox.room.is_full.is_set():
            found.append("consumer: stopped, too many dead letters")
        elif not self.reader.has_joined.is_set():
            found.append("consumer: not in its group")
        now_s = time.monotonic()
        for name in ("database", "broker"):
            if now_s - self._answered_s.get(name, float("-inf")) > LATELY_S:
                found.append(name)
        return found

    def looking(self, stop: threading.Event) -> None:
        """Check every few seconds until it is stopped."""
        try:
            while not stop.is_set():
                self._look()
                stop.wait(LOOK_EVERY_S)
        finally:
            self._lag.close()

    def _look(self) -> None:
        try:
            self._behind = self._lag.ask()
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
        for (topic, _), records in self._behind.items():
            by_topic[topic] = max(by_topic.get(topic, 0), records)
        for topic, records in by_topic.items():
            metrics.LAG.labels(topic).set(records)
        now_s, database = time.monotonic(), self.context.database
        if now_s - self._counted_s < WRITE_EVERY_S:
            return
        self._counted_s = now_s
        metrics.OUTBOX_WAITING.set(database["outbox"].count_documents({"is_sent": False}, limit=OUTBOX_COUNTED_MAX))
        metrics.DEAD_LETTERS_OPEN.set(dead_letters.open_count(database, limit=self.inbox.room.limit))

    def _write(self) -> None:
        """Save the worker's status for requests over HTTP: when it has changed, and every few seconds."""
        now_s, database, at = time.monotonic(), self.context.database, self.context.clock()
        standing = Standing(
            worker=self.name,
            at=at,
            missing=self.missing(),
            last_taken_at=self.inbox.taken_at,
            behind=[Behind(topic=topic, partition=n, records=count) for (topic, n), count in self._behind.items()],
        )
        written = self._written
        if (
            written is None
            or at - written.at >= timedelta(seconds=WRITE_EVERY_S)
            or replace(standing, at=written.at) != written
        ):
            inboxes.write_standing(database, standing)
            self._written = standing
        if now_s - self._forgot_s >= FORGET_EVERY_S:
            inboxes.forget_standings(database, before=at - FORGOTTEN_AFTER)
            self._forgot_s = now_s
