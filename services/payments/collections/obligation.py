"""What an accepted declaration makes an employer owe, and how much of it has come."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ObligationStatus(StrEnum):
    """Where an obligation stands. It is never set: it follows from what the obligation is."""

    OPEN = "open"
    PAID = "paid"
    OVERPAID = "overpaid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """The debt of one declaration; minor units of the fund's currency.

    `called_minor` is the most that the employer was ever asked to pay in all, `paid_minor` what came for it and was
    kept for it: what came beyond the debt is a credit of the employer (`credit.py`). A declaration that was replaced
    has a cancelled obligation without money: what had come counts for its successor. `overpaid` are those alone that
    were paid too much before there were credits.
    """

    declaration_id: str
    revision: int
    employer_id: str
    form: str
    period: str
    due_on: date
    due_minor: int
    opened_at: datetime
    called_minor: int = 0
    paid_minor: int = 0
    replaced_by: str | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if min(self.due_minor, self.called_minor, self.paid_minor) < 0:
            raise ValueError("an obligation has no amount below nothing")

    @property
    def status(self) -> ObligationStatus:
        if self.replaced_by is not None:
            return ObligationStatus.CANCELLED
        if self.paid_minor < self.due_minor:
            return ObligationStatus.OPEN
        return ObligationStatus.PAID if self.paid_minor == self.due_minor else ObligationStatus.OVERPAID

    @property
    def left_minor(self) -> int:
        """What is still to be paid."""
        return max(0, self.due_minor - self.paid_minor)
