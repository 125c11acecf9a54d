"""Days as people write them: 31 janvier 2027."""

from datetime import date

from babel.dates import format_date

from shared.languages.locales import locale_of, unmarked


def written(day: date, *, language: str, country: str = "") -> str:
    """The day in a language, with the month's name as the country says it. French counts the first day of a month."""
    text = unmarked(format_date(day, "d MMMM y", locale=locale_of(language, country)))
    return text.replace("1", "1er", 1) if language == "fr" and day.day == 1 else text
