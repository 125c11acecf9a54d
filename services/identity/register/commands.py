"""Operator command of the register: import it from CSV files, or from files of fixed columns by a layout of the fund.

    python -m services.identity import-register xx-fund --persons persons.csv --employers employers.csv
    python -m services.identity import-register xx-fund --persons persons.txt --persons-layout persons-fixed

Good lines are imported, page by page; each refused line is reported; the exit status is 1 where there was one. Of a
line that is taken without its e-mail address or telephone number, since they are none, a warning says so.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from services.identity.register import actions, fixed_rows, rows, rules
from services.identity.register.actions import Numbered, Tally
from services.identity.register.employer import Employer
from services.identity.register.rules import (
    EMPLOYER_COLUMNS,
    PERSON_COLUMNS,
    PERSON_COLUMNS_OPTIONAL,
    Fault,
    LineRefused,
    Read,
)
from shared.funds.fund import Fund
from shared.funds.register_layouts import RegisterLayout
from shared.kernel.actors import system
from shared.kernel.errors import Failure, Missing
from shared.languages.texts import LANGUAGES, Texts
from shared.storage.service_context import FundUnknown, ServiceContext
from shared.storage.unit_of_work import UnitOfWork

PAGE_LINES = 500

Entry = TypeVar("Entry")
Lines = Iterator[tuple[int, rows.Row | LineRefused]]


class LayoutUnknown(Missing):
    """The fund has no layout of that name."""

    code = "register.layout-unknown"


def import_register(context: ServiceContext, arguments: Sequence[str], *, texts: Texts, out: TextIO) -> int:
    """Import the files that are named: 0 where every line was taken, 1 where one was refused, 2 where none was read."""
    asked = _asked(arguments)
    output = _Output(texts, asked.language, out)
    try:
        importer = _Importer(context, asked.fund, output)
        if asked.employers:
            importer.import_employers(asked.employers, layout=importer.layout(asked.employers_layout))
        if asked.persons:
            importer.import_persons(asked.persons, layout=importer.layout(asked.persons_layout))
    except Failure as failure:
        output.write(failure.code, **failure.parameters)
        return 2
    return 1 if importer.refused_lines else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity import-register")
    parser.add_argument("fund", help="such as xx-fund")
    parser.add_argument(
        "--persons", type=Path, help="a CSV file; its columns stand in services/identity/register/rules.py"
    )
    parser.add_argument("--employers", type=Path, help="the same of employers; read first, where both are named")
    of_layout = "its layout in fixed columns, a page of the fund's folder register-layouts; CSV where none is named"
    parser.add_argument("--persons-layout", help=of_layout)
    parser.add_argument("--employers-layout", help=of_layout)
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to say what cannot be taken")
    asked = parser.parse_args(arguments)
    if not (asked.persons or asked.employers):
        parser.error("name a file: --persons, --employers or both")
    return asked


@dataclass(frozen=True)
class _Output:
    """Writes to the operator, in the operator's language."""

    texts: Texts
    language: str
    out: TextIO

    def write(self, code: str, **parameters: object) -> None:
        self.out.write(self.words(code, **parameters) + "\n")

    def words(self, code: str, **parameters: object) -> str:
        return self.texts.translate(code, self.language, parameters)


def _lines(path: Path, *, layout: RegisterLayout | None, columns: Sequence[str], optional: Sequence[str] = ()) -> Lines:
    """The rows of a file, by its layout where it has one."""
    if layout is None:
        return rows.read(path, columns=columns, optional=optional)
    return fixed_rows.read(path, layout=layout, columns=columns, optional=optional)


class _Importer:
    """Reads the files, prints every line that is refused, and counts."""

    def __init__(self, context: ServiceContext, fund_id: str, output: _Output) -> None:
        if fund_id not in context.funds:
            raise FundUnknown(fund=fund_id[:40])
        self._context, self._fund_id, self._output = context, fund_id, output
        self._fund: Fund = context.funds[fund_id]
        self._on = self._fund.day_of(context.clock())
        self._import_id = context.new_id()
        self.refused_lines = 0
        self.warned_lines = 0

    def layout(self, name: str | None) -> RegisterLayout | None:
        """The fund's layout of that name; None of none. Raises `LayoutUnknown`."""
        if name is None:
            return None
        if name not in self._fund.register_layouts:
            raise LayoutUnknown(layout=name[:40], known=", ".join(self._fund.register_layouts) or "-")
        return self._fund.register_layouts[name]

    def import_persons(self, path: Path, *, layout: RegisterLayout | None) -> None:
        def read(row: rows.Row, line: int) -> tuple[str, Numbered]:
            entry = self._warned(line, rules.read_person(row, fund=self._fund, on=self._on))
            return entry.civil.insurance_number, Numbered(line, entry)

        lines = _lines(path, layout=layout, columns=PERSON_COLUMNS, optional=PERSON_COLUMNS_OPTIONAL)
        entries = self._entries(lines, key_column="insurance_number", read=read)
        self._import("persons", entries, actions.register_persons)

    def import_employers(self, path: Path, *, layout: RegisterLayout | None) -> None:
        def read(row: rows.Row, line: int) -> tuple[str, Employer]:
            employer = self._warned(line, rules.read_employer(row, fund=self._fund, on=self._on))
            return employer.employer_id, employer

        lines = _lines(path, layout=layout, columns=EMPLOYER_COLUMNS)
        entries = self._entries(lines, key_column="employer_number", read=read)
        self._import("employers", entries, actions.register_employers)

    def _entries(
        self,
        lines: Lines,
        *,
        key_column: str,
        read: Callable[[rows.Row, int], tuple[str, Entry]],
    ) -> Iterator[Entry]:
        """The good lines, read. A number that comes again is refused: the file would undo itself at each import."""
        seen: set[int] = set()
        for line, row in lines:
            try:
                if isinstance(row, LineRefused):
                    raise row
                key, entry = read(row, line)
                if hash(key) in seen:
                    raise LineRefused([Fault(key_column, "register.line-twice")])
                seen.add(hash(key))
            except LineRefused as refused:
                self._refuse(line, refused.faults)
                continue
            yield entry

    def _import(
        self, what: str, entries: Iterator[Entry], register: Callable[[UnitOfWork, Sequence[Entry]], Tally]
    ) -> None:
        refused_before, warned_before, tally = self.refused_lines, self.warned_lines, Tally()
        for number in itertools.count(1):
            page = list(itertools.islice(entries, PAGE_LINES))
            if not page:
                break
            done = self._context.run(
                self._fund_id,
                by=system("import-register"),
                cause=f"import:{self._import_id}:{what}:{number}",
                action=lambda uow, page=page: register(uow, page),  # type: ignore[misc]
            )
            for line, fault in done.refused:
                self._refuse(line, [fault])
            tally += done
        if self.warned_lines > warned_before:
            self._output.write("register.warned-lines", count=self.warned_lines - warned_before)
        self._output.write(
            f"register.imported-{what}",
            added=tally.added,
            changed=tally.changed,
            unchanged=tally.unchanged,
            refused=self.refused_lines - refused_before,
        )

    def _refuse(self, line: int, faults: Sequence[Fault]) -> None:
        self.refused_lines += 1
        self._write_faults("register.refused-line", line, faults)

    def _warned(self, line: int, read: Read[Entry]) -> Entry:
        """The entry of a line, after printing what of it was left out."""
        if read.warnings:
            self.warned_lines += 1
            self._write_faults("register.warned-line", line, read.warnings)
        return read.entry

    def _write_faults(self, code: str, line: int, faults: Sequence[Fault]) -> None:
        for fault in faults:
            reason = self._output.words(fault.code)
            self._output.write(code, line=line, column=fault.column or "-", reason=reason, fault=fault.code)
