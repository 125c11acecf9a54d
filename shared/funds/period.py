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
    """A day moved by whole months, then by days. A month's end stays one: 31 December and a month is 31 January."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    last = end_of_month(first).day
    return first.replace(day=last if day == end_of_month(day) else min(day.day, last)) + timedelta(days=days)
