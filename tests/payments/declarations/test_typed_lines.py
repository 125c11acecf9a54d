"""Declarations that are typed: written as the layout's own file, refused field by field, checked and accepted so."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.payments.contributions.rules import nothing_due
from services.payments.declarations import typed_lines
from services.payments.declarations.findings import FileRole
from services.payments.declarations.receiving import CheckedDeclaration
from services.payments.declarations.report import Report
from services.payments.declarations.typed_lines import LINES_MAX, TypedFiling
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.funds.period import Period
from shared.kernel.partial_date import PartialDate
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, funds, published, shipped
from tests.payments.declarations.builders import DZ_EMPLOYER, LAYOUTS, TN_EMPLOYER, das_b, tn_122, workers
from tests.payments.declarations.harness import USUAL, DeclarationsHarness

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
TN_QUARTER, DZ_YEAR = Period(2026, 1), Period(2025)


def line(number: int = 1, **facts: Any) -> WageLine:
    usual: dict[str, Any] = {
        "line": number,
        "insurance_number": f"{number:08d}45",
        "family_name": "Ben Salah",
        "first_name": "Amira",
        "birth_on": None,
        "national_id": f"0{number:07d}",
        "wages": (PeriodWage(1, 0, Unit.MONTH, 3_150_000),),
        "entered_on": None,
        "left_on": None,
    }
    return WageLine(**{**usual, **facts})


def das_line(number: int = 1, **facts: Any) -> WageLine:
    return replace(
        line(number),
        **{
            "insurance_number": f"90{number:010d}",
            "birth_on": PartialDate("1990-03-15"),
            "wages": tuple(PeriodWage(quarter, 3, Unit.MONTH, 9_000_000) for quarter in (1, 2, 3, 4)),
            "entered_on": date(2020, 2, 1),
            **facts,
        },
    )


def of_tn(*lines: WageLine, **facts: Any) -> TypedFiling:
    usual = {"employer_id": TN_EMPLOYER, "form": "quarterly-wages", "period": "2026-Q1", "lines": lines or (line(),)}
    return TypedFiling(**{**usual, **facts})


def write(filing: TypedFiling, fund_id: str = TN, layout: str = "tn-122") -> Any:
    fund = funds()[fund_id]
    parts = fund.declarations.forms[filing.form].parts(Period.read(filing.period))
    return typed_lines.write(filing, layout=LAYOUTS[layout], fund=fund, parts=parts)


# --- Written --------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_the_file_that_a_payroll_program_writes() -> None:
    (file,), faults = write(of_tn(*(line(number) for number in range(1, 14))))
    assert not faults
    assert {file.name: file.content} == dict(tn_122(workers(13)).by_name), "the thirteenth is on the second page"


def test_of_a_pair_the_header_has_the_sums_of_the_lines() -> None:
    lines = (das_line(1), das_line(2, wages=(PeriodWage(2, 45, Unit.DAY, 5_000_000),)))
    (header, detail), faults = write(of_tn(*lines, employer_id=DZ_EMPLOYER, form="das", period="2025"), DZ, "das-b")
    assert not faults
    assert (header.name, detail.name) == ("D2025E1600000001.TXT", "D2025S1600000001.TXT")
    kind = LAYOUTS["das-b"].kinds[FileRole.HEADER][0]
    values, found = kind.read(header.content.rstrip())
    assert not found
    sums = {name: values[name] for name in ("total_1", "total_2", "total_3", "total_4", "total", "workers")}
    assert sums == {
        "total_1": 9_000_000,
        "total_2": 14_000_000,
        "total_3": 9_000_000,
        "total_4": 9_000_000,
        "total": 41_000_000,
        "workers": 2,
    }


@pytest.mark.parametrize("fund_id", [DZ, TN])
def test_reading_what_was_written_gives_the_lines_again(fund_id: str) -> None:
    lines = (line(1), line(2)) if fund_id == TN else (das_line(1), das_line(2))
    filing = of_tn(*lines)
    layout, parts = "tn-122", TN_QUARTER.parts(TN_QUARTER.kind)
    if fund_id == DZ:
        filing = replace(filing, employer_id=DZ_EMPLOYER, form="das", period="2025")
        layout, parts = "das-b", funds()[DZ].declarations.forms["das"].parts(DZ_YEAR)
    files, _ = write(filing, fund_id, layout)
    again = typed_lines.read(files[-1].content, layout=LAYOUTS[layout], parts=parts)
    assert write(replace(filing, lines=again), fund_id, layout)[0] == files


@pytest.mark.parametrize("fund", shipped().values(), ids=lambda fund: fund.fund_id)
def test_every_fund_that_takes_wage_files_takes_typed_lines(fund: Any) -> None:
    from services.payments.declarations.layouts.registry import layouts_of

    for form in fund.declarations.forms.values() if fund.sections.declarations else ():
        layout = next(each for each in layouts_of(fund, form) if typed_lines.may_be_typed(each))
        names = [field.name for field in typed_lines.asked_fields(layout)]
        assert names[0] == "insurance_number" and "wage" in names
        assert not {"employer", "year", "page", "number", "end"} & set(names)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"insurance_number": "00 000 001-45".translate(ARABIC)}, "0000000145"),
        ({"insurance_number": "\u200f0000000145\u200e"}, "0000000145"),
        ({"family_name": "Bénali", "first_name": "Éloïse"}, "BENALI ELOISE"),
        ({"family_name": "ben  salah ", "first_name": ""}, "BEN SALAH"),
        ({"national_id": "0 123 4567".translate(ARABIC)}, "01234567"),
        ({"national_id": None}, "00000000"),
    ],
)
def test_numbers_and_names_are_written_as_the_layout_has_them(facts: dict[str, Any], expected: str) -> None:
    (file,), faults = write(of_tn(line(**facts)))
    assert not faults and expected in file.content.decode()


@pytest.mark.parametrize(
    ("facts", "field", "code"),
    [
        ({"insurance_number": ""}, "insurance_number", "request.field-missing"),
        ({"insurance_number": "12"}, "insurance_number", "wage-file.insurance-number-malformed"),
        ({"insurance_number": "ABCDEFGHIJ"}, "insurance_number", "wage-file.insurance-number-malformed"),
        ({"family_name": "", "first_name": " "}, "family_name", "request.field-missing"),
        ({"family_name": "بن صالح"}, "family_name", "declaration.name-of-other-letters"),
        ({"family_name": "Robert'); DROP"}, "family_name", "declaration.name-of-other-letters"),
        ({"family_name": "A" * 61, "first_name": ""}, "family_name", "declaration.value-too-long"),
        ({"national_id": "X"}, "national_id", "wage-file.national-id-malformed"),
        ({"wages": (PeriodWage(1, 0, Unit.MONTH, 10**11),)}, "wages.0.wage", "declaration.value-too-long"),
        ({"wages": (PeriodWage(1, 0, Unit.MONTH, 9_999_999_999),)}, "wages.0.wage", "wage-file.amount-overflowing"),
    ],
)
def test_what_cannot_stand_in_its_field_is_said_of_that_field(facts: dict[str, Any], field: str, code: str) -> None:
    filing = of_tn(line(1), line(2, **facts))
    files, faults = write(filing)
    assert not files
    assert list(typed_lines.faults_by_field(filing, faults)) == [(f"lines.1.{field}", code)]


# --- Checked and sent -----------------------------------------------------------------------------------------------


def typed(*facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Lines as a page sends them."""
    usual = {
        "insurance_number": "0000000145",
        "family_name": "BEN SALAH AMIRA",
        "national_id": "00000001",
        "wages": [{"quarter": 1, "wage": "3150.000"}],
    }
    return {**USUAL[TN], "lines": [{**usual, **each} for each in facts or ({},)], **more}


def send(harness: DeclarationsHarness, body: dict[str, Any]) -> dict[str, Any]:
    sent: TestResponse = harness.caller.post("/typed-declarations", body)
    assert sent.status_code == 202, sent.text
    harness.run()
    found: dict[str, Any] = harness.see(sent.json["declaration_id"])
    return found


def test_it_is_accepted_as_the_file_would_be(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    body = typed({}, {"insurance_number": "0000000245", "national_id": "00000002"})
    checked = harness.caller.post("/typed-declarations/check", body)
    assert checked.status_code == 200, checked.text
    said = checked.json
    assert (said["errors"], said["workers"], said["wages"], said["due"]) == (0, 2, "6300.000", "1716.750")
    assert [each["insurance_number"] for each in said["lines"]] == ["0000000145", "0000000245"]
    assert (said["replaces"], said["due_on"]) == (None, "2026-04-15")
    assert context.database["declarations"].count_documents({}) == 0 and published(context) == []

    seen = send(harness, body)
    assert (seen["status"], seen["intake"], seen["due"], seen["workers"]) == ("accepted", "typed", said["due"], 2)
    assert seen["receipts"][0]["files"][0]["name"] == f"DS{TN_EMPLOYER}0000.12026.txt"
    assert "payments.wages-declared" in published(context)
    # The same bytes by file are the same declaration: there is one truth.
    by_file = harness.send(tn_122(workers(2)))
    assert by_file.json["declaration_id"] == seen["declaration_id"]
    assert harness.caller.post("/typed-declarations/check", body).json["replaces"]["revision"] == 1


@pytest.mark.parametrize(("received_on", "is_late"), [(date(2026, 4, 15), False), (date(2026, 4, 16), True)])
def test_the_last_day_is_in_time(received_on: date, is_late: bool) -> None:
    form = funds()[TN].declarations.forms["quarterly-wages"]
    checked = CheckedDeclaration(
        report=Report(
            findings=(), errors=0, warnings=0, lines=0, workers=0, wages_minor=0, by_part={}, is_complement=False
        ),
        assessment=nothing_due(funds()[TN], form=form, period=TN_QUARTER),
        good_lines=(),
        replaces=None,
        received_on=received_on,
    )
    assert checked.is_late is is_late and replace(checked, assessment=None).is_late is None


def test_what_is_found_is_found_before_it_is_sent_and_after(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    body = typed({}, {}, {"insurance_number": "0000000245", "wages": []})
    checked = harness.caller.post("/typed-declarations/check", body).json
    found = [(each["code"], each["line"], each["field"], each["severity"]) for each in checked["findings"]]
    assert checked["errors"] == 1 and checked["due"] is None
    assert [each[:2] for each in found if each[3] == "error"] == [("wage-file.person-twice", 2)]
    assert ("wage-file.no-wages", 3) in [each[:2] for each in found]
    seen = send(harness, body)
    assert seen["status"] == "refused"
    codes = [each["code"] for each in harness.see(seen["declaration_id"], "/findings")["items"]]
    assert codes == [each[0] for each in found]
    # What was typed is there again to be mended, and the mended lines are another declaration.
    mended = entry(harness, mended=seen["declaration_id"])
    assert [each["insurance_number"] for each in mended["lines"]] == ["0000000145", "0000000145", "0000000245"]
    assert send(harness, typed({}))["status"] == "accepted"


def entry(harness: DeclarationsHarness, *, period: str = "2026-Q1", **query: str) -> dict[str, Any]:
    path = f"/declaration-forms/{USUAL[harness.fund_id]['form']}/periods/{period}/entry"
    asked = {"employer_id": USUAL[harness.fund_id]["employer_id"], **query}
    answer = harness.caller.get(path, query_string=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_typing_begins_with_the_workers_of_the_last_declaration(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    empty = entry(harness)
    assert (empty["lines"], empty["before"], empty["lines_max"]) == ([], None, LINES_MAX)
    assert [each["name"] for each in empty["asked"]] == ["insurance_number", "full_name", "national_id", "wage"]
    assert empty["asked"][0]["text"] != "insurance_number"
    assert empty["parts"] == [{"number": 1, "period": "2026-Q1"}]
    accepted = harness.declare(tn_122())
    next_one = entry(harness, period="2026-Q2")
    assert next_one["before"]["declaration_id"] == accepted["declaration_id"]
    assert [each["wages"][0]["quarter"] for each in next_one["lines"]] == [2, 2], "told of the period declared now"
    assert [each["wages"][0]["wage"] for each in next_one["lines"]] == ["3150.000"] * 2


def test_more_workers_than_may_be_typed_are_not_listed(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    accepted = harness.declare(das_b(workers(LINES_MAX + 1)))
    begun = entry(harness, period="2024")
    assert begun["lines"] == [] and begun["before"]["declaration_id"] == accepted["declaration_id"]
    assert [each["number"] for each in begun["parts"]] == [1, 2, 3, 4]
    unit = next(each for each in begun["asked"] if each["name"] == "unit")
    assert unit["units"] == ["H", "D", "M"] and unit["is_by_part"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (typed({"insurance_number": "12"}), 422, "lines.0.insurance_number"),
        (typed({"wages": [{"quarter": 1, "wage": "12,5"}]}), 422, "lines.0.wages.0.wage"),
        (typed({"wages": [{"quarter": 13}]}), 422, "lines.0.wages.0.quarter"),
        (typed({"birth_on": "32/13/1990"}), 422, "lines.0.birth_on"),
        (typed({"unknown": 1}), 422, "lines.0.unknown"),
        (typed(*({},) * (LINES_MAX + 1)), 422, "lines"),
        ({**typed(), "lines": []}, 422, "lines"),
        (typed(period="2026"), 422, None),
        (typed(form="none"), 422, None),
        (typed(employer_id="none of ours"), 422, None),
        (typed(employer_id="0099999999"), 403, None),
    ],
)
def test_what_is_malformed_is_refused_at_once(
    context: ServiceContext, body: dict[str, Any], status: int, field: str | None
) -> None:
    harness = DeclarationsHarness(context, TN)
    for path in ("/typed-declarations", "/typed-declarations/check"):
        refused = harness.caller.post(path, body)
        assert refused.status_code == status, refused.text
        assert field is None or field in [each["field"] for each in refused.json["errors"]]
    assert context.database["declarations"].count_documents({}) == 0
