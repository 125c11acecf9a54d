"""Dates, amounts and sentences as each country writes them."""

from datetime import date

import pytest
import yaml

from services.documents.papers.content import PaperLanguage
from services.documents.papers.printing import wording as room
from services.documents.papers.printing.wording import isolated, wording
from shared.kernel.money import Currency, Money
from shared.kernel.partial_date import PartialDate

AR, FR, EN = PaperLanguage
NO_BREAK = "\u00a0"


@pytest.mark.parametrize(
    ("language", "country", "amount", "written"),
    [
        (FR, "DZ", Money(634_074_54, Currency.DZD), "634 074,54"),
        (AR, "DZ", Money(634_074_54, Currency.DZD), "634.074,54"),
        (FR, "TN", Money(1_290_277, Currency.TND), "1 290,277"),
        (AR, "TN", Money(1_290_277, Currency.TND), "1.290,277"),
        (EN, "TN", Money(1_290_277, Currency.TND), "1,290.277"),
        (FR, "SN", Money(634_074, Currency("XOF")), "634 074"),
        (AR, "LY", Money(634_074, Currency("LYD")), "634,074"),
        (FR, "DZ", Money(0, Currency.DZD), "0,00"),
        (FR, "TN", Money(-5, Currency.TND), "-0,005"),
        (FR, "DZ", Money(10**15, Currency.DZD), "10 000 000 000 000,00"),
    ],
)
def test_amounts(language: PaperLanguage, country: str, amount: Money, written: str) -> None:
    """With a plain space inside, bidi would swap the groups of digits in an Arabic line."""
    assert wording(language, country).amount(amount) == written.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("language", "country", "written"),
    [
        (FR, "DZ", ["1er janvier 2026", "11 janvier 2026", "Salaire déclaré (DA)"]),
        (AR, "DZ", ["1 جانفي 2026", "11 جانفي 2026", "الأجر المصرَّح به (د.ج.)"]),
        (AR, "TN", ["1 جانفي 2026", "11 جانفي 2026", "الأجر المصرَّح به (د.ج.)"]),
        (AR, "MA", ["1 يناير 2026", "11 يناير 2026", "الأجر المصرَّح به (د.ج.)"]),
        (EN, "DZ", ["January 1, 2026", "January 11, 2026", "Declared wage (DZD)"]),
    ],
)
def test_days_and_currency(language: PaperLanguage, country: str, written: list[str]) -> None:
    words = wording(language, country)
    said = [
        words.day(date(2026, 1, 1)),
        words.day(date(2026, 1, 11)),
        words.translate("wage", currency=words.currency(Currency.DZD)),
    ]
    assert [_plain(text) for text in said] == written


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "french", "arabic"),
    [
        (date(2025, 2, 1), date(2025, 2, 28), "février 2025", "فيفري 2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "février 2024", "فيفري 2024"),
        (date(2025, 12, 1), date(2025, 12, 31), "décembre 2025", "ديسمبر 2025"),
        (date(2025, 1, 1), date(2025, 3, 31), "1er trimestre 2025", "الثلاثي الأول 2025"),
        (date(2025, 10, 1), date(2025, 12, 31), "4e trimestre 2025", "الثلاثي الرابع 2025"),
        (date(2025, 1, 1), date(2025, 12, 31), "Année 2025", "سنة 2025"),
        (
            date(2025, 2, 1),
            date(2025, 4, 30),
            "Du 1er février 2025 au 30 avril 2025",
            "من 1 فيفري 2025 إلى 30 أفريل 2025",
        ),
        (
            date(2025, 2, 1),
            date(2025, 2, 27),
            "Du 1er février 2025 au 27 février 2025",
            "من 1 فيفري 2025 إلى 27 فيفري 2025",
        ),
    ],
)
def test_periods_are_named(starts_on: date, ends_on: date, french: str, arabic: str) -> None:
    assert _plain(wording(FR, "DZ").period(starts_on, ends_on)) == french
    assert _plain(wording(AR, "DZ").period(starts_on, ends_on)) == arabic


def test_a_country_says_some_things_in_its_own_way() -> None:
    employers = [wording(AR, country).translate("employer") for country in ("DZ", "TN", "MA")]
    assert employers == ["المستخدِم", "المؤجِّر", "المشغِّل"]


def test_a_value_keeps_its_direction_inside_a_sentence() -> None:
    said = wording(AR, "TN").translate("employer_line", name="SARL El Amel (2)")
    assert said == "المؤجِّر: " + isolated("SARL El Amel (2)") == "المؤجِّر: \u2068SARL El Amel (2)\u2069"


def test_a_value_with_braces_is_not_read_as_a_placeholder() -> None:
    assert "{by.__class__}" in wording(FR, "DZ").translate("employer_line", name="{by.__class__}")


def test_every_language_says_everything_and_countries_add_nothing() -> None:
    texts = yaml.safe_load(room._WORDS.read_text(encoding="utf-8"))
    keys = {language: set(texts[language]) for language in ("ar", "fr", "en")}
    assert keys["ar"] == keys["fr"] == keys["en"]
    for section in set(texts) - set(keys):
        assert set(texts[section]) <= keys["ar"], section


def _plain(text: str) -> str:
    """The text without isolates, and with plain spaces, as a table in a test can show it."""
    return text.replace("\u2068", "").replace("\u2069", "").replace(NO_BREAK, " ")


@pytest.mark.parametrize(
    ("language", "partial", "written"),
    [
        (FR, "1950", "1950"),
        (AR, "1950", "1950"),
        (EN, "1950", "1950"),
        (FR, "1950-03", "mars 1950"),
        (AR, "1950-03", "مارس 1950"),
        (FR, "1950-03-12", "12 mars 1950"),
    ],
)
def test_w01_a_birth_is_written_as_far_as_it_is_known(language: PaperLanguage, partial: str, written: str) -> None:
    assert _plain(wording(language, "DZ").partly(PartialDate(partial))) == written
