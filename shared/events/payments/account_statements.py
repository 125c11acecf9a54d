"""An employer's statement of account, to be printed."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.declaring import event

STATEMENT_LINES_MAX = 600
"""Of one statement of account that is published to be printed."""


@dataclass(frozen=True)
class BookedLine:
    """One entry of an employer's statement of account, with what it owes after it, below zero what it has to its
    credit."""

    value_on: date
    kind: str
    period: str
    charged_minor: int
    credited_minor: int
    balance_minor: int


@event(case="reference")
class AccountStatementDrawn:
    """An employer asked for its statement of account as a paper: what it owed before a time, each line that was booked
    to it in that time, and what it owes after it, as it stood at `drawn_at`. documents prints it. Without `from_on` it
    begins with the first entry; with a `period` it is of that period alone."""

    reference: str
    employer_id: str
    language: str
    from_on: date | None
    until_on: date
    period: str
    opening_minor: int
    closing_minor: int
    lines: tuple[BookedLine, ...]
    drawn_at: datetime
