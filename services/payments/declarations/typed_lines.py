"""A declaration that is typed instead of sent as a file: its lines are written as the file that a payroll program would
have written, so that one reader, one set of checks and one acceptance hold for both. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.payments.declarations.findings import FileRole, Severity
from services.payments.declarations.layouts.forms import (
    Choice,
    DoesNotFit,
    FieldRefused,
    Letters,
    OneOf,
    OptionalDigits,
)
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind, Values
from services.payments.declarations.layouts.lines import lines
from services.payments.declarations.layouts.periods import named_by
from services.payments.declarations.prefilled_files import PrefilledContent
from services.payments.declarations.records import compose, is_empty
from services.payments.declarations.wages import PeriodWage, Unit, WageLine, unit_letter, wage_line
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.law import find_in_force
from shared.funds.layouts import PART_NAMES, Persons
from shared.funds.period import Period
from shared.kernel import normalize

LINES_MAX = 20
"""Who declares more has a payroll program, which writes the file."""

PERSON_FIELDS = (
    "insurance_number",
    "full_name",
    "family_name",
    "first_name",
    "birth_on",
    "national_id",
    "duration",
    "unit",
    "wage",
    "entered_on",
    "left_on",
    "situation",
)
"""What is typed of a worker, of a layout that has it; the rest of a line follows from the employer and the period."""

_PART = re.compile("(?P<name>[a-z]+)_(?P<number>[0-9]{1,2})")
_IDENTIFIERS = {
    "insurance_number": (IdentifierKind.INSURANCE_NUMBER, "wage-file.insurance-number-malformed"),
    "national_id": (IdentifierKind.NATIONAL_ID, "wage-file.national-id-malformed"),
}
_NAMES = ("family_name", "first_name")


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """A file of the layout, under the name that the layout's files have."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class LineFault:
    """What stands against writing a line: its place among the lines, from 0, the field, and the code of the reason."""

    index: int
    field: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TypedFiling:
    """What an employer typed. `lines` are as they were typed, in their order. A complementary one is the next of its
    period, or takes the place of the one with `complement_number`."""

    employer_id: str
    form: str
    period: str
    lines: tuple[WageLine, ...]
    establishment: str = ""
    is_complement: bool = False
    complement_number: int = 0


@dataclass(frozen=True, kw_only=True)
class AskedField:
    """A field of a worker that a page asks for. `units` are the units of work that the layout knows, where it is one,
    `codes` what may stand in it, where those are few; `is_by_part` says that it is asked once for each part of the
    period."""

    name: str
    length: int
    is_by_part: bool
    units: tuple[Unit, ...] = ()
    codes: tuple[str, ...] = ()


def may_be_typed(layout: Layout) -> bool:
    """Whether a declaration of this layout can be typed: its files' names can be written, as its lines can."""
    return set(layout.written_names) == set(layout.kinds)


def asked_fields(layout: Layout) -> tuple[AskedField, ...]:
    """What is asked of each worker, in the order in which people read it."""
    found: dict[str, AskedField] = {}
    for field in (field for kind in _of_workers(layout) for field in kind.fields):
        name = _bare(field.name)
        if name not in PERSON_FIELDS or name in found:
            continue
        found[name] = AskedField(
            name=name,
            length=field.length,
            is_by_part=name in PART_NAMES,
            units=_units(field.form) if name == "unit" else (),
            codes=tuple(each.code for each in field.form.codes) if isinstance(field.form, Choice) else (),
        )
    return tuple(found[name] for name in PERSON_FIELDS if name in found)


def _of_workers(layout: Layout) -> tuple[RecordKind, ...]:
    """The kinds of lines that are a worker's."""
    return tuple(kind for kind in layout.kinds[FileRole.DETAIL] if not kind.is_frame)


def _kind_of(layout: Layout, worker: WageLine, answered: PrefilledContent | None) -> RecordKind:
    """The kind of line that a worker stands in: in an answer, that of whom the fund expects or that of who is new."""
    if answered is None:
        return layout.kinds[FileRole.DETAIL][0]
    wanted = Persons.PREFILLED if worker.insurance_number in answered.expected else Persons.ENTRANTS
    return next(kind for kind in _of_workers(layout) if kind.table is not None and kind.table.persons is wanted)


def write(
    filing: TypedFiling,
    *,
    layout: Layout,
    fund: Fund,
    parts: Sequence[Period],
    answered: PrefilledContent | None = None,
) -> tuple[tuple[WrittenFile, ...], tuple[LineFault, ...]]:
    """The files that say what was typed; or, where a value cannot stand in its field, what is wrong with it, all of
    it. Of a layout that answers a pre-filled file, `answered` is that file."""
    period, faults, details = Period.read(filing.period), [], []
    for index, typed in enumerate(filing.lines):
        worker, wrong = _as_kept(typed, index=index, fund=fund, layout=layout)
        kind = _kind_of(layout, worker, answered)
        values = _values(worker, filing=filing, layout=layout, kind=kind, period=period, parts=parts, number=index + 1)
        values |= _capped(values, fund=fund, parts=parts)
        wrong += _unwritable(values, kind=kind, parts=parts, index=index, but={each.field for each in wrong})
        faults += wrong
        details.append(values)
    if faults:
        return (), tuple(faults)
    written = []
    for role in layout.kinds:
        rows = details if role is FileRole.DETAIL else [_header(filing, layout=layout, period=period, details=details)]
        if answered is not None:
            rows = compose(layout, details, head=answered.head, expected=answered.expected)
        name = layout.written_names[role].format_map(_named(filing, period=period))
        written.append(WrittenFile(name=name, content=b"".join(layout.write(rows, role=role))))
    return tuple(written), ()


def read(content: bytes, *, layout: Layout, parts: Sequence[Period]) -> tuple[WageLine, ...]:
    """The workers of a file that `write` made, to be typed on."""
    found = []
    for line in lines([content]):
        kind = layout.kind(FileRole.DETAIL, line.content)
        values, faults = kind.read(line.content)
        if kind.is_frame or (layout.sequence and is_empty(values)):
            continue
        if not any(fault.severity is Severity.ERROR for fault in faults):
            found.append(wage_line(values, line=line.number, parts=parts))
    return tuple(found)


def _as_kept(typed: WageLine, *, index: int, fund: Fund, layout: Layout) -> tuple[WageLine, list[LineFault]]:
    """The line with its numbers as the fund keeps them; what was left empty or is no such number."""
    faults: list[LineFault] = []
    kept: dict[str, Any] = {"insurance_number": "", "national_id": None}
    for field, (kind, code) in _IDENTIFIERS.items():
        text = normalize.number(getattr(typed, field) or "")
        if not text or not any(kind.column(field) for kind in _of_workers(layout)):
            continue
        number = fund.read_identifier(kind, text)
        if number is None:
            faults.append(LineFault(index=index, field=field, code=code))
        kept[field] = number or text
    if not typed.insurance_number.strip() and not (kept["national_id"] and _may_lack_number(layout)):
        faults.append(LineFault(index=index, field="insurance_number", code="request.field-missing"))
    if not typed.family_name.strip() and not typed.first_name.strip():
        faults.append(LineFault(index=index, field="family_name", code="request.field-missing"))
    names = {name: normalize.name(getattr(typed, name)).upper() for name in _NAMES}
    return replace(typed, **kept | names), faults


def _may_lack_number(layout: Layout) -> bool:
    """Whether the layout has lines of people whom the fund has yet to register."""
    forms = (field.form for kind in _of_workers(layout) for field in kind.fields if field.name == "insurance_number")
    return any(isinstance(form, OptionalDigits) for form in forms)


def _capped(values: Values, *, fund: Fund, parts: Sequence[Period]) -> Values:
    """The part of a wage that branches with a ceiling are paid on, where the fund has any."""
    contributions, part = fund.sections.contributions, parts[0]
    rates = find_in_force(contributions.rates, on=part.last_on) if contributions else None
    wage_minor = values.get("wage", 0)
    capped = rates.capped if rates is not None else None
    return {"capped_wage": capped.of_wage(wage_minor, months=part.months) if capped else wage_minor}


def _values(
    worker: WageLine,
    *,
    filing: TypedFiling,
    layout: Layout,
    kind: RecordKind,
    period: Period,
    parts: Sequence[Period],
    number: int,
) -> Values:
    """A detail line, by field name."""
    a_page = layout.lines_per_page or LINES_MAX
    fields = {field.name: field for field in kind.fields}
    values = _owner(filing, period=period) | {
        "exploitation": filing.establishment or "0",
        "number": number,
        "page": 1 + (number - 1) // a_page,
        "line_in_page": 1 + (number - 1) % a_page,
        "insurance_number": worker.insurance_number or None,
        "national_id": worker.national_id,
        "situation": worker.situation,
        "full_name": f"{worker.family_name} {worker.first_name}".strip(),
        "family_name": worker.family_name,
        "first_name": worker.first_name,
        "birth_on": worker.birth_on,
        "entered_on": worker.entered_on,
        "left_on": worker.left_on,
        "total": sum(wage.wage_minor for wage in worker.wages),
        "remark": "",
    }
    wages = {wage.quarter: wage for wage in worker.wages}
    for part in parts:
        wage = wages.get(part.number, PeriodWage(part.number, 0, Unit.MONTH, 0))
        suffix = "" if "wage" in fields else f"_{part.number}"
        unit = fields.get(f"unit{suffix}")
        values |= {f"duration{suffix}": wage.duration, f"wage{suffix}": wage.wage_minor}
        values[f"unit{suffix}"] = _letter(wage, unit)
    for name in ("full_name", *_NAMES):
        if name in fields:
            values[name] = _spelled(values[name], fields[name])
    return values


def _letter(wage: PeriodWage, field: Field | None) -> str:
    """The layout's letter of a unit; where no work was done, none, if the layout can say that."""
    has_none = field is not None and isinstance(field.form, OneOf) and b" " in field.form.letters
    return "" if has_none and not wage.duration else unit_letter(wage.unit)


def _spelled(name: str, field: Field) -> str:
    """A name with the letters that the layout has: without their accents, where those are not among them."""
    if _fits(field, name):
        return name
    apart = unicodedata.normalize("NFKD", name)
    return "".join(each for each in apart if not unicodedata.combining(each))


def _header(filing: TypedFiling, *, layout: Layout, period: Period, details: Iterable[Values]) -> Values:
    """The line before the workers: whose, of when, and their sums."""
    sums: dict[str, int] = {}
    workers = 0
    for values in details:
        workers += 1
        for name, value in values.items():
            part = _PART.fullmatch(name)
            if part and part["name"] == "wage":
                sums[f"total_{part['number']}"] = sums.get(f"total_{part['number']}", 0) + value
    fields = layout.kinds[FileRole.HEADER][0].fields
    blank = {field.name: "" for field in fields if isinstance(field.form, Letters)}
    return {
        **blank,
        **_owner(filing, period=period),
        **sums,
        "type": "C" if filing.is_complement else "N",
        "centre": 0,
        "total": sum(sums.values()),
        "workers": workers,
    }


def _owner(filing: TypedFiling, *, period: Period) -> Values:
    return {"employer": filing.employer_id, **named_by(period)}


def _named(filing: TypedFiling, *, period: Period) -> Mapping[str, Any]:
    """What a file's name may say."""
    return _owner(filing, period=period) | {
        "establishment": filing.establishment.rjust(4, "0"),
        "complement": filing.complement_number,
    }


def _unwritable(
    values: Values, *, kind: RecordKind, parts: Sequence[Period], index: int, but: set[str]
) -> list[LineFault]:
    """The fields whose value cannot be written, or would be refused as soon as it is read."""
    found = []
    for field in kind.fields:
        name = "family_name" if field.name == "full_name" else field.name
        name = f"{name}_{parts[0].number}" if name in PART_NAMES else name
        if _bare(name) not in {*PERSON_FIELDS, "exploitation"} or name in but:
            continue
        if code := _fault(field, values.get(field.name)):
            found.append(LineFault(index=index, field=name, code=code))
    return found


def _fault(field: Field, value: Any) -> str | None:
    try:
        field.form.read(field.form.write(value, length=field.length))
    except DoesNotFit:
        is_name = isinstance(field.form, Letters)
        return "declaration.name-of-other-letters" if is_name and not _is_too_long(field, value) else _TOO_LONG
    except FieldRefused as refused:
        return refused.code if refused.severity is Severity.ERROR else None
    except (ValueError, AttributeError):  # letters where a number is written in digits only
        return "request.field-invalid"
    return None


_TOO_LONG = "declaration.value-too-long"


def _is_too_long(field: Field, value: str) -> bool:
    return len(value) > field.length


def _fits(field: Field, value: Any) -> bool:
    return _fault(field, value) is None


def _bare(name: str) -> str:
    """A field's name without the number of its part."""
    part = _PART.fullmatch(name)
    return part["name"] if part and part["name"] in PART_NAMES else name


def _units(form: object) -> tuple[Unit, ...]:
    letters = form.letters.decode("ascii") if isinstance(form, OneOf) else ""
    return tuple(unit for unit in Unit if unit_letter(unit) in letters)


def faults_by_field(filing: TypedFiling, faults: Iterable[LineFault]) -> Iterator[tuple[str, str]]:
    """Each fault under the path that its field has in the request, such as `lines.0.wages.2.wage`."""
    for fault in faults:
        part = _PART.fullmatch(fault.field)
        if part and part["name"] in PART_NAMES:
            numbers = [str(wage.quarter) for wage in filing.lines[fault.index].wages]
            place = numbers.index(part["number"]) if part["number"] in numbers else len(numbers)
            yield f"lines.{fault.index}.wages.{place}.{part['name']}", fault.code
        else:
            yield f"lines.{fault.index}.{fault.field}", fault.code
