"""The declarations of wages that employers owe a fund, as data: calendar, layouts, plausibility, durations."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.funds.calendar import Calendar, DayCount, WhenClosed, check_delay
from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps
from shared.funds.period import WRITTEN, Period, PeriodKind, after_period_end
from shared.funds.texts import Texts

OFFICE_DIGITS_MAX = 6
GRACE_PERIODS_MAX = 60
DAYS_A_QUARTER, HOURS_A_DAY = 92, 24


@dataclass(frozen=True, kw_only=True)
class FullQuarter:
    """What a quarter worked in full counts for; a month is a third of it. Turns one unit of duration into another."""

    days: int
    hours: int
    law: Law

    def __post_init__(self) -> None:
        if not 1 <= self.days <= DAYS_A_QUARTER or not 1 <= self.hours <= DAYS_A_QUARTER * HOURS_A_DAY:
            raise ValueError(f"days is from 1 to {DAYS_A_QUARTER}, hours from 1 to {DAYS_A_QUARTER * HOURS_A_DAY}")


@dataclass(frozen=True, kw_only=True)
class Due:
    """How long after the end of the period: months first, then days."""

    months: int = 0
    days: int = 0
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS
    """What happens to a last day on a weekend or a holiday."""

    def __post_init__(self) -> None:
        check_delay(self, self.months, self.days)

    def after(self, period: Period, *, calendar: Calendar) -> date:
        """The last day that is in time for a period, by the fund's calendar."""
        if self.counted_in is DayCount.CALENDAR_DAYS:
            day = after_period_end(period.last_on, months=self.months, days=self.days)
            return calendar.working_day(day, when_closed=self.when_closed)
        months_on = after_period_end(period.last_on, months=self.months)
        return calendar.after(months_on, days=self.days, by=self)


@dataclass(frozen=True, kw_only=True)
class Grace:
    """A last day that was put off for everybody, by decree. It may be decreed after that day: whoever was charged
    because of the earlier one is given it back."""

    periods: tuple[str, ...]
    """The periods that it is for, as `2020-Q1`."""
    due_on: date
    """The last day in time instead; an earlier one than the usual changes nothing."""
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 0 < len(self.periods) <= GRACE_PERIODS_MAX:
            yield f"periods: 1 to {GRACE_PERIODS_MAX}"
        for each in self.periods:
            if re.fullmatch(WRITTEN, each) is None:
                yield f"periods: {each} is no period, such as 2025, 2026-Q1 or 2026-M01"


class CheckSeverity(StrEnum):
    """What a plausibility check does where it finds something."""

    ERROR = "error"
    """The declaration is refused."""
    CONFIRM = "confirm"
    """The employer confirms it before the declaration is accepted: it touches somebody's rights."""
    WARNING = "warning"
    """The declaration is accepted all the same."""


@dataclass(frozen=True, kw_only=True)
class PlausibilityCheck:
    """What a fund does about one thing in a declaration that may be, but is seldom meant. The `sentence` says what it
    is and what to do; `parameters` are whole numbers that the check is computed with."""

    severity: CheckSeverity
    sentence: Texts
    parameters: Mapping[str, int] | None = None

    def parameter(self, name: str) -> int:
        """A number that the check is computed with; KeyError where the definition does not say it."""
        return (self.parameters or {})[name]


@dataclass(frozen=True, kw_only=True)
class SlipReconciliation:
    """That the declaration of a year is held against the slips of its periods. The slips call the contributions, and
    tell the wages: the declaration of the year makes nothing due again, and tells no wage a second time. What differs
    is put right by a slip that takes the place of the wrong one."""

    form: str
    """The form of the slips, of this fund and of shorter periods."""
    tolerance_minor: int = 0
    """Up to how many minor units two amounts are the same, such as those that rounding leaves."""

    def __post_init__(self) -> None:
        if self.tolerance_minor < 0:
            raise ValueError("tolerance_minor: not below nothing")


def usual_wage_kind(period: PeriodKind) -> PeriodKind:
    """What each wage is of where a form does not say it: a quarter in the declaration of a year, else the period."""
    return PeriodKind.QUARTER if period is PeriodKind.YEAR else period


@dataclass(frozen=True, kw_only=True)
class DeclarationForm:
    """A declaration of wages that employers owe, its calendar and the file layouts it may come in."""

    names: Texts
    period: PeriodKind
    due: Due
    layouts: tuple[str, ...]
    law: Law
    plausibility: Mapping[str, PlausibilityCheck] | None = None
    """What is looked at beyond the form of a file, by the code of the check; what is not named is not looked at."""
    wages_by: PeriodKind | None = None
    """What each wage in a file is of; None: of a quarter in the declaration of a year, else of the whole period."""
    confirm_within_days: int = 15
    """How long an employer has to confirm what a check found; after that the declaration is withdrawn."""
    confirm_reminder_days: int = 3
    """How long before that the employer is reminded; 0, or as long as there is time to confirm: never."""
    graces: tuple[Grace, ...] = ()
    """Last days that were put off for everybody."""
    prefilled: str = ""
    """The layout in which the fund names the workers that it expects; an employer's file answers it. Empty where
    nothing is expected."""
    reconciles: SlipReconciliation | None = None
    """The slips of the year that the declaration of a year is held against; None: there are none."""
    withdraws_complements: bool = False
    """Whether an employer may take an accepted complementary declaration back."""
    situations: Mapping[str, Texts] | None = None
    """What the codes of a worker's situation in the layouts mean, where they have any."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.wage_kind.months > self.period.months:
            yield f"wages_by: a {self.period} has no {self.wage_kind}"
        if self.reconciles and self.period is not PeriodKind.YEAR:
            yield "reconciles: only the declaration of a year is held against slips"

    @property
    def wage_kind(self) -> PeriodKind:
        """What each wage in a file is of."""
        return self.wages_by or usual_wage_kind(self.period)

    def parts(self, period: Period) -> tuple[Period, ...]:
        """The periods for which a declaration gives wages, and for each of which contributions are due."""
        return period.parts(self.wage_kind)

    def due_on(self, period: Period, *, calendar: Calendar) -> date:
        """The last day on which the declaration of that period is in time, by the fund's calendar and by decrees."""
        graces = [each.due_on for each in self.graces if str(period) in each.periods]
        return max([self.due.after(period, calendar=calendar), *graces])


@dataclass(frozen=True, kw_only=True)
class EmployerOffices:
    """Which of the fund's offices an employer belongs to, as the first digits of its number say it."""

    digits: int
    """How many of the first digits of an employer's number name its office."""
    law: Law
    names: Mapping[str, Texts] | None = None
    """What the offices are called, by those digits; one without a name is called by them."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 1 <= self.digits <= OFFICE_DIGITS_MAX:
            yield f"digits: an office has 1 to {OFFICE_DIGITS_MAX}"
        if wrong := sorted(code for code in self.names or {} if len(code) != self.digits):
            yield f"names: {wrong[0]} has not {self.digits} digits"


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """The section `declarations` of a fund."""

    forms: Mapping[str, DeclarationForm]
    full_quarter: tuple[FullQuarter, ...] = ()
    offices: EmployerOffices | None = None
    """The offices by which declarations are counted; None: they are counted for the fund as a whole."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        yield from overlaps(self.full_quarter, of="full_quarter")
        for name, form in self.forms.items():
            slips = self.forms.get(form.reconciles.form) if form.reconciles else None
            is_known = slips is not None or "forms" in unread
            if form.reconciles and (not is_known or (slips and slips.period is PeriodKind.YEAR)):
                yield f"forms.{name}.reconciles.form: {form.reconciles.form} is no form of shorter periods"

    def office_of(self, employer_id: str) -> str:
        """The office that an employer belongs to; empty where the fund does not say."""
        return employer_id[: self.offices.digits] if self.offices else ""

    def office_names(self, office: str) -> Texts | None:
        """What an office is called; None where it is called by its digits."""
        return (self.offices.names or {}).get(office) if self.offices else None
