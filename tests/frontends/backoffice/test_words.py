"""Every word of the back office is there in Arabic and French, with what is filled in, in every plural form."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from frontends.backoffice.backoffice import BACKOFFICE

FOLDER = BACKOFFICE.folder
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {
    "templates/**.html": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    }
}
FILLED_IN = re.compile(r"%\((\w+)\)s")


def words() -> set[str]:
    found = extract_from_dir(str(FOLDER), METHODS, OPTIONS, keywords=KEYWORDS)  # type: ignore[arg-type]
    texts = {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}
    return texts | {BACKOFFICE.title} | {link.text for link in BACKOFFICE.navigation}


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_none_is_untranslated(language: str) -> None:
    with Path(FOLDER, "words", f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    by_id = {(each.id if isinstance(each.id, str) else each.id[0]): each for each in catalog if each.id}
    asked = words()
    assert len(asked) > 250
    assert asked - set(by_id) == set()
    assert set(by_id) - asked == set(), "nothing uses these any more"
    for text in asked:
        given = by_id[text].string
        forms = given if isinstance(given, (tuple, list)) else (given,)
        assert len(forms) == (1 if isinstance(by_id[text].id, str) else catalog.num_plurals)
        for form in forms:
            assert form, text
            assert set(FILLED_IN.findall(form)) <= set(FILLED_IN.findall(text)), text
            if isinstance(given, str):
                assert set(FILLED_IN.findall(form)) == set(FILLED_IN.findall(text)), text
