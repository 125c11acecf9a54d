"""Every error that people may meet has a sentence in each language, with the same parameters."""

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import services as all_services
import shared
from shared.http.problems import TO_STAFF
from shared.kernel.errors import Failure
from shared.languages.texts import LANGUAGES
from tests.contracts import services


def _import_everything() -> None:
    for package in (shared, all_services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def _failures() -> Iterator[type[Failure]]:
    _import_everything()
    waiting: list[type[Any]] = [Failure]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if cls.__module__.startswith(("shared.", "services.")) and "code" in vars(cls) and cls.code:
            yield cls


FAILURES = sorted(set(_failures()), key=lambda cls: cls.code)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda cls: cls.code)
def test_an_error_can_be_said(failure: type[Failure]) -> None:
    owner = failure.__module__.split(".")
    spoken = services.names() if owner[0] == "shared" else [owner[1]]
    for name in spoken:
        sentences = services.load(name).texts().by_code.get(failure.code, {})
        assert set(sentences) >= set(LANGUAGES), f"{failure.code} has no sentence in {name}"


@pytest.mark.parametrize("name", services.names())
def test_the_languages_say_the_same(name: str) -> None:
    for code, sentences in services.load(name).texts().by_code.items():
        parameters = {
            language: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for language, text in sentences.items()
        }
        assert set(sentences) == set(LANGUAGES), f"{code} is not said in every language"
        assert len(set(map(frozenset, parameters.values()))) == 1, f"{code} has other parameters by language"


@pytest.mark.parametrize("name", services.names())
def test_a_sentence_for_staff_stands_beside_the_usual_one(name: str) -> None:
    by_code = services.load(name).texts().by_code
    for code in by_code:
        if code.endswith(TO_STAFF):
            usual = by_code[code.removesuffix(TO_STAFF)]
            assert all(by_code[code][language] != usual[language] for language in LANGUAGES), code


def test_a_code_is_raised_in_one_place() -> None:
    codes = [failure.code for failure in FAILURES]
    assert sorted(codes) == sorted(set(codes))


CODES_AND_DAYS = {"value", "isoformat"}
THE_SAME_IN_EVERY_LANGUAGE = {
    ("moves.py", "here"),  # no sentence shows them
    ("moves.py", "to"),
    ("smtp.py", "cause"),  # the other side's own codes, to whoever looks into it
    ("iso_http.py", "reason"),
    ("fixed_files.py", "reason"),
    ("fixed_files.py", "stated"),  # numbers
    ("actions.py", "currency"),  # ISO 4217
    ("documents.py", "computed"),  # numbers
    ("wording.py", "year"),
}
"""By file and parameter."""


def _given() -> Iterator[tuple[str, ast.keyword]]:
    """The parameters that sentences are given: by failures, and by whatever writes one (`translate(code, …)`)."""
    names = {failure.__name__ for failure in FAILURES} | {"translate", "say"}
    for path in (*Path(shared.__file__).parent.rglob("*.py"), *Path(all_services.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                for keyword in node.keywords:
                    yield f"{path.name}:{node.lineno}", keyword


def test_u8_u14_no_sentence_is_given_a_bare_code_or_an_iso_day() -> None:
    """A code is given as a `Term`, what a fund defines by its names, a day as a `date`: they are written in the
    reader's language."""
    bare = [
        f"{place} {keyword.arg}"
        for place, keyword in _given()
        if (place.partition(":")[0], keyword.arg) not in THE_SAME_IN_EVERY_LANGUAGE
        for each in ast.walk(keyword.value)
        if (isinstance(each, ast.Attribute) and each.attr in CODES_AND_DAYS)
        or (isinstance(each, ast.Call) and getattr(each.func, "id", "") == "str")
    ]
    assert bare == []


@pytest.mark.parametrize("name", services.names())
def test_u8_every_term_that_is_named_has_its_text(name: str) -> None:
    """`Term(f"bank.entry.{…}")`: something stands under that beginning, in every language."""
    by_code = services.load(name).texts().by_code
    for path in Path(all_services.__path__[0], name).rglob("*.py"):
        for found in re.findall(r'Term\(f"([a-z.-]+)\{', path.read_text(encoding="utf-8")):
            assert [code for code in by_code if code.startswith(found)], f"{path.name}: {found}"
