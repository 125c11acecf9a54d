"""A CSV file of the register, read as a stream: rows with the number of the line that each begins on.

UTF-8 with or without its mark, commas or semicolons, as spreadsheets write it. What cannot be read is a fault of its
line; what is wrong with the header is a fault of the whole file.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from services.identity.register.rules import Fault, LineRefused
from shared.kernel import normalize
from shared.kernel.errors import Invalid

HEADER_LENGTH_MAX = 2_000
CELL_LENGTH_MAX = 1_000


class FileUnreadable(Invalid):
    """There is no such file, or it may not be read."""

    code = "register.file-unreadable"


class ColumnsDiffer(Invalid):
    """The header lacks columns, or has columns that nobody knows."""

    code = "register.columns-differ"


Row = dict[str, str]


def read(
    path: Path, *, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, Row | LineRefused]]:
    """Each row by its columns, or why it is none. All columns must be there, in any order, and no other than optional
    ones."""
    try:
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise FileUnreadable(file=path.name) from error
    with file:
        header = file.readline(HEADER_LENGTH_MAX)
        delimiter = ";" if header.count(";") > header.count(",") else ","
        names = [normalize.plain(name).lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
        if sorted(name for name in names if name not in optional) != sorted(columns) or len(set(names)) < len(names):
            missing = set(columns) - set(names)
            raise ColumnsDiffer(file=path.name, missing=", ".join(sorted(missing)) or "-", expected=len(columns))
        yield from _rows(file, names, delimiter)


def _rows(file: Iterable[str], names: Sequence[str], delimiter: str) -> Iterator[tuple[int, Row | LineRefused]]:
    lines = csv.reader(file, delimiter=delimiter)
    while True:
        number = lines.line_num + 2  # the header is line 1; a row may run over several lines
        try:
            cells = next(lines, None)
        except csv.Error:
            yield number, LineRefused([Fault("", "register.line-unreadable")])
            continue
        if cells is None:
            return
        if cells:
            yield number, _row(cells, names)


def _row(cells: Sequence[str], names: Sequence[str]) -> Row | LineRefused:
    if len(cells) != len(names):
        return LineRefused([Fault("", "register.cells-differ")])
    row = dict(zip(names, cells, strict=True))
    faults = [Fault(name, code) for name, cell in row.items() if (code := _fault(cell))]
    return LineRefused(faults) if faults else row


def _fault(cell: str) -> str:
    if len(cell) > CELL_LENGTH_MAX:
        return "register.cell-too-long"
    has_stray_bytes = any("\udc80" <= character <= "\udcff" for character in cell)
    return "register.not-utf-8" if has_stray_bytes else ""
