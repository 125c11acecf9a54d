"""Files of fixed-width lines, as banks without ISO 20022 exchange them: a table of fields says what stands where.

The tables stand in `layouts/`: another bank of this kind is another table. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from shared.funds.payments import BankCharacters
from shared.kernel import yaml_text
from shared.kernel.errors import Invalid

LAYOUTS = Path(__file__).parent / "layouts"
LINE_CHARACTERS_MAX = 1_000


class LineMalformed(Invalid):
    """A line of a bank's file is not what the layout says."""

    code = "bank-file.line-malformed"


class FileIncomplete(Invalid):
    """The last line of a bank's file is missing: the file is not all there, or not yet."""

    code = "bank-file.incomplete"


class ValueTooLong(Invalid):
    """A value has more characters than its field."""

    code = "bank-file.value-too-long"


class FieldKind(StrEnum):
    TEXT = "text"
    """On the left, filled with blanks."""
    NUMBER = "number"
    """Digits, on the right, filled with zeros. Amounts are in minor units."""
    DATE = "date"
    """Year, month, day in eight digits; zeros or blanks for none."""


class FixedWidthField(msgspec.Struct, frozen=True):
    """A stretch of a line. With `value` it is always the same."""

    name: str
    width: int
    kind: FieldKind = FieldKind.TEXT
    value: str = ""

    def write(self, value: object) -> str:
        match self.kind:
            case FieldKind.DATE:
                text = value.strftime("%Y%m%d") if isinstance(value, date) else "0" * self.width
            case FieldKind.NUMBER:
                text = f"{int(str(value or 0)):0{self.width}d}"
            case _:
                text = str(value or "").ljust(self.width)
        if len(text) != self.width:
            raise ValueTooLong(field=self.name, characters_max=self.width)
        return text

    def read(self, text: str) -> Any:
        """Raises ValueError."""
        bare = text.strip()
        match self.kind:
            case FieldKind.DATE:
                return None if not bare.strip("0") else datetime.strptime(bare, "%Y%m%d").date()  # noqa: DTZ007  a day
            case FieldKind.NUMBER:
                if bare and not (bare.isascii() and bare.isdigit()):
                    raise ValueError("not a number")
                return int(bare or 0)
        return bare


@dataclass(frozen=True)
class Line:
    """A line that was read: which record it is, its number from 1, and its values by field."""

    record: str
    number: int
    values: Mapping[str, Any]


class FileKind(msgspec.Struct, frozen=True):
    """One kind of file: its records by name, in the order in which they come. The first field of each is its code."""

    records: dict[str, tuple[FixedWidthField, ...]]

    @property
    def last(self) -> str:
        return list(self.records)[-1]


class FixedWidth(msgspec.Struct, frozen=True):
    """A layout: three kinds of files, and what the bank's own codes mean in those of ISO 20022."""

    name: str
    source: str
    width: int
    encoding: str
    newline: str
    characters: BankCharacters
    orders: FileKind
    report: FileKind
    statement: FileKind
    statuses: dict[str, str]
    reasons: dict[str, str]
    directions: dict[str, str]

    def __post_init__(self) -> None:
        for kind in (self.orders, self.report, self.statement):
            for record, fields in kind.records.items():
                width = sum(field.width for field in fields)
                if width != self.width or not fields[0].value:
                    raise ValueError(f"{self.name}: {record} is {width} wide, or does not begin with its code")

    def write(self, kind: FileKind, lines: Iterable[tuple[str, Mapping[str, object]]]) -> bytes:
        """A whole file, each line ended. Raises `ValueTooLong`; what the encoding does not have becomes a `?`."""
        texts = (
            "".join(each.write(each.value or values.get(each.name)) for each in kind.records[record])
            for record, values in lines
        )
        return "".join(text + self.newline for text in texts).encode(self.encoding, errors="replace")

    def read(self, kind: FileKind, body: bytes) -> tuple[list[Line], list[Invalid]]:
        """The lines of a file, and what is wrong with those that are none: they hold up no other. Raises
        `FileIncomplete` where the last record of the kind does not stand at the end."""
        text = body.decode(self.encoding, errors="replace").replace("\x1a", "").replace("\f", "")
        lines: list[Line] = []
        faults: list[Invalid] = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    lines.append(self._line(kind, line, number))
                except ValueError:
                    faults.append(LineMalformed(line=number))
        if not lines or lines[-1].record != kind.last:
            raise FileIncomplete
        return lines, faults

    def _line(self, kind: FileKind, line: str, number: int) -> Line:
        """Editors and transfer programs take the blanks off the end of a line: they are put back. Raises ValueError."""
        if len(line) > self.width and line[self.width :].strip():
            raise ValueError("too long")
        padded = line[: self.width].ljust(self.width)
        for record, fields in kind.records.items():
            if padded.startswith(fields[0].value):
                values, at = {}, 0
                for field in fields:
                    values[field.name] = field.read(padded[at : at + field.width])
                    at += field.width
                return Line(record, number, values)
        raise ValueError("of no record")


@cache
def layout(name: str) -> FixedWidth:
    """The layout of a name. ValueError where there is none, or it does not add up."""
    path = LAYOUTS / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in LAYOUTS.glob("*.yaml")))
        raise ValueError(f"no layout {name}; there are {known}")
    try:
        return msgspec.convert({"name": name, **yaml_text.parse(path.read_text(encoding="utf-8"))}, FixedWidth)
    except msgspec.ValidationError as wrong:
        raise ValueError(f"{path.name}: {wrong}") from wrong
