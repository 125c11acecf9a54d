"""What stands on the topics, read once from the first record to the one that is the last when the reading begins.

Nothing of a record is kept but its id and type: a hundred thousand of them take some twenty megabytes.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from deploy.local.programs import Broken
from deploy.local.verify.personal import Canaries
from shared.bus import envelope

POLL_MS = 500
"""After the end that the broker names, a poll that brings nothing: Tansu names the first record of its last batch."""
RECORDS_A_POLL = 5_000
READING_MAX_S = 600.0


class Kind(NamedTuple):
    """The type that a record declares; without one it is no event of this platform."""

    topic: str
    type_name: str
    version: int


@dataclass
class Records:
    """The records by the id that consumers know them by, and what of them shows a personal value in clear."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    count: int = 0
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    in_clear: list[str] = field(default_factory=list)

    def on(self, topic: str) -> set[str]:
        """The ids on one topic."""
        return {event_id for event_id, kind in self.kinds.items() if kind.topic == topic}


def read(servers: str, *, topics: Iterable[str], canaries: Canaries) -> Records:
    """All of these topics; one that is not there is empty. Broken where they cannot be read to their end."""
    found, known = Records(), {}
    for record in _all(servers, topics):
        event_id, kind = _named(record)
        found.kinds[event_id] = known.setdefault(kind, kind)
        found.count += 1
        found.ends[TopicPartition(record.topic, record.partition)] = record.offset + 1
        parts = [record.key or b"", record.value or b"", *(value for _, value in record.headers or [])]
        for what in canaries.found_in(b"\n".join(parts)):
            found.in_clear.append(f"topic {record.topic}, event {event_id}: {what}")
    return found


def _all(servers: str, topics: Iterable[str]) -> Iterator[Any]:
    consumer = KafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=RECORDS_A_POLL,
    )
    try:
        partitions = [
            TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()
        ]
        if not partitions:
            return
        consumer.assign(partitions)
        ends, until_s = consumer.end_offsets(partitions), time.monotonic() + READING_MAX_S
        consumer.seek_to_beginning(*partitions)
        polled: dict[Any, list[Any]] = {}
        while polled or any(consumer.position(partition) < end for partition, end in ends.items()):
            if time.monotonic() > until_s:
                raise Broken(f"the topics could not be read to their end in {READING_MAX_S:.0f} s")
            polled = consumer.poll(timeout_ms=POLL_MS)
            for records in polled.values():
                yield from records
    finally:
        consumer.close()


def _named(record: Any) -> tuple[str, Kind]:
    """A record's id, as an inbox names it, and its kind."""
    try:
        opened = envelope.parsed(record.headers)
    except envelope.EnvelopeMalformed:
        first = dict(reversed(record.headers or []))
        name = first.get("ce_id") or f"{record.topic}/{record.partition}/{record.offset}".encode()
        return name.decode("utf-8", "replace"), Kind(record.topic, "", 0)
    return opened.event_id, Kind(record.topic, opened.type_name, opened.version)
