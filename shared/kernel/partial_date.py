"""A date of which the month, or the month and the day, may be unknown: many people's birth is known by its year only.

It is kept and sent as text, in the forms of ISO 8601: `1950`, `1950-03` or `1950-03-12`, so a date that is whole looks
as it always did. Texts sort by what is known: `1950`, then `1950-03`, then `1950-03-12`.

What such a date means for a law is the law's: `first_on` and `last_on` are the first and the last day that it may be.
"""

import re
from datetime import date
from typing import NewType

PartialDate = NewType("PartialDate", str)

_PART = "[0-9]{2}|XX"
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})(?:[-/.](?P<month>{_PART})(?:[-/.](?P<day>{_PART}))?)?", re.ASCII)
_DAY_UNKNOWN = re.compile(rf"(?:00|XX)[-/.](?P<month>{_PART})[-/.](?P<year>[0-9]{{4}})", re.ASCII)
_UNKNOWN = {None, "00", "XX"}


def partial_date(year: int, month: int = 0, day: int = 0) -> PartialDate:
    """The date of these parts, 0 for what is unknown; ValueError where there is no such day."""
    if day and not month:
        raise ValueError("a day without its month")
    date(year, month or 1, day or 1)
    return PartialDate(f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else ""))


def of(day: date) -> PartialDate:
    """A date of which everything is known."""
    return PartialDate(day.isoformat())


def read(text: str) -> PartialDate | None:
    """The date in a text, or None: `1950-03-12`, `1950-03`, `1950`, and with zeros or XX for what is unknown.

    With the day first it is taken only where the day is unknown (`00/00/1950`, `00/03/1950`): in `04/05/1950` day and
    month cannot be told apart.
    """
    written = text.upper()
    found = _YEAR_FIRST.fullmatch(written) or _DAY_UNKNOWN.fullmatch(written)
    if found is None:
        return None
    named = {"day": None, **found.groupdict()}
    year, month, day = (0 if named[part] in _UNKNOWN else int(named[part] or 0) for part in ("year", "month", "day"))
    try:
        return partial_date(year, month, day)
    except ValueError:
        return None


def parts(partial: PartialDate) -> tuple[int, int, int]:
    """Year, month and day, 0 for what is unknown."""
    year, month, day = (int(part) for part in f"{partial}-0-0".split("-")[:3])
    return year, month, day


def whole(partial: PartialDate) -> date | None:
    """The day, where all of it is known."""
    year, month, day = parts(partial)
    return date(year, month, day) if day else None


def first_on(partial: PartialDate) -> date:
    """The first day that it may be."""
    year, month, day = parts(partial)
    return date(year, month or 1, day or 1)


def may_be_same(one: PartialDate, other: PartialDate) -> bool:
    """Whether both can speak of one day: what both know agrees."""
    return all(a == b for a, b in zip(parts(one), parts(other), strict=True) if a and b)


def proves(stated: PartialDate, known: PartialDate) -> bool:
    """Whether a stated date contains all that is known of the other. Where only the year is known, the year is enough,
    whatever day a form required (`1950-01-01`); where the day is known, the year alone is not.
    """
    return all(a == b for a, b in zip(parts(stated), parts(known), strict=True) if b)
