"""Wage files with what is certain put right: how a number is filled up, how lines end, in which characters a file is
saved, the numbers of lines, the sums over them. What somebody was paid, and who they are, is never touched. Pure.

A mend is certain where the file says the value already and only writes it otherwise, or where it follows from the
lines. `MENDS` is the table, by the code of the finding; what is in none of it remains for the employer.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.payments.declarations.findings import FileRole, Severity
from services.payments.declarations.layouts.detection import SAMPLE_LINES_MAX, detect
from services.payments.declarations.layouts.encodings import UTF_8, UTF_16, other_encoding
from services.payments.declarations.layouts.forms import DoesNotFit, FieldRefused
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind, Values
from services.payments.declarations.layouts.lines import LINE_LENGTH_MAX, FileLine, lines
from services.payments.declarations.records import control_sum, is_empty, summable
from shared.funds.period import PeriodKind

BYTES_MAX = 4 << 20
"""Of all files of a declaration; longer ones are made anew by the program that wrote them."""
CHANGES_MAX = 500
"""As many as anybody reads; the number of all is told beside them."""
LINE_END, ENCODING = "line-end", "wage-file.encoding"


@dataclass(frozen=True, kw_only=True)
class CorrectedFile:
    """A file under its own name."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class FileMend:
    """What was changed at one place: `code` is that of the finding that it mends. Line 0 is the file as a whole."""

    code: str
    file: FileRole
    line: int = 0
    field: str = ""
    parts: PeriodKind = PeriodKind.QUARTER


@dataclass(frozen=True, kw_only=True)
class CorrectedFiles:
    """The files as they would be sent, and what was changed: the first `changes`, and the `count` of all."""

    files: tuple[CorrectedFile, ...]
    changes: tuple[FileMend, ...]
    count: int


# --- What may be mended -----------------------------------------------------------------------------------------------


def _bare_digits(raw: bytes) -> bytes | None:
    """Digits with blanks before them where zeros are wanted. Blanks behind them are what a line looks like that lost a
    character before."""
    bare = raw.lstrip(b" ")
    return bare.rjust(len(raw), b"0") if bare.isdigit() else None


def _without_marks(raw: bytes) -> bytes | None:
    """Letters without their accents, of a layout that has none."""
    apart = unicodedata.normalize("NFKD", raw.decode("cp1252", "replace"))
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return plain.encode("ascii") if plain.isascii() and len(plain) == len(raw) else None


def _in_capitals(raw: bytes) -> bytes | None:
    """The same in capitals, of a layout that has no small letters."""
    plain = _without_marks(raw)
    return None if plain is None else plain.upper()


MENDS: Mapping[str, Sequence[Callable[[bytes], bytes | None]]] = {
    "wage-file.number-malformed": [_bare_digits],
    "wage-file.insurance-number-malformed": [_bare_digits],
    "wage-file.duration-malformed": [_bare_digits],
    "wage-file.amount-malformed": [_bare_digits],
    "wage-file.characters": [_without_marks, _in_capitals],
}
"""How a field is written anew, by the code of what is wrong with it: the first way that gives what can be read; None
where that is not certain. Only the first faults of a line are mended: what follows one that stays may stand in the
wrong columns altogether."""
RENUMBERED = "wage-file.number-gap"
SUMS = {"workers": "wage-file.workers-differ"}
TOTAL, LINE_TOTAL = "wage-file.total-differs", "wage-file.line-total-differs"
CONTROL, RECORD_TOTAL = "wage-file.control-sum-differs", "wage-file.record-total-differs"


# --- Files ------------------------------------------------------------------------------------------------------------


def correct(files: Sequence[tuple[str, bytes]], *, layouts: Sequence[Layout]) -> CorrectedFiles | None:
    """The files, by name and bytes, with every certain mend; None where they look like no layout even then."""
    texts = [_in_encoding(content, layouts[0]) for _name, content in files]
    found = detect([[line.content for line in _first(content)] for content, _was in texts], layouts=layouts)
    if found is None:
        return None
    notes = _Mends(found.layout.parts)
    mended: dict[FileRole, _Mended] = {}
    for (_name, original), (content, was_other), role in zip(files, texts, found.roles, strict=True):
        if was_other:
            notes.add(FileMend(code=ENCODING, file=role))
        mended[role] = _mend_file(content, layout=found.layout, role=role, notes=notes)
        if not was_other and _ends(original) - {found.layout.newline}:
            notes.add(FileMend(code=LINE_END, file=role))
    if FileRole.HEADER in mended and FileRole.DETAIL in mended:
        _mend_sums(mended[FileRole.HEADER], mended[FileRole.DETAIL], notes=notes)
    corrected = tuple(
        CorrectedFile(name=name, content=mended[role].written(found.layout))
        for (name, _content), role in zip(files, found.roles, strict=True)
    )
    return CorrectedFiles(files=corrected, changes=tuple(notes.listed), count=notes.count)


class _Mends:
    """The changes so far."""

    def __init__(self, parts: PeriodKind) -> None:
        self.listed: list[FileMend] = []
        self.parts = parts
        self.count = 0

    def add(self, change: FileMend) -> None:
        self.count += 1
        if len(self.listed) < CHANGES_MAX:
            self.listed.append(replace(change, parts=self.parts))


@dataclass
class _Line:
    """A line while it is mended. `values` are those that can be read; None of a line that has not the length of one."""

    number: int
    raw: bytes
    kind: RecordKind | None = None
    values: Values | None = None
    is_whole: bool = False

    def put(self, name: str, value: Any) -> None:
        """Set a field to what follows from other lines."""
        if self.values is None or self.kind is None:
            return
        self.values[name] = value
        field = next(field for field in self.kind.fields if field.name == name)
        try:
            written = field.form.write(value, length=field.length)
        except DoesNotFit:
            return
        start = field.start - 1
        raw = self.raw.ljust(self.kind.length)
        self.raw = raw[:start] + written + raw[start + field.length :]


@dataclass
class _Mended:
    lines: list[_Line]

    @property
    def is_whole(self) -> bool:
        return all(line.is_whole for line in self.lines)

    def written(self, layout: Layout) -> bytes:
        content = layout.newline.join(line.raw for line in self.lines)
        return content + (layout.newline if layout.ends_with_newline and self.lines else b"")


def _mend_file(content: bytes, *, layout: Layout, role: FileRole, notes: _Mends) -> _Mended:
    mended = _Mended([_mend_line(line, layout=layout, role=role, notes=notes) for line in lines([content])])
    if role is FileRole.DETAIL:
        _renumber(mended, layout=layout, notes=notes)
        _mend_line_totals(mended, notes=notes)
        if layout.sequence and mended.is_whole:
            _mend_records(mended, notes=notes)
    return mended


def _mend_records(mended: _Mended, *, notes: _Mends) -> None:
    """Control sums are those of their lines, and totals those of the lines that they are over, once each line can be
    read."""
    sums: dict[str, Counter[str]] = {}
    for line in mended.lines:
        kind, values = line.kind, line.values
        if kind is None or values is None or kind.table is None:
            continue
        wanted: dict[str, int] = {}
        if kind.is_frame:
            over = sum((sums.get(record, Counter()) for record in kind.table.totals_of), Counter[str]())
            wanted = {name: over[name] for name in kind.numbers} if kind.table.totals_of else {}
        elif kind.control is not None:
            wanted = {kind.control[0]: control_sum(kind, values, kind.control[1])}
        for name, number in wanted.items():
            if values[name] != number:
                line.put(name, number)
                code = RECORD_TOTAL if kind.is_frame else CONTROL
                notes.add(FileMend(code=code, file=FileRole.DETAIL, line=line.number, field=name))
        if not kind.is_frame and not is_empty(values):
            sums.setdefault(kind.record, Counter()).update(summable(kind, values))


def _mend_line(line: FileLine, *, layout: Layout, role: FileRole, notes: _Mends) -> _Line:
    raw = line.content
    kind = layout.kind(role, raw)
    bare = raw.rstrip(b" ")
    if len(raw) > kind.length and kind.fits(bare) and not kind.read(bare)[1]:
        raw = bare.ljust(kind.length)
        notes.add(FileMend(code="wage-file.line-length", file=role, line=line.number))
    if line.length > LINE_LENGTH_MAX or not kind.fits(raw) or b"\t" in raw:
        return _Line(line.number, raw)
    values: Values = {}
    written = []
    is_whole, is_in_columns = True, True
    for field, piece in zip(kind.fields, kind.slices(raw), strict=True):
        mended, code = _mend_field(field, piece) if is_in_columns else (piece, "")
        if code:
            notes.add(FileMend(code=code, file=role, line=line.number, field=field.name))
        try:
            values[field.name] = field.form.read(mended)
        except FieldRefused as refused:
            is_whole = is_whole and refused.severity is not Severity.ERROR
            is_in_columns = False
        written.append(mended)
    content = b"".join(written)
    return _Line(line.number, raw if content.rstrip() == raw.rstrip() else content, kind, values, is_whole)


def _mend_field(field: Field, piece: bytes) -> tuple[bytes, str]:
    """The bytes of a field as its form writes them, and the code of what that mends; as they were where nothing is
    wrong, or nothing certain."""
    try:
        field.form.read(piece)
    except FieldRefused as refused:
        for mend in MENDS.get(refused.code, ()):
            tried = mend(piece)
            if tried is not None and _is_read(field, tried):
                return tried, refused.code
    return piece, ""


def _is_read(field: Field, piece: bytes) -> bool:
    try:
        field.form.read(piece)
    except FieldRefused:
        return False
    return True


def _renumber(mended: _Mended, *, layout: Layout, notes: _Mends) -> None:
    """Number the lines in the order in which they stand."""
    a_page = layout.lines_per_page
    for number, line in enumerate(mended.lines, start=1):
        if line.values is None:
            continue
        wanted = {"number": number}
        if a_page and "page" in line.values:
            wanted = {"page": 1 + (number - 1) // a_page, "line_in_page": 1 + (number - 1) % a_page}
        changed = [name for name, value in wanted.items() if line.values.get(name, value) != value]
        for name in changed:
            line.put(name, wanted[name])
        if changed:
            notes.add(FileMend(code=RENUMBERED, file=FileRole.DETAIL, line=line.number, field=changed[0]))


def _mend_line_totals(mended: _Mended, *, notes: _Mends) -> None:
    """A worker's total is the sum of the periods beside it."""
    for line in mended.lines:
        if not line.is_whole or line.values is None or "total" not in line.values:
            continue
        total = sum(_wages(line.values).values())
        if line.values["total"] != total:
            line.put("total", total)
            notes.add(FileMend(code=LINE_TOTAL, file=FileRole.DETAIL, line=line.number, field="total"))


def _mend_sums(header: _Mended, detail: _Mended, *, notes: _Mends) -> None:
    """The header's sums are those of the lines, once each of them can be read."""
    if len(header.lines) != 1 or header.lines[0].values is None or not detail.is_whole:
        return
    line, kind, values = header.lines[0], header.lines[0].kind, header.lines[0].values
    sums: Counter[str] = Counter()
    for each in detail.lines:
        sums.update(_wages(each.values or {}))
    wanted = {f"total_{part}": total for part, total in sums.items()}
    wanted |= {"total": sum(sums.values()), "workers": len(detail.lines)}
    for name, value in wanted.items():
        if kind is not None and kind.column(name) and values is not None and values.get(name) != value:
            line.put(name, value)
            notes.add(FileMend(code=SUMS.get(name, TOTAL), file=FileRole.HEADER, line=line.number, field=name))


def _wages(values: Values) -> dict[str, int]:
    """A line's wages by the number of their period."""
    return {
        name.removeprefix("wage").lstrip("_"): value
        for name, value in values.items()
        if name == "wage" or name.startswith("wage_")
    }


def _first(content: bytes) -> Iterable[FileLine]:
    return [line for line, _number in zip(lines([content]), range(SAMPLE_LINES_MAX), strict=False)]


def _ends(content: bytes) -> set[bytes]:
    """How the lines of a file end."""
    found = {b"\r\n"} if b"\r\n" in content else set()
    rest = content.replace(b"\r\n", b"")
    return found | {end for end in (b"\n", b"\r") if end in rest}


def _in_encoding(content: bytes, layout: Layout) -> tuple[bytes, bool]:
    """The bytes in the layout's encoding, with its digits, where all of them can be written so; and whether that made
    them others."""
    encoding = {UTF_8: "utf-8-sig", UTF_16: "utf-16"}.get(other_encoding(content) or "")
    if encoding is None:
        return content, False
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return content, False
    plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
    try:
        return plain.encode("cp1252"), True
    except UnicodeEncodeError:
        return content, False
