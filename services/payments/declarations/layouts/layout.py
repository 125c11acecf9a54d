"""What a layout is: the declaration of a fixed-width file, compiled once into slices; knows no fund's fields itself."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, takewhile
from struct import Struct
from typing import Any

from services.payments.declarations.findings import FileRole, Phrase, Remark
from services.payments.declarations.layouts.forms import (
    AmountCodec,
    Choice,
    Count,
    FieldCodec,
    FieldRefused,
    Filler,
    Letters,
)
from services.payments.declarations.layouts.periods import NUMBER_FIELDS
from shared.funds.layouts import FieldCode, LineKind
from shared.funds.period import PeriodKind

FILLER = "wage-file.filler"
Values = dict[str, Any]
"""The values of one line by field name, each as its form reads it; a field with a fault is left out."""


@dataclass(frozen=True)
class Field:
    """A named stretch of a line. `start` counts from 1, as the funds' own tables do."""

    name: str
    start: int
    length: int
    form: FieldCodec


@dataclass(frozen=True)
class RecordKind:
    """One kind of line. `signature` fits the first characters of a line that is meant to be of this kind."""

    signature: re.Pattern[bytes]
    fields: tuple[Field, ...]
    table: LineKind | None = field(default=None, repr=False, compare=False)
    """What the fund's definition says of such a line beyond its fields."""
    is_frame: bool = False
    """Whether it is the line of no worker, in a file of several kinds of lines."""
    length: int = field(init=False)
    trimmed_length: int = field(init=False)
    """The length without the fields at the end that may be blank: editors take the blanks at a line's end off."""
    _slices: Struct = field(init=False, repr=False, compare=False)
    _readers: tuple[tuple[str, Callable[[bytes], Any]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        end = 1
        for part in self.fields:
            if part.start != end:
                raise ValueError(f"{part.name} starts at {part.start}, where {end} was next")
            end += part.length
        object.__setattr__(self, "length", end - 1)
        blank = takewhile(lambda part: _may_be_blank(part.form, part.length), reversed(self.fields))
        object.__setattr__(self, "trimmed_length", self.length - sum(part.length for part in blank))
        object.__setattr__(self, "_slices", Struct("".join(f"{part.length}s" for part in self.fields)))
        object.__setattr__(self, "_readers", tuple((part.name, part.form.read) for part in self.fields))

    @property
    def record(self) -> str:
        """How such a line is named, in a file of several kinds of lines."""
        return self.table.record if self.table else ""

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, FieldCode]]:
        """The codes of each field that has few of them."""
        return {
            part.name: {each.code: each for each in part.form.codes}
            for part in self.fields
            if isinstance(part.form, Choice)
        }

    @cached_property
    def control(self) -> tuple[str, tuple[str, ...]] | None:
        """The control sum of such a line and the fields that it is over, where it has one."""
        fields = self.table.fields if self.table is not None else ()
        return next(((part.name, part.sums) for part in fields if part.sums), None)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The fields that hold counts and amounts, but for those that say the period."""
        is_number = (part.name for part in self.fields if isinstance(part.form, Count | AmountCodec))
        return tuple(name for name in is_number if name not in {"year", *NUMBER_FIELDS.values()})

    def fits(self, line: bytes) -> bool:
        """Whether a line is as long as this kind of line, at most without the blanks at its end."""
        return self.trimmed_length <= len(line) <= self.length

    def slices(self, line: bytes) -> tuple[bytes, ...]:
        """The bytes of each field of a line that fits."""
        return self._slices.unpack(line.ljust(self.length))

    def read(self, line: bytes) -> tuple[Values, list[Remark]]:
        """The values of a line that fits, and what is wrong with the fields that have none."""
        values: Values = {}
        faults = []
        for (name, read), raw in zip(self._readers, self.slices(line), strict=True):
            try:
                values[name] = read(raw)
            except FieldRefused as fault:
                faults.append(Remark(fault.code, name, fault.found, fault.expected, fault.severity))
        if self.table is not None and self.table.unit:
            values["unit"] = self.table.unit
        if faults and (shifted := self._shifted(line, faults)):
            values.pop(shifted.field, None)
            faults.append(shifted)
        return values, faults

    def _shifted(self, line: bytes, faults: Iterable[Remark]) -> Remark | None:
        """What says that fields stand one place too far right: the last digit of an amount, alone in the blanks that
        follow it. What is read as the amount is then another one, of as many digits."""
        filled = {fault.field for fault in faults if fault.code == FILLER}
        for before, part in pairwise(self.fields):
            if part.name in filled and isinstance(before.form, AmountCodec):
                found = line.ljust(self.length)[part.start - 1 : part.start - 1 + part.length]
                if found[:1].isdigit() and not found[1:].strip():
                    return Remark("wage-file.line-shifted", before.name, Phrase("digit-after"), Phrase("amount"))
        return None

    def write(self, values: Values) -> bytes:
        """A line from values by field name. Fields without a value are written empty where their form allows it."""
        return b"".join(part.form.write(values.get(part.name), length=part.length) for part in self.fields)

    def column(self, name: str) -> int:
        """Where a field starts, from 1; 0 for a field that this kind of line does not have."""
        return next((part.start for part in self.fields if part.name == name), 0)


def _may_be_blank(form: FieldCodec, length: int) -> bool:
    """Whether nothing but blanks is what a program writes into a field that holds nothing."""
    if not isinstance(form, Letters | Filler):
        return False
    try:
        form.read(b" " * length)
    except FieldRefused:
        return False
    return True


@dataclass(frozen=True)
class Layout:
    """A layout of a file, or of a pair of files. Where a role has several kinds, the first that signs is meant."""

    layout_id: str
    version: str
    source: str
    encoding: str
    newline: bytes
    ends_with_newline: bool
    kinds: dict[FileRole, tuple[RecordKind, ...]]
    file_name: re.Pattern[str]
    """What a file's own name says: groups `employer`, `year`, and `quarter` (`month`, `half_year`), `establishment`
    where named."""
    lines_max: int
    """As many lines as the field of the line's number can count."""
    lines_per_page: int | None = None
    """Where lines are numbered by page: how many a page has."""
    written_names: Mapping[FileRole, str] = field(default_factory=dict)
    """How the names of the files of each role are written, where that is said."""
    sequence: tuple[str, ...] = ()
    """Of a file of several kinds of lines: its records in their order, with `*` and `+` behind those that repeat."""
    is_complement: bool = False
    """Whether what is declared in it is added to a declaration in force."""
    parts: PeriodKind = PeriodKind.QUARTER
    """Of what its numbered fields are: `wage_2` of the second quarter of the year, or of its second month."""

    def kind(self, role: FileRole, line: bytes) -> RecordKind:
        kinds = self.kinds[role]
        return next((kind for kind in kinds if kind.fits(line) and kind.signature.match(line)), kinds[0])

    def write(self, lines: Iterable[Values], *, role: FileRole) -> Iterator[bytes]:
        """A whole file, line by line, as this layout ends its lines. Of several kinds of lines, `record` says which."""
        kinds = {kind.record: kind for kind in reversed(self.kinds[role])}
        separator = b""
        for values in lines:
            kind = kinds.get(values.get("record", ""), self.kinds[role][0])
            yield separator + kind.write(values)
            separator = self.newline
        if separator and self.ends_with_newline:
            yield self.newline
