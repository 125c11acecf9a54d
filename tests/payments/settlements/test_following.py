"""How a plan is followed, rule by rule: instalments, reminders, how it is broken, finished and opened again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.obligations.obligation import Obligation
from services.payments.settlements import following, rules
from services.payments.settlements.settlement_plan import (
    MOVES,
    BreakReason,
    InstalmentStatus,
    PlanStatus,
    PlanStep,
    SettlementPlan,
)
from shared.events.payments.settlements import InstalmentReminded, SettlementBroken, SettlementFinished
from shared.funds.arrears import PlanBreach, SettlementScheme
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from tests.kit.contexts import DZ, TN, funds
from tests.payments.builders import FIRM
from tests.payments.settlements.builders import instalment, plan, scheme

AT = datetime(2025, 6, 1, 9, tzinfo=UTC)
OPEN, PARTLY, PAID, MISSED = (
    InstalmentStatus.OPEN,
    InstalmentStatus.PARTLY_PAID,
    InstalmentStatus.PAID,
    InstalmentStatus.MISSED,
)


def follow(
    known: SettlementPlan,
    today: date,
    settled: int = 0,
    *,
    by: SettlementScheme | None = None,
    is_current_unpaid: bool = False,
    debit_days: dict[int, date] | None = None,
) -> Outcome[SettlementPlan]:
    return following.follow(
        known,
        scheme=by or scheme(),
        settled_minor=settled,
        is_current_unpaid=is_current_unpaid,
        debit_days=debit_days or {},
        currency="TND",
        by="follow-settlements",
        today=today,
        at=AT,
    )


@pytest.mark.parametrize(
    ("settled", "statuses"),
    [
        (0, (MISSED, OPEN, OPEN)),
        (999, (MISSED, OPEN, OPEN)),
        (1_000, (PAID, OPEN, OPEN)),
        (1_500, (PAID, PARTLY, OPEN)),
        (2_000, (PAID, PAID, OPEN)),
        (3_000, (PAID, PAID, PAID)),
    ],
)
def test_what_comes_goes_to_instalments_in_order(settled: int, statuses: tuple[InstalmentStatus, ...]) -> None:
    found = follow(plan(), date(2025, 6, 21), settled).thing
    assert tuple(each.status for each in found.instalments) == statuses
    assert sum(each.paid_minor for each in found.instalments) == found.settled_minor == settled
    assert [each.paid_on for each in found.instalments if each.status is PAID] == [date(2025, 6, 21)] * (
        settled // 1000
    )


def test_the_day_on_which_an_instalment_was_paid_stays() -> None:
    once = follow(plan(), date(2025, 6, 10), 1_000).thing
    assert follow(once, date(2025, 7, 1), 1_500).thing.instalments[0].paid_on == date(2025, 6, 10)
    taken_back = follow(once, date(2025, 6, 15), 0).thing
    assert (taken_back.instalments[0].paid_on, taken_back.status) == (None, PlanStatus.UNDER_WAY)


# the scheme, the day, what came, and why it is broken: the last instalment is due on 20 August
BREAKS = [
    ({"missed_max": 2}, date(2025, 7, 20), 0, None),
    ({"missed_max": 2}, date(2025, 7, 21), 0, BreakReason.MISSED),
    ({"missed_max": 2}, date(2025, 7, 21), 1_000, None),
    ({"missed_max": 2, "grace_days": 5}, date(2025, 7, 25), 0, None),
    ({"missed_max": 2, "grace_days": 5}, date(2025, 7, 26), 0, BreakReason.MISSED),
    ({"missed_max": 3}, date(2025, 8, 20), 0, None),
    ({"missed_max": 3}, date(2025, 8, 21), 2_999, BreakReason.LAST_DAY),
    ({"breach": PlanBreach.LAST_DAY, "missed_max": None}, date(2025, 8, 20), 0, None),
    ({"breach": PlanBreach.LAST_DAY, "missed_max": None}, date(2025, 8, 21), 0, BreakReason.LAST_DAY),
]


@pytest.mark.parametrize(("facts", "today", "settled", "because"), BREAKS)
def test_when_a_plan_is_broken(facts: dict[str, Any], today: date, settled: int, because: BreakReason | None) -> None:
    found = follow(plan(), today, settled, by=scheme(**facts))
    assert found.thing.broken_because is because
    broken = [each for each in found.events if isinstance(each, SettlementBroken)]
    assert [(each.because, each.left_minor) for each in broken] == ([(because, 3_000 - settled)] if because else [])


def test_later_debts_have_to_be_paid_where_the_scheme_says_so() -> None:
    strict = scheme(needs_current_paid=True, debts_until_on=date(2025, 4, 30))
    today = date(2025, 6, 1)
    assert follow(plan(), today, is_current_unpaid=True).thing.status is PlanStatus.AGREED
    assert follow(plan(), today, by=strict).thing.status is PlanStatus.AGREED
    found = follow(plan(), today, by=strict, is_current_unpaid=True).thing
    assert (found.status, found.broken_because) == (PlanStatus.BROKEN, BreakReason.CURRENT_UNPAID)
    assert following.look_next_at(plan(), scheme=strict, fund=funds()[TN], today=today) is not None


SCHEMES = [
    # fund, scheme, missed that break it, whether what became due since has to be paid
    (DZ, "instalments-2015", None, True),
    (TN, "amnesty-2022", 3, True),
    (TN, "amnesty-2024", 3, False),
    (TN, "self-employed-2025", 3, False),
]


@pytest.mark.parametrize(("fund_id", "code", "missed_max", "is_current_asked"), SCHEMES)
def test_the_schemes_of_the_funds_are_lost_as_they_say(
    fund_id: str, code: str, missed_max: int | None, is_current_asked: bool
) -> None:
    known = rules.scheme_of(funds()[fund_id], code)
    asked = plan(
        months=6,
        debts=(replace(plan().debts[0], left_minor=6_000),),
        instalments=tuple(instalment(number, date(2025, 5 + number, 20)) for number in range(1, 7)),
    )
    grace = timedelta(days=known.grace_days + 1)
    second, third, last = (date(2025, month, 20) + grace for month in (7, 8, 11))
    assert follow(asked, second, by=known).thing.broken_because is None
    after_three = BreakReason.MISSED if missed_max == 3 else None
    assert follow(asked, third, by=known).thing.broken_because is after_three
    assert follow(asked, last, 5_000, by=known).thing.broken_because is BreakReason.LAST_DAY
    assert follow(asked, last - timedelta(days=1), 5_000, by=known).thing.broken_because is None
    current = follow(asked, second, by=known, is_current_unpaid=True).thing.broken_because
    assert current is (BreakReason.CURRENT_UNPAID if is_current_asked else None)


def test_each_instalment_is_reminded_of_once_and_noted_as_missed_once() -> None:
    by, reminded = scheme(reminder_days=5), []
    known = plan()
    for day in range(15, 30):
        outcome = follow(known, date(2025, 6, day), by=by)
        known = outcome.thing
        reminded += [
            (day, each.number, each.is_missed) for each in outcome.events if isinstance(each, InstalmentReminded)
        ]
    assert reminded == [(15, 1, False), (21, 1, True)]
    assert follow(plan(), date(2025, 6, 16), 1_000, by=by).events == ()
    assert follow(plan(), date(2025, 6, 16), by=scheme(reminder_days=0)).events == ()


def test_it_is_finished_by_the_last_of_the_money_and_opened_again_by_what_is_taken_back() -> None:
    under_way = follow(plan(), date(2025, 6, 10), 1_000).thing
    assert under_way.status is PlanStatus.UNDER_WAY
    finished = follow(under_way, date(2025, 8, 20), 3_000)
    (event,) = finished.events
    assert isinstance(event, SettlementFinished) and (event.paid_minor, event.waived_minor) == (3_000, 300)
    assert finished.thing.status is PlanStatus.FINISHED
    assert follow(finished.thing, date(2025, 9, 1), 3_000).events == ()
    by = scheme(grace_days=10)
    again = follow(finished.thing, date(2025, 9, 1), 2_000, by=by)
    assert (again.thing.status, again.thing.reopened_on) == (PlanStatus.UNDER_WAY, date(2025, 9, 1))
    assert follow(again.thing, date(2025, 9, 11), 2_000, by=by).thing.status is PlanStatus.UNDER_WAY
    assert follow(again.thing, date(2025, 9, 12), 2_000, by=by).thing.broken_because is BreakReason.LAST_DAY


@pytest.mark.parametrize("status", [PlanStatus.ASKED, PlanStatus.PROPOSED, PlanStatus.REFUSED, PlanStatus.WITHDRAWN])
def test_what_the_fund_has_not_agreed_to_is_not_followed(status: PlanStatus) -> None:
    known = plan(status=status)
    assert follow(known, date(2026, 1, 1), 3_000) == Outcome(known)
    assert following.look_next_at(known, scheme=scheme(), fund=funds()[TN], today=date(2025, 6, 1)) is None


def test_somebody_looks_again_when_a_day_matters() -> None:
    def next_on(today: date, known: SettlementPlan, **facts: Any) -> date:
        at = following.look_next_at(known, scheme=scheme(**facts), fund=funds()[TN], today=today)
        assert at is not None
        return at.date()

    assert next_on(date(2025, 5, 20), plan(), reminder_days=5) == date(2025, 6, 15)
    assert next_on(date(2025, 6, 15), plan(), reminder_days=5, grace_days=3) == date(2025, 6, 24)
    paid = follow(plan(), date(2025, 6, 10), 1_000).thing
    assert next_on(date(2025, 6, 10), paid, reminder_days=5) == date(2025, 7, 15)


@pytest.mark.parametrize("here", PlanStatus)
@pytest.mark.parametrize("to", PlanStatus)
def test_the_table_of_moves(here: PlanStatus, to: PlanStatus) -> None:
    because = BreakReason.MISSED if here is PlanStatus.BROKEN else None
    known = plan(status=here, broken_because=because)
    step = PlanStep(status=to, at=AT, by="somebody")
    because = BreakReason.MISSED if to is PlanStatus.BROKEN else None
    if to in MOVES[here]:
        assert rules.with_status(known, step, broken_because=because).status is to
        return
    with pytest.raises(MoveNotAllowed):
        rules.with_status(known, step, broken_because=because)


def obligation(**facts: Any) -> Obligation:
    whole = {"due_minor": 3_000, "penalty_minor": 300, "plan_id": "p1", "spared_minor": 300, **facts}
    return Obligation(
        declaration_id="d1",
        revision=1,
        employer_id=FIRM,
        form="quarterly-wages",
        period="2025-Q1",
        due_on=date(2025, 4, 15),
        opened_at=AT,
        **whole,
    )


@pytest.mark.parametrize(
    ("facts", "settled"),
    [
        ({}, 0),
        ({"paid_minor": 1_200}, 1_200),
        ({"paid_minor": 3_000}, 3_000),
        ({"due_minor": 2_500}, 500),  # corrected to less: so much need not come
        ({"due_minor": 4_000, "paid_minor": 3_000}, 3_000),  # corrected to more: the schedule was paid
        ({"due_minor": 4_000}, 0),
        ({"paid_minor": 3_000, "penalty_paid_minor": 300, "spared_minor": 0}, 3_000),
    ],
)
def test_what_has_come_for_a_plan(facts: dict[str, Any], settled: int) -> None:
    assert following.settled_minor(plan(), [obligation(**facts)]) == settled


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=6), st.integers(0, 120))
def test_it_ends_once_whatever_comes(sums: list[int], first_day: int) -> None:
    known, ends = plan(), 0
    for number, settled in enumerate(sums):
        outcome = follow(known, date(2025, 5, 20) + timedelta(days=first_day + 20 * number), settled)
        ends += sum(isinstance(each, SettlementBroken) for each in outcome.events)
        known = outcome.thing
        assert sum(each.amount_minor for each in known.instalments) == known.to_pay_minor
    assert ends == (known.status is PlanStatus.BROKEN)


@pytest.mark.parametrize(
    "facts",
    [
        {"settled_minor": 1},
        {"debts": ()},
        {"instalments": ()},
        {"broken_because": BreakReason.MISSED},
        {"steps": ()},
    ],
)
def test_a_wrong_plan_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"plan|instalments"):
        plan(**facts)
