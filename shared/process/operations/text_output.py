"""How the operator's commands write: rows whose cells stand under each other, instants in UTC without fractions."""

from collections.abc import Iterable, Sequence
from datetime import datetime


def write_line(line: str = "") -> None:
    print(line)  # noqa: T201


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their heads, as wide as the widest cell; numbers stand at the right."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    is_number = [all(row[column].isdecimal() for row in cells[1:]) for column in range(len(heads))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        write_line("  ".join(padded).rstrip())


def facts(rows: Iterable[tuple[str, object]]) -> None:
    """Names and values, the values under each other."""
    found = list(rows)
    width = max(len(name) for name, _ in found)
    for name, value in found:
        write_line(f"{name.ljust(width)}  {value}")


def instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "-"


def count(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 letter`, `2 letters`."""
    return f"{number:,} {one if number == 1 else many}"
