"""An entitlement: what a person worked, as employers declared it, and the right to care that follows from it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.funds.period import Period, PeriodKind

QUARTERS_KEPT_MAX = 240
"""Sixty years: a pension counts every quarter of a life's work."""
SELF_PAID_KEPT_MAX = 720
"""Sixty years of months."""
ROWS_KEPT_MAX = 2_400
"""Ten employers or establishments in each of these quarters: more than anybody has."""


class RightStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class EntitlementReason(StrEnum):
    """Why a right is open or not; each has a sentence under `right.<reason>`."""

    ENOUGH_WORK = "enough-work"
    ENOUGH_WORK_AS_NEWCOMER = "enough-work-as-newcomer"
    ENOUGH_SELF_PAID = "enough-self-paid"
    """With the months that the person paid alone, and not without them."""
    NOT_ENOUGH_WORK = "not-enough-work"
    DECEASED = "deceased"
    """The person died; what others may have by it is theirs to ask for."""


DeclaredBy = tuple[str, str, int, str, int]
"""Employer, establishment, year, kind of period and its number."""


def place_of(day: date) -> int:
    """The quarter of a day, counted as `Worked.place` counts them."""
    return _place(day.year, Period.containing(day, kind=PeriodKind.QUARTER).number)


def _place(year: int, quarter: int) -> int:
    return year * 4 + quarter


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One period in one establishment of one employer, as the declaration in force says it.

    The period is the `number`th of its `kind` in the year; `quarter` is the quarter that it ends in. What releases
    before periods of other kinds kept has no number: it is of the quarter. `duration` counts the units in which it was
    declared: H hours, D days, M months. `entered_on` is the day on which that declaration says that the person entered
    the firm; `establishment` the establishment's code, where it has one.
    """

    employer_id: str
    year: int
    quarter: int
    duration: int
    unit: str
    establishment: str = ""
    entered_on: date | None = None
    kind: PeriodKind = PeriodKind.QUARTER
    number: int | None = None

    @property
    def period(self) -> Period:
        return Period(self.year, kind=self.kind, number=self.number or self.quarter)

    @property
    def declared_by(self) -> "DeclaredBy":
        """What a newer declaration of the same replaces."""
        return self.employer_id, self.establishment, self.year, self.kind, self.number or self.quarter

    @property
    def place(self) -> int:
        """Its quarter, counted so that the next quarter has the next number."""
        return _place(self.year, self.quarter)

    @property
    def first_on(self) -> date:
        return date(self.year, ((self.number or self.quarter) - 1) * self.kind.months + 1, 1)

    @property
    def insured_since_on(self) -> date | None:
        """The first day of insured life that this period speaks of; none where nothing was worked, since that is how
        a declaration takes back what an earlier one said."""
        if self.duration <= 0:
            return None
        return self.first_on if self.entered_on is None else min(self.entered_on, self.first_on)


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What was earned in the period of a `Worked`, in minor units. Wages are personal and rest encrypted."""

    employer_id: str
    year: int
    quarter: int
    wage_minor: int
    establishment: str = ""
    kind: PeriodKind = PeriodKind.QUARTER
    number: int | None = None

    @property
    def declared_by(self) -> DeclaredBy:
        return self.employer_id, self.establishment, self.year, self.kind, self.number or self.quarter


@dataclass(frozen=True, kw_only=True)
class SelfPaidMonth:
    """A month that the person pays alone, such as `2026-M01`: whether it was paid, as payments said it at `as_of`."""

    month: str
    is_paid: bool
    as_of: datetime

    @property
    def period(self) -> Period:
        return Period.read(self.month)


@dataclass(frozen=True, kw_only=True)
class EntitlementRight:
    """The right as decided on a day; both ends of its time are included."""

    status: RightStatus
    reason: EntitlementReason
    decided_on: date
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_until is not None and self.decided_on <= day <= self.valid_until


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """A person's work and right.

    `insured_since_on` is the first day that the declarations in force speak of, computed anew with each of them.
    `dropped_since_on` is the first day of the quarters that are no longer kept here. `earned` has the wages of what was
    `worked`; those that an earlier release took in are not known. `self_paid` counts for the right alone, as far as the
    fund says so: it is no work.
    """

    person_ref: str
    worked: tuple[Worked, ...] = ()
    insured_since_on: date | None = None
    dropped_since_on: date | None = None
    right: EntitlementRight | None = None
    earned: tuple[Earned, ...] = ()
    self_paid: tuple[SelfPaidMonth, ...] = ()
    version: int = 0

    @property
    def months_self_paid(self) -> tuple[str, ...]:
        """The months that the person paid alone, oldest first."""
        return tuple(each.month for each in self.self_paid if each.is_paid)
