"""What may happen to an obligation, and how an employer's period stands."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.payments.obligations import rules
from services.payments.obligations.obligation import ObligationStatus
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
            before=None if found is None else replace(found, assigned_to="agent-1"),
            at=at,
        )
    assert found is not None and found.opened_at == opened_at
    assert (found.assigned_to == "agent-1") == (found.opened_at == AT), "in the hands in which it was"
    assert (found.case is None) == (opened_at is None)
