"""Funds that the platform does not ship, each for what no shipped fund has, and a wage file of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.registry import layouts_of
from shared.funds.fund import Fund
from shared.funds.loading import load
from tests.payments.declarations.builders import Files

DEFINITIONS = Path(__file__).parent / "definitions"
MA, MONO, THREE = "ma-cnops", "xx-mono", "xx-three"


@cache
def every_fund() -> dict[str, Fund]:
    """Those that ship, and the invented ones."""
    return load(further=[DEFINITIONS])


@cache
def more_funds() -> dict[str, Fund]:
    """Morocco's fund as it ships, and the invented ones."""
    return {**load([MA]), **load(folder=DEFINITIONS)}


@dataclass(frozen=True)
class Case:
    """An employer of a fund that declares what some persons earned in a period."""

    fund_id: str
    employer_id: str
    form: str
    period: str
    name: str
    received_at: datetime
    line: Mapping[str, Any]
    numbers: tuple[str, ...]
    wages: tuple[int, ...]

    def files(self, wages: Iterable[int] = ()) -> Files:
        """The wage file, with other wages where some are given."""
        fund = more_funds()[self.fund_id]
        (layout,) = layouts_of(fund, fund.declarations.forms[self.form])
        lines = [
            {"employer": self.employer_id, **self.line, "number": number, "insurance_number": person, "wage": wage}
            for number, (person, wage) in enumerate(zip(self.numbers, wages or self.wages, strict=False), start=1)
        ]
        return Files({self.name: b"".join(layout.write(lines, role=FileRole.DETAIL))})


CASES = {
    MA: Case(
        MA,
        "120045",
        "monthly-slip",
        "2026-M03",
        "BM120045-202603.TXT",
        datetime(2026, 4, 5, 9, tzinfo=UTC),
        {"year": 2026, "month": 3, "family_name": "ALAOUI", "first_name": "SALMA", "birth_on": None},
        ("90000001", "90000002", "90000003"),
        (2_000_000, 250_000, 1_000_000),
    ),
    MONO: Case(
        MONO,
        "1234567",
        "monthly",
        "2026-M02",
        "M1234567202602.txt",
        datetime(2026, 3, 5, 9, tzinfo=UTC),
        {"year": 2026, "month": 2, "full_name": "DIOP AWA", "duration": 22, "unit": "J"},
        ("AB123456", "AB123457"),
        (400_000, 700_000),
    ),
    THREE: Case(
        THREE,
        "1234567888",
        "half-yearly",
        "2025-H2",
        "H1234567888-20252.DAT",
        datetime(2026, 1, 20, 9, tzinfo=UTC),
        {"year": 2025, "half_year": 2, "family_name": "SALEM", "first_name": "NOUR"},
        ("100000017", "100000025"),
        (3_000_005, 300_000),
    ),
}
