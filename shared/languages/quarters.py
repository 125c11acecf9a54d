"""Quarters as people write them: 1er trimestre 2026."""

from datetime import date

from babel import Locale
from babel.dates import format_date

OWN = {"ar": ("الثلاثي الأول", "الثلاثي الثاني", "الثلاثي الثالث", "الثلاثي الرابع")}
"""Where the funds say another word than CLDR, whose Arabic word is a fourth part of anything."""


def written(first_on: date, *, locale: Locale) -> str:
    """The quarter that begins on a day, by its name and year."""
    own = OWN.get(locale.language)
    name = own[first_on.month // 3] if own else format_date(first_on, "QQQQ", locale=locale)
    return f"{name} {format_date(first_on, 'y', locale=locale)}"
