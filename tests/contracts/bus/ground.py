"""A broker, a database and a service of the test's own; what runs between them, and what one may ask them."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError

from shared.bus import topics
from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.bus.relay import LEASE, Relay
from shared.kernel.errors import Unavailable
from shared.storage.service_context import ServiceContext, now
from shared.telemetry.failpoints import watch
from tests.contracts.bus.tallies import TOPIC, reactions
from tests.kit.contexts import context_on
from tests.kit.waiting import until

PARTITIONS = 6
SESSION_MS = 2_000
NO_COORDINATOR = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
WAIT_MAX_S = 60.0

_crashes: set[str] = set()


class Crash(BaseException):
    """Stands for the end of a process: no `except Exception` between it and the top may hold it up."""


def _look(step: str) -> None:
    if step in _crashes:
        _crashes.discard(step)
        raise Crash


watch(_look)


def crash_at(step: str) -> None:
    """End what passes this step next, once."""
    _crashes.add(step)


@dataclass
class Ground:
    """What a test of the contract stands on. Its service is a group of its own."""

    servers: str
    replicas: int
    mongodb: str
    context: ServiceContext
    service: str
    home: Path
    members: list[subprocess.Popen[bytes]] = field(default_factory=list)
    lateness: timedelta = timedelta()

    def ensure_topic(self) -> None:
        topics.ensure(self.servers, (TOPIC,), partitions=PARTITIONS, replicas=self.replicas)

    def relay(self) -> Relay:
        """A relay that comes when the lease of whoever carried before has run out."""
        self.lateness += 2 * LEASE
        later = context_on(self.context.database, self.mongodb, clock=partial(_later, self.lateness))
        return Relay(later, self.servers, name="relay")

    def inbox(self) -> Inbox:
        return Inbox(self.context, service=self.service, reactions=reactions)

    def reader(self) -> EventConsumer:
        return EventConsumer(self.inbox(), self.servers, session_timeout_ms=SESSION_MS)

    def publish_waiting(self) -> None:
        """A relay that lives until all is sent."""
        relay = self.relay()
        try:
            until(relay.holds_lease)
            until(lambda: relay.publish_waiting() == 0)
        finally:
            end(relay)

    @contextlib.contextmanager
    def relaying(self) -> Iterator[None]:
        """A relay in a thread, as patient as a worker's, which makes its topics whenever it begins again."""

        def carry_on(stop: threading.Event) -> None:
            self.ensure_topic()
            relay.run(stop)

        relay = self.relay()
        with _in_thread(lambda stop: with_back_off(lambda: carry_on(stop), stop)):
            yield

    @contextlib.contextmanager
    def listening(self) -> Iterator[threading.Thread]:
        """The service's inbox in a thread of this process, until it crashes or the test leaves."""
        with _in_thread(lambda stop: with_back_off(lambda: self.reader().run(stop), stop)) as thread:
            yield thread

    def member(self, *where: str, worker: str = "", session_ms: int = SESSION_MS) -> subprocess.Popen[bytes]:
        """One more consumer of the service, a process of its own; `where` may say at which step it stops itself."""
        database = self.context.database.name
        command = [sys.executable, "-m", "tests.contracts.bus.member"]
        command += [self.mongodb, database, self.servers, self.service, *where]
        settings = {"MEMBER_WORKER": worker, "MEMBER_SESSION_MS": str(session_ms)}
        with self.log.open("ab") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **settings})
        self.members.append(started)
        return started

    @property
    def log(self) -> Path:
        """What the members write."""
        return self.home / "members.log"

    def end_members(self) -> None:
        for member in self.members:
            with contextlib.suppress(ProcessLookupError):
                member.send_signal(signal.SIGCONT)
            member.kill()
            member.wait()

    def committed(self) -> dict[int, int]:
        """By partition, up to where the service has said that it is done."""
        group = f"himaya.{self.service}"
        with closing(KafkaAdminClient(bootstrap_servers=self.servers)) as admin:
            try:
                found: dict[TopicPartition, Any] = admin.list_group_offsets(group)[group]
            except NO_COORDINATOR:  # where nobody has committed yet, or the brokers have not settled
                return {}
        return {
            partition.partition: kept.offset
            for partition, kept in found.items()
            if partition.topic == TOPIC and kept.offset > 0
        }

    def ends(self) -> dict[int, int]:
        """By partition, how many events it holds; those that hold any.

        Tansu gives as the end of a partition where its last batch begins, plus one. So that batch is read.
        """
        partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        with closing(KafkaConsumer(bootstrap_servers=self.servers, enable_auto_commit=False)) as reader:
            published = {partition: end for partition, end in reader.end_offsets(partitions).items() if end > 0}
            reader.assign(list(published))
            for partition, end in published.items():
                reader.seek(partition, end - 1)
            found: dict[int, int] = {}
            deadline_s = time.monotonic() + WAIT_MAX_S
            while len(found) < len(published) and time.monotonic() < deadline_s:
                for partition, records in reader.poll(500).items():
                    found[partition.partition] = max(found.get(partition.partition, 0), records[-1].offset + 1)
        return found

    def lag_is_gone(self) -> bool:
        """Whether the service has said of everything that it is done with it."""
        return self.committed() == self.ends()

    def records(self) -> list[Any]:
        """All that lies on the topic, each partition in its order."""
        partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        with closing(KafkaConsumer(bootstrap_servers=self.servers, enable_auto_commit=False)) as consumer:
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            left, found = sum(self.ends().values()), []
            for _ in range(200):
                found += [record for polled in consumer.poll(100).values() for record in polled]
                if len(found) >= left:
                    return found
        raise AssertionError(f"{len(found)} of {left} records could be read")


def forget_topics(servers: str) -> None:
    """Brokers as they were before anybody made a topic."""
    with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
        present = {name for name in admin.list_topics() if not name.startswith("__")}
        if present:
            admin.delete_topics(sorted(present))
        until(lambda: not present & set(admin.list_topics()))


def end(relay: Relay) -> None:
    """Close what the relay holds open."""
    stop = threading.Event()
    stop.set()
    relay.run(stop)


def _later(by: timedelta) -> datetime:
    return now() + by


def with_back_off(carry_on: Callable[[], object], stop: threading.Event) -> None:
    """As a worker does: begin again where the broker or the database was gone."""
    while not stop.is_set():
        with contextlib.suppress(Unavailable):
            carry_on()
            return
        stop.wait(0.2)


@contextlib.contextmanager
def _in_thread(run: Callable[[threading.Event], object]) -> Iterator[threading.Thread]:
    stop = threading.Event()

    def until_crashed() -> None:
        with contextlib.suppress(Crash):
            run(stop)

    thread = threading.Thread(target=until_crashed, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(WAIT_MAX_S)
        assert not thread.is_alive(), "it did not stop when it was told to"
