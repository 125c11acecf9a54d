"""Every error that people may meet has a sentence in each language, with the same parameters."""

import importlib
import pkgutil
import string
from collections.abc import Iterator
from typing import Any

import pytest

import services as all_services
import shared
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


def test_a_code_is_raised_in_one_place() -> None:
    codes = [failure.code for failure in FAILURES]
    assert sorted(codes) == sorted(set(codes))
