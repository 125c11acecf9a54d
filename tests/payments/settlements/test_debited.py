"""Instalments that are debited by the mandate: announced, bounded by it, refused, given back, paid in another way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.payments.collections import actions as collections
from services.payments.collections import booking, requesting
from services.payments.collections.collection import Collection, Status
from services.payments.collections.store import scheduling
from services.payments.ledger import account
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.wiring import service
from shared.events.payments.mandates import MandateAccepted, MandateAmended, MandateResumed
from shared.kernel.outcome import Outcome
from tests.kit.contexts import TN, handle, parked, reading
from tests.payments.builders import FIRM
from tests.payments.mandates.builders import mandate
from tests.payments.settlements.town import QUARTERS, Town

Made = Callable[..., Town]
HALF = 50_000


def sign(made: Town, **facts: Any) -> None:
    """The firm has a mandate in force."""
    signed = mandate(**{"starts_on": date(2025, 1, 1), "amount_max_minor": None, **facts})
    made.do("mandate", lambda uow: mandates.mandates.save(uow, Outcome(signed)))


def end_mandate(made: Town) -> None:
    def cancel(uow: Any) -> None:
        known = mandates.mandates.load(uow, "m1")
        mandates.mandates.save(uow, Outcome(replace(known, status=MandateStatus.CANCELLED)))

    made.do("cancel", cancel)


def choose(made: Town, plan: dict[str, Any], *, is_debited: bool = True, by: Any = None) -> Any:
    return (by or made.firm).post(f"/settlement-plans/{plan['plan_id']}/debit", {"is_debited": is_debited})


def debited(made: Town, **facts: Any) -> dict[str, Any]:
    """A plan of two instalments of 50.000, on 20 June and 20 July, which are debited."""
    plan = made.agreed(**facts)
    sign(made)
    chosen = choose(made, plan)
    assert chosen.status_code == 200, chosen.text
    return made.plan(plan)


def try_of(made: Town, plan: dict[str, Any]) -> Collection:
    return collections.load(reading(made.context, TN), made.plan(plan)["collection_id"])


def to_bank(made: Town, debit: Collection) -> None:
    """Its file was sent to the bank."""

    def send(uow: Any) -> None:
        known = collections.load(uow, debit.collection_id)
        for to in (Status.IN_FILE, Status.SENT):
            known = scheduling.save(uow, Outcome(requesting.debiting.follow_file(known, to=to, at=uow.at)))

    made.do("sent", send)


def refuse(made: Town, debit: Collection, reason: str = "AM04") -> None:
    made.do(
        f"refused:{debit.collection_id}",
        lambda uow: requesting.refuse_debit(uow, collections.load(uow, debit.collection_id), reason=reason),
    )


def take_back(made: Town, debit: Collection, minor: int) -> None:
    back = {"bank_reference": "b1", "entry_id": "b1", "amount_minor": minor, "reason": "MD06"}
    of = {"out_of": account.BANK_COLLECTIONS, "value_on": made.clock.at.date()}
    made.do("b1", lambda uow: booking.take_back(uow, collections.load(uow, debit.collection_id), **back, **of))


def rows(made: Town, plan: dict[str, Any]) -> list[str]:
    return [each["status"] for each in made.plan(plan)["instalments"]]


def test_without_a_mandate_in_force_nothing_is_debited(town: Made) -> None:
    made = town()
    plan = made.agreed()
    assert (plan["is_debited"], plan["payable"]["may_be_debited"]) == (False, False)
    refused = choose(made, plan)
    assert (refused.status_code, refused.json["code"]) == (409, "collection.mandate-missing")
    sign(made, status=MandateStatus.SUSPENDED)
    assert choose(made, plan).json["code"] == "collection.mandate-missing"
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "direct-debit"})
    assert (asked.status_code, asked.json["code"]) == (409, "collection.mandate-missing")
    assert made.events("debit-announced") == []


@pytest.mark.parametrize(("limit_minor", "status"), [(HALF - 1, 409), (HALF, 200)])
def test_the_mandate_reaches_to_the_largest_instalment(town: Made, limit_minor: int, status: int) -> None:
    made = town()
    plan = made.agreed()
    sign(made, amount_max_minor=limit_minor)
    assert made.plan(plan)["payable"]["may_be_debited"] is (status == 200)
    assert choose(made, plan).status_code == status


def test_each_instalment_is_announced_drawn_on_its_day_and_followed_by_the_next(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)
    assert (first.status, first.amount_minor, first.debit_on) == ("planned", HALF, date(2025, 6, 20))
    (announced,) = made.events("debit-announced")
    assert (announced.plan_id, announced.amount_minor, announced.debit_on) == (plan["plan_id"], HALF, date(2025, 6, 20))
    made.on(date(2025, 6, 13))
    (reminded,) = made.events("instalment-reminded")
    assert (reminded.debit_on, reminded.is_missed) == (date(2025, 6, 20), False)
    to_bank(made, first)
    made.book(first.collection_id, HALF, entry="e1")
    assert rows(made, plan) == ["paid", "open"]
    second = try_of(made, plan)
    # 20 July 2025 is a Sunday: the bank draws on Monday
    assert (second.status, second.amount_minor, second.debit_on) == ("planned", HALF, date(2025, 7, 21))
    made.on(date(2025, 7, 21))
    to_bank(made, second)
    made.on(date(2025, 7, 23))
    assert rows(made, plan) == ["paid", "open"], "how long the banks take is not the payer's lateness"
    made.book(second.collection_id, HALF, entry="e2")
    assert made.plan(plan)["status"] == "finished"
    assert [made.owed(each).to_pay_minor for each in QUARTERS] == [0, 0]
    assert made.net(f"credit:{made.owed('d1').employer_id}") == 0


def test_chosen_when_it_is_asked_for_it_begins_when_the_fund_agrees(town: Made) -> None:
    made = town()
    sign(made)
    asked = made.firm.post("/settlement-plans", {"employer_id": "1600000001", "scheme": "instalments", "months": 2})
    chosen = choose(made, asked.json).json
    assert (chosen["status"], chosen["is_debited"], chosen["collection_id"]) == ("asked", True, None)
    assert made.events("debit-announced") == []
    made.decide(asked.json)
    made.settle()
    assert try_of(made, asked.json).status == "planned"


def test_refused_it_is_due_is_published_and_is_not_drawn_again(town: Made) -> None:
    made = town(grace_days=5)
    plan = debited(made)
    first = try_of(made, plan)
    made.on(date(2025, 6, 20))
    to_bank(made, first)
    refuse(made, first)
    (refused,) = made.events("debit-refused")
    assert (refused.plan_id, refused.amount_minor, refused.reason) == (plan["plan_id"], HALF, "AM04")
    assert refused.repeated_on is None, "another instalment may be due before"
    shown = made.plan(plan)
    assert (rows(made, plan), shown["paid"]) == (["open", "open"], "0.000")
    assert shown["instalments"][0]["collection_id"] == first.collection_id
    second = try_of(made, plan)
    assert (second.amount_minor, second.debit_on) == (HALF, date(2025, 7, 21)), "the next one alone"
    made.on(date(2025, 6, 26))
    assert rows(made, plan) == ["missed", "open"]
    assert [each.is_missed for each in made.events("instalment-reminded")] == [False, True]
    paid = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "transfer"}).json
    assert paid["amount"] == "50.000"
    made.book(paid["collection_id"], HALF, entry="e1")
    assert rows(made, plan) == ["paid", "open"]
    assert (try_of(made, plan).rail, try_of(made, plan).status) == ("direct-debit", "planned")


def test_taken_back_by_the_bank_it_is_due_and_is_not_drawn_again(town: Made) -> None:
    made = town(grace_days=5)
    plan = debited(made)
    first = try_of(made, plan)
    to_bank(made, first)
    made.book(first.collection_id, HALF, entry="e1")
    assert rows(made, plan) == ["paid", "open"]
    take_back(made, first, HALF)
    assert rows(made, plan) == ["open", "open"]
    (back,) = made.events("payment-reversed")
    assert (back.reason, back.plan_id, back.plan_reference) == ("MD06", plan["plan_id"], plan["reference"])
    assert back.instalments == (1,), "the instalment that it had paid, which is due again"
    second = try_of(made, plan)
    assert (second.status, second.debit_on) == ("planned", date(2025, 7, 21))
    assert made.plan(plan)["next_instalment"]["collection_id"] == first.collection_id


def test_a_mandate_that_ended_leaves_it_due(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)
    end_mandate(made)
    refuse(made, first, reason="MD01")  # as the writer of files does with one that no mandate allows any more
    made.on(date(2025, 6, 14))
    assert made.plan(plan)["collection_id"] == first.collection_id, "nothing more is planned"
    assert [way["rail"] for way in made.plan(plan)["payable"]["ways"]] == ["transfer", "card", "mobile-money"]
    assert made.events("instalment-reminded")[-1].debit_on is None


def without_mandate(made: Town, *, is_over: bool = False, **facts: Any) -> dict[str, Any]:
    """A plan whose mandate stopped before its first debit went to the bank: the second instalment is drawn by none."""
    plan = debited(made, **facts)
    if is_over:
        end_mandate(made)
    else:
        assert made.firm.post("/mandates/m1/suspension").json["status"] == "suspended"
    refuse(made, try_of(made, plan), reason="MD01")
    assert try_of(made, plan).status == "refused", "nothing more is planned"
    return plan


def planned(made: Town, plan: dict[str, Any]) -> tuple[str, date | None, int]:
    newest = try_of(made, plan)
    return newest.status.value, newest.debit_on, newest.amount_minor


def tell(made: Town, *events: object) -> None:
    """What was published comes back to the service itself."""
    handle(made.context, service, *events, fund_id=TN)
    made.settle()


def test_a_mandate_that_is_resumed_draws_the_next_instalment_on_the_same_day(town: Made) -> None:
    made = town()
    plan = without_mandate(made)
    assert made.firm.post("/mandates/m1/resumption").json["status"] == "active"
    tell(made, *made.events("mandate-resumed"))
    assert planned(made, plan) == ("planned", date(2025, 7, 21), HALF)
    assert [each.amount_minor for each in made.events("debit-announced")] == [HALF, HALF], "announced once"


def test_so_does_a_new_one_that_the_fund_accepts(town: Made) -> None:
    made = town()
    plan = without_mandate(made, is_over=True)
    sign(made, mandate_id="m2", reference="MD260000000210")
    facts = {"mandate_id": "m2", "reference": "MD260000000210", "employer_id": FIRM, "currency": "TND"}
    tell(made, MandateAccepted(**facts, starts_on=date(2025, 1, 1), accepted_at=made.clock.at))
    assert planned(made, plan) == ("planned", date(2025, 7, 21), HALF)
    assert try_of(made, plan).mandate_id == "m2"


def test_so_does_one_that_reaches_far_enough_by_new_terms(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)

    def limit(minor: int | None) -> None:
        def change(uow: Any) -> None:
            known = mandates.mandates.load(uow, "m1")
            mandates.mandates.save(uow, Outcome(replace(known, amount_max_minor=minor)))

        made.do(f"limit:{minor}", change)

    limit(1)
    refuse(made, first, reason="MD01")
    assert planned(made, plan)[0] == "refused"
    limit(None)
    facts = {"mandate_id": "m1", "reference": "MD260000000112", "employer_id": FIRM, "reason": ""}
    tell(made, MandateAmended(**facts, is_agreed=True, amended_at=made.clock.at))
    assert planned(made, plan) == ("planned", date(2025, 7, 21), HALF)


@pytest.mark.parametrize("employer_id", [FIRM, "1600000099"])
def test_a_plan_that_is_not_to_be_debited_and_an_employer_without_one_stay_as_they_are(
    town: Made, employer_id: str
) -> None:
    made = town()
    plan = made.agreed()
    sign(made)
    facts = {"mandate_id": "m1", "reference": "MD260000000112", "employer_id": employer_id}
    tell(made, MandateResumed(**facts, resumed_at=made.clock.at))
    assert (parked(made.context), made.events("debit-announced")) == ([], [])
    assert made.plan(plan)["collection_id"] is None


def test_paid_in_part_in_another_way_the_rest_is_drawn(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)
    made.pay("d2", 20_000, entry="e1")
    lower = try_of(made, plan)
    assert collections.load(reading(made.context, TN), first.collection_id).status == "withdrawn"
    assert (lower.amount_minor, lower.debit_on) == (30_000, date(2025, 6, 20))
    made.pay("d2", 20_000, entry="e2")
    made.pay("d1", 10_000, entry="e3")
    next_one = try_of(made, plan)
    assert (next_one.amount_minor, next_one.debit_on) == (HALF, date(2025, 7, 21))


def test_another_way_that_the_employer_chooses_comes_first(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)
    path = f"/settlement-plans/{plan['plan_id']}/collections"
    transfer = made.firm.post(path, {"rail": "transfer"}).json
    made.on(date(2025, 6, 13))
    assert collections.load(reading(made.context, TN), first.collection_id).status == "withdrawn"
    assert try_of(made, plan).collection_id == transfer["collection_id"]
    to_bank_plan = made.firm.post(path, {"rail": "direct-debit"}).json
    assert (to_bank_plan["debit_on"], to_bank_plan["status"]) == ("2025-06-20", "planned")
    to_bank(made, try_of(made, plan))
    assert made.plan(plan)["payable"]["ways"] == [], "nobody pays twice what the bank is debiting"
    refused = made.firm.post(path, {"rail": "transfer"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.debit-under-way")


def test_no_more_debited_what_is_planned_ends_and_what_the_bank_has_does_not(town: Made) -> None:
    made = town()
    plan = debited(made)
    first = try_of(made, plan)
    assert choose(made, plan, is_debited=False).json["is_debited"] is False
    assert collections.load(reading(made.context, TN), first.collection_id).status == "withdrawn"
    choose(made, plan)
    again = try_of(made, plan)
    to_bank(made, again)
    choose(made, plan, is_debited=False)
    assert try_of(made, plan).status == "sent"
    made.book(again.collection_id, HALF, entry="e1")
    assert rows(made, plan) == ["paid", "open"] and try_of(made, plan).collection_id == again.collection_id


def test_a_plan_that_breaks_with_a_debit_at_the_bank_takes_its_money(town: Made) -> None:
    made = town(missed_max=1)
    plan = made.agreed()
    made.on(date(2025, 6, 20))
    sign(made)
    asked = made.firm.post(f"/settlement-plans/{plan['plan_id']}/collections", {"rail": "direct-debit"}).json
    to_bank(made, collections.load(reading(made.context, TN), asked["collection_id"]))
    made.on(date(2025, 6, 24))
    assert made.plan(plan)["status"] == "agreed"
    refuse(made, collections.load(reading(made.context, TN), asked["collection_id"]))
    assert made.plan(plan)["broken"]["because"] == "missed"
    over = choose(made, plan)
    assert (over.status_code, over.json["code"]) == (409, "settlement.not-holding")


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ({}, None),
        ({"payment_max": 99_999}, "access.amount-not-delegated"),
        ({"from": "2025-01-01"}, "access.period-not-delegated"),
    ],
)
def test_an_accountant_chooses_it_within_what_the_employer_delegated(
    town: Made, bounds: dict[str, Any], code: str | None
) -> None:
    made = town()
    plan = made.agreed()
    sign(made)
    chosen = choose(made, plan, by=made.office.accountant("1600000001", fund=TN, **bounds))
    assert (chosen.status_code, chosen.json.get("code")) == ((403, code) if code else (200, None)), chosen.text


def test_malformed_or_unknown_it_is_refused(town: Made) -> None:
    made = town()
    plan = made.agreed()
    malformed = made.firm.post(f"/settlement-plans/{plan['plan_id']}/debit", {})
    unknown = made.firm.post("/settlement-plans/none/debit", {"is_debited": True})
    assert (malformed.json["code"], unknown.json["code"]) == ("request.invalid", "settlement.plan-unknown")


def test_the_last_one_taken_back_opens_the_plan_and_is_not_drawn_again(town: Made) -> None:
    made = town(grace_days=20)
    plan = debited(made, months=1)
    made.pay("d2", 40_000, entry="e0")
    only = try_of(made, plan)
    assert (only.status, only.amount_minor) == ("planned", 60_000)
    to_bank(made, only)
    made.book(only.collection_id, 60_000, entry="e1")
    assert made.plan(plan)["status"] == "finished"
    before = len(made.events("debit-announced"))
    take_back(made, only, 60_000)
    made.on(date(2025, 6, 13))
    again = made.plan(plan)
    assert (again["status"], again["is_debited"], again["still_to_pay"]) == ("under-way", True, "60.000")
    assert again["collection_id"] == only.collection_id and len(made.events("debit-announced")) == before
