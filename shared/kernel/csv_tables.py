"""Tables for spreadsheets: CSV in UTF-8 with its mark, in which no cell is a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

CSV = "text/csv"
"""The media type of a table."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, whoever wrote it (OWASP, CSV injection)."""


def csv_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows under their heads. Days and instants in ISO 8601, None as an empty cell; a number below zero stays one."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(head)
    for row in rows:
        table.writerow([_cell(value) for value in row])
    return written.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else str("" if value is None else value)
    if isinstance(value, int | Decimal):
        return text
    return f"'{text}" if text.startswith(FORMULA) else text
