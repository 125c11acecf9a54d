"""A file of orders for the bank, of whatever kind (payouts, debits): where it stands, from written to settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

STEPS_MAX = 40


class FileStatus(StrEnum):
    """Where a file stands.

    `gathering`: one payment block after the other is put into it (debits). `ready`: it is whole, and not sent. The
    approval by a second person will stand between here and `sending`. `sending` is written before the bank is called:
    after a crash it shows that the bank may have been sent, and asks. `sent`: the bank took it. `reported`: it gave its
    verdict. `closed`: every order of it is settled. `discarded`: what it says was no longer so before the bank had it;
    it is never sent.
    """

    GATHERING = "gathering"
    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    REPORTED = "reported"
    CLOSED = "closed"
    DISCARDED = "discarded"


FILE_MOVES: Mapping[FileStatus, frozenset[FileStatus]] = {
    FileStatus.GATHERING: frozenset({FileStatus.READY}),
    FileStatus.READY: frozenset({FileStatus.SENDING, FileStatus.DISCARDED}),
    FileStatus.SENDING: frozenset({FileStatus.SENT, FileStatus.UNKNOWN}),
    FileStatus.UNKNOWN: frozenset({FileStatus.READY, FileStatus.SENT}),
    FileStatus.SENT: frozenset({FileStatus.REPORTED}),
    FileStatus.REPORTED: frozenset({FileStatus.CLOSED}),
    FileStatus.CLOSED: frozenset(),
    FileStatus.DISCARDED: frozenset(),
}

OVER = frozenset({FileStatus.CLOSED, FileStatus.DISCARDED})
"""Nothing more is awaited of it."""


@dataclass(frozen=True, kw_only=True)
class FileStep:
    status: FileStatus
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderBlock:
    """A payment block of a file (PmtInf): its PmtInfId, and what it orders, each by the id that is its EndToEndId
    without dashes."""

    block_id: str
    order_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrderFile:
    """What every kind of file has. `batch_id` is its MsgId; `sha256` and `size` name the stored bytes."""

    ORDERS_MAX: ClassVar[int]

    batch_id: str
    total_minor: int
    sha256: str
    size: int
    status: FileStatus
    steps: tuple[FileStep, ...]
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it: what a release without the due queue left has none."""
    refused_for: str | None = None
    """Why the bank took none of it when it was handed in."""
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.order_count <= self.ORDERS_MAX or self.total_minor <= 0:
            raise ValueError(f"a file has 1 to {self.ORDERS_MAX} orders and a total above nothing")
        if (self.status in OVER) != (self.next_look_at is None):
            raise ValueError("a file is looked at again until it is over")

    @property
    def order_count(self) -> int:
        raise NotImplementedError
