"""What may happen to an obligation, and how an employer's period stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.payments.obligations import rules
from services.payments.obligations.obligation import Obligation, ObligationStatus, PenaltyFreeze
from services.payments.obligations.standing import PeriodDifference
from shared.events.payments.declarations import DeclarationPaid
from tests.kit.clock import AT
from tests.payments.obligations.builders import DUE, obligation

LATER = AT + timedelta(days=9)


@pytest.mark.parametrize(
    ("due", "paid", "status", "left"),
    [
        (DUE, 0, ObligationStatus.OPEN, DUE),
        (DUE, DUE - 1, ObligationStatus.OPEN, 1),
        (DUE, DUE, ObligationStatus.PAID, 0),
        (DUE, DUE + 1, ObligationStatus.OVERPAID, 0),
        (0, 0, ObligationStatus.PAID, 0),
    ],
)
def test_the_amounts_decide_the_status(due: int, paid: int, status: ObligationStatus, left: int) -> None:
    owed = obligation(due_minor=due, paid_minor=paid)
    assert (owed.status, owed.left_minor) == (status, left)


@pytest.mark.parametrize("field", ["due_minor", "called_minor", "paid_minor"])
def test_an_obligation_below_nothing_cannot_be_built(field: str) -> None:
    with pytest.raises(ValueError):
        obligation(**{field: -1})


def test_paid_is_told_at_the_moment_when_declared_is_collected() -> None:
    part = rules.receive(obligation(), amount_minor=DUE - 1, currency="DZD", on=AT.date(), at=AT)
    assert part.events == () and part.thing.status is ObligationStatus.OPEN
    whole = rules.receive(part.thing, amount_minor=1, currency="DZD", on=AT.date(), at=AT)
    (published,) = whole.events
    assert isinstance(published, DeclarationPaid) and (published.amount_minor, published.paid_at) == (DUE, AT)
    over = rules.receive(whole.thing, amount_minor=1, currency="DZD", on=AT.date(), at=AT)
    assert over.events == () and over.thing.status is ObligationStatus.PAID
    assert rules.surplus_minor(whole.thing, amount_minor=1) == 1


def test_b11_too_much_at_once_is_told_as_paid_and_the_debt_keeps_what_it_needs() -> None:
    came = rules.receive(obligation(called_minor=DUE), amount_minor=DUE + 75, currency="DZD", on=AT.date(), at=AT)
    assert (came.thing.status, came.thing.paid_minor) == (ObligationStatus.PAID, DUE)
    (published,) = came.events
    assert isinstance(published, DeclarationPaid) and published.amount_minor == DUE
    assert rules.surplus_minor(obligation(), amount_minor=DUE + 75) == 75


def test_b09_what_was_taken_back_is_open_again() -> None:
    paid = obligation(paid_minor=DUE, called_minor=DUE)
    assert rules.give_back(paid, amount_minor=DUE, on=AT.date()).status is ObligationStatus.OPEN


def test_what_was_paid_for_a_replaced_declaration_counts_for_its_successor() -> None:
    before = obligation(paid_minor=100, called_minor=DUE)
    opened, cancelled, surplus = rules.open_obligation(
        obligation(declaration_id="d2", due_minor=DUE + 50), declared_on=AT.date(), before=before
    )
    assert cancelled is not None and surplus == 0
    assert (opened.paid_minor, opened.left_minor, opened.called_minor) == (100, DUE - 50, DUE)
    assert (cancelled.status, cancelled.paid_minor, cancelled.replaced_by) == (ObligationStatus.CANCELLED, 0, "d2")
    with pytest.raises(rules.DeclarationReplaced):
        rules.open_obligation(obligation(declaration_id="d3"), declared_on=AT.date(), before=cancelled)


def test_what_a_smaller_successor_does_not_need_is_a_surplus() -> None:
    before = obligation(paid_minor=DUE, called_minor=DUE)
    opened, _, surplus = rules.open_obligation(
        obligation(declaration_id="d2", due_minor=DUE - 50), declared_on=AT.date(), before=before
    )
    assert (opened.status, opened.called_minor, surplus) == (ObligationStatus.PAID, DUE - 50, 50)


@pytest.mark.parametrize(
    ("declared", "called", "collected", "outstanding", "case"),
    [
        (100, 0, 0, 100, None),
        (100, 100, 0, 100, None),
        (100, 100, 100, 0, None),
        (0, 0, 0, 0, None),
        (100, 100, 60, 40, PeriodDifference.PARTIAL),
        (100, 100, 130, -30, PeriodDifference.OVER),
        (100, 0, 100, 0, PeriodDifference.UNCALLED),
        (100, 100, 100, 5, PeriodDifference.BOOKED_DIFFERS),
        (100, 100, 0, 0, PeriodDifference.BOOKED_DIFFERS),
    ],
)
def test_what_is_due_is_no_difference_but_what_came_must_fit(
    declared: int, called: int, collected: int, outstanding: int, case: PeriodDifference | None
) -> None:
    owed = obligation(due_minor=declared, called_minor=called, paid_minor=collected)
    replaced = obligation(declaration_id="d0", due_minor=77, replaced_by="d1")
    found = rules.standing(
        employer_id="1600000001",
        period="2025",
        obligations=[owed, replaced],
        outstanding_minor=outstanding,
        contested_minor=0,
        before=None,
        at=AT,
    )
    assert found.case is case
    assert (found.declared_minor, found.collected_minor) == (declared, collected)
    assert found.booked_minor == declared - outstanding


@pytest.mark.parametrize(
    ("paid", "case"),
    [
        ((100, 0), None),
        ((100, 40), PeriodDifference.PARTIAL),
        ((140, 60), PeriodDifference.PARTIAL),
        ((140, 100), PeriodDifference.OVER),
    ],
)
def test_r01_the_debts_of_two_establishments_are_judged_one_by_one(
    paid: tuple[int, int], case: PeriodDifference | None
) -> None:
    owed = [
        obligation(declaration_id=f"d{each}", due_minor=100, called_minor=100 if amount else 0, paid_minor=amount)
        for each, amount in enumerate(paid)
    ]
    found = rules.standing(
        employer_id="1600000001",
        period="2025",
        obligations=owed,
        outstanding_minor=200 - sum(paid),
        contested_minor=0,
        before=None,
        at=AT,
    )
    assert found.case is case
    assert found.declared_minor == 200


@pytest.mark.parametrize(
    ("paid", "opened_at"),
    [
        ((40, 50), AT),  # still too little
        ((40, 140), AT),  # now too much: somebody has to look all the same
        ((100, 40), LATER),
        ((40, 100), None),
        ((40, 0), None),
    ],
)
def test_a_case_is_open_since_it_was_first_open(paid: tuple[int, int], opened_at: datetime | None) -> None:
    """Whatever becomes of it meanwhile; once everything agreed, another one begins anew."""
    found = None
    for amount, at in zip(paid, (AT, LATER), strict=True):
        owed = obligation(due_minor=100, called_minor=100, paid_minor=amount)
        found = rules.standing(
            employer_id="1600000001",
            period="2025",
            obligations=[owed],
            outstanding_minor=100 - amount,
            contested_minor=0,
            before=None if found is None else replace(found, assigned_to="agent-1"),
            at=at,
        )
    assert found is not None and found.opened_at == opened_at
    assert (found.assigned_to == "agent-1") == (found.opened_at == AT), "in the hands in which it was"
    assert (found.case is None) == (opened_at is None)


# --- Disputes ---------------------------------------------------------------------------------------------------------

TODAY, DECIDED_ON = AT.date(), LATER.date()


def disputed(amount_minor: int = 100_000, *, is_paused: bool = True, **facts: Any) -> Obligation:
    return rules.dispute(
        obligation(**facts), dispute_id="di1", amount_minor=amount_minor, is_paused=is_paused, today=TODAY
    )


def test_what_is_disputed_is_owed_and_nobody_is_asked_for_it() -> None:
    owed = disputed()
    assert (owed.due_minor, owed.unpaid_minor, owed.left_minor, owed.to_pay_minor) == (DUE, DUE, DUE - 100_000, 215_025)
    assert owed.is_disputed and owed.status is ObligationStatus.OPEN
    whole = disputed(DUE)
    assert whole.to_pay_minor == 0 and not rules.is_payable(whole)


HELD = {"plan_id": "p1", "freezes": (PenaltyFreeze(plan_id="p1", after_on=TODAY),)}


@pytest.mark.parametrize(
    ("amount", "facts", "refused"),
    [
        (0, {}, rules.DisputedTooMuch),
        (-1, {}, rules.DisputedTooMuch),
        (DUE + 1, {}, rules.DisputedTooMuch),
        (DUE, {"paid_minor": 1}, rules.DisputedTooMuch),
        (1, {"paid_minor": DUE}, rules.NothingLeftToDispute),
        (1, {"replaced_by": "d2"}, rules.DeclarationReplaced),
        (1, HELD, rules.DebtInPlan),
    ],
)
def test_what_is_paid_replaced_or_acknowledged_is_not_disputed(
    amount: int, facts: dict[str, Any], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        disputed(amount, **facts)


def test_one_dispute_at_a_time_and_no_plan_meanwhile() -> None:
    owed = disputed(1)
    with pytest.raises(rules.DebtDisputed):
        rules.dispute(owed, dispute_id="di2", amount_minor=1, is_paused=True, today=TODAY)
    with pytest.raises(rules.DebtDisputed):
        rules.hold(owed, plan_id="p1", spared_minor=0, today=TODAY)


@pytest.mark.parametrize(
    ("relieved", "is_spared", "due", "paused"),
    [
        (0, False, DUE, 0),
        (0, True, DUE, 100_000),
        (40_000, False, DUE - 40_000, 0),
        (40_000, True, DUE - 40_000, 60_000),
        (100_000, True, DUE - 100_000, 0),
    ],
)
def test_the_end_of_a_dispute(relieved: int, *, is_spared: bool, due: int, paused: int) -> None:
    """What is not owed was never owed; the rest is asked for, and cost nothing meanwhile where that is spared."""
    before = replace(disputed(), called_minor=DUE)
    ended = rules.end_dispute(before, relieved_minor=relieved, is_spared=is_spared, today=DECIDED_ON)
    assert (ended.due_minor, ended.relieved_minor, ended.left_minor, ended.called_minor) == (due, relieved, due, due)
    (pause,) = ended.pauses
    assert (pause.amount_minor, pause.until_on, ended.is_disputed) == (paused, DECIDED_ON, False)
    assert ended.reliefs == (1 if relieved else 0)


def test_no_more_is_taken_off_than_is_disputed() -> None:
    with pytest.raises(rules.RelievedTooMuch):
        rules.end_dispute(disputed(), relieved_minor=100_001, is_spared=False, today=DECIDED_ON)


def test_money_that_comes_meanwhile_pays_what_is_not_disputed_and_the_rest_is_a_credit() -> None:
    came = rules.receive(disputed(), amount_minor=DUE, currency="DZD", on=TODAY, at=AT)
    assert (came.thing.paid_minor, came.thing.left_minor, came.events) == (215_025, 0, ())
    assert rules.surplus_minor(disputed(), amount_minor=DUE) == 100_000


@pytest.mark.parametrize(("due", "still"), [(DUE, 300_000), (200_000, 200_000), (0, 0)])
def test_a_newer_declaration_takes_over_what_is_disputed_as_far_as_it_goes(due: int, still: int) -> None:
    newer = obligation(declaration_id="d2", due_minor=due)
    opened, cancelled, surplus = rules.open_obligation(newer, declared_on=DECIDED_ON, before=disputed(300_000))
    assert (opened.disputed_minor, opened.is_disputed, surplus) == (still, True, 0)
    assert cancelled is not None and (cancelled.disputed_minor, cancelled.pauses) == (0, ())


@pytest.mark.parametrize(
    ("due_by_ledger", "disputed_by_ledger", "case"),
    [
        (DUE - 100_000, 100_000, None),
        (DUE, 0, PeriodDifference.DISPUTED_DIFFERS),
        (DUE - 100_000, 0, PeriodDifference.BOOKED_DIFFERS),
        (DUE, 100_000, PeriodDifference.BOOKED_DIFFERS),
    ],
)
def test_debts_and_ledger_say_the_same_of_what_is_disputed(
    due_by_ledger: int, disputed_by_ledger: int, case: PeriodDifference | None
) -> None:
    found = rules.standing(
        employer_id="1600000001",
        period="2025",
        obligations=[disputed()],
        outstanding_minor=due_by_ledger,
        contested_minor=disputed_by_ledger,
        before=None,
        at=AT,
    )
    assert (found.case, found.due_minor, found.disputed_minor) == (case, due_by_ledger, disputed_by_ledger)


def test_what_is_paid_but_for_what_is_disputed_is_no_difference() -> None:
    paid = rules.receive(replace(disputed(), called_minor=DUE), amount_minor=215_025, currency="DZD", on=TODAY, at=AT)
    found = rules.standing(
        employer_id="1600000001",
        period="2025",
        obligations=[paid.thing],
        outstanding_minor=0,
        contested_minor=100_000,
        before=None,
        at=AT,
    )
    assert found.case is None
