"""What may happen to a refund: every move, allowed and refused, and who may make it."""

from collections.abc import Callable
from typing import Any

import pytest

from services.payments.refunds import rules
from services.payments.refunds.refund import MOVES, STEPS_MAX, Refund, RefundDetails, RefundStatus, RefundStep
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT


def refund(status: RefundStatus = RefundStatus.ORDERED, **facts: Any) -> Refund:
    return Refund(
        **{
            "refund_id": "r1",
            "reference": "RB260000000195",
            "amount_minor": 500,
            "source": "suspense:unmatched",
            "origin": "bank-entry:e1",
            "status": status,
            "steps": (RefundStep(status=status, at=AT),),
            "ordered_by": "agent-1",
            "details": RefundDetails(counterparty="00200300000056789016", note=""),
            **facts,
        }
    )


WAYS: dict[tuple[RefundStatus, RefundStatus], Callable[[Refund], Refund]] = {
    (RefundStatus.PROPOSED, RefundStatus.ORDERED): lambda it: rules.confirm(it, by="agent-2", at=AT),
    (RefundStatus.PROPOSED, RefundStatus.CANCELLED): lambda it: rules.cancel(it, at=AT),
    (RefundStatus.ORDERED, RefundStatus.CANCELLED): lambda it: rules.cancel(it, at=AT),
    (RefundStatus.ORDERED, RefundStatus.PAID): lambda it: rules.pay(it, at=AT),
    (RefundStatus.PAID, RefundStatus.ORDERED): lambda it: rules.came_back(it, reason="AC04", at=AT),
}


@pytest.mark.parametrize("here", RefundStatus)
@pytest.mark.parametrize("to", RefundStatus)
def test_every_move_is_allowed_or_refused(here: RefundStatus, to: RefundStatus) -> None:
    assert (to in MOVES[here]) == ((here, to) in WAYS)
    if (here, to) in WAYS:
        assert WAYS[here, to](refund(here)).status is to


@pytest.mark.parametrize("here", [RefundStatus.CANCELLED, RefundStatus.PAID])
def test_what_is_over_moves_no_more(here: RefundStatus) -> None:
    for step in (lambda it: rules.cancel(it, at=AT), lambda it: rules.pay(it, at=AT)):
        with pytest.raises(MoveNotAllowed):
            step(refund(here))


def test_whoever_ordered_it_does_not_confirm_it() -> None:
    with pytest.raises(rules.SamePerson):
        rules.confirm(refund(RefundStatus.PROPOSED), by="agent-1", at=AT)


def test_the_reason_of_the_bank_stands_in_the_history_which_has_an_end() -> None:
    sent = refund(RefundStatus.PAID)
    assert rules.came_back(sent, reason="AC04", at=AT).steps[-1].about == "AC04"
    for _ in range(STEPS_MAX):
        sent = rules.pay(rules.came_back(sent, reason="", at=AT), at=AT)
    assert len(sent.steps) == STEPS_MAX


@pytest.mark.parametrize("facts", [{"amount_minor": 0}, {"details": RefundDetails(counterparty="", note="")}])
def test_a_refund_that_cannot_be_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        refund(**facts)
