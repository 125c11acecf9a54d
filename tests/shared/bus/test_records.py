"""The broker's records as letters, and in parts that one transaction can carry."""

from types import SimpleNamespace
from typing import Any

import pytest

from shared.bus.dead_letters import ReceivedRecord
from shared.bus.records import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, batches, received_record


def record(**facts: Any) -> Any:
    """What the client hands over; the test names what it is about."""
    usual = {"topic": "claims", "partition": 1, "offset": 7, "key": b"dz-cnas:a", "headers": [], "value": b"{}"}
    return SimpleNamespace(**{**usual, **facts})


def letter(*, size: int, number: int = 0) -> ReceivedRecord:
    return ReceivedRecord(f"e{number}", "claims", 0, number, "dz-cnas:a", [], b"x" * size)


def test_of_an_id_that_stands_twice_the_first_counts() -> None:
    headers = [("ce_id", b"one"), ("other", b"x"), ("ce_id", b"two")]
    read = received_record(record(headers=headers))
    assert (read.event_id, read.key, read.body, read.headers) == ("one", "dz-cnas:a", b"{}", headers)


@pytest.mark.parametrize("headers", [None, [], [("ce_id", b"")]])
def test_a_record_without_an_id_is_known_by_its_place(headers: list[tuple[str, bytes]] | None) -> None:
    assert received_record(record(headers=headers)).event_id == "claims-1-7"


def test_a_record_that_is_no_text_is_read_all_the_same() -> None:
    read = received_record(record(key=None, value=None, headers=[("ce_id", b"\xff")]))
    assert (read.key, read.body, read.event_id) == ("", None, "\ufffd")


def test_small_events_come_by_the_hundred() -> None:
    found = list(batches([letter(size=1, number=n) for n in range(BATCH_EVENTS_MAX + 1)]))
    assert [len(batch) for batch in found] == [BATCH_EVENTS_MAX, 1]
    assert [each.offset for batch in found for each in batch] == list(range(BATCH_EVENTS_MAX + 1))


def test_long_pages_come_one_at_a_time() -> None:
    found = list(batches([letter(size=BATCH_BYTES_MAX - 1, number=n) for n in range(3)]))
    assert [len(batch) for batch in found] == [1, 1, 1]
