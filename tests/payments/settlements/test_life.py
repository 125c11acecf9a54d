"""A plan over HTTP from the request to its end, and what each step does to debts, penalties and the ledger."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.payments.collections import actions as collections
from services.payments.collections import booking
from services.payments.collections.collection import Status
from services.payments.ledger import account
from shared.funds.arrears import FrozenMonths, WaivedShare
from tests.kit.contexts import TN, reading
from tests.payments import bank
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.settlements.town import BODY, QUARTERS, Town


def test_asked_for_and_agreed_its_schedule_is_frozen(town: Callable[..., Town]) -> None:
    made = town()
    asked = made.firm.post("/settlement-plans", BODY)
    assert (asked.status_code, asked.json["status"], asked.json["to_pay"]) == (201, "asked", "100.000")
    assert [each["declaration_id"] for each in asked.json["debts"]] == ["d1", "d2"]
    made.on(date(2025, 5, 25))
    agreed = made.decide(asked.json).json
    assert (agreed["status"], agreed["penalties"], agreed["penalties_waived"]) == ("agreed", "3.800", "3.800")
    assert [(each["due_on"], each["amount"], each["text"]) for each in agreed["instalments"]] == [
        ("2025-06-25", "50.000", "À payer"),
        ("2025-07-25", "50.000", "À payer"),
    ]
    owed = made.owed("d1")
    assert (owed.penalty_minor, owed.spared_minor, owed.to_pay_minor) == (3_000, 3_000, 60_000)
    (event,) = made.events("settlement-agreed")
    assert (event.to_pay_minor, event.first_due_on) == (100_000, date(2025, 6, 25))
    due = made.firm.get(f"/arrears?employer_id={FIRM}").json
    assert (due["to_pay"], due["in_plan"], due["penalties_left"]) == ("100.000", "100.000", "0.000")
    assert (due["beside_plans"], due["beside_plans_tomorrow"]) == ("0.000", "0.000"), (
        "its instalments have days of their own"
    )
    assert {each["plan_id"] for each in due["items"]} == {agreed["plan_id"]}
    shown = made.firm.get("/declarations/d1/penalties").json
    assert (shown["penalties"], shown["penalties_spared"], shown["to_pay"]) == ("3.000", "3.000", "60.000")


def test_penalties_grow_no_more_and_are_waived_by_the_last_instalment(town: Callable[..., Town]) -> None:
    made = town()
    plan = made.agreed()
    made.pay("d1", 50_000, entry="e1")
    under_way = made.plan(plan)
    assert under_way["rails"] == ["transfer", "card", "direct-debit", "mobile-money"]
    assert [way["rail"] for way in under_way["payable"]["ways"]] == ["transfer", "card", "mobile-money"], (
        "there is no mandate"
    )
    assert (under_way["status"], under_way["paid"], under_way["still_to_pay"]) == ("under-way", "50.000", "50.000")
    assert [each["status"] for each in under_way["instalments"]] == ["paid", "open"]
    made.on(date(2025, 7, 18))
    assert made.owed("d1").penalty_minor == 3_000
    assert made.net(f"penalty:{FIRM}:2024-Q4") == 3_000
    made.pay("d2", 40_000, entry="e2")
    made.pay("d1", 10_000, entry="e3")
    finished = made.plan(plan)
    assert (finished["status"], finished["still_to_pay"], finished["rails"]) == ("finished", "0.000", [])
    for declaration_id, (period, _, _) in QUARTERS.items():
        owed = made.owed(declaration_id)
        assert (owed.to_pay_minor, owed.penalty_minor, owed.spared_minor) == (0, 0, 0)
        assert made.net(f"penalty:{FIRM}:{period}") == made.net(f"receivable:{FIRM}:{period}") == 0
    assert made.net(f"credit:{FIRM}") == 0
    (event,) = made.events("settlement-finished")
    assert (event.paid_minor, event.waived_minor) == (100_000, 3_800)
    assert made.firm.get(f"/arrears?employer_id={FIRM}").json["debts"] == 0
    assert made.agent.get("/differences").json["items"] == []


def test_half_of_the_penalties_is_waived_where_the_scheme_says_so(town: Callable[..., Town]) -> None:
    made = town(waived=(WaivedShare(months_max=12, percent=Decimal(50)),))
    plan = made.agreed()
    assert (plan["penalties_waived"], plan["to_pay"]) == ("1.900", "101.900")
    made.pay("d1", made.owed("d1").to_pay_minor, entry="e1")
    made.pay("d2", made.owed("d2").to_pay_minor, entry="e2")
    assert made.plan(plan)["status"] == "finished"
    owed = [made.owed(each) for each in QUARTERS]
    assert sum(each.penalty_minor for each in owed) == sum(each.penalty_paid_minor for each in owed) == 1_900


# what a broken plan does to the months in which it held; d1 costs 1 % of what is left each month
AFTER_A_BREAK = [(FrozenMonths.OWED, 4_200), (FrozenMonths.SPARED, 3_000)]


@pytest.mark.parametrize(("frozen_months", "penalty_minor"), AFTER_A_BREAK)
def test_broken_by_missed_instalments_it_owes_what_the_scheme_says(
    town: Callable[..., Town], frozen_months: FrozenMonths, penalty_minor: int
) -> None:
    made = town(missed_max=2, grace_days=5, frozen_months=frozen_months)
    plan = made.agreed(months=4)
    for day in (date(2025, 6, 15), date(2025, 6, 26), date(2025, 7, 15), date(2025, 7, 25)):
        made.on(day)
    assert [each.is_missed for each in made.events("instalment-reminded")] == [False, True, False]
    assert (made.plan(plan)["missed"], made.owed("d1").penalty_minor) == (1, 3_000)
    made.on(date(2025, 7, 26))
    broken = made.plan(plan)
    assert (broken["status"], broken["broken"]["because"], broken["missed"]) == ("broken", "missed", 2)
    assert made.events("settlement-broken")[0].left_minor == 100_000
    owed = made.owed("d1")
    assert (owed.plan_id, owed.spared_minor) == ("", 0)
    assert owed.penalty_minor == made.net(f"penalty:{FIRM}:2024-Q4")
    # by 26 July seven months have begun: five before the plan, two while it held
    assert owed.penalty_minor == penalty_minor
    assert made.firm.post("/settlement-plans", BODY).status_code == 201


def test_what_is_paid_under_its_reference_goes_to_all_its_debts(town: Callable[..., Town]) -> None:
    made = town()
    plan = made.agreed(months=1)
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "transfer"})
    assert (asked.status_code, asked.json["amount"], asked.json["status"]) == (201, "100.000", "announced")
    assert made.plan(plan)["collection_id"] == asked.json["collection_id"]
    number, at = made.context.funds[TN].payments.collections.number, made.clock.at
    came = {"fund": TN, "account": number, "currency": "TND", "booked_at": at.isoformat()}
    message = bank.credited(asked.json["reference"], "100.000", **came)
    received = bank.post_signed(bank.office(made.context), message, fund=TN, at=at)
    assert received.status_code == 200, received.text
    made.settle()
    assert made.plan(plan)["status"] == "finished"
    assert [made.owed(each).to_pay_minor for each in QUARTERS] == [0, 0]
    assert made.net(f"credit:{FIRM}") == 0 and made.net(account.BANK_COLLECTIONS) == 100_000
    again = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "transfer"})
    assert (again.status_code, again.json["code"]) == (409, "settlement.not-holding")


def test_another_try_takes_the_place_of_the_one_before(town: Callable[..., Town]) -> None:
    made = town()
    plan = made.agreed()
    path = f"/settlement-plans/{plan['plan_id']}/collections"
    first = made.firm.post(path, {"rail": "transfer"}).json
    second = made.firm.post(path, {"rail": "card"}).json
    of = reading(made.context, TN)
    assert collections.load(of, first["collection_id"]).status is Status.WITHDRAWN
    assert (second["amount"], second["rail"]) == ("50.000", "card")
    refused = made.firm.post(path, {"rail": "card-terminal"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.rail-not-offered")


def test_money_taken_back_after_the_end_opens_it_again(town: Callable[..., Town]) -> None:
    made = town(grace_days=10)
    plan = made.agreed(months=1)
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "transfer"}).json
    made.pay("d2", 40_000, entry="e0")
    made.book(asked["collection_id"], 60_000, entry="e1")
    assert made.plan(plan)["status"] == "finished"
    back = {"bank_reference": "b1", "entry_id": "b1", "amount_minor": 60_000, "reason": "MD06"}
    of = {"out_of": account.BANK_COLLECTIONS, "value_on": made.clock.at.date()}
    made.do("b1", lambda uow: booking.take_back(uow, collections.load(uow, asked["collection_id"]), **back, **of))
    again = made.plan(plan)
    assert (again["status"], again["still_to_pay"]) == ("under-way", "60.000")
    owed = made.owed("d1")
    assert (owed.to_pay_minor, owed.penalty_minor, owed.spared_minor) == (60_000, 3_000, 3_000)
    made.on(date(2025, 7, 1))
    assert made.plan(plan)["broken"]["because"] == "last-day"
    assert made.net(f"penalty:{FIRM}:2024-Q4") == made.owed("d1").penalty_minor > 3_000


def test_a_second_agent_agrees_where_the_scheme_wants_one(town: Callable[..., Town]) -> None:
    made = town(needs_second_person=True)
    asked = made.firm.post("/settlement-plans", BODY).json
    proposed = made.decide(asked)
    assert (proposed.json["status"], made.owed("d1").plan_id) == ("proposed", "")
    same = made.decide(asked)
    assert (same.status_code, same.json["code"]) == (403, "settlement.same-person")
    agreed = made.decide(asked, by=made.office.staff("agent-2", fund=TN))
    assert agreed.json["status"] == "agreed" and made.owed("d1").plan_id == asked["plan_id"]


def test_refused_or_withdrawn_nothing_changes_for_the_debts(town: Callable[..., Town]) -> None:
    made = town()
    asked = made.firm.post("/settlement-plans", BODY).json
    twice = made.firm.post("/settlement-plans", BODY)
    assert (twice.status_code, twice.json["code"]) == (409, "settlement.already-open")
    (waiting,) = made.agent.get("/settlement-plans?status=asked").json["items"]
    assert made.agent.get(f"/settlement-plans?reference={waiting['reference'].lower()}").json["items"] == [waiting]
    assert made.agent.get(f"/settlement-plans?reference={waiting['reference']}&status=broken").json["items"] == []
    assert waiting["plan_id"] == asked["plan_id"]
    stale = made.agent.post(
        f"/settlement-plans/{asked['plan_id']}/decision",
        {"is_agreed": True, "reason": "x"},
        headers={"If-Match": '"9"'},
    )
    assert stale.status_code == 412
    refused = made.decide(asked, is_agreed=False)
    assert (refused.json["status"], refused.json["reason"]) == ("refused", "Vu.")
    assert made.events("settlement-refused")[0].reason == "Vu."
    again = made.firm.post("/settlement-plans", BODY).json
    withdrawn = made.firm.post(f"/settlement-plans/{again['plan_id']}/withdrawal")
    assert withdrawn.json["status"] == "withdrawn" and made.owed("d1").plan_id == ""
    late = made.decide(again)
    assert (late.status_code, late.json["code"]) == (409, "state.move-not-allowed")
    of_firm = made.firm.get(f"/settlement-plans?employer_id={FIRM}").json["items"]
    assert {each["status"] for each in of_firm} == {"refused", "withdrawn"}


def test_a_corrected_declaration_stays_in_its_plan(town: Callable[..., Town]) -> None:
    made = town()
    plan = made.agreed()
    facts = {"form": "quarterly-wages", "period": "2025-Q1", "due_on": date(2025, 4, 15), "revision": 2}
    lower = {"declared_on": date(2025, 6, 1), "branches": {"pension": 30_000}, "replaces": "d2"}
    open_obligation(made.context, "d3", fund_id=TN, **facts, **lower)
    made.settle()
    before, owed = made.owed("d2"), made.owed("d3")
    assert (before.plan_id, before.freezes, before.spared_minor) == ("", (), 0)
    # never owed at the higher amount: two months of 1 % on 30,000, all of it spared
    assert (owed.plan_id, owed.penalty_minor, owed.spared_minor) == (plan["plan_id"], 600, 600)
    assert made.plan(plan)["paid"] == "10.000"
    made.pay("d1", 60_000, entry="e1")
    made.pay("d3", 30_000, entry="e2")
    assert made.plan(plan)["status"] == "finished" and made.owed("d3").to_pay_minor == 0


def test_a_later_quarter_that_is_not_paid_breaks_a_strict_plan(town: Callable[..., Town]) -> None:
    made = town(needs_current_paid=True, debts_until_on=date(2025, 4, 30), grace_days=3)
    plan = made.agreed()
    made.declare("d3", period="2025-Q2", due_on=date(2025, 7, 15), minor=10_000)
    made.pay("d1", 50_000, entry="e1")
    made.on(date(2025, 7, 18))
    assert made.plan(plan)["status"] == "under-way"
    made.on(date(2025, 7, 19))
    assert made.plan(plan)["broken"]["because"] == "current-unpaid"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**BODY, "months": 13}, 409, "settlement.too-long"),
        ({**BODY, "months": "two"}, 422, "request.invalid"),
        ({**BODY, "months": 0}, 422, "request.invalid"),
        ({**BODY, "scheme": "none"}, 404, "settlement.scheme-unknown"),
        ({**BODY, "scheme": "x" * 41}, 422, "request.invalid"),
        ({**BODY, "employer_id": OTHER_FIRM}, 403, "access.not-yours"),
        ({}, 422, "request.invalid"),
    ],
)
def test_what_is_malformed_or_not_ones_own_is_refused(
    town: Callable[..., Town], body: dict[str, Any], status: int, code: str
) -> None:
    refused = town().firm.post("/settlement-plans", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_there_is_no_plan_for_nothing(town: Callable[..., Town]) -> None:
    made = town(debts_until_on=date(2024, 12, 31))
    nothing = made.firm.post("/settlement-plans", BODY)
    assert (nothing.status_code, nothing.json["code"]) == (409, "settlement.nothing-to-settle")
    unknown = made.firm.get("/settlement-plans/none")
    assert (unknown.status_code, unknown.json["code"]) == (404, "settlement.plan-unknown")


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ({}, None),
        ({"payment_max": 100_000}, None),
        ({"payment_max": 99_999}, "access.amount-not-delegated"),
        ({"from": "2025-01-01"}, "access.period-not-delegated"),
    ],
)
def test_an_accountant_pays_a_plan_within_what_the_employer_delegated(
    town: Callable[..., Town], bounds: dict[str, Any], code: str | None
) -> None:
    made = town()
    plan = made.agreed(months=1)
    by = made.office.accountant(FIRM, fund=TN, **bounds)
    asked = by.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "transfer"})
    assert (asked.status_code, asked.json.get("code")) == ((403, code) if code else (201, None)), asked.text
