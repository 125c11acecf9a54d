"""An acquirer's file of a day: a table of card payments whose columns the fund's definition names. Pure.

What cannot be read of a row is a finding, and the other rows are read all the same: the file is only compared.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.operator_days.close_totals import is_number
from shared.funds.bindings import Acquirer, AcquirerFileLayout
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Invalid
from shared.kernel.money import AMOUNT_MINOR_MAX

FILE_BYTES_MAX = 4 * 1024 * 1024
ROWS_MAX = 20_000
TITLE_ROWS_MAX = 20
"""What may stand above the heads: the acquirer's name, the merchant's, a title."""
_SPACES = re.compile(r"\s")
_AMOUNTS = {
    mark: re.compile(
        rf"([+-]?)([0-9]{{1,13}}|[0-9]{{1,3}}(?:\{group}[0-9]{{3}}){{1,4}})(?:\{mark}([0-9]{{1,6}}))?([+-]?)", re.ASCII
    )
    for mark, group in ((".", ","), (",", "."))
}
"""By the decimal mark. Groups are of three digits: in a file with decimal commas, `1000.50` is no amount, not a hundred
thousand."""


class AcquirerFileInvalid(Invalid):
    """Nothing of the file can be read: its characters, or the way in which it is a table."""

    code = "card-terminal.file-invalid"


class HeadsMissing(Invalid):
    """No row has the heads that the fund's definition names (`heads`), among the first of the file."""

    code = "card-terminal.heads-missing"


class RowFindingKind(StrEnum):
    """What is wrong with a row. Each has a sentence under `card-terminal.row.<kind>`."""

    AMOUNT_UNREADABLE = "amount-unreadable"
    DAY_UNREADABLE = "day-unreadable"
    OTHER_DAY = "other-day"
    TERMINAL_UNKNOWN = "terminal-unknown"
    NUMBER_UNREADABLE = "number-unreadable"


class _RowRefused(Exception):
    def __init__(self, kind: RowFindingKind, column: str) -> None:
        super().__init__(kind)
        self.kind, self.column = kind, column


@dataclass(frozen=True, kw_only=True)
class RowFinding:
    """What is wrong with a row of the file, from 1 with the heads' and those above them, and in which column."""

    row: int
    column: str
    kind: RowFindingKind


@dataclass(frozen=True, kw_only=True)
class CardRow:
    """A row as the file has it; minor units, below zero where it was given back. `number` is that of the batch and the
    ticket, or the authorisation: by what the layout has."""

    row: int
    terminal_id: str
    number: str
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """What was read of a file."""

    rows: tuple[CardRow, ...]
    findings: tuple[RowFinding, ...]


def read(content: bytes, *, acquirer: Acquirer, layout: AcquirerFileLayout, day: date, fund: Fund) -> ReadFile:
    """The payments of a day's file, and what cannot be read. Raises `AcquirerFileInvalid`, `HeadsMissing`."""
    try:
        text = content.decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
    except UnicodeDecodeError as unreadable:
        raise AcquirerFileInvalid from unreadable
    rows: list[CardRow] = []
    findings: list[RowFinding] = []
    try:
        for number, cells in _cells(text.removeprefix("\ufeff"), layout):
            try:
                rows.append(_row(cells, number, acquirer=acquirer, layout=layout, day=day, fund=fund))
            except _RowRefused as refused:
                findings.append(RowFinding(row=number, column=refused.column, kind=refused.kind))
    except csv.Error as malformed:
        raise AcquirerFileInvalid from malformed
    if len(rows) + len(findings) > ROWS_MAX:
        raise AcquirerFileInvalid
    return ReadFile(rows=tuple(rows), findings=tuple(findings))


def _cells(text: str, layout: AcquirerFileLayout) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows below the heads, by head, with their numbers; what has neither terminal nor day is a total or empty."""
    table = csv.reader(io.StringIO(text, newline=""), delimiter=layout.separator)
    heads: list[str] = []
    for number, cells in enumerate(table, start=1):
        found = [normalize.plain(each) for each in cells]
        if heads:
            by_head = dict(zip(heads, found, strict=False))
            if by_head.get(layout.terminal) or by_head.get(layout.day):
                yield number, by_head
        elif set(layout.heads) <= set(found):
            heads = found
        elif number > TITLE_ROWS_MAX:
            break
    if not heads:
        raise HeadsMissing(heads=", ".join(layout.heads))


def _row(
    cells: Mapping[str, str], number: int, *, acquirer: Acquirer, layout: AcquirerFileLayout, day: date, fund: Fund
) -> CardRow:
    terminal_id = cells.get(layout.terminal, "")
    if terminal_id not in acquirer.terminals:
        raise _RowRefused(RowFindingKind.TERMINAL_UNKNOWN, layout.terminal)
    if _day(cells.get(layout.day, ""), layout) != day:
        raise _RowRefused(RowFindingKind.OTHER_DAY, layout.day)
    amount_minor = _minor(cells, layout.amount, layout=layout, fund=fund)
    if layout.kind is not None and cells.get(layout.kind, "") in layout.reversals:
        amount_minor = -abs(amount_minor)
    fee_minor = abs(_minor(cells, layout.fee, layout=layout, fund=fund)) if layout.fee else 0
    return CardRow(
        row=number,
        terminal_id=terminal_id,
        number=_number(cells, layout),
        amount_minor=amount_minor,
        fee_minor=fee_minor,
    )


def _day(written: str, layout: AcquirerFileLayout) -> date:
    """The day of a cell; what a spreadsheet puts behind it, a time, is passed over."""
    try:
        return datetime.strptime(written.partition(" ")[0].partition("T")[0], layout.day_format).date()  # noqa: DTZ007
    except ValueError as unreadable:
        raise _RowRefused(RowFindingKind.DAY_UNREADABLE, layout.day) from unreadable


def _minor(cells: Mapping[str, str], head: str, *, layout: AcquirerFileLayout, fund: Fund) -> int:
    """An amount, grouped by spaces or in threes by the mark that is not the decimal one, with its sign before or behind
    it. Zeros behind the smallest coin say nothing."""
    plain = _SPACES.sub("", cells.get(head, "")).removesuffix(fund.currency.value)
    found = _AMOUNTS[layout.decimal_mark].fullmatch(plain)
    decimals = (found[3] or "").ljust(fund.currency.decimals, "0") if found else ""
    if found is None or decimals[fund.currency.decimals :].strip("0") or (found[1] and found[4]):
        raise _RowRefused(RowFindingKind.AMOUNT_UNREADABLE, head)
    whole = found[2].replace(",", "").replace(".", "")
    minor = int(whole + decimals[: fund.currency.decimals])
    if minor > AMOUNT_MINOR_MAX:
        raise _RowRefused(RowFindingKind.AMOUNT_UNREADABLE, head)
    return -minor if "-" in (found[1], found[4]) else minor


def _number(cells: Mapping[str, str], layout: AcquirerFileLayout) -> str:
    if layout.batch is None or layout.ticket is None:
        authorisation = cells.get(layout.authorisation or "", "").upper()
        if not authorisation:
            raise _RowRefused(RowFindingKind.NUMBER_UNREADABLE, layout.authorisation or "")
        return authorisation
    numbers = []
    for head in (layout.batch, layout.ticket):
        written = cells.get(head, "").lstrip("0")
        if not is_number(written):
            raise _RowRefused(RowFindingKind.NUMBER_UNREADABLE, head)
        numbers.append(written)
    return "/".join(numbers)
