"""Every refusal of documents can be told to people, in each language, with the facts that it carries."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from services import documents
from shared.kernel.errors import Failure

TEXTS = yaml.safe_load((Path(documents.__file__).parent / "texts.yaml").read_text(encoding="utf-8"))


def _codes(kind: type[Failure] = Failure) -> Iterator[str]:
    for each in kind.__subclasses__():
        if each.code and each.__module__.startswith(documents.__name__):
            yield each.code
        yield from _codes(each)


def test_each_error_has_its_text_and_each_text_its_error() -> None:
    for module in pkgutil.walk_packages(documents.__path__, f"{documents.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert sorted(set(_codes())) == sorted(TEXTS)


def test_each_text_says_the_same_in_each_language() -> None:
    for code, text in TEXTS.items():
        assert set(text) == {"ar", "fr", "en"}, code
        assert len({frozenset(re.findall(r"\{(\w+)\}", said)) for said in text.values()}) == 1, code
