"""A difference of an operator's day or of an acquirer's file, followed until it is closed: since when, in whose hands,
by whom and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.operator_days.operator_day import DayDifference, DifferenceKind

NOTE_CHARACTERS_MAX = 300
CLOSINGS_MAX = 20
"""Earlier closings that are kept, those that did not stand; the oldest are forgotten."""


class DifferenceStatus(StrEnum):
    """Where a difference stands. `proposed`: somebody closes it, and a second person has to agree."""

    OPEN = "open"
    PROPOSED = "proposed"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a difference is closed. `corrected-by-later-file` is also what a later file of the same day does by itself;
    `written-off` books what the operator's balance is left with."""

    EXPLAINED_BY_OPERATOR = "explained-by-operator"
    BOOKED_OTHERWISE = "booked-otherwise"
    REFUNDED = "refunded"
    CORRECTED_BY_LATER_FILE = "corrected-by-later-file"
    WRITTEN_OFF = "written-off"


@dataclass(frozen=True, kw_only=True)
class DifferenceClosing:
    """Who closed it and why, and who agreed. `by` is empty where a later file did."""

    reason: ClosingReason
    by: str
    at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OperatorDifference:
    """One difference of a day; minor units: what we have, and what the operator says. It is the same one in every file
    of the day that has it. `assigned_to` is the agent who holds it, None while it waits in the common queue; `note` is
    what was written when it was closed, stored encrypted."""

    difference_id: str
    day_id: str
    operator: str
    day: date
    kind: DifferenceKind
    payment_id: str
    known_minor: int
    stated_minor: int
    known_count: int = 0
    stated_count: int = 0
    ticket_id: str = ""
    status: DifferenceStatus
    is_open: bool
    opened_at: datetime
    assigned_to: str | None = None
    closing: DifferenceClosing | None = None
    note: str = ""
    closed_before: tuple[DifferenceClosing, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if self.is_open != (self.status is not DifferenceStatus.CLOSED):
            raise ValueError("a difference is open until it is closed")
        if (self.closing is None) != (self.status is DifferenceStatus.OPEN):
            raise ValueError("what is proposed or closed has its closing, and nothing else has")

    @property
    def finding(self) -> DayDifference:
        """What differs, as the day has it."""
        return DayDifference(
            kind=self.kind,
            payment_id=self.payment_id,
            known_minor=self.known_minor,
            stated_minor=self.stated_minor,
            known_count=self.known_count,
            stated_count=self.stated_count,
            difference_id=self.difference_id,
            ticket_id=self.ticket_id,
        )

    @property
    def balance_minor(self) -> int:
        """What the operator's account is left with once the day is paid in, because of this difference alone: money
        that we booked and the operator does not pay; below zero, money that it pays beyond what we booked. A payment
        that was booked from the file leaves nothing, nor does a fee, which is booked as the operator keeps it. What
        differs of a ticket is in the close of its terminal, whose totals it makes differ."""
        match self.kind:
            case DifferenceKind.NOT_IN_FILE:
                return self.known_minor
            case DifferenceKind.NOT_KNOWN:
                return max(0, -self.stated_minor)
            case DifferenceKind.NOT_REVERSED:
                return -self.stated_minor
            case DifferenceKind.AMOUNT_DIFFERS if self.stated_minor < 0:
                return -self.stated_minor - self.known_minor
            case DifferenceKind.AMOUNT_DIFFERS | DifferenceKind.TOTALS_DIFFER:
                return self.known_minor - self.stated_minor
            case DifferenceKind.REVERSALS_DIFFER:
                return self.stated_minor - self.known_minor
            case _:
                return 0

    @property
    def weight_minor(self) -> int:
        """How much is in question: by it a second person is asked for."""
        if self.kind is DifferenceKind.NOT_REVERSED:
            return abs(self.stated_minor)
        return abs(abs(self.known_minor) - abs(self.stated_minor)) or abs(self.known_minor)
