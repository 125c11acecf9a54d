"""Every text of the pages of operations is said in Arabic and in French, with the same things shown in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from frontends.operations.operations import OPERATIONS

FRONTENDS = Path(__file__).parents[3] / "frontends"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do"}}
KEYWORDS = {"_": None, "ngettext": (1, 2)}
SHOWN = re.compile(r"%\(\w+\)s")


def texts() -> Iterator[str | tuple[str, ...]]:
    for _file, _line, text, _comments, _context in extract_from_dir(
        FRONTENDS / "operations", METHODS, OPTIONS, keywords=KEYWORDS
    ):
        yield text
    yield OPERATIONS.title
    yield from (link.text for link in OPERATIONS.navigation)


def catalog(language: str) -> dict[str, tuple[str, ...]]:
    """By English text, what is said: one text, or one for each plural."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in ("kit", "operations"):
        with (FRONTENDS / folder / "words" / f"{language}.po").open("rb") as file:
            read: Catalog = read_po(file, locale=language)
        for message in read:
            if message.id:
                one = message.id if isinstance(message.id, str) else message.id[0]
                found[one] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return found


@pytest.mark.parametrize(("language", "plurals"), [("ar", 6), ("fr", 2)])
def test_every_text_is_translated(language: str, plurals: int) -> None:
    said = catalog(language)
    found = list(texts())
    assert len(found) > 100
    for text in found:
        one = text if isinstance(text, str) else text[0]
        forms = said.get(one, ())
        assert forms and all(forms), one
        assert len(forms) == (1 if isinstance(text, str) else plurals), one
        for form in forms:
            assert set(SHOWN.findall(form)) == set(SHOWN.findall(one)), form
