"""A file of orders for the bank, of whatever kind (payouts, debits): where it stands, from written to settled."""

from collections.abc import Mapping
from dataclasses import Field, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

STEPS_MAX = 40


class FileStatus(StrEnum):
    """Where a file stands.

    `ready`: the file is stored and not sent. The approval by a second person will stand between here and `sending`.
    `sending` is written before the bank is called: after a crash it shows that the bank may have been sent, and asks.
    `sent`: the bank took it. `reported`: it gave its verdict. `closed`: every order of it is settled. `discarded`: what
    it says was no longer so before the bank had it; it is never sent.
    """

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    REPORTED = "reported"
    CLOSED = "closed"
    DISCARDED = "discarded"


FILE_MOVES: Mapping[FileStatus, frozenset[FileStatus]] = {
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


class OrderFile(Protocol):
    """What every kind of file has: a frozen dataclass. `batch_id` is its MsgId, `sha256` and `size` name the stored
    bytes, `order_ids` what it orders, each by the id that is its EndToEndId without dashes."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def batch_id(self) -> str: ...
    @property
    def order_ids(self) -> tuple[str, ...]: ...
    @property
    def total_minor(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def status(self) -> FileStatus: ...
    @property
    def steps(self) -> tuple[FileStep, ...]: ...
    @property
    def looks(self) -> int: ...
    @property
    def next_look_at(self) -> datetime | None: ...
    @property
    def version(self) -> int: ...


def check(file: OrderFile, *, orders_max: int) -> None:
    """ValueError where there can be no such file."""
    if not 1 <= len(file.order_ids) <= orders_max or file.total_minor <= 0:
        raise ValueError(f"a file has 1 to {orders_max} orders and a total above nothing")
    if (file.status in OVER) != (file.next_look_at is None):
        raise ValueError("a file is looked at again until it is over")
