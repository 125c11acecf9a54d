"""Which language an Accept-Language header prefers, among those that a fund has (RFC 9110, 12.5.4)."""

import pytest

from shared.languages.texts import best_language

OFFERED = ("ar", "fr", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr; q=0.9, en; q=0.8", "fr"),
        ("fr ;q=0.9 , en ;q=0.8", "fr"),
        ("en;q=0.8,fr;q=0.9", "fr"),
        ("en;q=0.8\t,\tfr;\tq=0.9", "fr"),
        ("fr;Q=0.9, en;Q=0.8", "fr"),
        ("fr, en", "fr"),
        ("en, fr", "fr"),
        ("fr-TN", "fr"),
        ("ar-DZ", "ar"),
        ("en-US,fr;q=0.5", "en"),
        ("fr-DZ;q=0.4,en-GB;q=0.9", "en"),
        ("FR-tn", "fr"),
        ("fr_TN", "fr"),
        ("zh-Hant-TW, en-GB;q=0.5", "en"),
        ("fr-CA;q=0.2, en;q=0.5, fr;q=0.8", "fr"),
        ("de, fr;q=0.1", "fr"),
        ("*", "ar"),
        ("fr, *;q=0.5", "fr"),
        ("*, fr;q=0.5", "ar"),
        ("*;q=0.5, en", "en"),
        ("ar;q=0, *", "fr"),
        ("ar;q=0, fr;q=0, *;q=0.1", "en"),
        ("ar;q=0", "ar"),
        ("fr;q=0", "ar"),
        ("fr;q=0, en;q=0.001", "en"),
        ("*;q=0", "ar"),
        ("fr;q=0, *;q=0", "ar"),
        ("en, *;q=0", "en"),
        ("ar;q=0,fr;q=0,en;q=0", "ar"),
        ("", "ar"),
        ("de", "ar"),
        ("fra", "ar"),
        (",,;;", "ar"),
        (";q=1", "ar"),
        ("fr;q=often, en", "en"),
        ("fr;q=2, en;q=0.1", "en"),
        ("fr;q=-1, en;q=0.1", "en"),
        ("fr;q=nan, en;q=0.1", "en"),
        ("fr;q=inf, en;q=0.1", "en"),
        ("é, fr;q=0.5", "fr"),
        ("fr," * 5_000, "fr"),
        ("x" * 60_000, "ar"),
    ],
)
def test_h01_a_header_is_read_as_the_standard_says(header: str, language: str) -> None:
    assert best_language(header, OFFERED) == language


def test_h01_only_what_a_fund_has_is_chosen() -> None:
    assert best_language("en, fr; q=0.3", ("ar", "fr")) == "fr"
    assert best_language("en", ("fr", "ar")) == "fr"
