"""An entitlement: what a person worked, as employers declared it, and the right to care that follows from it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

QUARTERS_KEPT_MAX = 40
"""Ten years: more than any fund's rule looks back."""


class RightStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a right is open or not; each has a sentence under `right.<reason>`."""

    ENOUGH_WORK = "enough-work"
    ENOUGH_WORK_AS_NEWCOMER = "enough-work-as-newcomer"
    NOT_ENOUGH_WORK = "not-enough-work"


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One quarter in one establishment of an employer, in the units in which it was declared (H hours, D days, M
    months)."""

    employer_id: str
    year: int
    quarter: int
    duration: int
    unit: str
    establishment: str = ""


@dataclass(frozen=True, kw_only=True)
class Right:
    """The right as decided on a day; both ends of its time are included."""

    status: RightStatus
    reason: Reason
    decided_on: date
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_until is not None and self.decided_on <= day <= self.valid_until


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """A person's work and right. `insured_since_on` is the first day that any declaration speaks of."""

    person_ref: str
    worked: tuple[Worked, ...] = ()
    insured_since_on: date | None = None
    right: Right | None = None
    version: int = 0
