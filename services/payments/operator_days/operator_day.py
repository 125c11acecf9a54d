"""What an operator of mobile money took on a day by its own file, a card terminal by its close or an acquirer by its
file, what differs from what was known, and how much of it has come to the fund's account. What becomes of a difference
is in `operator_difference.py`."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.operator_days.close_totals import CloseTotals

DIFFERENCES_MAX = 500
"""That a day keeps; beyond it they are counted alone."""


class DifferenceKind(StrEnum):
    """What differs. `not-known`: the file has a payment that was never reported, and it is booked from the file;
    `not-in-file`: a payment was reported that the file does not have; `not-reversed`: the file has money given back
    that was never reported; `fee-differs`: the operator keeps another fee than was agreed. Of a card terminal,
    `totals-differ` and `reversals-differ`: its close has another count or sum of payments, or of payments that were
    cancelled, than the tickets that were typed. Of an acquirer's file, `ticket-…`: it has a payment of which no ticket
    was typed, a ticket is missing in it, has another amount there, or is cancelled there alone."""

    NOT_KNOWN = "not-known"
    NOT_IN_FILE = "not-in-file"
    AMOUNT_DIFFERS = "amount-differs"
    REFERENCE_DIFFERS = "reference-differs"
    NOT_REVERSED = "not-reversed"
    FEE_DIFFERS = "fee-differs"
    TOTALS_DIFFER = "totals-differ"
    REVERSALS_DIFFER = "reversals-differ"
    TICKET_NOT_TYPED = "ticket-not-typed"
    TICKET_NOT_IN_FILE = "ticket-not-in-file"
    TICKET_AMOUNT_DIFFERS = "ticket-amount-differs"
    TICKET_NOT_CANCELLED = "ticket-not-cancelled"


class DayStatus(StrEnum):
    """Where the money of a day stands. It is never set: it follows from what came. `compared`: none comes for it."""

    EXPECTED = "expected"
    PARTLY = "partly"
    SETTLED = "settled"
    COMPARED = "compared"


@dataclass(frozen=True, kw_only=True)
class DayDifference:
    """One thing that a person has to see; minor units: what we have, and what the file says; of totals also how many
    payments they are of. `difference_id` names it in every file of the day; empty where an earlier release kept it.
    `ticket_id` is the card payment with the ticket that differs from an acquirer's file, where one was typed."""

    kind: DifferenceKind
    payment_id: str
    known_minor: int = 0
    stated_minor: int = 0
    known_count: int = 0
    stated_count: int = 0
    difference_id: str = ""
    ticket_id: str = ""


@dataclass(frozen=True, kw_only=True)
class OperatorDay:
    """A day of an operator, or a close of a card terminal (`terminal_id`, and `batch` by the terminal's own number);
    minor units. `total_minor` is what it took less what it gave back, `fee_minor` what it
    keeps; `reference` is what it writes on the transfer of the rest. `settled_minor` is what came of that.

    An acquirer's file is a day that is not paid in (`is_paid_in`): the closes of its terminals are."""

    day_id: str
    operator: str
    day: date
    reference: str
    sha256: str
    payments: int
    total_minor: int
    fee_minor: int
    differences: tuple[DayDifference, ...] = ()
    differences_count: int = 0
    open_differences: int | None = None
    """How many of them nobody has closed; None where an earlier release kept the day and none of them is followed."""
    has_differences: bool = False
    """Whether some are open."""
    written_off_minor: int = 0
    """What of the operator's balance was written off for the day's differences; below zero where it paid too much."""
    settled_minor: int = 0
    entry_ids: tuple[str, ...] = ()
    terminal_id: str = ""
    batch: str = ""
    closed: CloseTotals | None = None
    """What the terminal printed."""
    is_paid_in: bool = True
    taken_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if min(self.payments, self.fee_minor, self.settled_minor) < 0 or len(self.differences) > DIFFERENCES_MAX:
            raise ValueError("a day has no amount below nothing")
        are_open = self.differences_count if self.open_differences is None else self.open_differences
        if self.has_differences != (are_open > 0) or self.differences_count < len(self.differences):
            raise ValueError("a day has differences where some are counted, and only there")
        if not 0 <= are_open <= self.differences_count:
            raise ValueError("a day has no more open differences than differences")

    @property
    def net_minor(self) -> int:
        """What the operator pays in for the day; nothing where it gave back more than it took."""
        return max(0, self.total_minor - self.fee_minor) if self.is_paid_in else 0

    @property
    def to_settle_minor(self) -> int:
        """What is still to come of it."""
        return max(0, self.net_minor - self.settled_minor)

    @property
    def status(self) -> DayStatus:
        if not self.is_paid_in:
            return DayStatus.COMPARED
        if not self.to_settle_minor:
            return DayStatus.SETTLED
        return DayStatus.PARTLY if self.settled_minor else DayStatus.EXPECTED
