"""The broker's records as the inbox handles them, in batches that fit into one transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from shared.bus.dead_letters import DeadLetter
from shared.kernel.parts import in_parts

BATCH_EVENTS_MAX = 100
BATCH_BYTES_MAX = 64_000
"""A transaction takes a hundred small events, or one page of hundreds of lines: a long one holds up what follows."""


def as_dead_letter(record: Any) -> DeadLetter:
    """The record, whole. A record without an id is identified by its topic, partition and offset."""
    found = dict(reversed(record.headers or []))
    name = found.get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}".encode()
    return DeadLetter(
        event_id=name.decode("utf-8", "replace"),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        headers=list(record.headers or []),
        body=record.value,
    )


def batches(letters: Sequence[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """The same records in order, in as few batches as a transaction's size allows."""
    return in_parts(
        letters, size=lambda each: len(each.body or b""), count_max=BATCH_EVENTS_MAX, size_max=BATCH_BYTES_MAX
    )
