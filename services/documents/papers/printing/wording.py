"""How papers put things into words: their fixed texts, and dates, amounts and names as a country writes them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent, get_currency_symbol

from services.documents.papers.content import PaperLanguage
from shared.kernel import partial_date, yaml_text
from shared.kernel.money import Currency, Money
from shared.kernel.partial_date import PartialDate
from shared.languages import quarters
from shared.languages.locales import locale_of, unbroken

_WORDS = Path(__file__).parent / "words.yaml"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
UNBROKEN_MAX = 24
"""Letters that fit beside a label, also in capitals."""
_JOINERS = "\u200c\u200d"
"""Not shown themselves, but Arabic letters take other shapes beside them."""


def isolated(value: str) -> str:
    """A value that keeps its own direction inside a sentence of the other one (Unicode TR9, first strong isolate)."""
    return f"{_ISOLATE}{shown(value)}{_END_ISOLATE}"


def shown(value: str) -> str:
    """What of a value is seen on paper: without controls, direction marks and signs of private use, on one line."""
    spaced = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", value))
    kept = (each for each in spaced if each in _JOINERS or not unicodedata.category(each).startswith("C"))
    return " ".join(map(_breakable, "".join(kept).split()))


def _breakable(word: str) -> str:
    """A word that may be longer than the line gets places where it may be broken, none of them before a mark."""
    if len(word) <= UNBROKEN_MAX:
        return word
    return re.sub(rf"(.{{{UNBROKEN_MAX // 2}}}[\u0300-\u036f\u064b-\u065f\u0670]*)(?=.)", "\\1\u200b", word)


@dataclass(frozen=True)
class Wording:
    """The words and number habits of one language in one country."""

    texts: Mapping[str, Any]
    locale: Locale

    def translate(self, key: str, **values: str) -> str:
        """A fixed text with its values put in, each of them isolated."""
        return self.put(self.texts[key], **values)

    def put(self, text: str, **values: str) -> str:
        """A text of the fund's definition with its values put in, each of them isolated."""
        return text.format(**{name: isolated(value) for name, value in values.items()})

    def day(self, day: date) -> str:
        """A day in full, the month by its name: 2 janvier 2026. French counts the first day only, which CLDR omits."""
        written = unbroken(format_date(day, "long", locale=self.locale))
        return written.replace("1", "1er", 1) if self.locale.language == "fr" and day.day == 1 else written

    def short_day(self, day: date) -> str:
        """A day in digits, as a table has room for it: 02/01/2026."""
        return unbroken(format_date(day, "dd/MM/yyyy", locale=self.locale))

    def partly(self, partial: PartialDate) -> str:
        """A date as far as it is known: a day, or a month and its year, or the year alone."""
        day = partial_date.whole(partial)
        if day is not None:
            return self.day(day)
        first_on, (_, month, _) = partial_date.first_on(partial), partial_date.parts(partial)
        return unbroken(format_skeleton("yMMMM" if month else "y", first_on, locale=self.locale))

    def amount(self, money: Money) -> str:
        """An amount with all decimals of its currency and no currency sign: the column says it once."""
        pattern = "#,##0." + "0" * money.currency.decimals
        return unbroken(format_decimal(money.decimal(), format=pattern, locale=self.locale))

    def count(self, number: int) -> str:
        """A number of days or hours."""
        return unbroken(format_decimal(Decimal(number), format="#,##0", locale=self.locale))

    def percent(self, percent: str) -> str:
        """A share of a hundred, with the decimals that it has."""
        share = format_percent(Decimal(percent) / 100, locale=self.locale, decimal_quantization=False)
        return unbroken(share)

    def currency(self, currency: Currency) -> str:
        """The currency as the country abbreviates it: DA, د.ج."""
        return unbroken(get_currency_symbol(currency, locale=self.locale))

    def period(self, starts_on: date, ends_on: date) -> str:
        """A month, a quarter or a year by its name; any other period by its two days."""
        if (starts_on, ends_on) == (starts_on.replace(day=1), _last_of_month(starts_on, months=1)):
            return unbroken(format_skeleton("yMMMM", starts_on, locale=self.locale))
        if (starts_on.day, starts_on.month % 3) == (1, 1) and ends_on == _last_of_month(starts_on, months=3):
            return unbroken(quarters.written(starts_on, locale=self.locale))
        if (starts_on.day, starts_on.month) == (1, 1) and ends_on == _last_of_month(starts_on, months=12):
            return self.translate("year", year=str(starts_on.year))
        return self.translate("span", starts=self.day(starts_on), ends=self.day(ends_on))


@cache
def wording(language: PaperLanguage, country: str) -> Wording:
    """The wording of a language in a country."""
    texts = yaml_text.parse(_WORDS.read_text(encoding="utf-8"))
    return Wording(texts[language] | texts.get(f"{language}_{country}", {}), locale_of(language, country))


def _last_of_month(day: date, *, months: int) -> date:
    """The last day of the span of so many months that starts with the month of `day`."""
    after = day.month - 1 + months
    return date(day.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
