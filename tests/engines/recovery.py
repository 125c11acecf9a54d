"""`python -m tests.engines.recovery [rounds]`: how long a group's partitions lie still when a member dies or comes.

On the engine that ENGINES and KAFKA_BROKERS choose, with and without static membership and cooperative assignment. The
figures stand in docs/engines.md; nothing asserts them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor

from shared.bus import topics
from tests.engines.cluster import chosen

TOPIC, PARTITIONS, SESSION_MS, WAIT_MAX_S = "claims", 3, 6_000, 60.0


def consumer(servers: str, group: str, name: str, *, is_cooperative: bool = False) -> KafkaConsumer:
    """As the inbox makes one; a name makes the membership static."""
    made = KafkaConsumer(
        bootstrap_servers=servers,
        group_id=group,
        group_instance_id=name or None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 3,
        partition_assignment_strategy=[CooperativeStickyAssignor if is_cooperative else RangePartitionAssignor],
    )
    made.subscribe([TOPIC])
    return made


def first_record_after_s(reader: KafkaConsumer) -> float:
    began_s = time.monotonic()
    while time.monotonic() - began_s < WAIT_MAX_S:
        if reader.poll(50):
            return time.monotonic() - began_s
    return float("nan")


def after_kill_s(servers: str, *, name: str) -> float:
    """From the death of the only member to the first event that its successor is given."""
    group = f"g-{uuid4().hex[:8]}"
    command = [sys.executable, "-m", "tests.engines.recovery", "hold", servers, group, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline()
        time.sleep(0.5)
        holder.kill()
        with closing(consumer(servers, group, name)) as successor:
            return first_record_after_s(successor)


def longest_gap_s(servers: str, *, is_cooperative: bool) -> float:
    """How long the first member is given nothing when a second one joins."""
    group, stop = f"g-{uuid4().hex[:8]}", threading.Event()
    gaps: list[float] = []
    first = consumer(servers, group, "", is_cooperative=is_cooperative)
    first_record_after_s(first)
    last_s = time.monotonic()
    second = consumer(servers, group, "", is_cooperative=is_cooperative)

    def join() -> None:
        while not stop.is_set():
            second.poll(50)

    joining = threading.Thread(target=join)
    joining.start()
    ends_s = time.monotonic() + 2 * SESSION_MS / 1000
    while time.monotonic() < ends_s:
        if first.poll(20):
            gaps.append(time.monotonic() - last_s)
            last_s = time.monotonic()
    stop.set()
    joining.join()
    first.close(autocommit=False)
    second.close(autocommit=False)
    return max(gaps)


def hold(servers: str, group: str, name: str) -> None:
    """Be a member until killed; says so once it is given events."""
    held = consumer(servers, group, name)
    first_record_after_s(held)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    while True:
        held.poll(100)


def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as home, chosen(Path(home)) as (servers, replicas):
        topics.ensure(servers, (TOPIC,), partitions=PARTITIONS, replicas=replicas)
        stop = threading.Event()
        publishing = threading.Thread(target=_publish, args=(servers, stop))
        publishing.start()
        try:
            rows: dict[str, list[float]] = {}
            for _ in range(rounds):
                for way, name in {"dynamic": "", "static": "worker-1"}.items():
                    rows.setdefault(f"killed, {way} membership", []).append(after_kill_s(servers, name=name))
                for way, is_cooperative in {"range": False, "cooperative": True}.items():
                    gap = longest_gap_s(servers, is_cooperative=is_cooperative)
                    rows.setdefault(f"second joins, {way}", []).append(gap)
        finally:
            stop.set()
            publishing.join()
    engine = f"{os.environ.get('ENGINES', 'tansu')} {os.environ.get('KAFKA_BROKERS', '1')}"
    for what, found in rows.items():
        spread = f"{min(found):.2f}–{max(found):.2f}"
        sys.stdout.write(f"{engine}: {what}: median {statistics.median(found):.2f} s ({spread})\n")


def _publish(servers: str, stop: threading.Event) -> None:
    producer: Any = KafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
    while not stop.wait(0.02):
        for partition in range(PARTITIONS):
            producer.send(TOPIC, value=b"x", partition=partition)
    producer.close(timeout=5)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["hold", servers, group, name]:
            hold(servers, group, name)
        case [*rounds]:
            measure(int(rounds[0]) if rounds else 3)
