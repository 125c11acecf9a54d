"""What a payroll program writes: wage files in the layout that the fund's definition describes.

Nothing of the services is used: the lines are put together here from the table, as somebody who reads it would, so what
the platform reads is what others write.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from deploy.local.demo.people import Cast, Worker
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.layouts import FieldForm, FileLayout, LayoutField, LineKind, Newline, Pad, Persons
from shared.funds.period import Period

NEWLINES = {Newline.LF: "\n", Newline.CRLF: "\r\n"}
ENTERED_ON = date(2020, 2, 1)
NO_SUCH_DAY, NO_SIGN = "31021990", "?"
MONTH, DAY, HOUR = "MJH"
"""The letters of the units that work is counted in."""
Values = dict[str, object]


@dataclass(frozen=True)
class Spoilt:
    """The field of the first worker's line that is written wrong, and where it begins; in files that name who is known
    and who is new apart, of the first who is known."""

    field: str
    column: int
    line: int


def wage_files(
    characters: Cast,
    form: DeclarationForm,
    period: Period,
    *,
    is_spoilt: bool = False,
    was_declared: bool = False,
) -> dict[str, bytes]:
    """The files of a declaration by their names, in the first layout that its form takes. `was_declared` says that the
    fund knows the workers from an earlier period, where a file names them and who is new apart."""
    layout = characters.fund.layouts[form.layouts[0]]
    kind, wrong = layout.detail[0], spoilt(characters.fund, form)
    if layout.sequence:
        return _records(characters, form, period, layout, wrong.field if is_spoilt else "", was_declared=was_declared)
    details = []
    for number, worker in enumerate(characters.workers, start=1):
        values = _of_worker(characters, worker, form, period, layout, number)
        details.append(_line(kind, values, wrong.field if is_spoilt and number == 1 else ""))
    files = {_name(layout, characters, period, place=1 if layout.header else 0): _whole(layout, details)}
    if layout.header:
        header = _line(layout.header[0], _of_firm(characters, form, period))
        files[_name(layout, characters, period, place=0)] = _whole(layout, [header])
    return files


def spoilt(fund: Fund, form: DeclarationForm) -> Spoilt:
    """What `is_spoilt` writes wrong: the day of birth where the layout has one, else the insurance number."""
    layout = fund.layouts[form.layouts[0]]
    fields = layout.detail[0].fields
    name = "birth_on" if any(each.name == "birth_on" for each in fields) else "insurance_number"
    at = next(place for place, each in enumerate(fields) if each.name == name)
    before = [each.rstrip("*+") for each in layout.sequence]
    first_line = 1 + (before.index(layout.detail[0].record) if layout.sequence else 0)
    return Spoilt(name, 1 + sum(each.length for each in fields[:at]), first_line)


def wage_minor(worker: Worker, part: Period) -> int:
    """What a worker earns in a period."""
    return worker.wage_minor * part.months


def _records(
    characters: Cast,
    form: DeclarationForm,
    period: Period,
    layout: FileLayout,
    wrong: str,
    *,
    was_declared: bool,
) -> dict[str, bytes]:
    """A file of several kinds of lines: the workers in those of whom the fund expects or of who is new, with their
    control sums, and around them the totals of each."""
    wanted = Persons.PREFILLED if was_declared else Persons.ENTRANTS
    kinds = {kind.record: kind for kind in (*layout.detail, *layout.frame)}
    sums: dict[str, Counter[str]] = {record: Counter() for record in kinds}
    lines: list[str] = []
    firm = {**_of_period(characters, period), "company": characters.employer.name, "transfer": 0, "record": ""}
    for kind in (kinds[each.rstrip("*+")] for each in layout.sequence):
        if kind in layout.frame:
            totals = sum((sums[record] for record in kind.totals_of), Counter[str]())
            lines.append(_line(kind, {**totals, **firm, "record": kind.record}))
            continue
        people = sorted(characters.workers, key=lambda each: each.insurance_number) if kind.persons is wanted else []
        if not people and kind.may_be_empty:
            lines.append(_line(kind, {**firm, "record": kind.record}))
        for number, worker in enumerate(people, start=1):
            values = _of_worker(characters, worker, form, period, layout, number) | {"record": kind.record}
            values |= {"capped_wage": _capped(characters.fund, wage_minor(worker, period), period), "situation": ""}
            for field in (each for each in kind.fields if each.sums):
                values[field.name] = sum(int(str(values.get(name) or 0)) for name in field.sums)
            lines.append(_line(kind, values, wrong if number == 1 else ""))
            sums[kind.record].update({name: value for name, value in values.items() if isinstance(value, int)})
            sums[kind.record].update({"workers": 1, "insurance_numbers": int(worker.insurance_number)})
    name = layout.detail_name.format_map(_of_period(characters, period))
    return {name: _whole(layout, lines)}


def _capped(fund: Fund, wage: int, part: Period) -> int:
    rates = fund.contributions.rates_on(part.last_on)
    return rates.capped.of_wage(wage, months=part.months) if rates.capped else wage


def _of_firm(characters: Cast, form: DeclarationForm, period: Period) -> Values:
    totals = [sum(wage_minor(each, part) for each in characters.workers) for part in form.parts(period)]
    return {
        **_of_period(characters, period),
        "short_name": "EXEMPLE",
        "full_name": characters.employer.name,
        "address": "12 RUE EXEMPLE",
        "centre": 1,
        "workers": len(characters.workers),
        "total": sum(totals),
        **{f"total_{number}": total for number, total in enumerate(totals, start=1)},
    }


def _of_worker(
    characters: Cast, worker: Worker, form: DeclarationForm, period: Period, layout: FileLayout, number: int
) -> Values:
    parts = form.parts(period)
    lines_per_page = layout.lines_per_page or 1
    values: Values = {
        **_of_period(characters, period),
        "number": number,
        "page": 1 + (number - 1) // lines_per_page,
        "line_in_page": 1 + (number - 1) % lines_per_page,
        "insurance_number": worker.insurance_number,
        "national_id": worker.national_id,
        "family_name": worker.family_name,
        "first_name": worker.first_name,
        "full_name": f"{worker.family_name} {worker.first_name}",
        "birth_on": worker.birth_on,
        "entered_on": ENTERED_ON,
        "exploitation": "0",
        "total": sum(wage_minor(worker, part) for part in parts),
    }
    kind = layout.detail[0]
    letters = {each.name.partition("_")[0]: each.letters for each in kind.fields}.get("unit", kind.unit)
    for place, part in enumerate(parts, start=1):
        of_part = {"wage": wage_minor(worker, part), **_worked(characters.fund, part, letters)}
        values |= of_part if len(parts) == 1 else {f"{name}_{place}": value for name, value in of_part.items()}
    return values


def _worked(fund: Fund, part: Period, letters: str) -> Values:
    """A period worked in full, in the first unit that the layout has."""
    full = find_in_force(fund.declarations.full_quarter, on=part.last_on)
    unit = next((letter for letter in (MONTH, DAY, HOUR) if letter in letters), "")
    if unit == MONTH or full is None:
        return {"unit": unit, "duration": part.months}
    return {"unit": unit, "duration": (full.days if unit == DAY else full.hours) * part.months // 3}


def _of_period(characters: Cast, period: Period) -> Values:
    """The number of a period in its year stands in the field, or the group, of its kind."""
    kind = period.kind.value.replace("-", "_")
    return {kind: period.number, "employer": characters.employer.number, "year": period.year}


def _line(kind: LineKind, values: Mapping[str, object], wrong: str = "") -> str:
    return "".join(
        _spoilt(each) if each.name == wrong else _written(each, values.get(each.name)) for each in kind.fields
    )


def _spoilt(field: LayoutField) -> str:
    return NO_SUCH_DAY if field.form is FieldForm.BIRTH else NO_SIGN * field.length


def _written(field: LayoutField, value: object) -> str:
    """A value in its stretch of a line."""
    pad = "0" if (field.pad or (Pad.BLANKS if field.form is FieldForm.FILLER else Pad.ZEROS)) is Pad.ZEROS else " "
    match field.form:
        case FieldForm.DAY | FieldForm.BIRTH:
            return f"{value:%d%m%Y}" if isinstance(value, date) else pad * field.length
        case FieldForm.CHOICE:
            return str(value or min(each.code for each in field.codes)).ljust(field.length)
        case FieldForm.LETTERS | FieldForm.WORD | FieldForm.OPTIONAL_WORD:
            return str(value or "")[: field.length].ljust(field.length)
        case FieldForm.ONE_OF:
            return str(value or field.letters[0]).ljust(field.length)
        case FieldForm.FILLER:
            return pad * field.length
        case FieldForm.AMOUNT if field.narrow:
            return str(value or 0).rjust(field.narrow).ljust(field.length)
        case FieldForm.AMOUNT | FieldForm.COUNT:
            return str(value or 0).rjust(field.length, pad)
    return str(value or "").rjust(field.length, "0")


def _whole(layout: FileLayout, lines: list[str]) -> bytes:
    newline = NEWLINES[layout.newline]
    return (newline.join(lines) + (newline if layout.ends_with_newline else "")).encode(layout.encoding.value)


def _name(layout: FileLayout, characters: Cast, period: Period, *, place: int) -> str:
    """A name that the layout's pattern for names fits: its groups said, of a choice of letters the one at this place.

    A header takes the first letter and the details beside it the second; the only file the first.
    """
    values = {"establishment": "", **_of_period(characters, period)}
    name, at = "", 0
    pattern = layout.file_name
    for start, end, group in _groups(pattern):
        name += _plain(pattern[at:start], place) + _filled(pattern[start:end], values.get(group, ""))
        at = end
    name += _plain(pattern[at:], place)
    if not re.fullmatch(pattern, name, re.IGNORECASE):
        raise ValueError(f"no name was found that {pattern} fits: {name} does not")
    return name


def _groups(pattern: str) -> Iterator[tuple[int, int, str]]:
    """Where each named group of a pattern begins and ends, and its name."""
    for match in re.finditer(r"\(\?P<(\w+)>", pattern):
        depth, at = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(pattern[at], 0)
            at += 1
        yield match.start(), at, match[1]


def _filled(group: str, value: object) -> str:
    """A value as the group wants it: numbers with as many zeros before them as it takes."""
    text = str(value)
    for length in range(len(text), 12):
        if re.fullmatch(group, text.zfill(length)):
            return text.zfill(length)
    return "0" * next((length for length in range(12) if re.fullmatch(group, "0" * length)), 0)


def _plain(pattern: str, place: int) -> str:
    """What stands between the groups, without escapes; of a choice of letters one."""
    chosen = re.sub(r"\[([^\]^]+)\]", lambda match: match[1][place % len(match[1])], pattern)
    return re.sub(r"\\(.)", r"\1", chosen)
