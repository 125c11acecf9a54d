"""A quarter by one word for each language, whoever writes it: papers, messages, pages and the funds' own texts."""

from datetime import date
from typing import Any

import pytest
from flask import g

from deploy.local.place import REPOSITORY
from frontends.kit import formats
from frontends.portal.portal import PORTAL
from services.documents.papers.content import PaperLanguage
from services.documents.papers.printing.wording import wording
from services.notifications.templates.template import ParameterKind
from services.notifications.templates.writing import written
from shared.languages import quarters
from shared.languages.locales import locale_of
from tests.kit.contexts import shipped
from tests.kit.frontends import unreached

WRITTEN = [
    ("ar", "TN", 1, "الثلاثي الأول 2026"),
    ("ar", "DZ", 2, "الثلاثي الثاني 2026"),
    ("ar", "MA", 3, "الثلاثي الثالث 2026"),
    ("ar", "TN", 4, "الثلاثي الرابع 2026"),
    ("fr", "TN", 1, "1er trimestre 2026"),
    ("fr", "DZ", 4, "4e trimestre 2026"),
    ("en", "TN", 2, "2nd quarter 2026"),
    ("en", "DZ", 3, "3rd quarter 2026"),
]
FUNDS = {fund.country: fund for fund in map(shipped().__getitem__, ("tn-cnss", "dz-cnas", "ma-cnops"))}
APP = unreached(PORTAL)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("language", "country", "number", "expected"), WRITTEN)
def test_papers_messages_and_pages_say_the_same(language: str, country: str, number: int, expected: str) -> None:
    first_on, month = date(2026, 3 * number - 2, 1), 3 * number
    assert quarters.written(first_on, locale=locale_of(language, country)) == expected
    last_on = date(2026, month, 31 if month in (3, 12) else 30)
    assert plain(wording(PaperLanguage(language), country).period(first_on, last_on)) == expected
    value: Any = f"2026-Q{number}"
    assert plain(written(ParameterKind.PERIOD, value, language=language, fund=FUNDS[country])) == expected
    with APP.test_request_context("/"):
        g.language, g.fund, g.words = language, {"country": country}, APP.extensions["words"][language]
        assert plain(formats.period(value).striptags()) == expected


def test_no_arabic_text_calls_a_quarter_otherwise() -> None:
    """The word of CLDR, the feminine, and the school term."""
    found = [
        f"{path.relative_to(REPOSITORY)}: {word}"
        for folder in ("services", "shared", "frontends")
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path.suffix in (".yaml", ".po", ".html")
        for word in ("الربع ", "ثلاثية ", "الفصل الأول", "الفصل الثاني")
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []
