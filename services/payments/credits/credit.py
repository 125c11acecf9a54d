"""What an employer paid beyond a debt: the fund keeps it for the employer until a debt takes it or it is sent back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

USES_MAX = 50


class UseKind(StrEnum):
    """What a part of a credit went to: a debt, the employer, or the payer who took the money back at the bank."""

    APPLIED = "applied"
    REFUNDED = "refunded"
    REVERSED = "reversed"


@dataclass(frozen=True, kw_only=True)
class Use:
    """A part of a credit that is gone. `to` names the declaration, the refund, or the bank's entry."""

    kind: UseKind
    to: str
    amount_minor: int
    at: datetime

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError("a use takes something")


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Money of an employer that no debt needed when it came; minor units. `declaration_id` is the declaration that it
    was paid for, empty where a person booked it to the employer alone."""

    credit_id: str
    employer_id: str
    declaration_id: str
    amount_minor: int
    opened_at: datetime
    is_open: bool = True
    uses: tuple[Use, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if self.amount_minor <= 0 or self.left_minor < 0 or len(self.uses) > USES_MAX:
            raise ValueError("a credit is of something, and no more of it is used than there is")
        if self.is_open != (self.left_minor > 0):
            raise ValueError("a credit is open while something of it is left")

    @property
    def left_minor(self) -> int:
        return self.amount_minor - sum(use.amount_minor for use in self.uses)
