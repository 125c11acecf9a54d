"""The stretch of time that a declaration speaks of: a year or a quarter, written `2025` or `2026-Q1`."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from shared.kernel.errors import Invalid

_WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4]))?")


class PeriodKind(StrEnum):
    YEAR = "year"
    QUARTER = "quarter"


class PeriodMalformed(Invalid):
    """Not a year (2025) or a quarter (2026-Q1)."""

    code = "fund.period-malformed"


@dataclass(frozen=True, order=True)
class Period:
    """A calendar year, or one quarter of it when `quarter` (1 to 4) is given."""

    year: int
    quarter: int | None = None

    def __post_init__(self) -> None:
        if not 1900 <= self.year <= 2999 or self.quarter not in (None, 1, 2, 3, 4):
            raise PeriodMalformed()

    @classmethod
    def read(cls, text: str) -> "Period":
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise PeriodMalformed()
        return cls(int(found["year"]), int(found["quarter"]) if found["quarter"] else None)

    @property
    def kind(self) -> PeriodKind:
        return PeriodKind.YEAR if self.quarter is None else PeriodKind.QUARTER

    @property
    def quarters(self) -> tuple["Period", ...]:
        """The quarters in it, in order: four for a year, itself for a quarter."""
        if self.quarter is not None:
            return (self,)
        return tuple(Period(self.year, quarter) for quarter in (1, 2, 3, 4))

    @cached_property
    def first_on(self) -> date:
        return date(self.year, 1 if self.quarter is None else 3 * self.quarter - 2, 1)

    @cached_property
    def last_on(self) -> date:
        return end_of_month(date(self.year, 12 if self.quarter is None else 3 * self.quarter, 1))

    def __str__(self) -> str:
        return f"{self.year:04d}" if self.quarter is None else f"{self.year:04d}-Q{self.quarter}"


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
