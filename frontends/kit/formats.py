"""Amounts, days and numbers as the fund's country writes them in the page's language (Unicode CLDR, by babel).

Whatever has digits is isolated (`<bdi>`), so that it reads the same inside Arabic; its groups are held by no-break
spaces.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent, get_decimal_symbol
from flask import g
from markupsafe import Markup

from frontends.kit.words import gettext

MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
"""Direction marks that babel writes into Arabic texts: isolation does their work."""
LAW_NOT_NAMED = "To be set by the fund"
"""As a fund's data says it where no source gives the text."""
SPACES = dict.fromkeys(map(ord, " \u202f"), "\u00a0")


@cache
def locale_of(language: str, country: str = "") -> Locale:
    """The country's own habits, or the plain language where CLDR knows no such pair (en_DZ)."""
    try:
        return Locale(language, country or None)
    except UnknownLocaleError:
        return Locale(language)


def amount(value: str | Decimal | None, currency: str | None = None) -> Markup:
    """`1500.00` as `1 500,00 DA`; a dash for none. The service has rounded: nothing is rounded here."""
    if value is None:
        return Markup("–")
    read = Decimal(value)
    decimals = max(0, -int(read.as_tuple().exponent))
    pattern = f"#,##0{'.' if decimals else ''}{'0' * decimals}\u00a0¤¤"
    return isolated(
        format_currency(read, currency or g.fund["currency"], pattern, locale=_locale(), currency_digits=False)
    )


def listed(values: Iterable[object]) -> Markup:
    """Words one after the other as the language lists them: `a, b et c`, `a، b وc`; each keeps its own direction."""
    shown = [Markup("<bdi>{}</bdi>").format(each) for each in values]
    return Markup(format_list(shown, locale=_locale()))  # noqa: S704  (each was escaped, and the rest is CLDR's)


def number(value: int | Decimal) -> Markup:
    """A number with the groups of the country."""
    return isolated(format_decimal(value, locale=_locale()))


def percent(value: str | float | Decimal) -> Markup:
    """A share between 0 and 1."""
    return isolated(format_percent(Decimal(str(value)), "#,##0.#\u00a0%", locale=_locale()))


def exact(value: str | Decimal) -> Markup:
    """A number as a rule used it, to at most ten decimals: `2.5` as `2,5`."""
    return isolated(format_decimal(Decimal(value), "#,##0.##########", locale=_locale()))


def rate(value: str | Decimal) -> Markup:
    """A percentage as a law sets it, to its last decimal: `0.7222` as `0,7222 %`."""
    return isolated(f"{format_decimal(Decimal(value), '#,##0.######', locale=_locale())}\u00a0%")


def day(value: str | date | None) -> Markup:
    """`2026-02-10` as `10 février 2026`; a dash for none."""
    if not value:
        return Markup("–")
    read = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    text = format_date(read, "d MMMM y", locale=_locale())
    return isolated(text.replace("1", "1er", 1) if g.language == "fr" and read.day == 1 else text, breaks=True)


def short_day(value: date) -> str:
    """A day without its year, for an axis: `10 févr.`."""
    return format_skeleton("MMMd", value, locale=_locale()).translate(MARKS)


def partial_day(value: str) -> Markup:
    """A day that may be known in part: 1985, 1985-03, 1985-03-27."""
    parts = [part for part in value.split("-") if part.strip("0")]
    if len(parts) == 3:
        return day(value)
    if len(parts) == 2:
        return isolated(format_date(date(int(parts[0]), int(parts[1]), 1), "MMMM y", locale=_locale()), breaks=True)
    return isolated(parts[0] if parts else value)


def instant(value: str | None) -> Markup:
    """`2026-02-10T09:30:00+00:00` as day and hour in the fund's time zone; a dash for none."""
    if not value:
        return Markup("–")
    local = _local(value)
    clock = format_skeleton("Hm", local, locale=_locale())
    return Markup("{}{}{}").format(day(local.date()), comma(), isolated(clock))


def comma() -> str:
    """Between two things in a row, as the page's script writes it."""
    return "، " if g.direction == "rtl" else ", "


def clock(value: str) -> str:
    """The hour of an instant in the fund's time zone, for an axis: `09:30`."""
    return _clock(_local(value))


def hour(number: int) -> str:
    """An hour of the day, 0 to 23, for an axis: `09:00`."""
    return _clock(datetime(2000, 1, 1, number))  # noqa: DTZ001 - of no day and no zone


def _clock(local: datetime) -> str:
    return format_skeleton("Hm", local, locale=_locale()).translate(MARKS)


def period(value: str) -> Markup:
    """`2026`, `2026-H1`, `2026-Q1` or `2026-M01` in words; anything else as it is."""
    year, _dash, part = value.partition("-")
    kind, number = part[:1], part[1:]
    try:
        first = date(int(year), {"Q": 3 * int(number or 1) - 2, "M": int(number or 1)}.get(kind, 1), 1)
    except ValueError:
        return isolated(value)
    if kind == "H":
        first_half = gettext("first half of %(year)s", year=year)
        return isolated(first_half if number == "1" else gettext("second half of %(year)s", year=year), breaks=True)
    if kind == "Q":
        return isolated(_quarter(number, year), breaks=True)
    return isolated(format_date(first, "MMMM y" if kind == "M" else "y", locale=_locale()), breaks=True)


def _quarter(number: str, year: str) -> str:
    """A quarter by the funds' own word: CLDR's in Arabic is a fourth part of anything."""
    match number:
        case "1":
            return gettext("1st quarter %(year)s", year=year)
        case "2":
            return gettext("2nd quarter %(year)s", year=year)
        case "3":
            return gettext("3rd quarter %(year)s", year=year)
    return gettext("4th quarter %(year)s", year=year)


def since(value: str) -> Markup:
    """How long ago an instant was, in the largest unit that fits."""
    return isolated(format_timedelta(datetime.now(UTC) - _local(value), locale=_locale()), breaks=True)


def ago(value: str) -> Markup:
    """The same as a sentence says it: `il y a 2 heures`."""
    passed = _local(value) - datetime.now(UTC)
    return isolated(format_timedelta(passed, add_direction=True, locale=_locale()), breaks=True)


def days_until(value: str) -> int:
    """How many days a day is away; negative for one that is past."""
    return (date.fromisoformat(value[:10]) - today()).days


def today() -> date:
    """The day it is where the fund is."""
    return datetime.now(_zone()).date()


def isolated(text: str, *, breaks: bool = False) -> Markup:
    """Something that keeps its own direction inside a sentence of the other."""
    unmarked = text.translate(MARKS)
    return Markup("<bdi>{}</bdi>").format(unmarked if breaks else unmarked.translate(SPACES))


def code(text: object) -> Markup:
    """A number, reference or address as it is typed: left to right, everywhere."""
    return Markup('<bdi dir="ltr" class="code">{}</bdi>').format(text)


def law(references: str | None) -> Markup:
    """The texts that set a value, in the language they were passed in. One that nobody named yet is left out: that the
    value is to be confirmed stands beside it."""
    named = [each for each in (references or "").split("; ") if each and each != LAW_NOT_NAMED]
    return Markup("<bdi>{}</bdi>").format("; ".join(named)) if named else Markup("")


def typed_amount(value: str) -> str:
    """`3150.000` as somebody types it here, for a box that `read_amount` reads."""
    return value.replace(".", get_decimal_symbol(_locale()))


def read_amount(typed: str) -> Decimal | None:
    """What somebody typed as an amount, with any script's digits, blanks between groups and either decimal sign."""
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in typed)
    plain = "".join(plain.split()).translate(MARKS).replace("\u066b", ".").replace("\u066c", "").replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def amount_to_send(typed: str) -> str:
    """What somebody typed as an amount, as services take it; what cannot be read goes as it is, and the service says
    what is wrong with it."""
    amount = read_amount(typed)
    return format(amount, "f") if amount is not None and amount.is_finite() else typed


FILTERS = {
    "amount": amount,
    "number": number,
    "listed": listed,
    "percent": percent,
    "rate": rate,
    "exact": exact,
    "day": day,
    "partial_day": partial_day,
    "period": period,
    "instant": instant,
    "since": since,
    "ago": ago,
    "code": code,
    "days_until": days_until,
    "law": law,
}


def _locale() -> Locale:
    return locale_of(g.language, g.fund["country"])


def _zone() -> ZoneInfo:
    return ZoneInfo(g.fund["timezone"])


def _local(value: str) -> datetime:
    read = datetime.fromisoformat(value)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(_zone())
