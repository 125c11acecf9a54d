"""What a person pays back by the reference is booked on the overpayment by itself: the whole, a part, too much, and
what the bank takes back. Each event twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.awards.award import Award
from services.claims.runs.store import accounts
from services.claims.wiring import service
from shared.events.payments.repayments import RepaymentReceived, RepaymentReversed
from tests.claims.awards.builders import opened
from tests.claims.overpayments.test_recovery import (
    LESS,
    announced,
    changed,
    end,
    looked_for,
    mine,
    office,
    payments,
    run,
)
from tests.claims.runs.builders import AT, Tariff
from tests.kit.callers import Office
from tests.kit.contexts import handle, parked, reading
from tests.kit.people import AMIRA

__all__ = ["office"]


def came(award: Award, amount_minor: int, entry_id: str = "E1") -> RepaymentReceived:
    return RepaymentReceived(
        award_id=award.award_id,
        person_ref=AMIRA,
        repayment_reference="OP260000000150",
        entry_id=entry_id,
        amount_minor=amount_minor,
        currency="DZD",
        received_on=date(2026, 6, 30),
        received_at=AT,
    )


def taken_back(award: Award, amount_minor: int) -> RepaymentReversed:
    return RepaymentReversed(
        award_id=award.award_id,
        person_ref=AMIRA,
        repayment_reference="OP260000000150",
        entry_id="E9",
        amount_minor=amount_minor,
        currency="DZD",
        reversed_on=date(2026, 7, 1),
        reversed_at=AT,
    )


def handled(office: Office, event: Any) -> None:
    handle(office.context, service, event)
    assert parked(office.context) == []


@pytest.fixture
def award(office: Office) -> Award:
    """An allowance that has ended, of which 200.00 is owed."""
    made = opened(office.context)
    run(office, "2026-Q2")
    end(office, made)
    return made


def carried(office: Office, award: Award) -> int:
    return accounts.load(reading(office.context), award.award_id).carry_minor


def test_the_whole_recovers_it_without_anybody(office: Office, award: Award) -> None:
    handled(office, came(award, 20_000))
    found = mine(office, award)
    assert (found["status"], found["amount"], found["repaid_amount"]) == ("recovered", "0.00", "200.00")
    assert found["repaid"] == [{"on": "2026-06-30", "amount": "200.00"}]
    assert [each.outcome for each in announced(office, "closed")] == ["recovered"]
    assert [(each.amount_minor, each.is_settled) for each in announced(office, "repaid")] == [(20_000, True)]
    looked_for(office, award)
    assert mine(office, award)["status"] == "recovered", "what was paid back is counted when it is looked at again"


def test_a_part_leaves_the_rest_to_pay(office: Office, award: Award) -> None:
    handled(office, came(award, 5_000))
    found = mine(office, award)
    assert (found["status"], found["amount"]) == ("open", "150.00")
    (event,) = announced(office, "repaid")
    assert (event.amount_minor, event.remaining_minor, event.is_settled) == (5_000, 15_000, False)
    looked_for(office, award)
    assert mine(office, award)["amount"] == "150.00"
    assert len(announced(office, "found")) == 1, "nothing new is owed"
    handled(office, came(award, 15_000, "E2"))
    assert mine(office, award)["status"] == "recovered"


def test_too_much_goes_back(office: Office, award: Award) -> None:
    handled(office, came(award, 20_500))
    found = mine(office, award)
    assert (found["status"], found["amount"], found["repaid_amount"]) == ("to-repay", "5.00", "205.00")
    handled(office, came(award, 1_000, "E2"))
    assert mine(office, award)["amount"] == "15.00"
    handled(office, taken_back(award, 1_500))
    assert (mine(office, award)["status"], mine(office, award)["amount"]) == ("recovered", "0.00")


@pytest.mark.parametrize("to", ["recovered", "waived"])
def test_what_comes_after_it_was_settled_goes_back(office: Office, award: Award, to: str) -> None:
    path = f"/overpayments/{award.award_id}"
    office.staff("maker").post(f"{path}/settlement", {"to": to, "reason": "receipt 12"})
    if to == "waived":
        office.staff("chief").post(f"{path}/waiver", {"agrees": True, "reason": "hardship"})
    assert mine(office, award)["status"] == to
    handled(office, came(award, 20_000))
    assert (mine(office, award)["status"], mine(office, award)["amount"]) == ("to-repay", "200.00")
    looked_for(office, award)
    assert mine(office, award)["status"] == "to-repay"


def test_what_the_bank_takes_back_is_owed_again(office: Office, award: Award) -> None:
    handled(office, came(award, 20_000))
    handled(office, taken_back(award, 20_000))
    found = mine(office, award)
    assert (found["status"], found["amount"], found["repaid_amount"]) == ("open", "200.00", "0.00")
    assert [each["amount"] for each in found["repaid"]] == ["200.00", "-200.00"]
    assert len(announced(office, "found")) == 2, "the person is asked for it once more"


def test_what_was_paid_back_and_is_not_owed_goes_back(office: Office, award: Award) -> None:
    handled(office, came(award, 8_000))
    row = office.context.database["award_payments"].find_one({"award_id": award.award_id, "period": "2026-Q2"}) or {}
    office.context.database["award_payments"].update_one({"_id": row["_id"]}, {"$set": {"status": "returned"}})
    looked_for(office, award)
    assert (mine(office, award)["status"], mine(office, award)["amount"]) == ("to-repay", "80.00")


def test_a_part_while_a_waiver_is_proposed_opens_it_again(office: Office, award: Award) -> None:
    path = f"/overpayments/{award.award_id}/settlement"
    office.staff("maker").post(path, {"to": "waived", "reason": "hardship"})
    handled(office, came(award, 5_000))
    assert (mine(office, award)["status"], mine(office, award)["amount"]) == ("open", "150.00")


def test_an_award_that_holds_has_no_more_taken_off_what_was_paid_back(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    handled(office, came(award, 5_000))
    assert mine(office, award)["status"] == "recovered"
    assert carried(office, award) == 5_000, "no run has computed yet what was too much"
    made = run(office, "2026-Q2", LESS)
    (paid,) = payments(office, award, made["run_id"])
    assert (paid["amount"], paid["taken"], carried(office, award)) == ("200.00", "0.00", 0)
    assert mine(office, award)["status"] == "recovered"


def test_a_part_is_taken_off_what_runs_take(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    run(office, "2026-Q2", LESS)
    assert (mine(office, award)["amount"], carried(office, award)) == ("10.00", -1_000)
    handled(office, came(award, 400))
    assert (mine(office, award)["amount"], carried(office, award)) == ("6.00", -600)
    run(office, "2026-Q2", Tariff(special={"2026-Q1": 15_000, "2026-Q2": 60_000}))
    assert (mine(office, award)["status"], carried(office, award)) == ("recovered", 0)


def test_what_turns_out_not_to_be_owed_comes_with_the_next_payment(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    handled(office, came(award, 5_000))
    handle(office.context, service, changed(award, 0, at=AT + timedelta(days=1)))
    made = run(office, "2026-Q2")
    (paid,) = payments(office, award, made["run_id"])
    assert (paid["amount"], paid["carried_after"], carried(office, award)) == ("250.00", "0.00", 0)


def test_money_for_an_overpayment_that_is_not_known_is_parked(office: Office) -> None:
    award = opened(office.context)
    handle(office.context, service, replace(came(award, 1), award_id="nobody"))
    assert parked(office.context) == ["overpayment.unknown"]
