"""A CSV file of the register, read as a stream: rows with the number of the line that each begins on.

UTF-8 with or without its mark, commas, semicolons or tabs, as spreadsheets write it; rows with nothing in them and the
end of file of DOS are passed over. What cannot be read is a fault of its line; what is wrong with the header is a fault
of the whole file.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from services.identity.register.rules import Fault, LineRefused
from shared.kernel import normalize
from shared.kernel.errors import Invalid

HEADER_LENGTH_MAX = 2_000
CELL_LENGTH_MAX = 1_000
ROW_LINES_MAX = 5
"""A cell may have some lines, as an address has. What follows a quote that is never closed is no text of that cell."""
MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DOS_END = "\x1a"


class FileUnreadable(Invalid):
    """There is no such file, or it may not be read."""

    code = "register.file-unreadable"


class EncodingDiffers(Invalid):
    """The file begins with the mark of another encoding than it should have."""

    code = "register.encoding-differs"


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
        if mark_of(path) not in (b"", codecs.BOM_UTF8):
            raise EncodingDiffers(file=path.name)
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise FileUnreadable(file=path.name) from error
    with file:
        header = file.readline(HEADER_LENGTH_MAX)
        delimiter = max(",;\t", key=header.count)
        names = [normalize.plain(name).lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
        if sorted(name for name in names if name not in optional) != sorted(columns) or len(set(names)) < len(names):
            missing = set(columns) - set(names)
            raise ColumnsDiffer(file=path.name, missing=", ".join(sorted(missing)) or "-", expected=len(columns))
        yield from _rows(file, names, delimiter)


@dataclass(frozen=True)
class _Cells:
    """The cells of a row, and how many lines it runs over."""

    texts: Sequence[str]
    lines: int


def mark_of(path: Path) -> bytes:
    """The mark of an encoding that a file begins with, or nothing."""
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF8))
    return next((each for each in MARKS if head.startswith(each)), b"")


def _rows(file: Iterable[str], names: Sequence[str], delimiter: str) -> Iterator[tuple[int, Row | LineRefused]]:
    lines, ahead, number = iter(file), deque[str](), 2  # the header is line 1
    while True:
        ahead.extend(islice(lines, ROW_LINES_MAX - len(ahead)))
        if not ahead:
            return
        cells = _cells(ahead, delimiter, width=len(names))
        if cells is None:
            taken = 1
            yield number, LineRefused([Fault("", "register.line-unreadable")])
        else:
            taken = cells.lines
            if any(cell.strip() for cell in cells.texts):
                yield number, _row(cells.texts, names)
        for _ in range(taken):
            ahead.popleft()
        number += taken


def _cells(ahead: Sequence[str], delimiter: str, *, width: int) -> _Cells | None:
    """The row that these lines begin with; None where a quote in the first one is not closed in a row of the right
    width. The lines below are then rows of their own: a slip in one cell costs nobody else."""
    lines = [line.strip(DOS_END) for line in ahead]
    try:
        # An empty line behind it is read on into where a quote is still open.
        table = csv.reader([lines[0], ""], delimiter=delimiter)
        texts = next(table)
    except csv.Error:
        return None
    if table.line_num == 1:
        return _Cells(texts, 1)
    for count in range(2, len(lines) + 1):
        try:
            texts = next(csv.reader(lines[:count], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(texts) == width:
            return _Cells(texts, count)
    return None


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
