"""A batch: the payouts of one file for the bank (pain.001), and what became of the file."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PAYOUTS_MAX = 200


class PayoutBatchStatus(StrEnum):
    """Where a batch stands.

    `ready`: the file is stored and not sent. The approval by a second person will stand between here and `sending`.
    `sending` is written before the bank is called: after a crash it shows that the bank may have been sent, and asks.
    `sent`: the bank took it. `reported`: it gave its verdict. `closed`: every payout is settled.
    """

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    REPORTED = "reported"
    CLOSED = "closed"


BATCH_MOVES: dict[PayoutBatchStatus, frozenset[PayoutBatchStatus]] = {
    PayoutBatchStatus.READY: frozenset({PayoutBatchStatus.SENDING}),
    PayoutBatchStatus.SENDING: frozenset({PayoutBatchStatus.SENT, PayoutBatchStatus.UNKNOWN}),
    PayoutBatchStatus.UNKNOWN: frozenset({PayoutBatchStatus.READY, PayoutBatchStatus.SENT}),
    PayoutBatchStatus.SENT: frozenset({PayoutBatchStatus.REPORTED}),
    PayoutBatchStatus.REPORTED: frozenset({PayoutBatchStatus.CLOSED}),
    PayoutBatchStatus.CLOSED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class PayoutBatchStep:
    status: PayoutBatchStatus
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class PayoutBatch:
    """One file. `batch_id` is its MsgId; `sha256` and `size` name the stored bytes."""

    batch_id: str
    payout_ids: tuple[str, ...]
    total_minor: int
    sha256: str
    size: int
    status: PayoutBatchStatus
    steps: tuple[PayoutBatchStep, ...]
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it: what a release without the due queue left has none."""
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.payout_ids) <= PAYOUTS_MAX or self.total_minor <= 0:
            raise ValueError(f"a batch has 1 to {PAYOUTS_MAX} payouts and a total above nothing")
        if (self.status is PayoutBatchStatus.CLOSED) != (self.next_look_at is None):
            raise ValueError("a batch is looked at again until it is closed")
