"""A payment by card at a terminal of the fund's counter: begun, taken with the terminal's ticket, reversed. A wrong one
cannot be built."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.operator_days.close_totals import is_number
from shared.kernel.money import AMOUNT_MINOR_MAX

AUTHORISATION = re.compile("[A-Z0-9]{0,12}", re.ASCII)
TICKETS_MAX = 1_000
"""Of one batch of a terminal; a counter takes some dozens a day."""


class Status(StrEnum):
    """Where a payment stands. `begun`: the payer's card is about to be taken, and the debt is asked for nowhere else
    for
    a while; `taken`: the terminal gave its ticket; `reversed`: it was cancelled at the terminal before its close."""

    BEGUN = "begun"
    TAKEN = "taken"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


MOVES: dict[Status, frozenset[Status]] = {
    Status.BEGUN: frozenset({Status.TAKEN, Status.CANCELLED}),
    # A ticket that turns up later is money that was taken.
    Status.CANCELLED: frozenset({Status.TAKEN}),
    Status.TAKEN: frozenset({Status.REVERSED}),
    Status.REVERSED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a terminal printed of a payment; minor units. Batch and number are kept without zeros before them: terminals
    begin again at 000001 with each batch."""

    batch: str
    number: str
    authorisation: str
    amount_minor: int
    taken_at: datetime

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError("a ticket is of something")
        if not is_number(self.batch) or not is_number(self.number):
            raise ValueError("a batch and a ticket have a number")
        if not AUTHORISATION.fullmatch(self.authorisation):
            raise ValueError("an authorisation is up to twelve letters and digits")


@dataclass(frozen=True, kw_only=True)
class TerminalPayment:
    """A payment at a terminal. `batch` and `is_ticketed` stand beside the ticket to be found by; `ticket_key` names the
    ticket among all of the terminal's. `closed_in` is the day of the terminal's close that has it, empty until then."""

    payment_id: str
    terminal_id: str
    acquirer: str
    collection_id: str
    declaration_id: str
    employer_id: str
    period: str
    reference: str
    amount_minor: int
    status: Status
    begun_by: str
    begun_at: datetime
    hold_until: datetime | None
    ticket: Ticket | None = None
    ticket_key: str = ""
    batch: str = ""
    is_ticketed: bool = False
    taken_by: str = ""
    taken_on: date | None = None
    receipt: str = ""
    entry_id: str = ""
    reversed_by: str = ""
    reversed_at: datetime | None = None
    closed_in: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        is_taken = self.status in (Status.TAKEN, Status.REVERSED)
        if is_taken != (self.ticket is not None) or is_taken != self.is_ticketed:
            raise ValueError("a payment that was taken has its ticket, and no other has")
        if is_taken != bool(self.taken_on and self.receipt and self.entry_id and self.ticket_key and self.batch):
            raise ValueError("a payment that was taken has its day, its receipt, its entry and its batch")
        if (self.status is Status.REVERSED) != (self.reversed_at is not None):
            raise ValueError("a payment that was reversed says when")


@dataclass(frozen=True, kw_only=True)
class TerminalWork:
    """What was done at a terminal, counted: every ticket and every close changes it, so that a ticket that is typed
    while
    the terminal's close is, is in the close or refused."""

    terminal_id: str
    tickets: int = 0
    closes: int = 0
    version: int = 0
