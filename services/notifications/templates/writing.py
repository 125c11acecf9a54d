"""How a parameter is written out for people: amounts, days and names as their language and country write them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime, format_interval
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_symbol

from services.notifications.templates.template import ParameterKind, Value
from shared.funds.fund import Fund
from shared.funds.period import Period, PeriodKind
from shared.kernel import yaml_text
from shared.kernel.money import Money
from shared.languages import quarters
from shared.languages.locales import locale_of, unbroken

_DAY, _INSTANT = "d MMMM y", "d MMMM y, HH:mm"


def written(kind: ParameterKind, value: Value, *, language: str, fund: Fund) -> str:
    """The value as the fund's people read it in a language."""
    return _WRITERS[kind](value, fund, language)


@cache
def words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Reasons and fixed words by group, code and language."""
    found: dict[str, dict[str, dict[str, str]]] = yaml_text.parse(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return found


def _text(value: Value, fund: Fund, language: str) -> str:
    return str(value)


def _count(value: Value, fund: Fund, language: str) -> str:
    return unbroken(format_decimal(int(value), format="#,##0", locale=locale_of(language, fund.country)))


def _numbers(value: Value, fund: Fund, language: str) -> str:
    """Some numbers, one after the other, as the language lists them."""
    return format_list([str(each) for each in numbers(value)], locale=locale_of(language, fund.country))


def numbers(value: Value) -> list[int]:
    return [int(each) for each in str(value).split(",")]


def _amount(value: Value, fund: Fund, language: str) -> str:
    """Minor units of the fund's currency."""
    locale = locale_of(language, fund.country)
    decimals = "." + "0" * fund.currency.decimals if fund.currency.decimals else ""
    number = format_decimal(Money(int(value), fund.currency).decimal(), format="#,##0" + decimals, locale=locale)
    return unbroken(f"{number} {get_currency_symbol(fund.currency, locale=locale)}")


def _day(value: Value, fund: Fund, language: str) -> str:
    day = date.fromisoformat(str(value))
    return _first(format_date(day, _DAY, locale=locale_of(language, fund.country)), day, language)


def _instant(value: Value, fund: Fund, language: str) -> str:
    at = datetime.fromisoformat(str(value)).astimezone(fund.zone)
    return _first(format_datetime(at, _INSTANT, locale=locale_of(language, fund.country)), at, language)


def _first(text: str, day: date, language: str) -> str:
    """French counts the first day of a month only, which CLDR omits: 1er mars."""
    return unbroken(text.replace("1", "1er", 1) if language == "fr" and day.day == 1 else text)


def _period(value: Value, fund: Fund, language: str) -> str:
    period = Period.read(str(value))
    locale = locale_of(language, fund.country)
    if period.kind is PeriodKind.QUARTER:
        return unbroken(quarters.written(period.first_on, locale=locale))
    if period.kind is PeriodKind.YEAR:
        return str(period)
    # A half-year has no name of its own in every language: its first and last month say it.
    return unbroken(format_interval(period.first_on, period.last_on, "yMMMM", locale=locale))


def _form(value: Value, fund: Fund, language: str) -> str:
    declarations = fund.sections.declarations
    form = declarations.forms.get(str(value)) if declarations else None
    return form.names[language] if form else words()["things"]["form"][language]


def _claim_type(value: Value, fund: Fund, language: str) -> str:
    claim_type = fund.claim_types.get(str(value))
    return claim_type.names[language] if claim_type else words()["things"]["claim-type"][language]


def _paper(value: Value, fund: Fund, language: str) -> str:
    """A supporting paper by its name; its kind is unique among the fund's claim types."""
    named = (claim_type.papers.get(str(value)) for claim_type in fund.claim_types.values())
    return next((paper.names[language] for paper in named if paper), words()["things"]["paper"][language])


def _reason(group: str) -> Callable[[Value, Fund, str], str]:
    """A code of another service, which may learn a new one before we do: then no reason is better than a code."""

    def worded(value: Value, fund: Fund, language: str) -> str:
        reasons = words()[group]
        return reasons.get(str(value), reasons["other"])[language]

    return worded


def _refusal_reason(value: Value, fund: Fund, language: str) -> str:
    """A condition of a benefit or a reason of the fund's own by its sentence, or one of the platform's in short
    words."""
    types = fund.claim_types.values()
    own = next((each.sentence for it in types for each in it.conditions if each.code == value), None)
    named = (it.procedure.refusal_reasons or {} for it in types)
    own = own or next((found[str(value)] for found in named if value in found), None)
    return _reason("refusal-reasons")(value, fund, language) if own is None else own[language].rstrip(".")


_WRITERS: Mapping[ParameterKind, Callable[[Value, Fund, str], str]] = {
    ParameterKind.TEXT: _text,
    ParameterKind.COUNT: _count,
    ParameterKind.NUMBERS: _numbers,
    ParameterKind.AMOUNT: _amount,
    ParameterKind.DAY: _day,
    ParameterKind.INSTANT: _instant,
    ParameterKind.PERIOD: _period,
    ParameterKind.LINK: _text,
    ParameterKind.FORM: _form,
    ParameterKind.CLAIM_TYPE: _claim_type,
    ParameterKind.PAPER: _paper,
    ParameterKind.PAPER_REASON: _reason("paper-reasons"),
    ParameterKind.REFUSAL_REASON: _refusal_reason,
    ParameterKind.AWARD_REASON: _reason("award-reasons"),
}
