"""Sentences for people, by code and language, from the `texts.yaml` of each room that has something to say."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from shared.languages.plurals import chosen

LANGUAGES = ("ar", "fr", "en")
HEADERS_KEPT_MAX = 256
"""People's browsers send few different ones, and each answer asks for several sentences."""

HEADER_LENGTH_MAX = 1_000
UNNAMED = 0.0001
"""The weight of a language that a header does not name: less than any that it can give (RFC 9110, 12.4.2)."""


@dataclass(frozen=True)
class Texts:
    """Sentences by code, then language. `{name}` in a sentence takes the parameter of that name, and
    `{name:# day|# days}` the form that the language has for its number."""

    by_code: Mapping[str, Mapping[str, str]]

    def say(self, code: str, language: str, parameters: Mapping[str, object] | None = None) -> str:
        """The sentence, in French where the language has none; the code itself where nobody wrote one."""
        sentences = self.by_code.get(code)
        if not sentences:
            return code
        spoken = language if sentences.get(language) else "fr"
        counted = {name: _counted(value, spoken) for name, value in (parameters or {}).items()}
        return sentences[spoken].format_map(_Shown(counted))


@dataclass(frozen=True)
class _Number:
    """A number beside which a word takes the form that the language has for it."""

    number: int
    language: str

    def __format__(self, forms: str) -> str:
        return chosen(forms, number=self.number, language=self.language) if forms else str(self.number)


def _counted(value: object, language: str) -> object:
    return _Number(value, language) if isinstance(value, int) and not isinstance(value, bool) else value


class _Shown(dict[str, object]):
    """A parameter that was not given shows as its name: a poor sentence is better than no answer."""

    def __missing__(self, name: str) -> str:
        return name


def read(paths: Iterable[Path]) -> Texts:
    """All sentences of these files. A code stands in one file only."""
    merged: dict[str, dict[str, str]] = {}
    for path in paths:
        for code, sentences in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if code in merged:
                raise ValueError(f"{path}: {code} has its text elsewhere already")
            merged[code] = sentences
    return Texts(merged)


@functools.lru_cache(maxsize=HEADERS_KEPT_MAX)
def best_language(header: str, offered: tuple[str, ...]) -> str:
    """Which of the languages offered an Accept-Language header prefers (RFC 9110, 12.5.4); the first where it names
    none of them. A region counts as its language. What `q=0` refuses is taken only where all are refused."""
    weights: dict[str, float] = {}
    for tag, weight in parse_accept_header(header[:HEADER_LENGTH_MAX], LanguageAccept):
        language = tag.replace("_", "-").partition("-")[0].lower()
        weights[language] = max(weight, weights.get(language, 0.0))
    others = weights.get("*", UNNAMED)
    named = [language for language in weights if language in offered]
    best = max((*named, *offered), key=lambda language: weights.get(language, others))
    return best if weights.get(best, others) else offered[0]
