"""The layouts of a fund's wage files, made from its definition (`shared/funds/layouts.py`) once in a process."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from services.payments.declarations.findings import FileRole, Severity
from services.payments.declarations.layouts import forms
from services.payments.declarations.layouts.forms import FieldCodec
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.layouts import PART_NAMES, Characters, FieldForm, FileLayout, LayoutField, LineKind, Newline, Pad
from shared.funds.period import Period, PeriodKind

_CHARACTERS = {
    Characters.ASCII_NAME: forms.ASCII_NAME,
    Characters.LATIN_NAME: forms.LATIN_NAME,
    Characters.PRINTABLE_ASCII: forms.PRINTABLE_ASCII,
    Characters.PRINTABLE_LATIN: forms.PRINTABLE_LATIN,
    Characters.UPPER_NAME: forms.UPPER_NAME,
}
_NEWLINES = {Newline.LF: b"\n", Newline.CRLF: b"\r\n"}
_MALFORMED = "wage-file.number-malformed"
_CODES = {
    "insurance_number": "wage-file.insurance-number-malformed",
    "national_id": "wage-file.national-id-malformed",
    "duration": "wage-file.duration-malformed",
}
"""The finding about a malformed field of that name, or of that name with a number behind it."""


PERSON = "insurance_number"


def layouts_of(fund: Fund, form: DeclarationForm, *, period: Period | None = None) -> list[Layout]:
    """The layouts that a form takes, the likeliest first. For a period, their fields have the numbers that its parts
    have in the year: what the third quarter's file calls the first of three months is its seventh."""
    first = form.parts(period)[0].number if period and form.wage_kind is not form.period else 1
    return [made(layout_id, fund.layouts[layout_id], first, form.wage_kind) for layout_id in form.layouts]


@cache
def made(layout_id: str, layout: FileLayout, first: int = 1, parts: PeriodKind = PeriodKind.QUARTER) -> Layout:
    """A layout that lines are read and written by; its `parts` are of a kind, and `first` is the number in the year of
    the first of them."""
    kinds = {FileRole.HEADER: layout.header, FileRole.DETAIL: (*layout.detail, *layout.frame)}
    names = {FileRole.HEADER: layout.header_name, FileRole.DETAIL: layout.detail_name}
    return Layout(
        layout_id=layout_id,
        version=layout.version,
        source=layout.source,
        encoding=layout.encoding.value,
        newline=_NEWLINES[layout.newline],
        ends_with_newline=layout.ends_with_newline,
        kinds={
            role: tuple(_kind(_numbered(each, first=first), is_frame=each in layout.frame) for each in lines)
            for role, lines in kinds.items()
            if lines
        },
        file_name=re.compile(layout.file_name, re.IGNORECASE),
        lines_max=layout.lines_max,
        lines_per_page=layout.lines_per_page,
        written_names={role: name for role, name in names.items() if name},
        sequence=layout.sequence,
        is_complement=layout.is_complement,
        parts=parts,
    )


def _numbered(kind: LineKind, *, first: int) -> LineKind:
    """The line with its fields of parts numbered from another number than one."""

    def named(name: str) -> str:
        bare, _underscore, part = name.rpartition("_")
        return f"{bare}_{int(part) + first - 1}" if bare in PART_NAMES else name

    fields = (replace(each, name=named(each.name), sums=tuple(map(named, each.sums))) for each in kind.fields)
    return kind if first == 1 else replace(kind, fields=tuple(fields))


def _kind(kind: LineKind, *, is_frame: bool) -> RecordKind:
    start, fields = 1, []
    for field in kind.fields:
        fields.append(Field(field.name, start, field.length, _FORMS[field.form](field)))
        start += field.length
    return RecordKind(
        re.compile(kind.signature.encode("latin-1"), re.DOTALL), tuple(fields), table=kind, is_frame=is_frame
    )


def _code(field: LayoutField) -> str:
    return _CODES.get(field.name.rstrip("_0123456789"), _MALFORMED)


def _pad(field: LayoutField, usual: Pad = Pad.ZEROS) -> bytes:
    return b" " if (field.pad or usual) is Pad.BLANKS else b"0"


def _amount(field: LayoutField) -> FieldCodec:
    minor_max = forms.AMOUNT_MINOR_MAX if field.minor_max is None else field.minor_max
    return forms.AmountCodec(minor_max, pad=_pad(field), narrow=field.narrow)


_FORMS: dict[FieldForm, Callable[[LayoutField], FieldCodec]] = {
    FieldForm.DIGITS: lambda field: forms.Digits(_code(field)),
    FieldForm.OPTIONAL_DIGITS: lambda field: forms.OptionalDigits(
        _code(field), severity=Severity.ERROR if field.name == PERSON else Severity.WARNING
    ),
    FieldForm.WORD: lambda field: forms.Word(_code(field)),
    FieldForm.OPTIONAL_WORD: lambda field: forms.OptionalWord(_code(field)),
    FieldForm.CODE: lambda field: forms.CodeCodec(),
    FieldForm.COUNT: lambda field: forms.Count(pad=_pad(field), code=_code(field), most=field.count_max),
    FieldForm.AMOUNT: _amount,
    FieldForm.DAY: lambda field: forms.Day(absent=_pad(field)),
    FieldForm.YEAR_FIRST_DAY: lambda field: forms.Day(absent=_pad(field), is_year_first=True),
    FieldForm.BIRTH: lambda field: forms.BirthCodec(absent=_pad(field)),
    FieldForm.LETTERS: lambda field: forms.Letters(_CHARACTERS[field.characters]),
    FieldForm.ONE_OF: lambda field: forms.OneOf(field.letters.encode("ascii")),
    FieldForm.CHOICE: lambda field: forms.Choice(field.codes),
    FieldForm.FILLER: lambda field: forms.Filler(_pad(field, Pad.BLANKS)),
}
