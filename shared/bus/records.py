"""The broker's records as the inbox handles them, in batches that fit into one transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from shared.bus.dead_letters import ReceivedRecord
from shared.kernel.batches import in_batches

BATCH_EVENTS_MAX = 100
BATCH_BYTES_MAX = 64_000
"""A transaction takes a hundred small events, or one page of hundreds of lines: a long one holds up what follows."""


def received_record(record: Any) -> ReceivedRecord:
    """The record, whole. A record without an id is identified by its topic, partition and offset."""
    found = dict(reversed(record.headers or []))
    name = found.get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}".encode()
    return ReceivedRecord(
        event_id=name.decode("utf-8", "replace"),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        headers=list(record.headers or []),
        body=record.value,
    )


def batches(received: Sequence[ReceivedRecord]) -> Iterator[list[ReceivedRecord]]:
    """The same records in order, in as few batches as a transaction's size allows."""
    return in_batches(
        received, size=lambda each: len(each.body or b""), count_max=BATCH_EVENTS_MAX, size_max=BATCH_BYTES_MAX
    )
