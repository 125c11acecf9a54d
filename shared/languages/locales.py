"""A language as a country writes it, by babel."""

from collections.abc import Sequence
from functools import cache

from babel import Locale, UnknownLocaleError

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
"""Direction marks that babel writes into Arabic texts: isolation does their work, and some fonts draw them."""


@cache
def locale_of(language: str, country: str = "") -> Locale:
    """The country's own habits, or the plain language where babel knows no such pair (en_DZ)."""
    try:
        return Locale(language, country or None)
    except UnknownLocaleError:
        return Locale(language)


def own_name(language: str) -> str:
    """What a language calls itself, as a word that stands alone: العربية, Français."""
    name = locale_of(language).display_name or language
    return name[:1].upper() + name[1:]


def first_from_left(languages: Sequence[str]) -> str:
    """The first of some languages that is written from left to right; the first of all where none is."""
    return next((each for each in languages if locale_of(each).text_direction == "ltr"), languages[0])


def unmarked(text: str) -> str:
    """What babel wrote, without direction marks."""
    return text.translate(_MARKS)


def unbroken(text: str) -> str:
    """The same with spaces that neither break nor let bidi swap the groups of a number."""
    return unmarked(text).replace(" ", "\u00a0").replace("\u202f", "\u00a0")
