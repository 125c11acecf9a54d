"""Every check of a wage file, fed line by line. Pure: what is known of the employer is passed as facts.

The state is a few sums and the set of insurance numbers seen, whatever the size of the file. A line with an error gives
no wages; the sums are then not held against the header's, since the difference would be no new finding, nor is the
number of workers where a line is not even as long as a line. Checks that need several fields wait until each of them is
read.
"""

from collections import Counter
from collections.abc import Iterator

from services.payments.contributions.rules import bounded_shares
from services.payments.declarations import line_checks, plausibility, records
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole, Finding, Phrase, Remark, Severity, day, value
from services.payments.declarations.layouts.encodings import UTF_8, is_utf_8
from services.payments.declarations.layouts.layout import Layout, RecordKind, Values
from services.payments.declarations.layouts.lines import FileLine
from services.payments.declarations.layouts.periods import NUMBER_FIELDS
from services.payments.declarations.line_checks import duration_max
from services.payments.declarations.records import Records
from services.payments.declarations.report import FINDINGS_MAX, Notes, Report
from services.payments.declarations.wages import PeriodWage, Unit, WageLine, wage_line
from shared.funds.contributions import ContributionRates, ContributionSide
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.law import find_in_force
from shared.funds.period import Period, PeriodKind, written
from shared.kernel.money import Money

ENCODINGS = {"ascii": "ASCII", "cp1252": "Windows-1252 (ANSI)"}
"""The encodings of layouts, as editors name them."""


class Checker:
    """Holds the lines of one declaration against its layout, against each other and against the facts."""

    def __init__(self, layout: Layout, *, facts: DeclarationFacts, findings_max: int = FINDINGS_MAX) -> None:
        self._layout = layout
        self._facts = facts
        self._kind = facts.period.kind
        self._period = (facts.period.year, None if self._kind is PeriodKind.YEAR else facts.period.number)
        self._wage_parts = facts.parts
        self._parts = {part.number: part for part in self._wage_parts}
        self._durations_max = duration_max(self._wage_parts[0].kind)
        self._notes = Notes(findings_max=findings_max)
        self._insurance_number = facts.fund.identifiers[IdentifierKind.INSURANCE_NUMBER]
        self._floors = {number: plausibility.floor(facts.fund, on=part.last_on) for number, part in self._parts.items()}
        self._rates = {number: _bounded_rates(facts.fund, part) for number, part in self._parts.items()}
        self._line_counts = dict.fromkeys(layout.kinds, 0)
        self._is_utf_8: set[FileRole] = set()
        self._misnamed: list[tuple[FileRole, str, Remark]] = []
        self._establishment: str | None = None
        self._establishments: set[str] = set()
        self._named_establishment: tuple[FileRole, str] | None = None
        self._first_owner: dict[FileRole, tuple[str | None, tuple[int, int | None] | None]] = {}
        self._number = 0
        self._seen: set[int | str] = set()
        self._sums = dict.fromkeys(self._parts, 0)
        self._bounded: dict[int, Counter[ContributionSide]] = {}
        self._capped: Counter[int] = Counter()
        self._workers = 0
        self._records = _records(layout, facts) if layout.sequence else None
        self._is_whole = True
        self._is_counted = True
        self._header: tuple[FileLine, RecordKind, Values] | None = None
        for remark in of_facts(facts):
            self._note(remark, FileRole.DETAIL)

    def name(self, name: str, *, role: FileRole) -> None:
        """A file's own name, which may contain its employer and period. Names may be wrong: it decides nothing else."""
        said = self._layout.file_name.fullmatch(name)
        if said is None:
            self._note(Remark("wage-file.name-malformed", severity=Severity.WARNING), role)
            return
        parts, period = said.groupdict(), self._facts.period
        number = parts.get(NUMBER_FIELDS.get(self._kind, ""))
        rest = written(0, self._kind, int(number))[4:] if number else ""
        if "establishment" in parts:
            self._named_establishment = role, parts["establishment"]
        for what, found, expected in (
            ("employer", parts["employer"], self._facts.employer_id),
            ("year", parts["year"] + rest, str(period)[4 - len(parts["year"]) :]),
        ):
            if found != expected:
                remark = Remark("wage-file.name-differs", found=value(found), expected=value(expected))
                self._misnamed.append((role, what, remark))

    def feed(self, line: FileLine, *, role: FileRole) -> WageLine | None:
        """The worker of a detail line without errors; None for any other line."""
        self._line_counts[role] += 1
        kind = self._layout.kind(role, line.content)
        if line.length != len(line.content) or not kind.fits(line.content) or b"\t" in line.content:
            self._refuse_line(line, role=role, kind=kind)
            return None
        values, faults = kind.read(line.content)
        misplaced = self._placed(kind, values)
        if misplaced is not None and misplaced.code == "wage-file.record-unknown":
            self._note(misplaced, role, line=line, kind=kind)  # its fields are those of no known line
            return None
        remarks = [*([misplaced] if misplaced else []), *faults]
        if not kind.is_frame or kind.column("employer"):
            remarks += self._owner_faults(values, role=role)
        worker = None
        if role is FileRole.HEADER:
            remarks += self._of_header(line, kind, values)
        elif self._records is not None and kind.is_frame:
            remarks += self._records.frame(kind, values, is_whole=self._is_whole)
        elif self._records is None or not self._is_no_worker(kind, values):
            self._workers += 1
            remarks += self._across(line, values)
            if any(fault.severity is Severity.ERROR for fault in faults) or not self._is_ours(values):
                self._is_whole = False
            else:
                worker = wage_line(values, line=line.number, parts=self._wage_parts)
                remarks += self._within(worker, values)
                remarks += self._of_record(kind, values)
        found = [each for remark in remarks if (each := plausibility.judged(remark, table=self._facts.plausibility))]
        for remark in found:
            self._note(remark, role, line=line, kind=kind)
        return None if any(remark.severity is Severity.ERROR for remark in found) else worker

    @property
    def has_errors(self) -> bool:
        """Whether the files are refused already, whatever the lines to come hold."""
        return self._notes.counts[Severity.ERROR] > 0

    def finish(self) -> Report:
        """The findings that are known only after the last line."""
        for role, count in self._line_counts.items():
            if not count:
                self._note(Remark("wage-file.file-missing"), role)
                self._is_whole, self._is_counted = False, False
        if self._records is not None and self._is_counted:
            for remark in (*self._records.missing(), *(self._records.unanswered() if self._is_whole else ())):
                self._note(remark, FileRole.DETAIL)
        self._totals()
        self._name_against_lines()
        return Report(
            findings=self._notes.findings,
            errors=self._notes.counts[Severity.ERROR],
            warnings=self._notes.counts[Severity.WARNING],
            confirms=self._notes.counts[Severity.CONFIRM],
            lines=sum(self._line_counts.values()),
            workers=self._workers,
            wages_minor=sum(self._sums.values()),
            by_part=dict(self._sums),
            bounded={number: dict(shares) for number, shares in self._bounded.items()},
            capped=dict(self._capped),
            is_complement=self._layout.is_complement
            or (self._header is not None and self._header[2].get("type") == "C"),
            establishment=self._establishment or "",
        )

    def _refuse_line(self, line: FileLine, *, role: FileRole, kind: RecordKind) -> None:
        self._is_whole, self._is_counted = False, False
        self._number += role is FileRole.DETAIL
        self._workers += role is FileRole.DETAIL and not kind.is_frame
        tab = line.content.find(b"\t") + 1
        if tab:
            self._note(Remark("wage-file.tab"), role, line=line, column=tab)
        elif is_utf_8(line.content):
            # Each letter with an accent is longer than one: the line is not too long, it is in another encoding.
            if role not in self._is_utf_8:
                self._note(encoded_otherwise(UTF_8, layout=self._layout), role, line=line)
            self._is_utf_8.add(role)
        else:
            found, expected = (Phrase("characters", {"count": count}) for count in (line.length, kind.length))
            remark = Remark("wage-file.line-length", found=found, expected=expected)
            self._note(remark, role, line=line, column=min(line.length, kind.length) + 1)

    def _placed(self, kind: RecordKind, values: Values) -> Remark | None:
        """Of a file of several kinds of lines: what stands against such a line here."""
        remark = self._records.place(kind, values.get("record", "")) if self._records is not None else None
        if remark is not None:
            self._is_whole, self._is_counted = False, False
        return remark

    @staticmethod
    def _is_no_worker(kind: RecordKind, values: Values) -> bool:
        """Whether the line says that there is no worker of its kind."""
        return kind.table is not None and kind.table.may_be_empty and records.is_empty(values)

    def _of_record(self, kind: RecordKind, values: Values) -> Iterator[Remark]:
        """A worker's line in a file of several kinds of lines, which goes into the totals."""
        if self._records is not None:
            yield from self._records.worker(kind, values)
            self._records.count(kind, values)

    def _is_ours(self, values: Values) -> bool:
        return (values["employer"], self._period_of(values)) == (self._facts.employer_id, self._period)

    def _period_of(self, values: Values) -> tuple[int, int | None] | None:
        """The year, and the number of the period in it, of a line; None where they cannot be read."""
        year, number = values.get("year"), values.get(NUMBER_FIELDS.get(self._kind, ""))
        return None if year is None or (number is None and self._period[1] is not None) else (year, number)

    def _owner_faults(self, values: Values, *, role: FileRole) -> Iterator[Remark]:
        """Whose line it is, and of when. Where a whole file is another's, its first line says so once for all."""
        employer, period = values.get("employer"), self._period_of(values)
        is_first = role not in self._first_owner
        first_employer, first_period = self._first_owner.setdefault(role, (employer, period))
        if employer not in (None, self._facts.employer_id) and (is_first or employer != first_employer):
            code = "wage-file.employer-differs" if is_first else "wage-file.two-employers"
            yield Remark(code, "employer", value(employer), value(self._facts.employer_id))
        if period not in (None, self._period) and (is_first or period != first_period):
            yield Remark(
                "wage-file.period-differs", "year", value(self._written(*period)), value(str(self._facts.period))
            )
        yield from self._where(values)

    def _written(self, year: int, number: int | None) -> str:
        return written(year, self._kind, number or 0)

    def _where(self, values: Values) -> Iterator[Remark]:
        """Which place of work the line is of: one declaration is of one, and each change of code is said once."""
        establishment = values.get("exploitation")
        if establishment is None:
            return
        if self._establishment is None:
            self._establishment = establishment
        if establishment not in self._establishments:
            self._establishments.add(establishment)
            if len(self._establishments) > 1:
                code = "wage-file.two-establishments"
                yield Remark(code, "exploitation", value(establishment), value(self._establishment))

    def _name_against_lines(self) -> None:
        """What the files' names say, once the lines are read: where those say the same, it is said there already."""
        for role, what, remark in self._misnamed:
            employer, period = self._first_owner.get(role, (None, None))
            lines_differ = employer != self._facts.employer_id if what == "employer" else period != self._period
            if employer is None or period is None or not lines_differ:
                self._note(remark, role)
        if self._named_establishment is None or self._establishment is None:
            return
        role, named = self._named_establishment
        if named != self._establishment:
            self._note(Remark("wage-file.name-differs", found=value(named), expected=value(self._establishment)), role)

    def _of_header(self, line: FileLine, kind: RecordKind, values: Values) -> Iterator[Remark]:
        if self._header is None:
            self._header = line, kind, values
        else:
            yield Remark("wage-file.header-twice")

    def _across(self, line: FileLine, values: Values) -> Iterator[Remark]:
        """The line's number and its person, held against the lines before."""
        number, expected = self._number_of(values), self._number + 1
        if number is not None and number != expected:
            field = "page" if "page" in values else "number"
            yield Remark("wage-file.number-gap", field, *self._numbers(values, expected=expected))
        # A number that no line can have says nothing of those that follow.
        self._number = number or expected
        if line.number == self._layout.lines_max + 1:
            yield Remark("wage-file.too-many-lines", expected=value(self._layout.lines_max))
        person = values.get("insurance_number")
        if person is None and self._records is not None:
            person = values.get("national_id")  # of an entrant without a number
        if person is None:
            return
        if values.get("insurance_number") is not None and not self._insurance_number.fits(person):
            code, digits = "wage-file.insurance-number-malformed", Phrase("digits", {"count": len(person)})
            yield Remark(code, "insurance_number", Phrase("other-form"), digits)
        key = int(person) if person.isdigit() else person  # millions of them: a number takes half of a text's room
        if key in self._seen:
            yield Remark("wage-file.person-twice", "insurance_number", Phrase("again"), Phrase("once"))
        self._seen.add(key)

    def _number_of(self, values: Values) -> int | None:
        """The line's own number in its file, from 1; None where it cannot be read."""
        a_page = self._layout.lines_per_page
        if a_page and "page" in values and "line_in_page" in values:
            page, line_in_page = values["page"], values["line_in_page"]
            return (page - 1) * a_page + line_in_page if 1 <= line_in_page <= a_page else 0
        return values.get("number")

    def _numbers(self, values: Values, *, expected: int) -> tuple[Phrase, Phrase]:
        """A line's own number as it stands there, and as it should: by page and line where lines are numbered so."""
        a_page = self._layout.lines_per_page
        if a_page is None or "page" not in values:
            return Phrase("line-number", {"line": values["number"]}), Phrase("line-number", {"line": expected})
        page, line_in_page = divmod(expected - 1, a_page)
        return (
            Phrase("page-and-line", {"page": values["page"], "line": values["line_in_page"]}),
            Phrase("page-and-line", {"page": page + 1, "line": line_in_page + 1}),
        )

    def _within(self, worker: WageLine, values: Values) -> Iterator[Remark]:
        """The worker's own line as a whole, which goes into the sums."""
        yield from line_checks.of_person(worker, values=values)
        period, table = self._facts.period, self._facts.plausibility
        wrong = [
            *line_checks.of_employment(worker, period=period),
            *line_checks.of_durations(worker, most=self._durations_max),
        ]
        yield from wrong
        if not wrong:  # what cannot be need not be called unlikely too
            yield from plausibility.of_employment(worker, period=period, parts=self._parts, table=table)
            yield from plausibility.of_wages(worker, floors=self._floors, table=table)
        if "total" in values and values["total"] != sum(wage.wage_minor for wage in worker.wages):
            yield Remark("wage-file.line-total-differs", "total", Phrase("other-sum"), Phrase("sum-of-quarters"))
        for wage in worker.wages:
            self._sums[wage.quarter] += wage.wage_minor
            self._bound(wage)
            yield from self._cap(wage, values)

    def _bound(self, wage: PeriodWage) -> None:
        """Add a person's shares that have a floor or a ceiling a month."""
        rates = self._rates[wage.quarter]
        if rates is not None and rates.bounds:
            months = wage.duration if wage.unit is Unit.MONTH and wage.duration else self._parts[wage.quarter].months
            rounding = self._facts.fund.rounding.of_contributions(on=self._parts[wage.quarter].last_on)
            shares = bounded_shares(rates, wage.wage_minor, months=months, rounding=rounding)
            self._bounded.setdefault(wage.quarter, Counter()).update(shares)

    def _cap(self, wage: PeriodWage, values: Values) -> Iterator[Remark]:
        """Add the part of a person's wage that branches with a ceiling are paid on: as the line says it, where it
        does."""
        rates, months = self._rates[wage.quarter], self._parts[wage.quarter].months
        if rates is not None and rates.capped is not None:
            most = rates.capped.a_month.amount_minor * months
            yield from records.of_ceiling(values, ceiling_minor=most)
            self._capped[wage.quarter] += values.get("capped_wage", min(wage.wage_minor, most))

    def _totals(self) -> None:
        """The sums, held against the header and against what the employer typed, when every line counts in them."""
        workers, wages_minor = self._workers, sum(self._sums.values())
        for code, typed, found in (
            ("wage-file.control-workers-differ", self._facts.control_workers, workers),
            ("wage-file.control-wages-differ", self._facts.control_wages_minor, wages_minor),
        ):
            if self._is_whole and typed is not None and typed != found:
                shown = self._sum if code == "wage-file.control-wages-differ" else value
                self._note(Remark(code, found=shown(found), expected=shown(typed)), FileRole.DETAIL)
        if self._header is None:
            return
        line, kind, values = self._header
        said = {f"total_{quarter}": total for quarter, total in self._sums.items()} | {"total": wages_minor}
        for field, expected in (said if self._is_whole else {}).items():
            if values.get(field, expected) != expected:
                remark = Remark("wage-file.total-differs", field, self._sum(values[field]), self._sum(expected))
                self._note(remark, FileRole.HEADER, line=line, kind=kind)
        if self._is_counted and values.get("workers", workers) != workers:
            remark = Remark("wage-file.workers-differ", "workers", value(values["workers"]), value(workers))
            self._note(remark, FileRole.HEADER, line=line, kind=kind)

    def _sum(self, amount_minor: int) -> Phrase:
        """A sum as people write it: with the decimals of the fund's currency, and its name."""
        return value(str(Money(amount_minor, self._facts.fund.currency)))

    def _note(
        self,
        remark: Remark,
        role: FileRole,
        *,
        line: FileLine | None = None,
        kind: RecordKind | None = None,
        column: int = 0,
    ) -> None:
        field = remark.field
        if kind is not None and not kind.column(field):
            field = field.rstrip("_0123456789")  # a file of one period has no number in its fields' names
        self._notes.add(
            Finding(
                severity=remark.severity,
                code=remark.code,
                file=role,
                line=line.number if line else 0,
                column=kind.column(field) if kind else column,
                field=field,
                found=remark.found,
                expected=remark.expected,
                parts=self._layout.parts,
            )
        )


def _records(layout: Layout, facts: DeclarationFacts) -> Records:
    """What is added to a declaration in force answers no pre-filled file: its people are not in it."""
    return Records(layout, prefilled=None if layout.is_complement else facts.prefilled)


def of_facts(facts: DeclarationFacts) -> Iterator[Remark]:
    """What is wrong before any line is read."""
    if facts.standing is EmployerStanding.UNKNOWN:
        yield Remark("wage-file.employer-unknown", "employer", value(facts.employer_id))
    if facts.standing is EmployerStanding.CLOSED:
        yield Remark("wage-file.employer-closed", "employer", value(facts.employer_id))
    if facts.period.last_on >= facts.received_on:
        yield Remark("wage-file.period-not-over", "year", value(str(facts.period)), day(facts.period.last_on))


def _bounded_rates(fund: Fund, part: Period) -> ContributionRates | None:
    """The rates of a period, where any share or branch has a floor or a ceiling for each person."""
    contributions = fund.sections.contributions
    rates = find_in_force(contributions.rates, on=part.last_on) if contributions else None
    return rates if rates is not None and (rates.bounds or rates.capped) else None


def encoded_otherwise(encoding: str, *, layout: Layout) -> Remark:
    """A file that was saved in another encoding than the layout's."""
    return Remark("wage-file.encoding", found=value(encoding), expected=value(ENCODINGS[layout.encoding]))
