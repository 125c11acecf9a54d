"""Days as people write them: 31 janvier 2027."""

from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
"""Direction marks that babel writes."""


def written(day: date, *, language: str, country: str = "") -> str:
    """The day in a language, with the month's name as the country says it. French counts the first day of a month."""
    text = format_date(day, "d MMMM y", locale=_locale(language, country)).translate(_MARKS)
    return text.replace("1", "1er", 1) if language == "fr" and day.day == 1 else text


@cache
def _locale(language: str, country: str) -> Locale:
    """The country's own habits, or the plain language where babel knows no such pair (en_DZ)."""
    try:
        return Locale(language, country or None)
    except UnknownLocaleError:
        return Locale(language)
