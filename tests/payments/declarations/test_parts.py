"""A quarter's file that tells the wages of each of its three months: what is due and shown is by month, whichever of
the four it is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.registry import layouts_of
from shared.funds.fund import Fund
from shared.funds.layouts import LayoutField
from shared.funds.period import Period, PeriodKind
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import TN, funds
from tests.payments.declarations.builders import TN_EMPLOYER, Files, Worker, tn_line, workers
from tests.payments.declarations.harness import DeclarationsHarness
from tests.payments.declarations.test_starting import made

FORM = "quarterly-wages"


def by_month(fund: Fund) -> Fund:
    """The fund, whose quarterly declaration tells each month."""
    layout, form = fund.layouts["tn-122"], fund.declarations.forms[FORM]
    (line,) = layout.detail
    fields: list[LayoutField] = []
    for each in line.fields:
        parts = [replace(each, name=f"wage_{part}") for part in (1, 2, 3)]
        fields += parts if each.name == "wage" else [each]
    monthly = replace(layout, detail=(replace(line, fields=tuple(fields)),))
    forms = {FORM: replace(form, wages_by=PeriodKind.MONTH)}
    sections = replace(fund.sections, declarations=replace(fund.declarations, forms=forms))
    return replace(fund, sections=sections, layouts={"tn-122": monthly})


FUND = by_month(funds()[TN])


def file_of(quarter: int, *wages: int, people: int = 2) -> Files:
    """The file of a quarter of 2026 in which everybody earned so much in its months."""
    (layout,) = layouts_of(FUND, FUND.declarations.forms[FORM], period=Period.read(f"2026-Q{quarter}"))
    months = {f"wage_{3 * quarter - 2 + place}": wage for place, wage in enumerate(wages)}
    lines = [tn_line(Worker(each.number, {**months, "quarter": quarter})) for each in workers(people)]
    content = b"".join(layout.write(lines, role=FileRole.DETAIL))
    return Files({f"DS{TN_EMPLOYER}0000.{quarter}2026.txt": content})


def harness(context: ServiceContext, *, month: int) -> DeclarationsHarness:
    """The firm's user, on the tenth of a month of 2026."""
    at = datetime(2026, month, 10, 9, tzinfo=UTC)
    return DeclarationsHarness(replace(context, funds={**context.funds, TN: FUND}, clock=lambda: at), TN)


def slips(seen: dict[str, Any]) -> list[tuple[str, str]]:
    return [(slip["period"], slip["base"]) for slip in seen["slips"]]


@pytest.mark.parametrize(("quarter", "month"), [(1, 4), (2, 7), (3, 10)])
def test_each_month_is_due_by_itself(context: ServiceContext, quarter: int, month: int) -> None:
    seen = harness(context, month=month).declare(file_of(quarter, 900_000, 950_000, 0), period=f"2026-Q{quarter}")

    assert (seen["status"], seen["workers"], seen["wages"]) == ("accepted", 2, "3700.000"), seen
    months = [f"2026-M{number:02d}" for number in range(3 * quarter - 2, 3 * quarter + 1)]
    assert slips(seen) == list(zip(months, ("1800.000", "1900.000", "0.000"), strict=True))


def test_the_next_quarter_begins_with_the_months_of_the_last(context: ServiceContext) -> None:
    harness(context, month=7).declare(file_of(2, 900_000, 950_000, 0), period="2026-Q2")
    later = harness(context, month=10)

    files = made(later, f"{FORM}/periods/2026-Q3", TN_EMPLOYER)
    assert files == file_of(3, 900_000, 950_000, 0)
    typed = later.caller.get(f"/declaration-forms/{FORM}/periods/2026-Q3/entry?employer_id={TN_EMPLOYER}").json
    assert [part["number"] for part in typed["parts"]] == [7, 8, 9]
    wages = [[(wage["quarter"], wage["wage"]) for wage in line["wages"]] for line in typed["lines"]]
    assert wages == [[(7, "900.000"), (8, "950.000")]] * 2
    seen = later.declare(files, period="2026-Q3")
    assert slips(seen) == [("2026-M07", "1800.000"), ("2026-M08", "1900.000"), ("2026-M09", "0.000")]


def test_what_is_seldom_meant_is_found_in_the_column_of_its_month(context: ServiceContext) -> None:
    firm = harness(context, month=7)
    seen = firm.declare(file_of(2, 900_000, 900_000, 1_000), period="2026-Q2")
    found = firm.see(seen["declaration_id"], "/findings")["items"]
    assert {(each["code"], each["field_code"], each["field"], each["column"]) for each in found} == {
        ("wage-file.below-minimum", "wage_6", "Salaire du mois 6", 123)
    }
