"""Amounts, days and numbers in the country's way: what people of each fund would write."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask, g

from frontends.kit import formats, words


@pytest.fixture
def page() -> Iterator[SimpleNamespace]:
    with Flask(__name__).app_context():
        g.fund = {"currency": "TND", "country": "TN", "timezone": "Africa/Tunis"}
        g.language, g.direction, g.words = "fr", "ltr", words.read([])["en"]
        yield g  # type: ignore[misc]


def plain(shown: object) -> str:
    return str(shown).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "country", "value", "currency", "expected"),
    [
        ("fr", "TN", "2345.678", "TND", "<bdi>2 345,678 TND</bdi>"),
        ("ar", "TN", "2345.678", "TND", "<bdi>2.345,678 TND</bdi>"),
        ("fr", "DZ", "1500.00", "DZD", "<bdi>1 500,00 DZD</bdi>"),
        ("en", "DZ", "1500.00", "DZD", "<bdi>1,500.00 DZD</bdi>"),
        ("fr", "SN", "12500", "XOF", "<bdi>12 500 XOF</bdi>"),
        ("fr", "TN", "-0.005", "TND", "<bdi>-0,005 TND</bdi>"),
        ("fr", "TN", "0.000", "TND", "<bdi>0,000 TND</bdi>"),
    ],
)
def test_an_amount_keeps_its_decimals_and_the_country_s_signs(
    page: SimpleNamespace, language: str, country: str, value: str, currency: str, expected: str
) -> None:
    page.language, page.fund = language, {**page.fund, "country": country}
    assert plain(formats.amount(value, currency)) == expected
    assert " " not in formats.amount(value, currency), (
        "a plain space lets the groups of a number change places in Arabic"
    )


@pytest.mark.parametrize(
    ("language", "expected"), [("fr", "a, <b> et c"), ("ar", "a و<b> وc"), ("en", "a, <b>, and c")]
)
def test_words_are_listed_as_the_language_does(page: SimpleNamespace, language: str, expected: str) -> None:
    page.language = language
    assert formats.listed(["a", "<b>", "c"]).striptags() == expected
    assert "&lt;b&gt;" in formats.listed(["a", "<b>", "c"]) and not formats.listed([])


def test_nothing_is_shown_as_a_dash(page: SimpleNamespace) -> None:
    assert (formats.amount(None), formats.day(None), formats.instant("")) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("fr", "TN", "1er janvier 2026"),
        ("ar", "TN", "1 جانفي 2026"),
        ("ar", "MA", "1 يناير 2026"),
        ("en", "TN", "1 January 2026"),
    ],
)
def test_a_day_has_the_month_s_name_of_the_country(
    page: SimpleNamespace, language: str, country: str, expected: str
) -> None:
    page.language, page.fund = language, {**page.fund, "country": country}
    assert formats.day("2026-01-01").striptags() == expected


def test_an_instant_is_shown_by_the_fund_s_clock(page: SimpleNamespace) -> None:
    assert formats.instant("2026-01-31T23:30:00+00:00").striptags() == "1er février 2026, 00:30"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026", "2026"),
        ("2026-Q3", "3rd quarter 2026"),
        ("2026-M02", "février 2026"),
        ("2026-H2", "second half of 2026"),
        ("2026-Q5", "2026-Q5"),
        ("2026-Q9", "2026-Q9"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_period_is_words_and_what_is_none_stays(page: SimpleNamespace, value: str, expected: str) -> None:
    assert formats.period(value).striptags() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1985", "1985"), ("1985-03", "mars 1985"), ("1985-03-27", "27 mars 1985"), ("1985-00-00", "1985")],
)
def test_a_birth_is_known_as_far_as_it_is(page: SimpleNamespace, value: str, expected: str) -> None:
    assert formats.partial_day(value).striptags() == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("12,500", "12.500"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,5", "1234.5"),
        ("٢٥٫٥٠٠", "25.500"),
        ("\u200f٢٥,٥", "25.5"),
        ("25.5", "25.5"),
        ("", None),
        ("abc", None),
        ("1,2,3", None),
    ],
)
def test_amounts_are_read_in_any_script(typed: str, expected: str | None) -> None:
    assert formats.read_amount(typed) == (None if expected is None else Decimal(expected))


def test_markup_that_somebody_typed_is_shown_and_not_obeyed() -> None:
    assert formats.code("<b>1</b>") == '<bdi dir="ltr" class="code">&lt;b&gt;1&lt;/b&gt;</bdi>'


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ("Loi 83-14", "<bdi>Loi 83-14</bdi>"),
        ("To be set by the fund", ""),
        ("Loi 60-30, art. 2; To be set by the fund", "<bdi>Loi 60-30, art. 2</bdi>"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_text_that_nobody_named_yet_is_not_shown(references: str | None, expected: str) -> None:
    assert formats.law(references) == expected


@pytest.mark.parametrize(
    ("language", "country", "value", "expected"),
    [
        ("fr", "TN", "0.7222", "<bdi>0,7222 %</bdi>"),
        ("ar", "TN", "7.7639", "<bdi>7,7639 %</bdi>"),
        ("en", "DZ", "25.00", "<bdi>25 %</bdi>"),
    ],
)
def test_a_rate_keeps_every_decimal_that_the_law_sets(
    page: SimpleNamespace, language: str, country: str, value: str, expected: str
) -> None:
    page.language, page.fund = language, {**page.fund, "country": country}
    assert plain(formats.rate(value)) == expected
