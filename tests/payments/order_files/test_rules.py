"""What may happen to a file of orders, whatever it orders: every move, allowed and refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.payments.order_files import rules
from services.payments.order_files.order_file import FILE_MOVES, OVER, STEPS_MAX, FileStatus, FileStep
from services.payments.payouts.batch import PayoutBatch
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT


def file(status: FileStatus = FileStatus.READY, **facts: Any) -> PayoutBatch:
    return PayoutBatch(
        **{
            "batch_id": "b1",
            "payout_ids": ("019c4c1e-0000-7000-8000-000000000001",),
            "total_minor": 32_000,
            "sha256": "0" * 64,
            "size": 2_000,
            "status": status,
            "steps": (FileStep(status=status, at=AT),),
            "next_look_at": None if status in OVER else AT,
            **facts,
        }
    )


STEPS: dict[FileStatus, Callable[[PayoutBatch], PayoutBatch]] = {
    FileStatus.READY: lambda it: (
        rules.gathered(it, at=AT) if it.status is FileStatus.GATHERING else rules.never_taken(it, at=AT)
    ),
    FileStatus.SENDING: lambda it: rules.begin_sending(it, at=AT),
    FileStatus.UNKNOWN: lambda it: rules.doubt(it, at=AT),
    FileStatus.SENT: lambda it: rules.taken(it, at=AT),
    FileStatus.REPORTED: lambda it: rules.reported(it, at=AT),
    FileStatus.CLOSED: lambda it: rules.close(it, at=AT),
    FileStatus.DISCARDED: lambda it: rules.discard(it, at=AT),
}
ALLOWED = {
    (FileStatus.GATHERING, FileStatus.READY),
    (FileStatus.READY, FileStatus.SENDING),
    (FileStatus.READY, FileStatus.DISCARDED),
    (FileStatus.SENDING, FileStatus.SENT),
    (FileStatus.SENDING, FileStatus.UNKNOWN),
    (FileStatus.UNKNOWN, FileStatus.READY),
    (FileStatus.UNKNOWN, FileStatus.SENT),
    (FileStatus.SENT, FileStatus.REPORTED),
    (FileStatus.REPORTED, FileStatus.CLOSED),
}


@pytest.mark.parametrize("here", FileStatus)
@pytest.mark.parametrize("to", FileStatus)
def test_every_move_of_a_file_is_allowed_or_refused(here: FileStatus, to: FileStatus) -> None:
    if to is FileStatus.GATHERING:
        return  # a file begins there, and none comes back
    if (here, to) in ALLOWED:
        moved = STEPS[to](file(here))
        assert moved.status is to and (moved.next_look_at is None) == (to in OVER)
    else:
        with pytest.raises(MoveNotAllowed):
            STEPS[to](file(here))


def test_the_table_of_files_says_the_same() -> None:
    assert {(here, to) for here, ways in FILE_MOVES.items() for to in ways} == ALLOWED


def test_a_file_never_goes_out_again_without_asking() -> None:
    """There is one way to `sending`, and from a doubt it leads over the bank's own word that it has never seen it."""
    assert [here for here, ways in FILE_MOVES.items() if FileStatus.SENDING in ways] == [FileStatus.READY]
    ways_back = [here for here, ways in FILE_MOVES.items() if FileStatus.READY in ways]
    assert ways_back == [FileStatus.GATHERING, FileStatus.UNKNOWN]


@pytest.mark.parametrize("over", sorted(OVER))
def test_what_is_over_is_looked_at_no_more(over: FileStatus) -> None:
    it = file(over)
    assert rules.check_later(it, at=AT) is it
    with pytest.raises(ValueError):
        file(over, next_look_at=AT)


def test_the_bank_is_asked_after_longer_and_longer_waits() -> None:
    looked, waits = file(FileStatus.REPORTED), []
    for _ in range(10):
        looked = rules.check_later(looked, at=AT)
        assert looked.next_look_at is not None
        waits.append((looked.next_look_at - AT) // timedelta(seconds=1))
    assert waits == [2, 5, 10, 30, 60, 300, 900, 3600, 3600, 3600]


def test_histories_have_a_limit() -> None:
    silent = file(FileStatus.UNKNOWN)
    for _ in range(STEPS_MAX):
        silent = rules.doubt(rules.begin_sending(rules.never_taken(silent, at=AT), at=AT), at=AT)
    assert len(silent.steps) == STEPS_MAX
