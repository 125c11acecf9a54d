"""An operator's file of a day: a table whose columns the fund's definition names. Pure."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime

from services.payments.mobile_money.operator_payment import PAYMENT_ID, REFERENCE_CHARACTERS_MAX
from shared.funds.bindings import DayFileLayout
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Invalid
from shared.kernel.money import AMOUNT_MINOR_MAX

FILE_BYTES_MAX = 4 * 1024 * 1024
LINES_MAX = 20_000
DOS_END = "\x1a"
_AMOUNT = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,6}))?", re.ASCII)


class DayFileInvalid(Invalid):
    """The file cannot be read: its characters, its head, or a line (`line`, from 1; 0 for the file as a whole)."""

    code = "mobile-money.file-invalid"


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """A payment as the file has it; minor units. An amount below zero was given back. `fee_minor` is None where the
    file has no such column."""

    payment_id: str
    reference: str
    amount_minor: int
    taken_at: datetime
    fee_minor: int | None


def read(content: bytes, *, layout: DayFileLayout, fund: Fund) -> list[DayLine]:
    """The payments of a file. Raises `DayFileInvalid` at the first line that cannot be read: a day is taken whole, or
    not at all."""
    try:
        text = content.decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
    except UnicodeDecodeError as unreadable:
        raise DayFileInvalid(line=0) from unreadable
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=layout.separator)
    needed = {layout.payment, layout.reference, layout.amount, layout.taken_at, *filter(None, [layout.fee])}
    try:
        heads = [head.strip() for head in rows.fieldnames or ()]
        if not needed <= set(heads):
            raise DayFileInvalid(line=1)
        rows.fieldnames = heads
        written = [_line(row, rows.line_num, layout=layout, fund=fund) for row in rows if _says_something(row)]
        lines = [line for line in written if line.amount_minor]  # zero moves nothing
    except csv.Error as malformed:
        raise DayFileInvalid(line=rows.line_num) from malformed
    if len(lines) > LINES_MAX or len({_key(line) for line in lines}) < len(lines):
        raise DayFileInvalid(line=0)
    return lines


def _says_something(row: dict[str, str]) -> bool:
    """Not the empty rows of a spreadsheet, nor the end of file of DOS."""
    return any(cell.strip(f" {DOS_END}") for cell in row.values() if isinstance(cell, str))


def _key(line: DayLine) -> tuple[str, bool]:
    """A payment stands in a day's file once, and may stand in it once more where it was given back."""
    return line.payment_id, line.amount_minor > 0


def _line(row: dict[str, str], number: int, *, layout: DayFileLayout, fund: Fund) -> DayLine:
    cells = {head: normalize.plain(cell) for head, cell in row.items() if isinstance(cell, str) and head}
    try:
        payment_id = cells[layout.payment]
        reference = cells[layout.reference]
        amount_minor = _minor(cells[layout.amount], layout=layout, fund=fund)
        taken_at = datetime.fromisoformat(cells[layout.taken_at])
        fee_minor = _minor(cells[layout.fee], layout=layout, fund=fund) if layout.fee else None
    except (KeyError, ValueError) as malformed:
        raise DayFileInvalid(line=number) from malformed
    if (
        not PAYMENT_ID.fullmatch(payment_id)
        or not 0 < len(reference) <= REFERENCE_CHARACTERS_MAX
        or (fee_minor or 0) < 0
    ):
        raise DayFileInvalid(line=number)
    return DayLine(
        payment_id=payment_id,
        reference=reference,
        amount_minor=amount_minor,
        taken_at=taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=fund.zone),
        fee_minor=fee_minor,
    )


def _minor(cell: str, *, layout: DayFileLayout, fund: Fund) -> int:
    """An amount, with or without spaces in it. Zeros behind the smallest coin say nothing."""
    if layout.decimal_mark == "," and "." in cell:
        raise ValueError("another decimal mark than the layout has")
    found = _AMOUNT.fullmatch(cell.replace(" ", "").replace(layout.decimal_mark, "."))
    if found is None:
        raise ValueError("not an amount")
    sign, whole, decimals = found[1], found[2], (found[3] or "").ljust(fund.currency.decimals, "0")
    if decimals[fund.currency.decimals :].strip("0"):
        raise ValueError("more decimals than the currency has")
    minor = int(whole + decimals[: fund.currency.decimals])
    if minor > AMOUNT_MINOR_MAX:
        raise ValueError("no amount is so large")
    return -minor if sign else minor
