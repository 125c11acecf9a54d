"""What of a plan is asked for and what is debited next, rule by rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.payments.collections.collection import Collection, Rail, Status
from services.payments.settlements import collecting, rules
from services.payments.settlements.settlement_plan import (
    OPEN,
    InstalmentStatus,
    PlanInstalment,
    PlanStatus,
    SettlementPlan,
)
from tests.payments.collections.test_rules import DRAWN, collection
from tests.payments.settlements.builders import instalment, plan
from tests.payments.settlements.test_following import follow

JUNE, JULY, AUGUST = date(2025, 6, 20), date(2025, 7, 20), date(2025, 8, 20)
PAID: dict[str, Any] = {"paid_minor": 1_000, "status": InstalmentStatus.PAID, "paid_on": JUNE}


def plan_of(*first: dict[str, Any], **facts: Any) -> SettlementPlan:
    """The plan of three instalments of 1,000 that is debited, with more facts of the first of them."""
    days = zip((JUNE, JULY, AUGUST), (*first, {}, {}, {}), strict=False)
    made = tuple(instalment(number, day, **each) for number, (day, each) in enumerate(days, 1))
    settled_minor = sum(each.paid_minor for each in made)
    return plan(**{"instalments": made, "settled_minor": settled_minor, "is_debited": True, **facts})


def debit(status: Status, **facts: Any) -> Collection:
    return collection(status, **{"rail": Rail.DIRECT_DEBIT, "amount_minor": 1_000, "plan_id": "p1", **DRAWN, **facts})


def numbers(asked: tuple[PlanInstalment, ...]) -> list[int]:
    return [each.number for each in asked]


def test_what_is_asked_for_now_is_all_that_is_due_or_the_next() -> None:
    def asked(known: SettlementPlan, day: date) -> tuple[list[int], int]:
        found = collecting.to_pay_now(known, today=day)
        return numbers(found), collecting.left_minor(found)

    assert asked(plan(), date(2025, 6, 1)) == ([1], 1_000)
    assert asked(plan(), JULY) == ([1, 2], 2_000)
    part = follow(plan(), date(2025, 6, 10), 1_400).thing
    assert asked(part, date(2025, 6, 10)) == ([2], 600)
    assert asked(part, AUGUST) == ([2, 3], 1_600)
    assert asked(follow(plan(), JULY, 3_000).thing, JULY) == ([], 0)


def test_an_instalment_names_the_newest_try_that_asks_for_it() -> None:
    first = collecting.collected_by(plan(), "c1", asked=plan().instalments[:2])
    second = collecting.collected_by(first, "c2", asked=first.instalments[1:2])
    assert second.collection_id == "c2"
    assert [each.collection_id for each in second.instalments] == ["c1", "c2", ""]
    assert numbers(collecting.asked_by(second, "c1")) == [1]
    assert collecting.asked_by(second, "c0") == ()


@pytest.mark.parametrize(
    ("known", "is_too_much"),
    [
        (collection(Status.ANNOUNCED), False),
        (debit(Status.PLANNED), False),
        (debit(Status.PLANNED, amount_minor=1_001), True),
        (collection(Status.ANNOUNCED, amount_minor=1_001), False),
        (collection(Status.ANNOUNCED, collection_id="of an earlier release"), False),
    ],
)
def test_a_debit_of_more_than_is_left_ends_and_a_reference_stays(known: Collection, *, is_too_much: bool) -> None:
    assert collecting.is_too_much(plan_of({"collection_id": "c1"}), known) is is_too_much


@pytest.mark.parametrize("known", [collection(Status.ANNOUNCED), debit(Status.PLANNED)])
def test_what_asks_for_what_has_come_ends_by_whatever_way(known: Collection) -> None:
    assert collecting.is_too_much(plan_of({"collection_id": "c1", **PAID}), known)


# the instalment that is debited next, by what became of the try that the first one names
NEXT: dict[Status, int] = dict.fromkeys(Status, 2) | {
    Status.REQUESTED: 1,
    Status.PLANNED: 1,
    Status.IN_FILE: 1,
    Status.ANNOUNCED: 1,
    Status.SENT: 1,
    Status.UNKNOWN: 1,
    Status.WITHDRAWN: 1,
}


@pytest.mark.parametrize("status", Status)
def test_an_instalment_is_debited_once(status: Status) -> None:
    due = collecting.to_debit(plan_of({"collection_id": "c1"}), {"c1": debit(status)})
    assert due is not None and due.number == NEXT[status]


@pytest.mark.parametrize("status", Status)
def test_what_was_to_be_paid_otherwise_and_was_not_is_debited(status: Status) -> None:
    due = collecting.to_debit(plan_of({"collection_id": "c1"}), {"c1": collection(status, amount_minor=1_000)})
    assert due is not None and due.number == 1


@pytest.mark.parametrize(
    ("known", "number"),
    [
        (plan_of(), 1),
        (plan_of(PAID), 2),
        (plan_of(PAID, PAID, PAID), None),
        (plan_of(is_debited=False), None),
        (plan_of(status=PlanStatus.ASKED), None),
        (plan_of(status=PlanStatus.WITHDRAWN), None),
    ],
)
def test_it_is_the_first_that_is_not_paid_of_a_plan_that_holds(known: SettlementPlan, number: int | None) -> None:
    due = collecting.to_debit(known, {})
    assert (due.number if due else None) == number


@pytest.mark.parametrize("status", PlanStatus)
def test_debits_are_chosen_while_the_plan_is_open(status: PlanStatus) -> None:
    facts = {"broken_because": rules.BreakReason.MISSED} if status is PlanStatus.BROKEN else {}
    known = plan(status=status, **facts)
    if status in OPEN:
        assert rules.with_debit(known, is_debited=True) == replace(known, is_debited=True)
        return
    with pytest.raises(rules.PlanNotHolding):
        rules.with_debit(known, is_debited=True)


def test_days_are_those_of_debits_that_are_under_way() -> None:
    known = plan_of({"collection_id": "c1"}, {"collection_id": "c2"}, {"collection_id": "c3"})
    tries = {"c1": debit(Status.REFUSED), "c2": debit(Status.SENT), "c3": collection(Status.ANNOUNCED)}
    assert collecting.debit_days(known, tries) == {2: DRAWN["debit_on"]}


def test_while_a_debit_is_under_way_an_instalment_does_not_become_missed() -> None:
    day = date(2025, 6, 22)
    waited = follow(plan(), day, debit_days={1: day}).thing
    assert waited.instalments[0].status is InstalmentStatus.OPEN
    missed = follow(waited, day).thing
    assert missed.instalments[0].status is InstalmentStatus.MISSED
    assert follow(missed, day, debit_days={1: day}).thing.missed == 1, "asked for too late, it stays missed"


def test_the_last_day_waits_for_the_bank_too() -> None:
    day = date(2025, 8, 22)
    known = follow(plan(), JULY, 2_000).thing
    assert follow(known, day, 2_000, debit_days={3: AUGUST}).thing.status is PlanStatus.UNDER_WAY
    assert follow(known, day, 2_000).thing.status is PlanStatus.BROKEN


def test_the_reminder_names_the_day_of_the_debit() -> None:
    (due,) = follow(plan(), date(2025, 6, 14), debit_days={1: JUNE}).events
    assert (due.number, due.debit_on, due.is_missed) == (1, JUNE, False)
    (plain,) = follow(plan(), date(2025, 6, 14)).events
    assert plain.debit_on is None
