"""What may happen to a payment at a terminal, and what a close comes to, whatever the acquirer prints."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.payments.card_terminals import rules
from services.payments.card_terminals.terminal_payment import MOVES, Status, TerminalPayment, Ticket
from services.payments.operator_days.close_totals import CloseTotals
from services.payments.operator_days.operator_day import DifferenceKind
from shared.funds.bindings import Acquirer, CardTerminal
from shared.funds.law import Confidence, Law
from shared.kernel.money import Currency, Money
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds

LAW = Law(valid_from=date(2026, 1, 1), reference="invented", confidence=Confidence.UNKNOWN)
ACQUIRER = Acquirer(names={}, terminals={"1": CardTerminal(place={})}, law=LAW, fee_percent=Decimal("0.7"))
NET = replace(ACQUIRER, totals_are_net=True)
TICKET = Ticket(batch="1", number="1", authorisation="", amount_minor=1_000, taken_at=AT)
BEGUN = TerminalPayment(
    payment_id="p",
    terminal_id="1",
    acquirer="a",
    collection_id="c",
    declaration_id="d",
    employer_id="e",
    period="2025",
    reference="CT1",
    amount_minor=1_000,
    status=Status.BEGUN,
    begun_by="a1",
    begun_at=AT,
    hold_until=AT,
)
TAKEN = replace(
    BEGUN,
    status=Status.TAKEN,
    hold_until=None,
    ticket=TICKET,
    ticket_key="1:2026:1:1",
    batch="1",
    is_ticketed=True,
    taken_on=AT.date(),
    receipt="TR1",
    entry_id="x",
)
REVERSED = replace(TAKEN, status=Status.REVERSED, reversed_by="a1", reversed_at=AT)


def totals(**changed: int) -> CloseTotals:
    return CloseTotals(**{"batch": "1", "closed_at": AT, "count": 1, "total_minor": 1_000, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("to", list(Status))
@pytest.mark.parametrize("here", list(Status))
def test_only_these_moves_are_allowed(here: Status, to: Status) -> None:
    allowed = {
        (Status.BEGUN, Status.TAKEN),
        (Status.BEGUN, Status.CANCELLED),
        (Status.CANCELLED, Status.TAKEN),
        (Status.TAKEN, Status.REVERSED),
    }
    assert (to in MOVES[here]) == ((here, to) in allowed)


@pytest.mark.parametrize(
    ("percent", "each", "fee"),
    [("0.7", None, 7), ("0.65", None, 7), ("0", None, 0), ("0", 5, 5), ("0.7", 5, 12)],
)
def test_the_fee_is_rounded_up_and_not_asked_for_what_was_cancelled(percent: str, each: int | None, fee: int) -> None:
    agreed = replace(ACQUIRER, fee_percent=Decimal(percent), fee_each=Money(each, Currency("DZD")) if each else None)
    stated = totals(count=2, total_minor=2_000, reversed_count=1, reversed_minor=1_000)
    assert rules.agreed_fee(stated, acquirer=agreed) == fee


def test_a_terminal_that_prints_what_is_left_after_what_was_cancelled_agrees_too() -> None:
    both = [TAKEN, replace(REVERSED, payment_id="q")]
    gross = totals(count=2, total_minor=2_000, reversed_count=1, reversed_minor=1_000)
    net = totals(count=1, total_minor=1_000, reversed_count=1, reversed_minor=1_000)
    assert rules.differences(gross, both, acquirer=ACQUIRER) == []
    assert rules.differences(net, both, acquirer=NET) == []
    assert [each.kind for each in rules.differences(net, both, acquirer=ACQUIRER)] == [DifferenceKind.TOTALS_DIFFER]


def test_a_number_of_a_batch_comes_again_after_years() -> None:
    closed = rules.close(
        totals(), [TAKEN], terminal_id="1", code="a", acquirer=ACQUIRER, reference="RM1", fund=funds()[DZ], at=AT
    )
    assert rules.is_same_batch(closed, on=closed.day) and not rules.is_same_batch(None, on=closed.day)
    assert rules.is_same_batch(closed, on=closed.day + timedelta(days=299))
    assert not rules.is_same_batch(closed, on=closed.day + timedelta(days=300))
    later = replace(TICKET, taken_at=AT + timedelta(days=700))
    assert rules.ticket_key("1", later) != rules.ticket_key("1", TICKET)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": Status.TAKEN},
        {"ticket": TICKET},
        {"is_ticketed": True},
        {"status": Status.REVERSED},
        {"reversed_at": AT},
        {"receipt": "TR1", "taken_on": AT.date(), "entry_id": "x", "ticket_key": "k", "batch": "1"},
    ],
)
def test_a_payment_that_is_wrong_cannot_be_built(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a payment that was"):
        replace(BEGUN, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [{"amount_minor": 0}, {"batch": "01"}, {"number": ""}, {"number": "x"}, {"authorisation": "a"}],
)
def test_a_ticket_that_is_wrong_cannot_be_built(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"a ticket is|have a number|an authorisation"):
        replace(TICKET, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("changed", [{"count": -1}, {"total_minor": -1}, {"reversed_minor": -1}, {"fee_minor": -1}])
def test_totals_below_nothing_cannot_be_built(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a close counts"):
        totals(**changed)
    with pytest.raises(ValueError, match="a batch has a number"):
        replace(totals(), batch="007")
