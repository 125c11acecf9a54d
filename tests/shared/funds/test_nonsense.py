"""What no law can mean, tried in every place of every fund: it is refused, all of it at once, each in its place."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.funds.loading import ABOUT, DEFINITIONS, MAY_BE_NEGATIVE, PAGES, SECTIONS, Fund, Reading
from shared.kernel.languages import LANGUAGES
from tests.funds.invented import DEFINITIONS as INVENTED

KINDS = {f"{ABOUT}.yaml": Fund}
KINDS |= {f"{name}.yaml": kind for name, kind in SECTIONS.items()} | {
    folder: kind for folder, (_, kind) in PAGES.items()
}
FILES = [path for folder in (DEFINITIONS, INVENTED) for path in sorted(folder.rglob("*.yaml"))]
AMOUNT = re.compile(r"[0-9.]+ [A-Z]{3}")


def negative(name: str, said: object) -> object:
    """A number or an amount, below zero; None of anything else."""
    if name in MAY_BE_NEGATIVE or isinstance(said, bool):
        return None
    if isinstance(said, int | Decimal):
        return -said or -1
    return f"-{said}" if isinstance(said, str) and AMOUNT.fullmatch(said) and re.search("[1-9]", said) else None


def blank(name: str, said: object) -> object:
    """A text in one of the languages, without a character; None of anything else."""
    return " " if isinstance(said, str) and name in LANGUAGES else None


def changed(raw: Any, change: Callable[[str, object], object], place: str, name: str) -> Iterator[str]:
    """The places where something was changed; what is given is changed with it."""
    items = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, said in list(items):
        at, called = (f"{place}.{key}", str(key)) if isinstance(raw, dict) else (f"{place}[{key + 1}]", name)
        other = change(called, said)
        if other is None:
            yield from changed(said, change, at, called)
        else:
            raw[key] = other
            yield at


def read_again(path: Path, change: Callable[[str, object], object]) -> tuple[set[str], set[str]]:
    """The places of a file that were changed, and those that are then refused."""
    folder = next(each for each in path.parents if each.parent in (DEFINITIONS, INVENTED))
    file = path.relative_to(folder).as_posix()
    reading = Reading(folder)
    reading.know(reading.parse(f"{ABOUT}.yaml"), said={})
    raw = copied(reading.parse(file))
    places = set(changed(raw, change, "", ""))
    reading.read_file(file, raw, KINDS[file.partition("/")[0]])
    return places, {fault.split(": ")[1] for fault in reading.faults}


def copied(raw: Any) -> Any:
    """The same without what YAML's anchors share, so that each place is changed by itself."""
    if isinstance(raw, dict):
        return {key: copied(each) for key, each in raw.items()}
    return [copied(each) for each in raw] if isinstance(raw, list) else raw


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
@pytest.mark.parametrize("change", [negative, blank])
def test_every_place_where_it_stands_is_named(path: Path, change: Callable[[str, object], object]) -> None:
    places, refused = read_again(path, change)
    assert {place.lstrip(".") for place in places} <= refused


def test_there_is_something_to_change() -> None:
    found = [len(read_again(path, change)[0]) for path in FILES for change in (negative, blank)]
    assert sum(found) > 1_000
