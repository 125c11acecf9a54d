"""What a part of a period is worth of the whole: by its days, or by thirtieths of a month. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from shared.funds.texts import Texts

THIRTIETHS_A_MONTH = 30
MONTHS_A_YEAR = 12


class DayRule(StrEnum):
    """How the days of a part of a period are counted."""

    CALENDAR_DAYS = "calendar-days"
    """Each day as it is: 15 of 31."""
    THIRTIETHS = "thirtieths"
    """Each month has thirty: its 31st adds nothing, and the last day of February makes the month whole."""


@dataclass(frozen=True, kw_only=True)
class Proration:
    """That of a period in which a right begins or ends, or a value changes, each part is paid by its days; and what the
    line is called that says so."""

    by: DayRule
    names: Texts


def counted_days(first_on: date, last_on: date, *, by: DayRule) -> int:
    """How many days lie between two days, both included."""
    if by is DayRule.CALENDAR_DAYS:
        return (last_on - first_on).days + 1
    return _thirtieths_before(last_on + timedelta(days=1)) - _thirtieths_before(first_on)


def share(first_on: date, last_on: date, *, of_first_on: date, of_last_on: date, by: DayRule) -> Fraction:
    """What the days between two days are of those between two others; both ends are included."""
    return Fraction(counted_days(first_on, last_on, by=by), counted_days(of_first_on, of_last_on, by=by))


def _thirtieths_before(day: date) -> int:
    """Thirtieths from the beginning of all years to a day, which is not counted."""
    months = day.year * MONTHS_A_YEAR + day.month - 1
    return months * THIRTIETHS_A_MONTH + min(day.day - 1, THIRTIETHS_A_MONTH)
