"""A sentence's parameters are written as its reader's language and country write them."""

from datetime import date

import pytest

from shared.kernel.errors import Term
from shared.languages.texts import Texts

TEXTS = Texts(
    {
        "on": {"ar": "يوم {day}", "fr": "le {day}", "en": "on {day}"},
        "kept": {"ar": "{day:day}", "fr": "{day:day}", "en": "{day:day}"},
        "by": {"ar": "({rail})", "fr": "({rail})", "en": "({rail})"},
        "rail.card": {"ar": "البطاقة", "fr": "carte bancaire.", "en": "bank card"},
    }
)


@pytest.mark.parametrize(
    ("language", "country", "said"),
    [
        ("fr", "DZ", "le 1er mars 2026"),
        ("en", "DZ", "on 1 March 2026"),
        ("ar", "DZ", "يوم 1 مارس 2026"),
        ("ar", "", "يوم 1 مارس 2026"),
    ],
)
def test_u14_a_day_is_written_out(language: str, country: str, said: str) -> None:
    assert TEXTS.translate("on", language, {"day": date(2026, 3, 1)}, country=country) == said


def test_u14_a_month_is_named_as_the_country_names_it() -> None:
    assert TEXTS.translate("on", "ar", {"day": date(2027, 1, 31)}, country="DZ") == "يوم 31 جانفي 2027"
    assert TEXTS.translate("on", "ar", {"day": date(2027, 1, 31)}, country="TN") == "يوم 31 جانفي 2027"


def test_u14_a_day_that_was_kept_as_text_is_written_out_too() -> None:
    assert TEXTS.translate("kept", "fr", {"day": "2025-12-31"}) == "31 décembre 2025"
    assert TEXTS.translate("kept", "fr", {}) == "day", "a parameter that is missing shows as its name"


def test_u8_a_term_is_said_in_the_reader_s_language() -> None:
    assert TEXTS.translate("by", "fr", {"rail": Term("rail.card")}) == "(carte bancaire)"
    assert TEXTS.translate("by", "ar", {"rail": Term("rail.card")}) == "(البطاقة)"


def test_u8_what_the_fund_defines_is_said_by_its_name() -> None:
    names = {"ar": "ورقة العلاج", "fr": "Feuille de soins"}
    assert TEXTS.translate("by", "ar", {"rail": names}) == "(ورقة العلاج)"
    assert TEXTS.translate("by", "en", {"rail": names}) == "(ورقة العلاج)", "the fund's first where it has none"
