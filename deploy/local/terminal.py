"""What the person at the terminal reads. Every line is flushed: it may be read through a pipe."""

import sys
from collections.abc import Sequence

NAME_WIDTH = 22


def write_line(line: str = "") -> None:
    """A line of progress."""
    print(line, flush=True)


def ready(name: str, *, after_s: float) -> None:
    """A process has answered."""
    write_line(f"  ready  {name:<{NAME_WIDTH}} {after_s:5.1f} s")


def why(reason: Exception) -> None:
    """The one sentence with the reason why this ends."""
    print(f"himaya: {reason}", file=sys.stderr, flush=True)


def table(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Rows of as many cells, under a title, each column as wide as it needs."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    write_line()
    write_line(title)
    for row in rows:
        write_line("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
