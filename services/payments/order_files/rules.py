"""What may happen to a file of orders: sent at most once under its id, and asked about where its outcome is unknown.
Pure: the time is handed in."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from services.payments.order_files.order_file import FILE_MOVES, OVER, STEPS_MAX, FileStatus, FileStep, OrderFile
from shared.kernel.errors import Conflict
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.schedule import RetrySchedule

SENDING_S, BYTES_SENT_A_S = 15, 1_000_000
"""After how long the outcome of a file that is being sent counts as unknown: longer than any call to the bank takes,
and longer for a long file."""

STATUS_CHECK_WAITS = RetrySchedule((2, 5, 10, 30, 60, 300, 900, 3600))
"""After how long without news of a file the bank is asked again."""

IN_HAND_S = 120
"""After how long without news of it a file whose blocks are being looked at is taken up by another worker: longer than
the largest file takes to be written."""

File = TypeVar("File", bound=OrderFile)


class NotOfBatch(Conflict):
    """The bank's response is about another file, or another count or sum than was sent."""

    code = "payout.not-of-batch"


def end_to_end_id(order_id: str) -> str:
    """An order's id as it is written into files."""
    return order_id.replace("-", "")


def gathered(file: File, *, at: datetime) -> File:
    """No block is added to it any more."""
    return _moved(file, to=FileStatus.READY, at=at, next_look_at=at)


def in_hand(file: File, *, at: datetime) -> File:
    """Somebody is at its blocks, one after the other: nobody else looks at it meanwhile."""
    return replace(file, next_look_at=at + timedelta(seconds=IN_HAND_S))


def begin_sending(file: File, *, at: datetime) -> File:
    """From now on the bank may have the file, whatever happens to us."""
    sending_s = SENDING_S + file.size // BYTES_SENT_A_S
    return _moved(file, to=FileStatus.SENDING, at=at, next_look_at=at + timedelta(seconds=sending_s))


def taken(file: File, *, at: datetime) -> File:
    """The bank has the file; its verdict can be asked for."""
    return replace(_moved(file, to=FileStatus.SENT, at=at, next_look_at=at), looks=0)


def refused_whole(file: File, *, at: datetime, reason: str) -> File:
    """The bank took none of it. That is kept before its orders are refused one block after the other: a bank that has
    not kept the file is in vain asked for a verdict on it."""
    return replace(taken(file, at=at), refused_for=reason)


def doubt(file: File, *, at: datetime) -> File:
    """The bank did not answer, or we fell before its answer was kept."""
    return _moved(file, to=FileStatus.UNKNOWN, at=at, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=1))


def never_taken(file: File, *, at: datetime) -> File:
    """The bank, asked, has never seen the file: the same file, with the same id, is sent again."""
    return _moved(file, to=FileStatus.READY, at=at, next_look_at=at)


def discard(file: File, *, at: datetime) -> File:
    """What it says is no longer so, and the bank has never seen it: another file takes its place."""
    return _moved(file, to=FileStatus.DISCARDED, at=at, next_look_at=None)


def reported(file: File, *, at: datetime) -> File:
    """The bank gave its verdict on every order; what it books comes by statements."""
    look_at = STATUS_CHECK_WAITS.next_at(at, tries=1)
    return replace(_moved(file, to=FileStatus.REPORTED, at=at, next_look_at=look_at), looks=0)


def close(file: File, *, at: datetime) -> File:
    """Every order of it is settled."""
    return _moved(file, to=FileStatus.CLOSED, at=at, next_look_at=None)


def check_later(file: File, *, at: datetime) -> File:
    """No news: look again, each time after a longer while. What is over needs no look."""
    if file.status in OVER:
        return file
    looks = file.looks + 1
    return replace(file, looks=looks, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=looks))


def _moved(file: File, *, to: FileStatus, at: datetime, next_look_at: datetime | None) -> File:
    status = moved(FILE_MOVES, file.status, to=to)
    steps = with_step(file.steps, FileStep(status=status, at=at), limit=STEPS_MAX)
    return replace(file, status=status, steps=steps, next_look_at=next_look_at)
