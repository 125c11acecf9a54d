"""Files of several kinds of lines: their order, their totals and control sums, and whom they answer; read and written.
Pure.

What a kind of line is stands in the fund's layout (`sequence`, `totals_of`, `sums`, `persons`); nothing here knows a
layout's records. Totals are held against the lines only where each of those could be read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.payments.declarations.findings import NOTHING, FileRole, Phrase, Remark, Severity, value
from services.payments.declarations.layouts.forms import AmountCodec, Choice, Count, Letters
from services.payments.declarations.layouts.layout import Layout, RecordKind, Values
from services.payments.declarations.prefilled import FIXED, Prefilled, PrefilledPerson
from shared.funds.layouts import Persons

CODES = frozenset(
    {
        "wage-file.capped-above-ceiling",
        "wage-file.capped-above-wage",
        "wage-file.control-sum-differs",
        "wage-file.entrant-known",
        "wage-file.not-in-order",
        "wage-file.person-unidentified",
        "wage-file.prefilled-changed",
        "wage-file.prefilled-missing",
        "wage-file.prefilled-stranger",
        "wage-file.record-total-differs",
        "wage-file.return-differs",
        "wage-file.situation-with-wages",
    }
)
"""What readable lines say that does not hold."""

OF_LINES = "workers"
OF_NUMBERS = "insurance_numbers"


def is_empty(values: Values) -> bool:
    """Whether a worker's line names nobody and no wage."""
    return not any(
        values.get(name) for name in ("insurance_number", "full_name", "national_id", "wage", "capped_wage", "duration")
    )


class Records:
    """Holds the lines of such a file against their order, against each other and against the pre-filled file."""

    def __init__(self, layout: Layout, *, prefilled: Prefilled | None) -> None:
        self._steps = [(record := step.rstrip("*+"), step[len(record) :]) for step in layout.sequence]
        self._at = 0
        self._seen: Counter[str] = Counter()
        self._sums: dict[str, Counter[str]] = {}
        self._last: dict[str, str] = {}
        self._prefilled = prefilled
        self._expected = {person.insurance_number: person for person in prefilled.persons} if prefilled else {}
        self._answered: set[str] = set()

    # --- Order ---

    def place(self, kind: RecordKind, found: str) -> Remark | None:
        """What is wrong with a record of this kind standing here. `found` is how the line calls itself."""
        if found != kind.record:
            shown = value(found) if found.isascii() and found.isalnum() else Phrase("other-code")
            return Remark("wage-file.record-unknown", "record", shown, self._next())
        at = next(place for place, (record, _repeats) in enumerate(self._steps) if record == kind.record)
        repeats = self._steps[at][1]
        self._seen[found] += 1
        if at < self._at or (at == self._at and self._seen[found] > 1 and not repeats):
            return Remark("wage-file.record-misplaced", "record", value(found), self._next())
        skipped = [record for record, often in self._steps[self._at : at] if often != "*" and not self._seen[record]]
        self._at = at
        if skipped:
            for record in skipped:  # said once
                self._seen[record] += 1
            return Remark("wage-file.record-misplaced", "record", value(found), value(skipped[0]))
        return None

    def _next(self) -> Phrase:
        record, repeats = self._steps[self._at]
        is_open = bool(repeats) or not self._seen[record]
        following = record if is_open or self._at + 1 == len(self._steps) else self._steps[self._at + 1][0]
        return value(following)

    def missing(self) -> Iterator[Remark]:
        """Records that never came."""
        for record, repeats in self._steps:
            if repeats != "*" and not self._seen[record]:
                yield Remark("wage-file.record-missing", "record", NOTHING, value(record))

    # --- A worker's line ---

    def worker(self, kind: RecordKind, values: Values) -> Iterator[Remark]:
        """A line of which every field could be read, held against itself and against whom the fund expects."""
        yield from _control(kind, values)
        yield from _in_situation(kind, values)
        if values["capped_wage"] > values["wage"]:
            yield Remark("wage-file.capped-above-wage", "capped_wage", Phrase("too-large"), Phrase("wage-at-most"))
        number = values["insurance_number"]
        if kind.table is not None and kind.table.persons is Persons.ENTRANTS:
            yield from self._entrant(values)
        elif kind.table is not None and self._prefilled is not None and number is not None:
            yield from self._answer(number, values)
        if kind.table is not None and kind.table.is_ordered and number is not None:
            if number < self._last.get(kind.record, ""):
                yield Remark(
                    "wage-file.not-in-order", "insurance_number", Phrase("smaller-number"), Phrase("ascending")
                )
            self._last[kind.record] = max(number, self._last.get(kind.record, ""))

    def count(self, kind: RecordKind, values: Values) -> None:
        """Add the line to what the totals are held against."""
        sums = self._sums.setdefault(kind.record, Counter())
        for name, number in summable(kind, values).items():
            sums[name] += number

    def _entrant(self, values: Values) -> Iterator[Remark]:
        if not values["full_name"]:
            yield Remark("wage-file.person-unidentified", "full_name", Phrase("blank"), Phrase("letters"))
        if values["insurance_number"] is None and values.get("national_id") is None:
            yield Remark("wage-file.person-unidentified", "national_id", Phrase("blank"), Phrase("letters"))
        if values["insurance_number"] is None and values.get("national_id") is not None:
            zeros = Phrase("zeros")
            yield Remark("wage-file.entrant-without-number", "insurance_number", zeros, severity=Severity.WARNING)
        if values["insurance_number"] in self._expected:
            self._answered.add(values["insurance_number"])
            yield Remark("wage-file.entrant-known", "insurance_number", Phrase("prefilled"))

    def _answer(self, number: str, values: Values) -> Iterator[Remark]:
        person = self._expected.get(number)
        if person is None:
            yield Remark("wage-file.prefilled-stranger", "insurance_number", Phrase("not-prefilled"))
            return
        self._answered.add(number)
        for name in FIXED:
            if values[name] != getattr(person, name):
                yield Remark("wage-file.prefilled-changed", name, Phrase("changed"), Phrase("as-prefilled"))
        if values["full_name"] != person.full_name:
            changed = Phrase("changed")
            yield Remark(
                "wage-file.prefilled-name-changed", "full_name", changed, Phrase("as-prefilled"), Severity.WARNING
            )

    def unanswered(self) -> Iterator[Remark]:
        """Persons of the pre-filled file who did not come back, each by its line there."""
        for place, number in enumerate(self._expected, start=1):
            if number not in self._answered:
                yield Remark("wage-file.prefilled-missing", "", NOTHING, Phrase("prefilled-line", {"line": place}))

    # --- Lines around the workers ---

    def frame(self, kind: RecordKind, values: Values, *, is_whole: bool) -> Iterator[Remark]:
        """A line of no worker, its totals held against the lines before where each of those was read."""
        if self._prefilled is not None and values.get("transfer", self._prefilled.transfer) != self._prefilled.transfer:
            yield Remark(
                "wage-file.prefilled-other",
                "transfer",
                value(values["transfer"]),
                value(self._prefilled.transfer),
                Severity.WARNING,
            )
        if kind.table is None or not kind.table.totals_of or not is_whole:
            return
        expected = self._totals(kind.table.totals_of)
        for name in kind.numbers:
            if name in values and values[name] != expected[name]:
                yield Remark("wage-file.record-total-differs", name, Phrase("other-sum"), Phrase("sum-of-lines"))

    def _totals(self, records: Iterable[str]) -> Counter[str]:
        sums: Counter[str] = Counter()
        for record in records:
            sums.update(self._sums.get(record, Counter()))
        return sums


def of_ceiling(values: Values, *, ceiling_minor: int | None) -> Iterator[Remark]:
    """The capped wage, held against the ceiling of the period."""
    capped, wage = values.get("capped_wage"), values.get("wage", 0)
    if capped is None or ceiling_minor is None:
        return
    if capped > ceiling_minor:
        yield Remark("wage-file.capped-above-ceiling", "capped_wage", Phrase("too-large"), Phrase("ceiling"))
    elif capped < min(wage, ceiling_minor):
        yield Remark("wage-file.capped-too-low", "capped_wage", Phrase("below-ceiling"), Phrase("wage-or-ceiling"))


# --- Sums -------------------------------------------------------------------------------------------------------------


def control_sum(kind: RecordKind, values: Values, names: Iterable[str]) -> int:
    """What a control sum over these fields comes to: numbers as they are, codes by their rank."""
    total = 0
    for name in names:
        read = values.get(name)
        if name in kind.choices:
            code = kind.choices[name].get(str(read))
            total += code.rank if code is not None else 0
        else:
            total += int(read or 0)
    return total


def summable(kind: RecordKind, values: Values) -> dict[str, int]:
    """What a worker's line adds to each total."""
    counted: dict[str, int] = {name: values[name] for name in kind.numbers if name in values}
    counted[OF_LINES], counted[OF_NUMBERS] = 1, int(values.get("insurance_number") or 0)
    return counted


def _control(kind: RecordKind, values: Values) -> Iterator[Remark]:
    if kind.control is None:
        return
    name, summed = kind.control
    if values[name] != control_sum(kind, values, summed):
        yield Remark("wage-file.control-sum-differs", name, Phrase("other-sum"), Phrase("sum-of-fields"))


def _in_situation(kind: RecordKind, values: Values) -> Iterator[Remark]:
    """What a worker's situation says of their work, and of the family allowance that the employer had to pay out."""
    code = kind.choices.get("situation", {}).get(values.get("situation", ""))
    if code is None:
        return
    if code.is_unpaid:
        for name in ("duration", "wage", "capped_wage"):
            if values[name]:
                yield Remark("wage-file.situation-with-wages", name, Phrase("not-zero"), Phrase("zeros"))
    if code.is_leaving and values.get("family_to_return", 0) != values.get("family_net", 0):
        yield Remark("wage-file.return-differs", "family_to_return", Phrase("changed"), Phrase("family-net"))


# --- Writing ----------------------------------------------------------------------------------------------------------


def compose(
    layout: Layout, workers: Iterable[Values], *, head: Values, expected: Mapping[str, PrefilledPerson]
) -> list[Values]:
    """The lines of a whole file in the order of its layout: workers as answers or as entrants, and what stands around
    them. `head` is what lines without a worker say, `expected` whom the pre-filled file names."""
    rows = list(workers)
    kinds = {kind.record: kind for kind in layout.kinds[FileRole.DETAIL]}
    written: dict[str, list[Values]] = {}
    lines: list[Values] = []
    for record in (step.rstrip("*+") for step in layout.sequence):
        kind = kinds[record]
        made = [_framed(kind, head, written, kinds)] if kind.is_frame else _of_workers(kind, rows, head, expected)
        written[record] = made
        lines += made
    return lines


def _of_workers(
    kind: RecordKind, rows: Sequence[Values], head: Values, expected: Mapping[str, PrefilledPerson]
) -> list[Values]:
    table = kind.table
    if table is None:
        raise AssertionError("a kind of line in a sequence has its table")
    is_answer = table.persons is Persons.PREFILLED
    mine = [row for row in rows if (row["insurance_number"] in expected) is is_answer]
    if table.is_ordered:
        mine.sort(key=lambda row: str(row["insurance_number"] or ""))
    if not mine and table.may_be_empty:
        return [_blank(kind, head)]
    made, blank = [], _blank(kind, head)
    for row in mine:
        person = expected.get(row["insurance_number"])
        fixed = {name: getattr(person, name) for name in FIXED} if person else {}
        made.append(_controlled(kind, blank | row | fixed | {"record": kind.record}))
    return made


def _framed(
    kind: RecordKind, head: Values, written: Mapping[str, Sequence[Values]], kinds: Mapping[str, RecordKind]
) -> Values:
    values = _blank(kind, head)
    sums: Counter[str] = Counter()
    for record in kind.table.totals_of if kind.table else ():
        for line in written.get(record, ()):
            if not is_empty(line):
                sums.update(summable(kinds[record], line))
    return values | {name: sums[name] for name in kind.numbers}


def _controlled(kind: RecordKind, values: Values) -> Values:
    return values | {kind.control[0]: control_sum(kind, values, kind.control[1])} if kind.control else values


def _blank(kind: RecordKind, head: Values) -> Values:
    """A line that says nothing but whose it is."""
    values: Values = {}
    for field in kind.fields:
        if isinstance(field.form, Count | AmountCodec):
            values[field.name] = 0
        elif isinstance(field.form, Choice):
            values[field.name] = min((each.code for each in field.form.codes), default="")
        elif isinstance(field.form, Letters):
            values[field.name] = ""
    known = {field.name: head[field.name] for field in kind.fields if field.name in head}
    return values | known | {"record": kind.record}
