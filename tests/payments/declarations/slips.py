"""A fund that has quarterly slips beside its annual declaration, as no shipped fund has: Algeria's, with an invented
form and layout."""

import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.registry import made
from shared.funds.fund import Fund
from shared.funds.loading import DEFINITIONS, load
from tests.kit.contexts import DZ
from tests.payments.declarations.builders import DZ_EMPLOYER, Files, Worker, das_line, workers

LAYOUT = r"""
version: "1"
source: invented for a test
encoding: ascii
newline: crlf
ends_with_newline: true
file_name: 'Q(?P<employer>[0-9]{10})-(?P<year>[0-9]{4})(?P<quarter>[1-4])\.DAT'
detail_name: 'Q{employer}-{year}{quarter}.DAT'
lines_max: 9999

detail:
  - signature: '[0-9]{10}(19|20)[0-9]{2}[1-4]'
    fields:
      - {name: employer, length: 10, form: digits}
      - {name: year, length: 4, form: count}
      - {name: quarter, length: 1, form: count}
      - {name: insurance_number, length: 12, form: digits}
      - {name: family_name, length: 20, form: letters}
      - {name: first_name, length: 20, form: letters}
      - {name: duration, length: 3, form: count}
      - {name: unit, length: 1, form: one-of, letters: MJH}
      - {name: wage, length: 12, form: amount}
"""

SEVERITIES = {
    "slip-missing": "confirm",
    "worker-not-in-slips": "confirm",
    "worker-not-in-year": "confirm",
    "slip-wage-differs": "confirm",
    "slip-duration-differs": "confirm",
    "slip-rate-differs": "warning",
    "slips-paid-less": "warning",
    "slips-paid-more": "warning",
}


@cache
def fund_with_slips(tolerance_minor: int = 0) -> Fund:
    """Read from its pages, as every fund is."""
    with TemporaryDirectory() as folder:
        pages = Path(folder) / DZ
        shutil.copytree(DEFINITIONS / DZ, pages)
        (pages / "layouts" / "slips.yaml").write_text(LAYOUT)
        declarations = pages / "declarations.yaml"
        declarations.write_text(declarations.read_text() + _further(tolerance_minor))
        return load([DZ], folder=Path(folder))[DZ]


def _further(tolerance_minor: int) -> str:
    checks = "".join(
        f"      {code}: {{severity: {severity}, sentence: {{ar: {code}, fr: {code} fr, en: {code} en}}}}\n"
        for code, severity in SEVERITIES.items()
    )
    return f"""{checks}    reconciles: {{form: slip, tolerance_minor: {tolerance_minor}}}
  slip:
    names: {{ar: تصريح ثلاثي, fr: Bordereau trimestriel, en: Quarterly slip}}
    period: quarter
    due: {{days: 30}}
    layouts: [slips]
    law: {{valid_from: 1983-07-02, reference: Invented for a test, confidence: "?"}}
"""


def slip(quarter: int, people: Iterable[Worker] = (), **line: Any) -> Files:
    """The slip of a quarter of 2025, which says what the usual annual declaration says of it."""
    layout = made("slips", fund_with_slips().layouts["slips"])
    rows = [_row(worker, quarter) | line for worker in list(people) or workers(2)]
    return Files({f"Q{DZ_EMPLOYER}-2025{quarter}.DAT": b"".join(layout.write(rows, role=FileRole.DETAIL))})


def _row(worker: Worker, quarter: int) -> Mapping[str, Any]:
    year = das_line(worker, unit="M", duration=3)
    own = {name: year[f"{name}_{quarter}"] for name in ("duration", "unit", "wage")}
    return {**year, "quarter": quarter, **own, **worker.fields}
