"""An overpayment: what was paid for an award for periods after its end. An agent recovers it; nothing is debited by
itself."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.runs.run import PaymentStatus

PAYMENTS_LOOKED_AT_MAX = 120
"""The last payments of an award: ten years of months."""
OVERPAYMENT_STEPS_MAX = 40


class Status(StrEnum):
    """Where an overpayment stands. Each has a sentence under `overpayment.step.<status>`."""

    OPEN = "open"
    RECOVERED = "recovered"
    WAIVER_PROPOSED = "waiver-proposed"
    """An agent proposes to waive it, and a second person has to agree."""
    WAIVED = "waived"
    CANCELLED = "cancelled"
    """Nothing is overpaid: the death was an error or on another day, another payment took it off, or the bank gave the
    money back."""
    TO_REPAY = "to-repay"
    """It was recovered, and is not owed: it goes back to who paid it."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.RECOVERED, Status.WAIVER_PROPOSED, Status.CANCELLED}),
    Status.WAIVER_PROPOSED: frozenset({Status.WAIVED, Status.OPEN, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.OPEN}),
    Status.RECOVERED: frozenset({Status.TO_REPAY}),
    Status.WAIVED: frozenset({Status.CANCELLED}),
    Status.TO_REPAY: frozenset({Status.RECOVERED}),
}


@dataclass(frozen=True, kw_only=True)
class OverpaidPayment:
    """What one payment holds for periods after the end. `status` is what the bank did with it: what it gave back is not
    to be recovered."""

    payment_id: str
    period: str
    amount_minor: int
    status: PaymentStatus


@dataclass(frozen=True, kw_only=True)
class OverpaymentStep:
    status: Status
    at: datetime
    by: str
    amount_minor: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Overpayment:
    """One for an award. `last_on` is the last day that was owed; `amount_minor` what is to be recovered."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    last_on: date
    payments: tuple[OverpaidPayment, ...]
    amount_minor: int
    currency: str
    status: Status
    steps: tuple[OverpaymentStep, ...]
    found_at: datetime
    version: int = 0
