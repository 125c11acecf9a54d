"""Every word of every page is there in Arabic and French, with every form of a number and every name in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from deploy.local.place import REPOSITORY

FRONTENDS = REPOSITORY / "frontends"
PARTS = sorted(path.parent.name for path in FRONTENDS.glob("*/words") if path.is_dir())
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trim_blocks": "true"}}
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
LINK = re.compile(r'(?:text|title|group)="([^"]+)"')
FORMS = {"ar": 6, "fr": 2}


def said(part: str) -> Iterator[Any]:
    """Every text of a part's pages: a string, or the forms beside a number."""
    for found in extract_from_dir(str(FRONTENDS / part), METHODS, OPTIONS, KEYWORDS):
        yield found[2]
    declared = FRONTENDS / part / f"{part}.py"
    if declared.exists():
        yield from LINK.findall(declared.read_text(encoding="utf-8"))


def catalogue(part: str, language: str) -> dict[Any, Message]:
    found: dict[Any, Message] = {}
    for folder in ("kit", part):
        with (FRONTENDS / folder / "words" / f"{language}.po").open("rb") as file:
            found |= {message.id: message for message in read_po(file) if message.id}
    return found


@pytest.mark.parametrize("language", sorted(FORMS))
@pytest.mark.parametrize("part", PARTS)
def test_none_is_untranslated(part: str, language: str) -> None:
    known = catalogue(part, language)
    missing = sorted({str(text) for text in said(part) if text not in known or not any(known[text].string)})
    assert missing == []


@pytest.mark.parametrize("language", sorted(FORMS))
@pytest.mark.parametrize("part", PARTS)
def test_a_translation_names_what_the_text_names(part: str, language: str) -> None:
    for text, message in catalogue(part, language).items():
        assert not message.fuzzy, text
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if isinstance(text, tuple):
            assert len(forms) == FORMS[language], text
            continue
        assert set(re.findall(r"%\((\w+)\)s", forms[0])) == set(re.findall(r"%\((\w+)\)s", text)), text


@pytest.mark.parametrize("part", [part for part in PARTS if part != "kit"])
def test_no_translation_is_left_over(part: str) -> None:
    for language in FORMS:
        with (FRONTENDS / part / "words" / f"{language}.po").open("rb") as file:
            kept = {message.id for message in read_po(file) if message.id}
        assert sorted(map(str, kept - set(said(part)))) == []


def test_what_others_made_is_as_they_made_it() -> None:
    import hashlib

    folder = FRONTENDS / "kit" / "static" / "vendor"
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / "vendor.sha256").read_text().splitlines())
    there = {f"./{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()}
    assert there - {"./VENDORED.md", "./vendor.sha256"} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256(Path(folder / name).read_bytes()).hexdigest() == digest, name
