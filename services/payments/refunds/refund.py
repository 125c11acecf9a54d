"""A refund: money that the fund sends back, because it was not owed or too much.

The fund orders the transfer at its bank with the refund's reference on it; the bank's entry that carries the reference
is what pays the refund. Payout files carry benefits to persons alone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.money import AMOUNT_MINOR_MAX

STEPS_MAX = 40


class RefundStatus(StrEnum):
    """Where a refund stands. `proposed`: a second person has to confirm it. `ordered`: to be sent. `cancelled`: the
    second person rejected it, and the money is where it was."""

    PROPOSED = "proposed"
    ORDERED = "ordered"
    PAID = "paid"
    CANCELLED = "cancelled"


MOVES: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.PROPOSED: frozenset({RefundStatus.ORDERED, RefundStatus.CANCELLED}),
    RefundStatus.ORDERED: frozenset({RefundStatus.PAID, RefundStatus.CANCELLED}),
    # The bank returned it: it is to be sent again, to another account.
    RefundStatus.PAID: frozenset({RefundStatus.ORDERED}),
    RefundStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class RefundStep:
    """One thing that happened. `about` is a short fact, such as the bank's reason."""

    status: RefundStatus
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundDetails:
    """Whose account it goes to, and what an agent wrote about it. Stored encrypted."""

    counterparty: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money to be sent back. `source` is the ledger's code that it is taken from, `origin` what it came of:
    `credit:<id>` or `bank-entry:<id>`."""

    refund_id: str
    reference: str
    amount_minor: int
    source: str
    origin: str
    status: RefundStatus
    steps: tuple[RefundStep, ...]
    ordered_by: str
    details: RefundDetails
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX or not self.details.counterparty:
            raise ValueError("a refund is of something, and goes to somebody")
