"""Valid wage files by default, made by the layouts' own writer. Names and numbers are invented."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from services.payments.declarations.examination import Examination, Source
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.registry import made
from services.payments.declarations.report import FINDINGS_MAX, Report
from services.payments.declarations.wages import WageLine
from shared.funds.period import Period
from shared.kernel.partial_date import partial_date
from tests.kit.contexts import shipped

FUNDS = shipped()
LAYOUTS = {code: made(code, layout) for fund in FUNDS.values() for code, layout in fund.layouts.items()}
LINES_PER_PAGE = LAYOUTS["tn-122"].lines_per_page or 0
DZ_EMPLOYER = "1600000001"
TN_EMPLOYER = "0012345678"
FAMILY_NAMES = ("BENALI", "MANSOURI", "SAADI", "HADDAD", "MEZIANE", "KACI")
FIRST_NAMES = ("KARIM", "LEILA", "AMINE", "NADIA", "YACINE")


@dataclass(frozen=True)
class Files:
    """A declaration's files by name."""

    by_name: Mapping[str, bytes]

    def sources(self, *, chunk: int = 1 << 16) -> list[Source]:
        return [
            Source(name, [content[at : at + chunk] for at in range(0, len(content), chunk)])
            for name, content in self.by_name.items()
        ]

    def having(self, name: str, content: bytes) -> "Files":
        """The same files, one of them with other bytes. `name` is the end of the file's name before its extension."""
        return Files({**self.by_name, name: content})


@dataclass(frozen=True)
class Worker:
    """A worker of a file; `fields` replaces what the layout's line would hold by default."""

    number: int
    fields: Mapping[str, Any] = field(default_factory=dict)


def zipped(by_name: Mapping[str, bytes], *, method: int = ZIP_DEFLATED) -> bytes:
    """An archive of the files, in their order."""
    made = BytesIO()
    with ZipFile(made, "w", method) as archive:
        for name, content in by_name.items():
            archive.writestr(name, content)
    return made.getvalue()


def workers(count: int) -> list[Worker]:
    return [Worker(number) for number in range(1, count + 1)]


def das_b(people: Iterable[Worker] = (), *, header: Mapping[str, Any] | None = None, **line: Any) -> Files:
    """A DAS of 2025 in profile B; two workers unless given. `header` and `line` replace fields of those lines."""
    return _das("das-b", list(people) or workers(2), header or {}, {"unit": "M", "duration": 3} | line)


def das_a(people: Iterable[Worker] = (), *, header: Mapping[str, Any] | None = None, **line: Any) -> Files:
    """The same in profile A, which counts hours."""
    return _das("das-a", list(people) or workers(2), header or {}, {"unit": "H", "duration": 520} | line)


def das_line(worker: Worker, *, unit: str, duration: int, **line: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "employer": DZ_EMPLOYER,
        "year": 2025,
        "number": worker.number,
        "insurance_number": f"90{worker.number:010d}",
        "family_name": FAMILY_NAMES[worker.number % len(FAMILY_NAMES)],
        "first_name": FIRST_NAMES[worker.number % len(FIRST_NAMES)],
        "birth_on": partial_date(1970 + worker.number % 30, 1 + worker.number % 12, 1 + worker.number % 28),
        "entered_on": date(2020, 2, 1),
        "left_on": None,
        "remark": "",
    }
    for quarter in (1, 2, 3, 4):
        values |= {f"unit_{quarter}": unit, f"duration_{quarter}": duration}
        values |= {f"wage_{quarter}": 9_000_000 + 1_000 * (worker.number % 100)}
    return values | line | dict(worker.fields)


def _das(layout_id: str, people: list[Worker], header: Mapping[str, Any], line: Mapping[str, Any]) -> Files:
    layout = LAYOUTS[layout_id]
    details = [das_line(worker, **line) for worker in people]
    totals = {f"total_{quarter}": sum(detail[f"wage_{quarter}"] for detail in details) for quarter in (1, 2, 3, 4)}
    for detail in details:
        detail.setdefault("total", sum(detail[f"wage_{quarter}"] for quarter in (1, 2, 3, 4)))
    head = {
        "employer": DZ_EMPLOYER,
        "type": "N",
        "year": 2025,
        "centre": 16001,
        "short_name": "EXEMPLE",
        "full_name": "SARL EXEMPLE",
        "address": "12 RUE EXEMPLE ALGER",
        "total": sum(totals.values()),
        "workers": len(details),
    }
    if layout_id == "das-a":
        head["full_name"] = ""
    return Files(
        {
            f"D2025E{DZ_EMPLOYER}.TXT": b"".join(layout.write([head | totals | dict(header)], role=FileRole.HEADER)),
            f"D2025S{DZ_EMPLOYER}.TXT": b"".join(layout.write(details, role=FileRole.DETAIL)),
        }
    )


def tn_122(people: Iterable[Worker] = (), **line: Any) -> Files:
    """The quarterly file of the first quarter of 2026; two workers unless given."""
    details = [tn_line(worker, **line) for worker in list(people) or workers(2)]
    content = b"".join(LAYOUTS["tn-122"].write(details, role=FileRole.DETAIL))
    return Files({f"DS{TN_EMPLOYER}{line.get('exploitation', '0000')}.12026.txt": content})


def tn_line(worker: Worker, **line: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "employer": TN_EMPLOYER,
        "exploitation": "0000",
        "quarter": 1,
        "year": 2026,
        "page": 1 + (worker.number - 1) // LINES_PER_PAGE,
        "line_in_page": 1 + (worker.number - 1) % LINES_PER_PAGE,
        "insurance_number": f"{worker.number:08d}45",
        "full_name": "BEN SALAH AMIRA",
        "national_id": f"0{worker.number:07d}",
        "wage": 3_150_000,
    }
    return values | line | dict(worker.fields)


def facts(fund_id: str = "dz-cnas", **given: Any) -> DeclarationFacts:
    """An open employer that declares 2025 (or the first quarter of 2026) in time."""
    is_dz = fund_id == "dz-cnas"
    usual: dict[str, Any] = {
        "fund": FUNDS[fund_id],
        "employer_id": DZ_EMPLOYER if is_dz else TN_EMPLOYER,
        "standing": EmployerStanding.OPEN,
        "period": Period(2025) if is_dz else Period(2026, 1),
        "received_on": date(2026, 1, 20) if is_dz else date(2026, 4, 10),
        "plausibility": next(iter(FUNDS[fund_id].declarations.forms.values())).plausibility or {},
    }
    return DeclarationFacts(**(usual | given))


def examined(
    files: Files, given: DeclarationFacts, *, chunk: int = 1 << 16, findings_max: int = FINDINGS_MAX
) -> tuple[Report, list[WageLine]]:
    """The report on files, and the workers of their good lines, in the layouts of the fund's only form."""
    (form,) = given.fund.declarations.forms.values()
    layouts = [LAYOUTS[layout_id] for layout_id in form.layouts]
    examination = Examination(files.sources(chunk=chunk), facts=given, layouts=layouts, findings_max=findings_max)
    people = list(examination)
    assert examination.report is not None
    return examination.report, people
