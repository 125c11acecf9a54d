"""A file of the register in fixed columns, read as a stream by a layout of the fund, as `rows` reads CSV: rows by their
columns, with the number of the line.

Blanks that an editor took off the end of a line, either end of line, the mark of UTF-8 and the end of file of DOS are
passed over. Places are counted in characters.
"""

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from services.identity.register.rows import DOS_END, ColumnsDiffer, EncodingDiffers, FileUnreadable, Row, mark_of
from services.identity.register.rules import Fault, LineRefused
from shared.funds.register_layouts import LINE_LENGTH_MAX, RegisterEncoding, RegisterLayout


def read(
    path: Path, *, layout: RegisterLayout, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, Row | LineRefused]]:
    """Each row by its columns, or why it is none. The layout has all columns, and no other than optional ones."""
    names = {each.name for each in layout.columns}
    if names - set(optional) != set(columns):
        missing = ", ".join(sorted(set(columns) - names)) or "-"
        raise ColumnsDiffer(file=path.name, missing=missing, expected=len(columns))
    try:
        mark = mark_of(path)
        is_utf_8 = layout.encoding is RegisterEncoding.UTF_8
        if mark and not (is_utf_8 and mark == codecs.BOM_UTF8):
            raise EncodingDiffers(file=path.name)
        lines = path.open(encoding="utf-8-sig" if is_utf_8 else layout.encoding.value, errors="surrogateescape")
    except OSError as error:
        raise FileUnreadable(file=path.name) from error
    with lines:
        for number, line in _lines(lines):
            yield number, _row(line, layout)


def _lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """The lines with anything in them. Of one that is too long for any layout so much that it is seen to be."""
    number = 0
    while line := file.readline(LINE_LENGTH_MAX + 1):
        number += 1
        rest = line
        while rest and not rest.endswith("\n"):
            rest = file.readline(LINE_LENGTH_MAX)
        line = line.strip(f"\n{DOS_END}")
        if line.strip():
            yield number, line


def _row(text: str, layout: RegisterLayout) -> Row | LineRefused:
    if len(text) > LINE_LENGTH_MAX or text[layout.length :].strip():
        return LineRefused([Fault("", "register.line-too-long")])
    row = {each.name: text[each.start - 1 : each.end].strip() for each in layout.columns}
    faults = [Fault(name, "register.not-in-encoding") for name, cell in row.items() if _has_stray_bytes(cell)]
    return LineRefused(faults) if faults else row


def _has_stray_bytes(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)
