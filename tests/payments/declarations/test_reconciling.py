"""An annual declaration held against the slips of its year: every cause of a difference, what it asks of the employer,
and that what the slips called and published is not called and published again."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from services.payments.collections import booking
from services.payments.contributions.contribution import Assessment
from services.payments.declarations.declaration import is_one_establishment
from services.payments.declarations.reconciling import PeriodSlips, Reconciliation, YearAndSlips, reconcile
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from services.payments.ledger.account import BANK_COLLECTIONS
from shared.funds.declarations import SlipReconciliation
from shared.funds.period import Period, PeriodKind
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, funds, published, someone
from tests.payments.declarations.builders import Worker, das_b, workers
from tests.payments.declarations.harness import DeclarationsHarness
from tests.payments.declarations.slips import SEVERITIES, fund_with_slips, slip

QUARTERS = Period(2025).parts(PeriodKind.QUARTER)
MONTHS = Period(2025).parts(PeriodKind.MONTH)
NOTHING = Assessment(slips=(), due_on=date(2026, 1, 31))


# --- The equation -----------------------------------------------------------------------------------------------------


def worker(number: int, *wages: PeriodWage, line: int = 0) -> WageLine:
    return WageLine(line or number, f"90{number:010d}", "BENALI", "KARIM", None, None, wages, None, None)


def wage(part: int, wage_minor: int = 300, duration: int = 3, unit: Unit = Unit.MONTH) -> PeriodWage:
    return PeriodWage(part, duration, unit, wage_minor)


YEAR = tuple(wage(part) for part in (1, 2, 3, 4))


def slips(**of: Any) -> list[PeriodSlips]:
    """Four slips of one worker; `q2` and so on replace what a quarter has, None takes its slip away."""
    made = []
    for quarter in QUARTERS:
        known = PeriodSlips(period=quarter, is_declared=True, workers=(worker(1, wage(quarter.number)),))
        given = of.get(f"q{quarter.number}", {})
        made.append(PeriodSlips(period=quarter, is_declared=False) if given is None else replace(known, **given))
    return made


def both(annual: list[WageLine], declared: list[PeriodSlips], **more: Any) -> YearAndSlips:
    usual: dict[str, Any] = {
        "parts": {part.number: part for part in QUARTERS},
        "expected": NOTHING,
        "kind": PeriodKind.QUARTER,
        "tolerance_minor": 0,
        "looked_at": SEVERITIES,
    }
    return YearAndSlips(annual=annual, slips=declared, **{**usual, **more})


def causes(annual: list[WageLine], declared: list[PeriodSlips], **more: Any) -> list[tuple[str, int, str]]:
    """Each difference: its cause, the line of the annual declaration, the field."""
    _equation, found = reconcile(both(annual, declared, **more))
    return [(remark.code.removeprefix("wage-file."), line, remark.field) for line, remark in found]


def test_the_same_wages_by_quarter_are_equal() -> None:
    equation, found = reconcile(both([worker(1, *YEAR)], slips()))
    assert not found and equation.is_equal
    assert (equation.slips_minor, equation.annual_minor, equation.workers, equation.equal) == (1200, 1200, 1, 1)


@pytest.mark.parametrize(
    ("annual", "declared", "expected"),
    [
        ([worker(1, *YEAR)], slips(q3=None), [("slip-missing", 0, "")]),
        ([worker(1, *YEAR), worker(2, *YEAR)], slips(), [("worker-not-in-slips", 2, "insurance_number")]),
        ([], slips(), [("worker-not-in-year", 0, "")]),
        ([worker(1, wage(1, 301), *YEAR[1:])], slips(), [("slip-wage-differs", 1, "wage_1")]),
        ([worker(1, *YEAR[:3])], slips(), [("slip-wage-differs", 1, "wage_4")]),
        ([worker(1, wage(1, 300, 2), *YEAR[1:])], slips(), [("slip-duration-differs", 1, "duration_1")]),
        ([worker(1, *YEAR)], slips(q2={"called_minor": 5, "paid_minor": 5}), [("slip-rate-differs", 0, "")]),
        ([worker(1, *YEAR)], slips(q2={"paid_minor": 4}), [("slips-paid-more", 0, "")]),
    ],
)
def test_each_difference_has_its_cause(
    annual: list[WageLine], declared: list[PeriodSlips], expected: list[tuple[str, int, str]]
) -> None:
    assert causes(annual, declared) == expected


def test_what_was_called_and_is_not_paid_is_a_difference_beside_the_rate() -> None:
    found = causes([worker(1, *YEAR)], slips(q2={"called_minor": 5}))
    assert [cause for cause, _line, _field in found] == ["slip-rate-differs", "slips-paid-less"]


def test_of_a_period_without_a_slip_nothing_else_is_said() -> None:
    found = causes([worker(1, wage(1, 999), *YEAR[1:])], slips(q1=None))
    assert found == [("slip-missing", 0, "")]
    equation, _found = reconcile(both([worker(1, *YEAR)], slips(q1=None)))
    assert equation.equal == 0, "a worker is equal once every period could be compared"


def test_durations_in_other_units_are_not_compared() -> None:
    assert causes([worker(1, wage(1, 300, 78, Unit.DAY), *YEAR[1:])], slips()) == []


def test_slips_of_months_are_added_up_to_the_quarters_of_the_year() -> None:
    declared = [
        PeriodSlips(period=month, is_declared=True, workers=(worker(1, wage(month.number, 100, 1)),))
        for month in MONTHS
    ]
    assert causes([worker(1, *YEAR)], declared) == []
    late = [*declared[:4], replace(declared[4], workers=()), *declared[5:]]
    assert causes([worker(1, *YEAR)], late) == [("slip-wage-differs", 1, "wage_2")]


def test_a_worker_in_two_slips_of_a_period_is_one() -> None:
    declared = slips(q1={"workers": (worker(1, wage(1, 100, 1)), worker(1, wage(1, 200, 2), line=7))})
    assert causes([worker(1, *YEAR)], declared) == []


def test_a_difference_within_the_tolerance_is_none() -> None:
    annual = [worker(1, wage(1, 305), *YEAR[1:])]
    assert causes(annual, slips(), tolerance_minor=5) == []
    assert causes(annual, slips(), tolerance_minor=4) == [("slip-wage-differs", 1, "wage_1")]


def test_what_the_fund_does_not_look_at_is_passed_over() -> None:
    looked_at = {"slip-missing": ""}
    assert causes([worker(1, wage(1, 305), *YEAR[1:])], slips(q4=None), looked_at=looked_at) == [
        ("slip-missing", 0, "")
    ]


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [("", "", True), ("0000", "", True), ("0000", "000", True), ("0001", "0001", True), ("0001", "", False)],
)
def test_slips_of_the_main_establishment_are_those_that_name_none(one: str, other: str, is_one: bool) -> None:
    assert is_one_establishment(one, other) is is_one_establishment(other, one) is is_one


# --- Defined ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"reconciles": SlipReconciliation(form="das")},
        {"reconciles": SlipReconciliation(form="none")},
    ],
)
def test_slips_are_a_form_of_the_fund_for_shorter_periods(change: dict[str, Any]) -> None:
    declarations = fund_with_slips().declarations
    das = replace(declarations.forms["das"], **change)
    with pytest.raises(ValueError, match="is no form of shorter periods"):
        replace(declarations, forms={**declarations.forms, "das": das})


def test_a_year_alone_is_held_against_slips() -> None:
    slip_form = fund_with_slips().declarations.forms["slip"]
    with pytest.raises(ValueError, match="only the declaration of a year"):
        replace(slip_form, reconciles=SlipReconciliation(form="das"))
    with pytest.raises(ValueError, match="not below nothing"):
        SlipReconciliation(form="slip", tolerance_minor=-1)


# --- Declared ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(replace(context, funds={**funds(), DZ: fund_with_slips()}))


def file_slips(
    harness: DeclarationsHarness, *quarters: int, people: list[Worker] | None = None
) -> list[dict[str, Any]]:
    """Slips of the quarters, accepted."""
    made = [harness.declare(slip(each, people or ()), form="slip", period=f"2025-Q{each}") for each in quarters]
    assert [each["status"] for each in made] == ["accepted"] * len(quarters)
    return made


def pay(harness: DeclarationsHarness, *slips: dict[str, Any]) -> None:
    """What each slip made due, come at the bank."""

    def book(uow: UnitOfWork, *, declaration_id: str, due: str) -> None:
        booking.pay(
            uow,
            declaration_id=declaration_id,
            entry_id=f"entry-{declaration_id}",
            amount_minor=int(due.replace(".", "")),
            into=BANK_COLLECTIONS,
            value_on=date(2026, 1, 5),
        )

    for each in slips:
        booked = partial(book, declaration_id=each["declaration_id"], due=each["due"])
        harness.context.run(DZ, by=someone(), cause=f"test:{each['declaration_id']}", action=booked)


def test_a_year_that_says_what_its_paid_slips_said_is_accepted_and_equal(harness: DeclarationsHarness) -> None:
    made = file_slips(harness, 1, 2, 3, 4)
    pay(harness, *made)
    accepted = harness.declare(das_b())
    year = accepted["reconciliation"]
    assert (accepted["status"], year["is_equal"], year["causes"]) == ("accepted", True, [])
    assert year["slips"] == year["annual"] == accepted["wages"]
    assert year["expected"] == year["called"] == year["paid"] == "248441.40"
    assert (year["workers"], year["equal"]) == (2, 2)


def test_what_the_slips_called_and_published_is_not_called_and_published_again(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    file_slips(harness, 1, 2, 3, 4)
    before = published(context).count("payments.wages-declared")
    accepted = harness.declare(das_b())
    assert (accepted["status"], accepted["due"], accepted["slips"]) == ("accepted", "0.00", [])
    assert published(context).count("payments.wages-declared") == before
    assert accepted["cards"] is None
    assert [each["code"] for each in accepted["reconciliation"]["causes"]] == ["slips-paid-less"]


def test_differences_are_confirmed_by_the_employer_and_block_nothing(harness: DeclarationsHarness) -> None:
    file_slips(harness, 1, 2, 4)
    people = [Worker(1, {"wage_2": 9_500_000}), Worker(2), Worker(3)]
    asked = harness.declare(das_b(people))
    assert asked["status"] == "to-confirm"
    shown = {each["code"]: (each["count"], each["text"]) for each in asked["reconciliation"]["causes"]}
    assert shown == {
        "slip-missing": (1, "slip-missing fr"),
        "slip-wage-differs": (1, "slip-wage-differs fr"),
        "slips-paid-less": (3, "slips-paid-less fr"),
        "worker-not-in-slips": (1, "worker-not-in-slips fr"),
    }
    found = harness.see(asked["declaration_id"], "/findings", language="en")["items"]
    said = [(each["code"].removeprefix("wage-file."), each["line"], each["found"]) for each in found]
    assert ("slip-missing", 0, "2025-Q3") in said and ("slip-wage-differs", 1, "2025-Q2") in said
    assert ("worker-not-in-slips", 3, "") in [(code, line, "") for code, line, _found in said]
    assert all(str(9_500_000) not in str(each) for each in found), "no wage is shown in a finding"
    accepted = harness.confirm(asked["declaration_id"])
    assert (accepted["status"], accepted["due"]) == ("accepted", "0.00")


def test_a_worker_of_a_slip_who_is_not_in_the_year_is_named_by_the_place_in_the_slip(
    harness: DeclarationsHarness,
) -> None:
    file_slips(harness, 1, 2, 3, 4, people=workers(3))
    asked = harness.declare(das_b())
    found = harness.see(asked["declaration_id"], "/findings", language="en")["items"]
    gone = [each for each in found if each["code"] == "wage-file.worker-not-in-year"]
    assert (asked["status"], [each["found"] for each in gone]) == ("to-confirm", ["slip of 2025-Q1, line 3"])


def test_a_slip_that_takes_the_place_of_a_wrong_one_settles_the_difference(harness: DeclarationsHarness) -> None:
    file_slips(harness, 1, 2, 3, 4)
    people = [Worker(1, {"wage_2": 9_500_000}), Worker(2)]
    asked = harness.declare(das_b(people))
    assert asked["status"] == "to-confirm"
    corrected = harness.declare(slip(2, [Worker(1, {"wage": 9_500_000}), Worker(2)]), form="slip", period="2025-Q2")
    assert corrected["status"] == "accepted" and corrected["replaces"]
    accepted = harness.confirm(asked["declaration_id"])
    assert accepted["status"] == "accepted"
    assert [each["code"] for each in accepted["reconciliation"]["causes"]] == ["slips-paid-less"]


def test_a_year_with_nothing_to_declare_is_held_against_its_slips(harness: DeclarationsHarness) -> None:
    file_slips(harness, 1, 2, 3, 4)
    body = {"employer_id": "1600000001", "form": "das", "period": "2025"}
    sent = harness.caller.post("/nil-declarations", key="nil", json=body)
    assert sent.status_code == 202, sent.text
    harness.run()
    asked = harness.see(sent.json["declaration_id"])
    assert (asked["status"], asked["reconciliation"]["causes"][1]["code"]) == ("to-confirm", "worker-not-in-year")


def test_where_a_fund_has_no_slips_nothing_is_compared_and_the_year_is_due(context: ServiceContext) -> None:
    accepted = DeclarationsHarness(context).declare(das_b())
    assert (accepted["reconciliation"], accepted["due"]) == (None, "248441.40")


def test_an_equation_is_equal_without_a_cause() -> None:
    amounts = dict.fromkeys(("slips_minor", "annual_minor", "expected_minor", "called_minor", "paid_minor"), 0)
    assert Reconciliation(**amounts, workers=0, equal=0).is_equal
    assert not Reconciliation(**amounts, workers=0, equal=0, causes={"slip-missing": 1}).is_equal
