"""An overpayment: what was paid for an award and was not due, for periods after its end or while it held. It is taken
of later payments where the fund allows that, or the person pays it back; an agent may settle it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.runs.run import PaymentStatus

PAYMENTS_LOOKED_AT_MAX = 120
"""The last payments of an award: ten years of months."""
OVERPAYMENT_STEPS_MAX = 40
WITHHELD_SHOWN_MAX = 60
"""Of what other payments had taken off; the sum of all is kept beside."""
REPAID_SHOWN_MAX = 60
"""Of what the person paid back; the sum of all is kept beside."""
DISPUTES_MAX = 5


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
    Status.OPEN: frozenset({Status.RECOVERED, Status.WAIVER_PROPOSED, Status.CANCELLED, Status.TO_REPAY}),
    Status.WAIVER_PROPOSED: frozenset({Status.WAIVED, Status.OPEN, Status.CANCELLED, Status.TO_REPAY}),
    Status.CANCELLED: frozenset({Status.OPEN, Status.TO_REPAY}),
    Status.RECOVERED: frozenset({Status.TO_REPAY, Status.OPEN}),
    Status.WAIVED: frozenset({Status.CANCELLED, Status.OPEN, Status.TO_REPAY}),
    Status.TO_REPAY: frozenset({Status.RECOVERED, Status.OPEN, Status.TO_REPAY}),
}

TO_RECOVER = frozenset({Status.OPEN, Status.WAIVER_PROPOSED})
"""The person owes it."""


class RepaymentWay(StrEnum):
    """How it is paid back. Each has a sentence under `overpayment.way.<way>`."""

    OWN_PAYMENTS = "own-payments"
    """A share of each payment of the award itself, which holds."""
    OTHER_PAYMENTS = "other-payments"
    """A share of each payment of the person's other awards: the one that it was paid for has ended."""
    TRANSFER = "transfer"
    """There is no payment to take it of: by a transfer that names the reference."""
    HEIRS = "heirs"
    """It was paid after the person's death: by a transfer of whoever pays for them, that names the reference."""


class DisputeOutcome(StrEnum):
    """What became of a dispute. Each has a sentence under `overpayment.dispute.<outcome>`."""

    REJECTED = "rejected"
    """The overpayment stands."""
    ACCEPTED = "accepted"
    """The person does not owe it."""
    MOOT = "moot"
    """It was closed for another reason before anybody decided."""


@dataclass(frozen=True, kw_only=True)
class OverpaidPayment:
    """What one payment holds for periods after the end. `status` is what the bank did with it: what it gave back is not
    to be recovered."""

    payment_id: str
    period: str
    amount_minor: int
    status: PaymentStatus


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """What a payment of another award of the person had taken off for it."""

    payment_id: str
    award_id: str
    reference: str
    period: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Repaid:
    """Money of the person that came by the reference, on the day that it counts from; negative where the bank took it
    back. `entry_id` is the bank's entry, of payments."""

    entry_id: str
    amount_minor: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OverpaymentDispute:
    """The person says that they do not owe it, and why. `outcome` stands once it is decided, with the reason."""

    statement: str
    at: datetime
    outcome: DisputeOutcome | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class OverpaymentStep:
    status: Status
    at: datetime
    by: str
    amount_minor: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Overpayment:
    """One for an award. `last_on` is the last day that was owed, None while the award itself holds; `amount_minor` what
    is to be recovered by now.

    `carried_minor` is what of it was overpaid while the award held, and `taken_minor` what payments of the award had
    taken off for that; `withheld_minor` is what other payments of the person had taken off, all of them.
    `repayment_reference` is what a transfer names; `repaid_minor` is what came by it, of which `surplus_minor` was more
    than was owed. What came for what was owed is taken off `carried_minor`, which may be below zero by that.
    `is_of_deceased`: it was paid after the person's death, so that nothing is taken, and nobody but payments told.
    `is_expected`: payments was told of the reference.
    """

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    last_on: date | None
    payments: tuple[OverpaidPayment, ...]
    amount_minor: int
    currency: str
    status: Status
    steps: tuple[OverpaymentStep, ...]
    found_at: datetime
    repayment_reference: str = ""
    carried_minor: int = 0
    taken_minor: int = 0
    withheld: tuple[Withheld, ...] = ()
    withheld_minor: int = 0
    repaid: tuple[Repaid, ...] = ()
    repaid_minor: int = 0
    surplus_minor: int = 0
    disputes: tuple[OverpaymentDispute, ...] = ()
    is_disputed: bool = False
    is_of_deceased: bool = False
    is_expected: bool = False
    version: int = 0

    @property
    def dispute(self) -> OverpaymentDispute | None:
        """The last one, decided or not."""
        return self.disputes[-1] if self.disputes else None

    @property
    def repaid_of_debt_minor(self) -> int:
        """What came by transfer for what was owed."""
        return self.repaid_minor - self.surplus_minor

    @property
    def announced_at(self) -> datetime:
        """Since when it stands as the person was told: found, or found again."""
        return next((step.at for step in reversed(self.steps) if step.status is Status.OPEN), self.found_at)
