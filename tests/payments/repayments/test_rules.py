"""What is expected by a reference, and what money does to it. No fixture, no database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.payments.repayments import rules
from services.payments.repayments.repayment import ExpectedRepayment
from shared.events.payments.repayments import RepaymentReceived, RepaymentReversed
from tests.kit.clock import AT
from tests.kit.people import AMIRA
from tests.payments.repayments.builders import OWED, REFERENCE, closed, found

ASKED = ExpectedRepayment(
    reference=REFERENCE,
    award_id="aw1",
    person_ref=AMIRA,
    claim_type="family-allowance",
    owed_minor=OWED,
    told_at=AT,
)
BOOKED_ON = date(2026, 2, 11)


def test_what_is_asked_for_first_is_kept_as_it_is_told() -> None:
    assert rules.expect(None, found()) == ASKED


def test_another_sum_takes_the_place_of_the_first_and_what_came_stays() -> None:
    later = AT + timedelta(days=3)
    known = replace(ASKED, owed_minor=0, received_minor=700)
    again = rules.expect(known, found(amount_minor=900, found_at=later))
    assert (again.owed_minor, again.received_minor, again.told_at) == (900, 700, later)


@pytest.mark.parametrize("outcome", ["recovered", "waived", "cancelled", "to-repay"])
def test_nothing_is_expected_once_it_is_closed(outcome: str) -> None:
    assert rules.expect_nothing(ASKED, closed(outcome=outcome)).owed_minor == 0


@pytest.mark.parametrize(("amount_minor", "left"), [(1, OWED - 1), (OWED, 0), (OWED + 500, 0)])
def test_money_is_received(amount_minor: int, left: int) -> None:
    outcome = rules.receive(ASKED, entry_id="e1", amount_minor=amount_minor, currency="DZD", on=BOOKED_ON, at=AT)
    assert (outcome.thing.owed_minor, outcome.thing.received_minor) == (left, amount_minor)
    (event,) = outcome.events
    assert isinstance(event, RepaymentReceived)
    assert (event.award_id, event.amount_minor, event.received_on) == ("aw1", amount_minor, BOOKED_ON)


def test_what_the_bank_takes_back_is_not_owed_again_by_itself() -> None:
    known = replace(ASKED, owed_minor=0, received_minor=OWED)
    outcome = rules.take_back(known, entry_id="e2", amount_minor=500, currency="DZD", on=BOOKED_ON, at=AT)
    assert (outcome.thing.owed_minor, outcome.thing.received_minor) == (0, OWED - 500)
    (event,) = outcome.events
    assert isinstance(event, RepaymentReversed) and event.amount_minor == 500


def test_no_more_is_taken_back_than_came() -> None:
    with pytest.raises(rules.RepaymentNotReceived):
        rules.take_back(ASKED, entry_id="e2", amount_minor=1, currency="DZD", on=BOOKED_ON, at=AT)
