"""A payment at an operator of mobile money: begun, taken, reversed. A wrong one cannot be built."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.money import AMOUNT_MINOR_MAX

ID_CHARACTERS_MAX = 64
REFERENCE_CHARACTERS_MAX = 40
PAYMENT_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{ID_CHARACTERS_MAX}}}", re.ASCII)


class Status(StrEnum):
    """Where a payment stands. `begun`: the operator is about to take the money, and has the reference to itself for a
    while; `taken`: it says that it took it; `reversed`: it gave it back to the payer."""

    BEGUN = "begun"
    TAKEN = "taken"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


MOVES: dict[Status, frozenset[Status]] = {
    # Money that an operator took is a fact, also where it had said that it would not take it.
    Status.BEGUN: frozenset({Status.TAKEN, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.TAKEN}),
    Status.TAKEN: frozenset({Status.REVERSED}),
    Status.REVERSED: frozenset(),
}


class PaymentException(StrEnum):
    """What was not as it should be about money that an operator took: it is booked as far as can be, and an agent and
    the operator see why."""

    AMOUNT_WRONG = "amount-wrong"
    PAID_TWICE = "paid-twice"
    EXPIRED = "expired"
    REFERENCE_UNKNOWN = "reference-unknown"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an operator said of a payment; minor units. `taken_at` where it says that it has the money."""

    reference: str
    amount_minor: int
    taken_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX or not self.reference:
            raise ValueError("a payment is of something and for a reference")


@dataclass(frozen=True, kw_only=True)
class OperatorPayment:
    """A payment by the operator's own id, with what was said of it when it was begun and when it was taken.

    `payment_key` names it among those of all operators. `collection_id` is empty where the reference names none,
    `entry_id` is the entry as which its money is kept. `taken_on` is the fund's day on which it was taken.
    """

    payment_key: str
    operator: str
    payment_id: str
    status: Status
    begun: Terms | None = None
    hold_until: datetime | None = None
    taken: Terms | None = None
    taken_on: date | None = None
    receipt: str = ""
    collection_id: str = ""
    entry_id: str = ""
    exception: PaymentException | None = None
    reason: str = ""
    changed_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        is_taken = self.status in (Status.TAKEN, Status.REVERSED)
        if is_taken != (self.taken is not None) or is_taken != bool(self.taken_on and self.receipt and self.entry_id):
            raise ValueError("money that was taken has its terms, its day, its receipt and its entry, and no other has")
        if not is_taken and self.begun is None:
            raise ValueError("a payment was begun, or taken")

    @property
    def terms(self) -> Terms:
        """What holds of it: what was taken, or what is to be."""
        terms = self.taken or self.begun
        if terms is None:
            raise ValueError("a payment was begun, or taken")
        return terms
