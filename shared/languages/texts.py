"""Sentences for people, by code and language, from the `texts.yaml` files."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from shared.kernel import yaml_text
from shared.kernel.errors import Term
from shared.kernel.languages import LANGUAGES as LANGUAGES
from shared.languages import days
from shared.languages.plurals import chosen

HEADERS_KEPT_MAX = 256
"""People's browsers send few different ones, and each answer asks for several sentences."""

HEADER_LENGTH_MAX = 1_000


@dataclass(frozen=True)
class Texts:
    """Sentences by code, then language. `{name}` in a sentence takes the parameter of that name,
    `{name:# day|# days}` the form that the language has for its number, `{name:day}` a day that is kept as text."""

    by_code: Mapping[str, Mapping[str, str]]

    def translate(
        self, code: str, language: str, parameters: Mapping[str, object] | None = None, *, country: str = ""
    ) -> str:
        """The sentence, in French where the language has none; the code itself where nobody wrote one. Of parameters,
        days and terms are written in the language, days as the country does it."""
        sentences = self.by_code.get(code)
        if not sentences:
            return code
        spoken = language if sentences.get(language) else "fr"
        written = {name: self._written(value, spoken, country) for name, value in (parameters or {}).items()}
        return sentences[spoken].format_map(_Shown(written))

    def _written(self, value: object, language: str, country: str) -> object:
        match value:
            case bool():
                return value
            case int():
                return _Number(value, language)
            case date():
                return days.written(value, language=language, country=country)
            case Term():
                return self.translate(value.code, language).rstrip(".")
            case Mapping():
                return value.get(language) or next(iter(value.values()))
            case str():
                return _Said(value, language, country)
        return value


@dataclass(frozen=True)
class _Number:
    """A number beside which a word takes the form that the language has for it."""

    number: int
    language: str

    def __format__(self, forms: str) -> str:
        return chosen(forms, number=self.number, language=self.language) if forms else str(self.number)


@dataclass(frozen=True)
class _Said:
    """A text as it is; `{on:day}` in a sentence shows a day that was kept as text (`2026-02-10`) as people write it."""

    text: str
    language: str
    country: str

    def __format__(self, kind: str) -> str:
        if kind == "day":
            return days.written(date.fromisoformat(self.text), language=self.language, country=self.country)
        return format(self.text, kind)


class _Shown(dict[str, object]):
    """A parameter that was not given shows as its name: a poor sentence is better than no answer."""

    def __missing__(self, name: str) -> object:
        return _Name(name)


class _Name(str):
    """A parameter's name, shown in its place however the sentence wants it written."""

    def __format__(self, kind: str) -> str:
        return str(self)


def read(paths: Iterable[Path]) -> Texts:
    """All sentences of these files. A code stands in one file only."""
    merged: dict[str, Mapping[str, str]] = {}
    for path in paths:
        for code, sentences in _sentences(path).items():
            if code in merged:
                raise ValueError(f"{path}: {code} has its text elsewhere already")
            merged[code] = sentences
    return Texts(merged)


@functools.cache
def _sentences(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Those of one file, which a process reads once."""
    found: Mapping[str, Mapping[str, str]] = yaml_text.parse(path.read_text(encoding="utf-8")) or {}
    return found


@functools.lru_cache(maxsize=HEADERS_KEPT_MAX)
def best_language(header: str, offered: tuple[str, ...]) -> str:
    """Which of the languages offered an Accept-Language header prefers (RFC 9110, 12.5.4); of equal weights, and where
    it names none of them, the first. A region counts as its language: by itself werkzeug would answer `ar-DZ, fr;q=0.5`
    in French."""
    read = parse_accept_header(header[:HEADER_LENGTH_MAX], LanguageAccept)
    languages = LanguageAccept((tag.replace("_", "-").partition("-")[0], weight) for tag, weight in read)
    return languages.best_match(offered, default=offered[0])
