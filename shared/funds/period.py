"""The stretch of time that a declaration speaks of: a year, a half-year, a quarter or a month, written `2025`,
`2026-H1`, `2026-Q1` or `2026-M01`."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from shared.kernel.errors import Invalid

WRITTEN = r"[0-9]{4}(-(H[12]|Q[1-4]|M(0[1-9]|1[0-2])))?"
"""How periods are written, as a regular expression."""
_WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<kind>[HQM])(?P<number>[0-9]{1,2}))?")
YEARS = range(1900, 3000)
MONTHS_A_YEAR = 12


class PeriodKind(StrEnum):
    YEAR = "year"
    HALF_YEAR = "half-year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months such a period has."""
        return _MONTHS[self]

    @property
    def a_year(self) -> int:
        """How many of them a year has."""
        return MONTHS_A_YEAR // self.months


_MONTHS = {PeriodKind.YEAR: 12, PeriodKind.HALF_YEAR: 6, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}
_LETTERS = {PeriodKind.HALF_YEAR: "H", PeriodKind.QUARTER: "Q", PeriodKind.MONTH: "M"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


class PeriodMalformed(Invalid):
    """Not a year (2025), a half-year (2026-H1), a quarter (2026-Q1) or a month (2026-M01)."""

    code = "fund.period-malformed"


@dataclass(frozen=True, order=True)
class Period:
    """A calendar year, or its half-year, quarter or month of a number from 1.

    `quarter` is the number of a quarter and None for any other period. It comes first because releases before periods
    of other kinds kept nothing else: what they kept is read, and they read the quarters of today.
    """

    year: int
    quarter: int | None = None
    kind: PeriodKind = PeriodKind.YEAR
    number: int = 1

    def __post_init__(self) -> None:
        if self.quarter is not None:
            object.__setattr__(self, "kind", PeriodKind.QUARTER)
            object.__setattr__(self, "number", self.quarter)
        elif self.kind is PeriodKind.QUARTER:
            object.__setattr__(self, "quarter", self.number)
        if self.year not in YEARS or not 1 <= self.number <= self.kind.a_year:
            raise PeriodMalformed()

    @classmethod
    def read(cls, text: str) -> "Period":
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise PeriodMalformed()
        kind = _KINDS.get(found["kind"], PeriodKind.YEAR)
        period = cls(int(found["year"]), kind=kind, number=int(found["number"] or 1))
        if str(period) != text:
            raise PeriodMalformed()
        return period

    @classmethod
    def of(cls, year: int, kind: str, number: int) -> "Period":
        """A period as events say it."""
        if kind not in set(PeriodKind):
            raise PeriodMalformed()
        return cls(year, kind=PeriodKind(kind), number=number)

    @classmethod
    def containing(cls, day: date, *, kind: PeriodKind) -> "Period":
        """The period of a kind in which a day lies."""
        return cls(day.year, kind=kind, number=(day.month - 1) // kind.months + 1)

    def before(self, count: int) -> "list[Period]":
        """So many periods of its kind before it, the latest first; fewer where the years that are known begin."""
        found: list[Period] = []
        each = self
        while len(found) < count and (day := each.first_on - timedelta(days=1)).year in YEARS:
            each = Period.containing(day, kind=self.kind)
            found.append(each)
        return found

    def parts(self, kind: PeriodKind) -> tuple["Period", ...]:
        """The periods of a kind that lie in it, in order: four quarters in a year, itself of its own kind, none of a
        longer one."""
        count = self.kind.months // kind.months
        first = (self.number - 1) * count + 1
        return tuple(Period(self.year, kind=kind, number=number) for number in range(first, first + count))

    @property
    def months(self) -> int:
        return self.kind.months

    @property
    def ends_in_quarter(self) -> int:
        """The quarter of its year that it ends in."""
        return (self.number * self.months + 2) // 3

    @cached_property
    def first_on(self) -> date:
        return date(self.year, (self.number - 1) * self.months + 1, 1)

    @cached_property
    def last_on(self) -> date:
        return end_of_month(date(self.year, self.number * self.months, 1))

    @property
    def next(self) -> "Period":
        """The period after it, of the same kind."""
        return Period.containing(self.last_on + timedelta(days=1), kind=self.kind)

    def __str__(self) -> str:
        return written(self.year, self.kind, self.number)


def written(year: int, kind: PeriodKind, number: int) -> str:
    """A period as it is written, even where it is none: a file may say the fifth quarter."""
    if kind is PeriodKind.YEAR:
        return f"{year:04d}"
    return (
        f"{year:04d}-{_LETTERS[kind]}{number:02d}"
        if kind is PeriodKind.MONTH
        else f"{year:04d}-{_LETTERS[kind]}{number}"
    )


def end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def later(day: date, *, months: int = 0, days: int = 0) -> date:
    """The same day some whole months on, then some days; the last of the month where it has no such day."""
    first = _first_of_month(day, months=months)
    return first.replace(day=min(day.day, end_of_month(first).day)) + timedelta(days=days)


def after_period_end(last_on: date, *, months: int = 0, days: int = 0) -> date:
    """The end of a period moved by whole months, then by days. A month's end stays one: 31 December and a month is
    31 January, 30 June and a month is 31 July. Only for the ends of periods: a person's day is moved by `later`."""
    if last_on != end_of_month(last_on):
        return later(last_on, months=months, days=days)
    return end_of_month(_first_of_month(last_on, months=months)) + timedelta(days=days)


def last_day_of_term(begins_on: date, *, months: int) -> date:
    """The last day, included, of a term of whole months whose first day counts: the day before the same day, so that
    twelve months from 5 July 2026 end with 4 July 2027. Where the last month has no such day, the term ends with that
    month: one month from 31 January ends with 28 February (Regulation (EEC) 1182/71, article 3, has the same rule)."""
    ends_on = later(begins_on, months=months)
    return ends_on if ends_on.day < begins_on.day else ends_on - timedelta(days=1)


def _first_of_month(day: date, *, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
