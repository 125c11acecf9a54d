"""A language as a country writes it, and its own name."""

import pytest

from shared.languages.locales import locale_of, own_name, unbroken


@pytest.mark.parametrize(
    ("language", "country", "found"),
    [("ar", "DZ", "ar_DZ"), ("en", "DZ", "en"), ("fr", "", "fr")],
)
def test_a_country_s_own_habits_or_those_of_the_plain_language(language: str, country: str, found: str) -> None:
    assert str(locale_of(language, country)) == found


@pytest.mark.parametrize(("language", "name"), [("ar", "العربية"), ("fr", "Français"), ("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ")])
def test_what_a_language_calls_itself(language: str, name: str) -> None:
    assert own_name(language) == name


def test_a_number_is_not_broken_and_has_no_direction_marks() -> None:
    assert unbroken("\u200f1\u202f234 د.ج.\u200f") == "1\u00a0234\u00a0د.ج."
