"""Instalments paid at an operator of mobile money: inquired, paid, and what is wrong with a payment, by name."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.kernel.references import has_valid_check_digits
from tests.kit.contexts import TN
from tests.payments.builders import FIRM
from tests.payments.mobile_money.shop import OPERATOR
from tests.payments.settlements.town import QUARTERS, Town

Made = Callable[..., Town]


def reference(made: Town, plan: dict[str, Any]) -> str:
    """The employer asks for one for what is next of its plan."""
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "mobile-money"})
    assert asked.status_code == 201, asked.text
    return str(asked.json["reference"])


def bill(made: Town, asked: str) -> dict[str, Any]:
    shown: dict[str, Any] = made.office.machine(OPERATOR, fund=TN).get(f"/mobile-money/references/{asked}").json
    return shown


def begin(made: Town, asked: str, amount: str, *, payment: str = "p1") -> TestResponse:
    body = {"reference": asked, "amount": amount}
    return made.office.machine(OPERATOR, fund=TN).put(f"/mobile-money/payments/{payment}", body)


def take(made: Town, asked: str, amount: str, *, payment: str = "p1") -> dict[str, Any]:
    body = {"reference": asked, "amount": amount, "taken_at": made.clock.at.isoformat()}
    taken = made.office.machine(OPERATOR, fund=TN).put(f"/mobile-money/payments/{payment}/confirmation", body)
    assert taken.status_code == 200, taken.text
    made.settle()
    answer: dict[str, Any] = taken.json
    return answer


def test_the_employer_gets_a_short_reference_and_an_operator_the_instalment(town: Made) -> None:
    made = town()
    plan = made.agreed()
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "mobile-money"}).json
    assert (asked["amount"], asked["status"], asked["operators"] != []) == ("50.000", "announced", True)
    part = {"plan_id": plan["plan_id"], "reference": plan["reference"], "instalments": [1]}
    assert asked["plan"] == part, "the employer is told what it is for"
    assert len(asked["reference"]) == 20 and has_valid_check_digits(asked["reference"])
    found = bill(made, asked["reference"])
    assert (found["status"], found["amount"], found["due_on"]) == ("open", "50.000", "2025-06-20")
    assert found["next_on"] is None, "while the plan holds it costs no more"


def test_each_instalment_is_paid_and_the_plan_finishes(town: Made) -> None:
    made = town()
    plan = made.agreed()
    for number in (1, 2):
        asked = reference(made, plan)
        assert begin(made, asked, "50.000", payment=f"p{number}").json["status"] == "begun"
        taken = take(made, asked, "50.000", payment=f"p{number}")
        assert (taken["status"], taken["exception"], taken["is_waiting"]) == ("taken", None, False)
        assert take(made, asked, "50.000", payment=f"p{number}") == taken, "said again, it is booked once"
        assert bill(made, asked)["status"] == "paid"
    assert made.plan(plan)["status"] == "finished"
    assert [made.owed(each).to_pay_minor for each in QUARTERS] == [0, 0]
    assert (made.net("operator:mahfadha"), made.net(f"credit:{FIRM}")) == (100_000, 0)
    receipts = made.events("mobile-payment-taken")
    assert {(each.plan_id, each.plan_reference) for each in receipts} == {(plan["plan_id"], plan["reference"])}
    assert sorted(each.instalments for each in receipts) == [(1,), (2,)]


def test_what_has_become_due_is_asked_for_together_and_what_came_lowers_it(town: Made) -> None:
    made = town()
    plan = made.agreed()
    made.on(date(2025, 7, 20))
    asked = reference(made, plan)
    assert (bill(made, asked)["amount"], bill(made, asked)["due_on"]) == ("100.000", "2025-07-20")
    made.pay("d2", 20_000, entry="e1")
    assert bill(made, asked)["amount"] == "80.000"
    assert begin(made, asked, "100.000").json["code"] == "mobile-money.amount-wrong"
    assert take(made, asked, "80.000")["exception"] is None
    (receipt,) = made.events("mobile-payment-taken")
    assert (receipt.plan_reference, receipt.instalments) == (plan["reference"], (1, 2))
    assert made.plan(plan)["status"] == "finished"


def test_what_is_wrong_with_a_payment_is_named(town: Made) -> None:
    made = town()
    plan = made.agreed()
    asked = reference(made, plan)
    wrong = begin(made, asked, "49.999")
    assert (wrong.status_code, wrong.json["code"]) == (422, "mobile-money.amount-wrong")
    little = take(made, asked, "20.000", payment="p2")
    assert (little["exception"], made.plan(plan)["paid"]) == ("amount-wrong", "20.000")
    twice = begin(made, asked, "30.000", payment="p3")
    assert (twice.status_code, twice.json["code"]) == (409, "mobile-money.paid-twice")
    assert take(made, asked, "30.000", payment="p4")["exception"] == "paid-twice"
    assert made.plan(plan)["paid"] == "50.000", "money that was taken counts all the same"
    unknown = take(made, f"{asked[:-2]}00", "50.000", payment="p5")
    assert (unknown["exception"], unknown["is_waiting"]) == ("reference-unknown", True)


def test_an_instalment_that_came_in_another_way_is_not_paid_twice(town: Made) -> None:
    made = town()
    plan = made.agreed()
    asked = reference(made, plan)
    made.pay("d2", 40_000, entry="e1")
    made.pay("d1", 10_000, entry="e2")
    assert bill(made, asked)["status"] == "paid"
    twice = begin(made, asked, "50.000")
    assert (twice.status_code, twice.json["code"]) == (409, "mobile-money.paid-twice")
    assert take(made, asked, "50.000", payment="p2")["exception"] == "paid-twice"
    assert made.plan(plan)["status"] == "finished", "it paid the last instalment before its day"


@pytest.mark.parametrize(
    ("rail", "day", "status"), [("transfer", date(2025, 5, 21), "replaced"), (None, date(2025, 7, 6), "expired")]
)
def test_after_its_last_day_or_in_another_s_place_a_reference_has_expired(
    town: Made, rail: str | None, day: date, status: str
) -> None:
    made = town(grace_days=20)
    plan = made.agreed()
    asked = reference(made, plan)
    if rail:
        made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": rail})
    made.on(day)
    assert bill(made, asked)["status"] == status
    expired = begin(made, asked, "50.000")
    assert (expired.status_code, expired.json["code"]) == (409, "mobile-money.expired")
    assert take(made, asked, "50.000", payment="p2")["exception"] == "expired"
    assert made.plan(plan)["paid"] == "50.000"


def test_a_broken_plan_s_reference_is_good_no_more(town: Made) -> None:
    made = town(missed_max=1)
    plan = made.agreed()
    asked = reference(made, plan)
    made.on(date(2025, 6, 21))
    assert (made.plan(plan)["status"], bill(made, asked)["status"]) == ("broken", "void")
    assert begin(made, asked, "50.000").json["code"] == "mobile-money.expired"


def test_what_an_operator_gives_back_is_due_again(town: Made) -> None:
    made = town()
    plan = made.agreed()
    asked = reference(made, plan)
    take(made, asked, "50.000")
    back = made.office.machine(OPERATOR, fund=TN).put("/mobile-money/payments/p1/reversal", {"reason": "CUST"})
    made.settle()
    assert (back.status_code, back.json["status"]) == (200, "reversed")
    (published,) = made.events("payment-reversed")
    assert (published.plan_reference, published.instalments) == (plan["reference"], (1,))
    again = made.plan(plan)
    assert (again["paid"], again["next_instalment"]["number"]) == ("0.000", 1)
    assert made.net("operator:mahfadha") == 0
