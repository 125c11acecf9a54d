"""The words of a frontend: English in templates and code, Arabic and French in `words/<language>.po` beside them.

gettext's own files, read by babel when the process starts, so that nothing has to be compiled first.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g

SOURCE_LANGUAGE = "en"


def read(folders: Iterable[Path]) -> Mapping[str, NullTranslations]:
    """By language, the words of all these folders; a later folder's stand before an earlier one's."""
    found: dict[str, Translations] = {}
    for folder in folders:
        for path in sorted((folder / "words").glob("*.po")):
            with path.open("rb") as file:
                catalog = read_po(file, locale=path.stem)
            compiled = io.BytesIO()
            write_mo(compiled, catalog)
            compiled.seek(0)
            words = Translations(compiled)
            if path.stem in found:
                words.add_fallback(found[path.stem])
            found[path.stem] = words
    return {SOURCE_LANGUAGE: NullTranslations(), **found}


def gettext(text: str, /, **shown: object) -> str:
    """The text in the page's language, with `%(name)s` replaced."""
    said = str(_words().ugettext(text))
    return said % shown if shown else said


def ngettext(one: str, many: str, number: int, /, **shown: object) -> str:
    """The form of a text that the page's language has for a number."""
    return plural(one, many, number) % {"num": number, **shown}


def plural(one: str, many: str, number: int, /) -> str:
    """The same with `%(name)s` left in it: templates put in what they show themselves, and escape it."""
    return str(_words().ungettext(one, many, number))


def pgettext(context: str, text: str, /, **shown: object) -> str:
    """As gettext, of a text that means another thing elsewhere."""
    said = str(_words().upgettext(context, text))
    return said % shown if shown else said


_ = gettext


def _words() -> NullTranslations:
    words: NullTranslations = g.words
    return words
