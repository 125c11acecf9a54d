"""Tables for spreadsheets: whole in any script, and never a formula."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.kernel.csv_tables import csv_table


def test_a_table_has_its_mark_its_head_and_its_rows() -> None:
    written = csv_table(("name", "on"), [('شركة, "النور"', date(2026, 2, 10)), (None, 3)])
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.decode("utf-8-sig").splitlines() == ["name,on", '"شركة, ""النور""",2026-02-10', ",3"]


def test_a_number_below_zero_is_a_number() -> None:
    assert csv_table(("a",), [(Decimal("-0.50"),), (-2,)]).decode("utf-8-sig").splitlines()[1:] == ["-0.50", "-2"]


def test_an_instant_keeps_its_zone() -> None:
    assert b"2026-02-10T09:00:00+00:00" in csv_table(("at",), [(datetime(2026, 2, 10, 9, tzinfo=UTC),)])


@pytest.mark.parametrize("value", ["=1+1", "+213", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert csv_table(("a",), [(value,)]).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
