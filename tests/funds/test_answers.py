"""A fund that says beforehand whom it expects: the first month, the pre-filled file of the next, and its answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.payments.declarations.prefilled import Prefilled, PrefilledPerson
from services.payments.wiring import service as payments
from tests.funds.declaring import Grounds, declare
from tests.kit.callers import Caller, Office
from tests.payments.declarations.answers import EMPLOYER, EXPECTED, FUND_ID, composed, worker

AT = datetime(2026, 3, 5, 9, tzinfo=UTC)
FIRST = "2026-M01"
SECOND = "2026-M02"
ROWS = [
    worker("123456785", "ALAOUI SARA", wage=750_000, capped_wage=600_000),
    worker("155555555", "IDRISSI YOUSSEF"),
    worker(None, "BERRADA OMAR"),
]


@pytest.fixture
def context(ground: Grounds) -> Any:
    return ground("payments", AT)


@pytest.fixture
def employer(context: Any) -> Caller:
    return Office(payments, context).employer(EMPLOYER, fund=FUND_ID)


def form(period: str) -> dict[str, str]:
    return {"employer_id": EMPLOYER, "form": "bds", "period": period}


def declared(context: Any, period: str, lines: list[bytes]) -> dict[str, Any]:
    name = f"DS_{EMPLOYER}_{period[-2:]}2026.txt"
    return declare(context, fund_id=FUND_ID, form=form(period), files={name: b"\r\n".join([*lines, b""])})


def first_month(context: Any) -> dict[str, Any]:
    return declared(context, FIRST, composed(ROWS, expected=Prefilled(EXPECTED.transfer, ())))


def prefilled(employer: Caller, period: str = SECOND) -> tuple[list[bytes], str]:
    answer = employer.get(f"/declaration-forms/bds/periods/{period}/prefilled?employer_id={EMPLOYER}")
    assert answer.status_code == 200, answer.text
    return answer.data.split(b"\r\n")[:-1], answer.headers["Content-Disposition"]


def test_in_the_first_month_everybody_is_new_and_branches_have_their_ceiling(context: Any, employer: Caller) -> None:
    lines, name = prefilled(employer, FIRST)
    assert [line[:3] for line in lines] == [b"A00", b"A01", b"A03"] and f"AFFEBDS_{EMPLOYER}_202601.txt" in name

    seen = first_month(context)

    assert (seen["status"], seen["workers"], seen["wages"]) == ("accepted", 3, "17500.00")
    # 17 500 at 12.11 + 2.26 %; 16 000, of which 6 000 are the ceiling's, at 8.98 + 4.48 %
    assert seen["due"] == "4668.35"
    # Somebody without a number has no card, and nobody else knows them yet.
    assert (seen["cards"]["of"], seen["cards"]["without_card"]) == (3, 1)


def test_the_next_month_expects_those_who_were_declared(context: Any, employer: Caller) -> None:
    first_month(context)

    lines, _name = prefilled(employer)

    assert [line[:3] for line in lines] == [b"A00", b"A01", b"A02", b"A02", b"A03"]
    assert [line[16:25] for line in lines[2:4]] == [b"123456785", b"155555555"]
    assert prefilled(employer)[0][0] == lines[0]  # the same file whenever it is asked for
    assert {len(line) for line in lines} == {260}


def answered(lines: list[bytes]) -> Prefilled:
    people = [PrefilledPerson(line[16:25].decode(), line[25:85].decode().strip()) for line in lines[2:-1]]
    return Prefilled(lines[0][3:17].decode(), tuple(people))


def test_an_answer_is_accepted_and_who_left_is_not_expected_again(context: Any, employer: Caller) -> None:
    first_month(context)
    expected = answered(prefilled(employer)[0])
    left = {**ROWS[1], "duration": 0, "wage": 0, "capped_wage": 0, "situation": "SO"}
    rows = [ROWS[0], left, worker("188888882", "BERRADA OMAR")]
    lines = [
        line[:10] + b"202602" + line[16:] if line[:3] != b"B00" else line for line in composed(rows, expected=expected)
    ]

    seen = declared(context, SECOND, lines)

    assert (seen["status"], seen["workers"]) == ("accepted", 3)
    assert [line[16:25] for line in prefilled(employer, "2026-M03")[0][2:-1]] == [b"123456785", b"188888882"]


def test_somebody_left_out_is_a_finding_and_nothing_is_booked(context: Any, employer: Caller) -> None:
    first_month(context)
    nobody = Prefilled(EXPECTED.transfer, ())
    lines = [
        line[:10] + b"202602" + line[16:] if line[:3] != b"B00" else line
        for line in composed([ROWS[0]], expected=nobody)
    ]

    with pytest.raises(AssertionError, match="prefilled-missing"):
        declared(context, SECOND, lines)


def test_a_few_workers_are_typed_and_become_an_answer(context: Any, employer: Caller) -> None:
    first_month(context)
    start = employer.get(f"/declaration-forms/bds/periods/{SECOND}/entry?employer_id={EMPLOYER}").json
    asked = {each["name"]: [code["code"] for code in each["codes"]] for each in start["asked"]}
    assert list(asked) == ["insurance_number", "full_name", "national_id", "duration", "wage", "situation"]
    assert asked["situation"][:3] == ["", "SO", "DE"] and not asked["wage"]
    lines = [
        {
            "insurance_number": number,
            "family_name": name,
            "national_id": card,
            "situation": situation,
            "wages": [{"quarter": 2, "duration": days, "wage": wage}] if days else [],
        }
        for number, name, card, days, wage, situation in (
            ("155 555 555", "Idrissi Youssef", None, 0, "0.00", "SO"),
            ("123456785", "Alaoui Sara", None, 26, "7500.00", ""),
            ("", "Berrada Omar", "ab 123456", 13, "3000.00", ""),
        )
    ]
    body = {**form(SECOND), "lines": lines}

    checked = employer.post("/typed-declarations/check", json=body)

    assert checked.status_code == 200, checked.text
    assert (checked.json["errors"], checked.json["workers"], checked.json["wages"]) == (0, 3, "10500.00")
    unnamed = [{**lines[2], "national_id": None}]
    refused = employer.post("/typed-declarations/check", json={**body, "lines": unnamed})
    assert [each["field"] for each in refused.json["errors"]] == ["lines.0.insurance_number"]


def test_a_few_workers_more_are_typed_into_the_file_of_complements(context: Any, employer: Caller) -> None:
    first_month(context)
    line = {
        "insurance_number": "188888882",
        "family_name": "Berrada Omar",
        "national_id": "AB123456",
        "situation": "",
        "wages": [{"quarter": 1, "duration": 13, "wage": "3000.00"}],
    }
    body = {**form(FIRST), "lines": [line], "is_complement": True}

    checked = employer.post("/typed-declarations/check", json=body)

    assert checked.status_code == 200, checked.text
    assert (checked.json["errors"], checked.json["workers"], checked.json["wages"]) == (0, 1, "3000.00"), checked.json
    sent = employer.post("/typed-declarations", json=body)
    assert sent.status_code == 202, sent.text
    [file] = sent.json["receipts"][0]["files"]
    assert file["name"] == f"DSC1_{EMPLOYER}_012026.txt"


def test_a_form_that_answers_nothing_says_so(ground: Grounds) -> None:
    caller = Office(payments, ground("payments", AT)).employer("0012345678", fund="tn-cnss")
    answer = caller.get("/declaration-forms/quarterly-wages/periods/2026-Q1/prefilled?employer_id=0012345678")

    assert (answer.status_code, answer.json["code"]) == (409, "declaration.nothing-prefilled")


@pytest.mark.parametrize("period", ["2026-Q1", "nonsense", "2026-M13", ""])
def test_another_kind_of_period_has_no_file(employer: Caller, period: str) -> None:
    answer = employer.get(f"/declaration-forms/bds/periods/{period}/prefilled?employer_id={EMPLOYER}")

    assert answer.status_code in (404, 422)


def test_nobody_reads_the_file_of_another_firm(context: Any) -> None:
    other = Office(payments, context).employer("7654321", fund=FUND_ID)

    answer = other.get(f"/declaration-forms/bds/periods/{FIRST}/prefilled?employer_id={EMPLOYER}")

    assert answer.status_code in (403, 404)


def test_the_last_month_is_a_start_for_the_next(context: Any, employer: Caller) -> None:
    path = f"/declaration-forms/bds/periods/{SECOND}/draft"
    query = f"?employer_id={EMPLOYER}"
    assert employer.get(path + query).json["code"] == "declaration.nothing-to-start-from"
    first_month(context)

    seen = employer.get(path + query)

    assert (seen.status_code, seen.json["workers"]) == (200, 3), seen.text
    assert [each["name"] for each in seen.json["files"]] == [f"DS_{EMPLOYER}_022026.txt"]
    content = employer.get(f"{path}/1{query}").data
    assert [line[:3] for line in content.split(b"\r\n")[:-1]] == [
        b"B00",
        b"B01",
        b"B02",
        b"B02",
        b"B03",
        b"B04",
        b"B05",
        b"B06",
    ]
    declared_next = declared(context, SECOND, content.split(b"\r\n")[:-1])
    assert (declared_next["status"], declared_next["wages"]) == ("accepted", "17500.00")
    for number in ("0", "2", "x", "٢"):
        assert employer.get(f"{path}/{number}{query}").status_code == 404
