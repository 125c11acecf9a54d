"""Pieces of the runnable examples, as a page shows them: so that a page and the program that is run never differ."""

import ast
import re
from pathlib import Path

EXAMPLE = re.compile(r"(<!-- example: (?P<file>[\w.]+) (?P<names>[\w., ]+) -->\n).*?(<!-- /example -->)", re.DOTALL)


class ExampleUnknown(ValueError):
    """A page asks for an example that there is not."""


def filled(page: str, *, folder: Path) -> str:
    """The page, each of its examples as the file has it now. `names` are functions, classes or `Class.method`."""

    def fill(found: re.Match[str]) -> str:
        pieces = [piece(folder / found["file"], name.strip()) for name in found["names"].split(",")]
        return f"{found[1]}```python\n" + "\n\n\n".join(pieces) + f"\n```\n{found[4]}"

    return EXAMPLE.sub(fill, page)


def piece(path: Path, name: str) -> str:
    """The text of one function or class of a file."""
    text = path.read_text(encoding="utf-8")
    within: ast.AST = ast.parse(text)
    for part in name.split("."):
        body = getattr(within, "body", [])
        named = [each for each in body if getattr(each, "name", "") == part]
        if not named:
            raise ExampleUnknown(f"{path.name} has no {name}")
        [within] = named
    lines = text.splitlines()[within.lineno - 1 : within.end_lineno]  # type: ignore[attr-defined]
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] for line in lines)
