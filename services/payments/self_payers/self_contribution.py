"""What a self-payer owes for a month, by which reference it is paid, and the money that came for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.payments.ledger.receipt import MoneyReceipt
from shared.funds.contributions import ContributionSide
from shared.funds.law import Law

SELF_PAYMENT_PREFIX = "CI"
"""The letters that open every reference by which a self-payer pays a month."""


class SelfContributionStatus(StrEnum):
    """Where a month stands. `cancelled`: it is after the end of the admission, and nothing had come for it."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


class BoundKind(StrEnum):
    """How a share came about: the percentage of the base, or the least or the most that the law names."""

    PERCENT = "percent"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, kw_only=True)
class SelfPayerShare:
    """One side's share of a month, with the text that it comes from, as it was when the month was called."""

    side: ContributionSide
    percent: Decimal
    computed_minor: int
    floor_minor: int | None
    ceiling_minor: int | None
    amount_minor: int
    law: Law

    @property
    def bound(self) -> BoundKind:
        if self.amount_minor > self.computed_minor:
            return BoundKind.FLOOR
        return BoundKind.CEILING if self.amount_minor < self.computed_minor else BoundKind.PERCENT


@dataclass(frozen=True, kw_only=True)
class SelfAssessment:
    """What a base makes due for a month: by side, and the same by branch of insurance."""

    base_minor: int
    shares: tuple[SelfPayerShare, ...]
    branches: Mapping[str, int]

    def __post_init__(self) -> None:
        if sum(self.branches.values()) != self.due_minor or self.due_minor <= 0:
            raise ValueError("what is due is the same by side and by branch, and is something")

    @property
    def due_minor(self) -> int:
        return sum(each.amount_minor for each in self.shares)

    @property
    def is_to_be_confirmed(self) -> bool:
        """Whether any rate in it has yet to be confirmed by the fund."""
        return any(each.law.is_to_be_confirmed for each in self.shares)


@dataclass(frozen=True, kw_only=True)
class SelfContribution:
    """One month of one person. It keeps its reference for good: a month that was cancelled and is called again has
    the one that the person knows. `calls` counts how often it was called."""

    contribution_id: str
    person_ref: str
    month: str
    reference: str
    status: SelfContributionStatus
    assessment: SelfAssessment
    due_on: date
    called_at: datetime
    calls: int = 1
    received_minor: int = 0
    receipts: tuple[MoneyReceipt, ...] = ()
    paid_on: date | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.received_minor <= self.assessment.due_minor:
            raise ValueError("what came for a month is between nothing and what is due")
        is_whole = self.received_minor == self.assessment.due_minor
        if is_whole != (self.status is SelfContributionStatus.PAID):
            raise ValueError("a month is paid when all that is due came")
        if self.status is SelfContributionStatus.CANCELLED and self.received_minor:
            raise ValueError("no month is cancelled that money came for")

    @property
    def due_minor(self) -> int:
        """What is due for the month, whether it was paid or not; nothing of a month that is cancelled."""
        return 0 if self.status is SelfContributionStatus.CANCELLED else self.assessment.due_minor

    @property
    def left_minor(self) -> int:
        """What is still to come."""
        return self.due_minor - self.received_minor

    @property
    def cause(self) -> str:
        """What the ledger knows its call by."""
        return f"self-contribution:{self.contribution_id}:called-{self.calls}"


def id_of(person_ref: str, month: str) -> str:
    """The id of a person's month: there is one."""
    return f"{person_ref}-{month}"
