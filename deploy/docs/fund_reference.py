"""docs/fund-reference.md: what a fund's folder may contain, from the classes that it is read into and the funds that
ship.

What reads a part of it is found in the code of the services; the examples are values of the funds that ship, or, where
none of them says such a thing, of the tests' invented ones.
"""

import ast
import dataclasses
import inspect
import itertools
import re
import types
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import yaml

from shared.funds import facts, formula
from shared.funds.conditions import FIT
from shared.funds.fund import Fund
from shared.funds.loading import ABOUT, DEFINITIONS, ELSEWHERE, PAGES, SECTIONS
from shared.funds.texts import Texts
from shared.kernel.money import Currency, Money

ROOT = Path(__file__).parents[2]
FOLDERS = (DEFINITIONS, ROOT / "tests/funds/definitions")
"""The funds that examples are taken from: first those that ship."""
EXAMPLE_CHARACTERS_MAX = 80
CHOICES_SHOWN_MAX = 20
IMPORT = re.compile(r"^(?:from|import) .*\n", re.M)
_PLAIN: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    bool: "true or false",
    date: "day",
    Money: "amount",
    Currency: "currency (ISO 4217)",
}


def page() -> str:
    """The whole page."""
    lines = [
        "# What a fund's folder may say",
        "",
        "A fund is a folder `shared/funds/definitions/<fund>/`. `fund.yaml` says what the fund is; every other file is",
        "a section of what it does, and may be left out where the fund does not do it. A start refuses a folder with",
        "all of its faults at once. CONTRIBUTING says how to add one. This page is generated (`make docs`).",
        "",
        "What a field comes to that is left out stands with it, where that is a value; its meaning says it otherwise.",
        "No number and no amount is negative, and no text is empty.",
        "",
        "An *amount* is a number and a currency (`528.320 TND`), with the currency's decimals. *Texts* are a text in",
        "each language of the fund. A `law` says from when to when the value beside it holds, by which text, and how",
        "sure it is.",
        "",
    ]
    files = {f"{ABOUT}.yaml": (Fund, None), **{f"{name}.yaml": (kind, name) for name, kind in SECTIONS.items()}}
    files |= {f"{folder}/<code>.yaml": (kind, field) for folder, (field, kind) in PAGES.items()}
    shared = _shared([kind for kind, _ in files.values()])
    for file, (kind, attribute) in files.items():
        lines += [f"## `{file}`", "", *_about(kind), *_readers(attribute), *_table(kind, _documents(file), attribute)]
        for nested in _nested(kind):
            if nested not in shared:
                lines += [f"### {nested.__name__}", "", *_about(nested), *_table(nested, _found(nested, file, kind))]
    lines += [*_blocks_of_formulas(), *_facts()]
    lines += ["## What stands in several of them", ""]
    for nested in shared:
        everywhere = [_found(nested, file, kind) for file, (kind, _) in files.items()]
        found = [[block for blocks in folder for block in blocks] for folder in zip(*everywhere, strict=True)]
        lines += [f"### {nested.__name__}", "", *_about(nested), *_table(nested, found)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _blocks_of_formulas() -> list[str]:
    """What each step of a formula is made of."""
    meanings = _meanings(formula.Block)
    rows = []
    for block in formula.Block:
        needed, further, values = formula.made_of(block)
        names = [*sorted(needed), *(f"{name} (optional)" for name in sorted(further))]
        given = " or ".join(" and ".join(f"`{each}`" for each in sorted(one)) or "none" for one in values)
        rows.append(f"| `{block}` | {_cell(meanings[block.name])} | {', '.join(names) or '-'} | {given} |")
    return [
        "## The blocks that formulas are made of",
        "",
        "Each `step` names facts or earlier steps (`formula.<code>`), and says of each law the values that it takes.",
        "",
        "| block | what it comes to | names | values |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _facts() -> list[str]:
    """The facts that a page of `benefits` may name."""
    rows = [
        f"| {', '.join(f'`{name}`' for name in each.written)} | {_kind(each)} | {_cell(each.description)} |"
        for each in facts.VOCABULARY
    ]
    of = [(test, " or ".join(sorted(kinds))) for test, kinds in FIT.items() if test != "before" and "most" not in test]
    tests = "; ".join(f"`{test}` of {kinds}" for test, kinds in of)
    return [
        "## The facts that benefits are decided from",
        "",
        "A page of `benefits` names them in its conditions and in its formula. An answer is what its question asks",
        "for; what a register answers is yes or no, or one of its choices. Tests are asked of facts of their kind:",
        f"{tests}; `equals`, `one_of` and `is_known` of any.",
        "",
        "| name | what it is | what it says |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]


def _kind(fact: facts.FactName) -> str:
    return fact.kind.value if fact.kind else "by what it is of"


# --- The classes ------------------------------------------------------------------------------------------------------


def _table(kind: type, examples: list[list[Any]], attribute: str | None = None) -> list[str]:
    """A row for each field of a class. `attribute` is the section, by which the readers of its fields are found."""
    rows = ["| name | what it is | meaning | example |", "| --- | --- | --- | --- |"]
    hints, meanings = get_type_hints(kind), _meanings(kind)
    for field in dataclasses.fields(kind):
        if kind is Fund and field.name in ELSEWHERE:
            continue
        is_needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        said = _typed(hints[field.name]) + ("" if is_needed else f"; optional{_usual(field.default)}")
        meaning = " ".join([meanings.get(field.name, ""), *_choices(hints[field.name])]).strip()
        readers = _reading(rf"\.{attribute}\.{field.name}\b") if attribute in SECTIONS else ()
        if kind is Fund:
            readers = _reading(rf"\bfund\b(?:\(\))?\.{field.name}\b")
        if readers:
            meaning = f"{meaning} Read by {', '.join(readers)}.".strip()
        rows.append(f"| `{field.name}` | {said} | {_cell(meaning)} | {_example(examples, field.name)} |")
    return [*rows, ""]


def _usual(default: Any) -> str:
    """What holds where a field is left out, of one that holds a number, a word, yes or no."""
    if isinstance(default, bool):
        return f", `{str(default).lower()}` without it"
    if isinstance(default, StrEnum):
        return f", `{default.value}` without it"
    if isinstance(default, int | Decimal) or (isinstance(default, str) and default):
        return f", `{default}` without it"
    return ""


def _about(kind: type) -> list[str]:
    text = inspect.getdoc(kind) or ""
    return [] if text.startswith(f"{kind.__name__}(") else [*text.replace("|", "\\|").split("\n"), ""]


def _meanings(kind: type) -> dict[str, str]:
    """The text below each field of a class, or below each member of an enumeration, by its name."""
    tree = ast.parse(inspect.getsource(kind))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for field, text in itertools.pairwise(body):
        target = field.target if isinstance(field, ast.AnnAssign) else None
        if isinstance(field, ast.Assign):
            target = field.targets[0]
        if isinstance(target, ast.Name) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[target.id] = " ".join(str(text.value.value).split())
    return found


def _choices(hint: Any) -> Iterator[str]:
    """What each choice means, where the code says it."""
    inner = [each for each in get_args(hint) if each is not type(None)] or [hint]
    for kind in inner:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            meanings = _meanings(kind)
            yield from (f"`{each.value}`: {meanings[each.name]}" for each in kind if each.name in meanings)


def _typed(hint: Any) -> str:
    """A type in words."""
    if hint == Texts:
        return "texts"
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_typed(each) for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        return f"list of: {_typed(get_args(hint)[0])}"
    if get_origin(hint) is Mapping:
        key, value = get_args(hint)
        return f"block of {_typed(key)}: {_typed(value)}"
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        choices = [f"`{each.value}`" for each in hint]
        more = ", …" if len(choices) > CHOICES_SHOWN_MAX else ""
        return f"one of {', '.join(choices[:CHOICES_SHOWN_MAX])}{more}"
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def _inside(hint: Any) -> Iterator[type]:
    """The classes that a type holds."""
    if dataclasses.is_dataclass(hint) and hint is not Money:
        yield hint  # type: ignore[misc]
    for each in get_args(hint):
        yield from _inside(each)


def _nested(kind: type) -> list[type]:
    """The classes below a class, each once, in the order in which they are met."""
    found: list[type] = []

    def visit(each: type) -> None:
        hints = get_type_hints(each)
        for field in dataclasses.fields(each):
            for inner in _inside(hints[field.name]):
                is_elsewhere = each is Fund and field.name in ELSEWHERE
                if inner not in found and inner is not kind and not is_elsewhere:
                    found.append(inner)
                    visit(inner)

    visit(kind)
    return found


def _shared(kinds: list[type]) -> list[type]:
    """The classes that more than one file holds."""
    met = [nested for kind in kinds for nested in _nested(kind)]
    return list(dict.fromkeys(each for each in met if met.count(each) > 1))


# --- Who reads it -----------------------------------------------------------------------------------------------------


def _readers(attribute: str | None) -> list[str]:
    if attribute is None:
        return []
    readers = _reading(rf"\bfund\b(?:\(\))?(?:\.sections)?\.{attribute}\b")
    return [f"Read by {', '.join(readers)}.", ""] if readers else []


def _reading(pattern: str) -> tuple[str, ...]:
    """The subjects of the services whose code holds such a text."""
    compiled = re.compile(pattern)
    subjects = {"/".join(path.split("/")[1:3]) for path, text in _sources() if compiled.search(text)}
    return tuple(f"`{subject.removesuffix('.py')}`" for subject in sorted(subjects))


@cache
def _sources() -> tuple[tuple[str, str], ...]:
    """Each file of the services with its text, without its imports: a module of the same name is no reading."""
    paths = sorted((ROOT / "services").rglob("*.py"))
    return tuple(
        (path.relative_to(ROOT).as_posix(), IMPORT.sub("", path.read_text(encoding="utf-8"))) for path in paths
    )


# --- Examples ---------------------------------------------------------------------------------------------------------


def _documents(file: str) -> list[list[Any]]:
    """The content of such a file in the funds of each of the folders."""
    name = f"*/{file.replace('<code>', '*')}"
    return [[_plain(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(name))] for folder in FOLDERS]


@cache
def _plain(text: str) -> Any:
    return yaml.safe_load(text)


def _found(wanted: type, file: str, kind: type) -> list[list[Any]]:
    """The blocks of a class in such files, by folder."""
    return [
        [block for document in documents for block in _blocks(document, kind, wanted)] for documents in _documents(file)
    ]


def _blocks(raw: Any, hint: Any, wanted: Any) -> Iterator[Any]:
    if hint == wanted:
        yield raw
    elif get_origin(hint) in (Union, types.UnionType):
        yield from _blocks(raw, get_args(hint)[0], wanted)
    elif get_origin(hint) is tuple and isinstance(raw, list):
        for each in raw:
            yield from _blocks(each, get_args(hint)[0], wanted)
    elif get_origin(hint) is Mapping and isinstance(raw, dict):
        for each in raw.values():
            yield from _blocks(each, get_args(hint)[1], wanted)
    elif dataclasses.is_dataclass(hint) and isinstance(raw, dict):
        hints = get_type_hints(hint)
        for name, each in raw.items():
            yield from _blocks(each, hints.get(name), wanted)


def _example(folders: list[list[Any]], name: str) -> str:
    """The shortest value of the first folder in which there is one."""
    said = [[_flow(each[name]) for each in blocks if isinstance(each, dict) and name in each] for blocks in folders]
    written = [[text for text in texts if text not in ("[]", "{}")] for texts in said]
    shortest = min(next(filter(None, written), []), key=len, default="")
    if len(shortest) > EXAMPLE_CHARACTERS_MAX:
        shortest = f"{shortest[:EXAMPLE_CHARACTERS_MAX].rstrip()} …"
    return f"`{_cell(shortest)}`" if shortest else ""


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
