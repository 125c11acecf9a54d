"""The watchdog of a consumer: notices that it has partitions and lag, and receives no records.

A consumer can fall into this state without an error (kafka-python before 3.0.9 did, after a rebalance), and no other
member helps, since the partition counts as taken. The same where a group never lets a member in. The consumer is then
replaced by a new one.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.bus.kafka_internals import close_without_leaving, request_rejoin
from shared.telemetry import metrics

CHECK_S = 5.0
QUESTION_MAX_MS = 3_000
UNKNOWN = -1
"""No record of the partition was received yet: its committed offset is read before it counts as stalled."""
STALL_MAX_S = 30.0
"""A partition with lag whose offset does not move for so long is stalled: ten times what a change of broker takes."""
POLLS_MIN = 20
"""And at least so many polls: a consumer that was busy with a long batch did not poll."""
OUTSIDE_MAX_S = 90.0
"""A group that takes so long to admit a member is stuck. The longest honest wait is for a member that works at a batch
(`CONFLICT_WAITS_S` in the inbox)."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Stall:
    """A partition with lag: its offset, and since when and which poll it has not moved."""

    reached: int
    since_s: float
    since_poll: int


def lagging(
    before: Mapping[TopicPartition, Stall],
    reached: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    *,
    at_s: float,
    polls: int,
) -> dict[TopicPartition, Stall]:
    """The partitions with lag; one that has not moved since the last check keeps its start."""
    found: dict[TopicPartition, Stall] = {}
    for partition, offset in reached.items():
        if ends.get(partition, 0) <= offset:
            continue
        known = before.get(partition)
        found[partition] = known if known and known.reached == offset else Stall(offset, at_s, polls)
    return found


def stalled(
    waiting: Mapping[TopicPartition, Stall], *, at_s: float, polls: int, stall_max_s: float
) -> list[TopicPartition]:
    """The partitions that were polled often enough, for long enough, without a record."""
    return sorted(
        partition
        for partition, stall in waiting.items()
        if at_s - stall.since_s >= stall_max_s and polls - stall.since_poll >= POLLS_MIN
    )


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes when the group has assigned this member its partitions, maybe none: before that nothing is handled. A
    member outside of the group rejoins until it is admitted."""

    def __init__(self, consumer: KafkaConsumer, has_joined: threading.Event) -> None:
        self.consumer = consumer
        self.has_joined = has_joined
        self.outside_since_s: float | None = time.monotonic()

    def on_partitions_revoked(self, revoked: object) -> None:
        self.outside_since_s = time.monotonic()
        request_rejoin(self.consumer)

    def on_partitions_assigned(self, assigned: object) -> None:
        self.outside_since_s = None
        self.has_joined.set()

    def leave(self) -> None:
        """Close the consumer without leaving the group, which notices when the session expires, as after a crash."""
        self.has_joined.clear()
        close_without_leaving(self.consumer)


@dataclass
class Watchdog:
    """Watches one consumer, in its thread, for its whole life."""

    consumer: KafkaConsumer
    membership: Membership
    stall_max_s: float = STALL_MAX_S
    outside_max_s: float = OUTSIDE_MAX_S
    _polls: int = 0
    _next_check_s: float = 0.0
    _reached: dict[TopicPartition, int] = field(default_factory=dict)
    _waiting: dict[TopicPartition, Stall] = field(default_factory=dict)

    def must_reconnect(self, polled: Mapping[TopicPartition, Sequence[Any]]) -> bool:
        """Note the result of a poll; whether the consumer must be replaced, which is logged and counted."""
        self._polls += 1
        for partition, records in polled.items():
            self._reached[partition] = records[-1].offset + 1
        at_s = time.monotonic()
        if at_s < self._next_check_s:
            return False
        self._next_check_s = at_s + min(CHECK_S, self.stall_max_s / 3)
        outside_since_s = self.membership.outside_since_s
        if outside_since_s is not None:
            return self._is_kept_out(at_s - outside_since_s)
        return self._is_kept_waiting(at_s)

    def _is_kept_out(self, for_s: float) -> bool:
        if for_s < self.outside_max_s:
            return False
        log.error("group-lets-nobody-in", seconds=round(for_s))
        metrics.CONSUMERS_RENEWED.labels("kept-out").inc()
        return True

    def _is_kept_waiting(self, at_s: float) -> bool:
        try:
            found = self._check(at_s)
        except KafkaError:  # a broker that does not answer is handled elsewhere
            return False
        if not found:
            return False
        log.error("partitions-silent", partitions=[f"{each.topic}/{each.partition}" for each in found])
        metrics.CONSUMERS_RENEWED.labels("silent").inc()
        return True

    def _check(self, at_s: float) -> list[TopicPartition]:
        assigned = sorted(self.consumer.assignment())
        if not assigned:
            return []
        ends = self.consumer.end_offsets(assigned, timeout_ms=QUESTION_MAX_MS)
        self._reached = {each: self._reached.get(each, UNKNOWN) for each in assigned}
        self._waiting = lagging(self._waiting, self._reached, ends, at_s=at_s, polls=self._polls)
        found = stalled(self._waiting, at_s=at_s, polls=self._polls, stall_max_s=self.stall_max_s)
        return [each for each in found if not self._is_done(each, end=ends[each])]

    def _is_done(self, partition: TopicPartition, *, end: int) -> bool:
        """Whether there is no lag after all: another member read it, or the records are past their retention."""
        done = self.consumer.committed(partition, timeout_ms=QUESTION_MAX_MS)
        if done is None:
            done = self.consumer.beginning_offsets([partition], timeout_ms=QUESTION_MAX_MS)[partition]
        self._reached[partition] = max(self._reached[partition], done)
        return self._reached[partition] >= end
