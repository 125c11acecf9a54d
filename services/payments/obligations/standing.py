"""How an employer stands for a period: declared, called, collected, booked, due, disputed. Where they do not add up, a
case is open."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PeriodDifference(StrEnum):
    """Why somebody has to look. `uncalled`: money came that nobody had asked for, in all or in part;
    `disputed-differs`: the ledger has more or less as disputed than the debts; `unmatched` and `left-unmatched`: money
    came, or left, and nobody knows for what."""

    PARTIAL = "partial"
    OVER = "over"
    UNCALLED = "uncalled"
    BOOKED_DIFFERS = "booked-differs"
    DISPUTED_DIFFERS = "disputed-differs"
    UNMATCHED = "unmatched"
    LEFT_UNMATCHED = "left-unmatched"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Sums that come from different places, in minor units, and the case that their difference opens. Declared, called
    and collected are of the debts; booked, due and disputed are of the ledger."""

    standing_id: str
    employer_id: str
    period: str
    declared_minor: int
    called_minor: int
    collected_minor: int
    booked_minor: int
    due_minor: int = 0
    """Zero, too, of a period that nothing has moved since an earlier release."""
    disputed_minor: int = 0
    case: PeriodDifference | None
    opened_at: datetime | None = None
    """Since when a case is open, whichever it is by now; None without one, and of those of an earlier release."""
    assigned_to: str | None = None
    """The agent who looks into the open case; None while it is in nobody's hands."""
    version: int = 0

    @property
    def open_case(self) -> PeriodDifference:
        """The case that is open. Raises ValueError where none is."""
        if self.case is None:
            raise ValueError(f"no case is open: {self.standing_id}")
        return self.case
