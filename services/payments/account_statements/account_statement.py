"""An employer's statement of account: what was booked to it, in the order of the days from which it counts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class StatementKind(StrEnum):
    """What a line is. Each cause of the ledger that moves an employer's accounts is one of them."""

    DECLARED = "declared"
    DECLARATION_REPLACED = "declaration-replaced"
    ASSESSED = "assessed"
    ASSESSMENT_ENDED = "assessment-ended"
    PAID = "paid"
    TAKEN_BACK = "taken-back"
    CREDIT_OPENED = "credit-opened"
    CREDIT_USED = "credit-used"
    REFUND_ORDERED = "refund-ordered"
    REFUND_CANCELLED = "refund-cancelled"
    PENALTY = "penalty"
    DISPUTED = "disputed"
    DISPUTE_ENDED = "dispute-ended"
    RELIEVED = "relieved"
    RELIEF_ENDED = "relief-ended"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One entry of the ledger, as it moves what the employer owes: `charged_minor` more, `credited_minor` less; both
    where money moves between its own accounts. `balance_minor` is what it owes after the line, below zero what it has
    to its credit. `about_id` names the declaration, collection, refund, credit or debt that it is about."""

    entry_id: str
    value_on: date
    booked_at: datetime
    kind: StatementKind
    period: str
    about_id: str
    charged_minor: int
    credited_minor: int
    balance_minor: int

    @property
    def place(self) -> str:
        """Its place in a statement: entries of one day in the order in which they were booked."""
        return f"{self.value_on.isoformat()} {self.entry_id}"


@dataclass(frozen=True, kw_only=True)
class AccountStatement:
    """The lines of a time, with what the employer owed before and after it. Of one period, only what is booked to it
    counts."""

    employer_id: str
    from_on: date | None
    until_on: date | None
    period: str | None
    opening_minor: int
    lines: tuple[StatementLine, ...]

    @property
    def charged_minor(self) -> int:
        return sum(line.charged_minor for line in self.lines)

    @property
    def credited_minor(self) -> int:
        return sum(line.credited_minor for line in self.lines)

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.charged_minor - self.credited_minor


@dataclass(frozen=True, kw_only=True)
class DrawnStatement:
    """A statement that documents prints, by the number under which it does."""

    reference: str
    statement: AccountStatement
    drawn_at: datetime
