"""What was paid too much goes back: out of the award's own payments, out of the person's others where the award has
ended, or by a transfer; the person is told, and disputes it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.claims.awards.award import Award
from services.claims.overpayments import actions
from services.claims.overpayments.overpayment import Status
from services.claims.overpayments.store import overpayments
from services.claims.runs.jobs import RunCalculator
from services.claims.runs.store import accounts
from services.claims.wiring import service
from shared.events.claims.awards import AwardChanged
from shared.funds.procedure import Procedure, Recovery
from shared.jobs.runner import Runner
from shared.kernel.references import has_valid_check_digits
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ALLOWANCE, COVER, LAW, opened, with_benefits
from tests.claims.builders import wages
from tests.claims.runs.builders import AT, Tariff
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, published, published_events, reading, someone
from tests.kit.people import AMIRA, KARIM

DISPUTE = {"statement": "I told the fund in January"}


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """On 1 July 2026: 20 percent of a payment are taken at most."""
    context = with_benefits(context, at=AT)
    fund = context.funds[DZ]
    recovery = Recovery(percent=Decimal(20), from_other_awards=True, law=LAW)
    allowance = replace(fund.claim_types[ALLOWANCE], procedure=Procedure(recovery=(recovery,)))
    fund = replace(fund, claim_types={**fund.claim_types, ALLOWANCE: allowance})
    office = Office(service, replace(context, funds={**context.funds, DZ: fund}))
    handle(office.context, service, wages(AMIRA))
    return office


def run(office: Office, period: str, tariff: Tariff | None = None, *, between: Any = None) -> dict[str, Any]:
    """A run of a quarter, made, approved and told."""
    made = office.staff("maker").post("/runs", {"claim_type": ALLOWANCE, "period": period})
    assert made.status_code == 201, made.text
    runner, path = (
        Runner(office.context, [RunCalculator((tariff or Tariff()).judge).job]),
        f"/runs/{made.json['run_id']}",
    )
    runner.run_due()
    if between is not None:
        between()
    if office.staff().get(path).json["status"] == "computed":
        assert office.staff("chief").post(f"{path}/approval").status_code == 200
        runner.run_due()
    return dict(office.staff().get(path).json)


def payments(office: Office, award: Award, run_id: str = "") -> list[dict[str, Any]]:
    found = office.staff().get(f"/awards/{award.award_id}/payments?purpose=handling").json["items"]
    return [each for each in found if not run_id or each["run_id"] == run_id]


def end(office: Office, award: Award, last_on: str = "2026-03-31", *, by: str = "ender") -> None:
    """An agent ends an award, and what was paid too much by that is found."""
    ended = office.staff(by).post(f"/awards/{award.award_id}/end", {"reason": "renounced", "last_on": last_on})
    assert ended.status_code == 200, ended.text
    looked_for(office, award)


def looked_for(office: Office, award: Award) -> None:
    context = office.context
    cause = f"test:{context.clock()}"
    context.run(DZ, by=someone(), cause=cause, action=lambda uow: actions.follow_end(uow, award_id=award.award_id))


def mine(office: Office, award: Award) -> dict[str, Any]:
    found = office.person(AMIRA).get(f"/repayments/{award.award_id}")
    assert found.status_code == 200, found.text
    return dict(found.json)


def announced(office: Office, name: str) -> list[Any]:
    return list(published_events(office.context, f"claims.overpayment-{name}"))


def test_a_person_without_another_payment_is_given_a_reference_to_pay_by(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q2")
    end(office, award)
    (listed,) = office.person(AMIRA).get("/repayments").json["items"]
    assert (listed["amount"], listed["way"], listed["share"]) == ("200.00", "transfer", None)
    assert has_valid_check_digits(listed["reference_to_pay_by"])
    assert listed["why"] and listed["contest"]["body"]
    (event,) = announced(office, "found")
    assert (event.way, event.repayment_reference) == ("transfer", listed["reference_to_pay_by"])
    assert event.may_be_disputed_until.isoformat() == listed["contest"]["until_on"]
    office.staff().post(f"/overpayments/{award.award_id}/settlement", {"to": "recovered", "reason": "receipt 12"})
    assert mine(office, award)["reference_to_pay_by"] is None
    assert [each.outcome for each in announced(office, "closed")] == ["recovered"]


def test_what_was_paid_for_an_ended_award_is_taken_of_the_persons_others(office: Office) -> None:
    first, second = opened(office.context), opened(office.context, claim_id="c2")
    run(office, "2026-Q2")
    end(office, first)
    assert mine(office, first)["way"] == "other-payments"
    assert mine(office, first)["share"]["percent"] == "20"
    made = run(office, "2026-Q2", Tariff(special={"2026-Q2": 60_000}))
    (paid,) = payments(office, second, made["run_id"])
    assert (paid["amount"], paid["withheld"], paid["taken"]) == ("320.00", "80.00", "0.00")
    assert paid["withheld_for"] == [{"award_id": first.award_id, "reference": first.reference, "amount": "80.00"}]
    found = mine(office, first)
    assert (found["amount"], found["withheld_amount"]) == ("120.00", "80.00")
    assert [(each["reference"], each["amount"]) for each in found["withheld"]] == [(second.reference, "80.00")]
    run(office, "2026-Q2", Tariff(special={"2026-Q2": 200_000}))
    found = mine(office, first)
    assert (found["status"], found["amount"], found["withheld_amount"]) == ("recovered", "0.00", "200.00")
    assert [each.outcome for each in announced(office, "closed")] == ["recovered"]


def test_what_was_taken_of_others_goes_back_where_it_is_not_owed(office: Office) -> None:
    first, _ = opened(office.context), opened(office.context, claim_id="c2")
    run(office, "2026-Q2")
    end(office, first)
    run(office, "2026-Q2", Tariff(special={"2026-Q2": 60_000}))
    row = office.context.database["award_payments"].find_one({"award_id": first.award_id, "period": "2026-Q2"}) or {}
    office.context.database["award_payments"].update_one({"_id": row["_id"]}, {"$set": {"status": "returned"}})
    looked_for(office, first)
    found = mine(office, first)
    assert (found["status"], found["amount"]) == ("to-repay", "80.00")


def test_a_debt_of_somebody_else_is_not_taken(office: Office) -> None:
    handle(office.context, service, wages(KARIM))
    first, other = opened(office.context), opened(office.context, claim_id="c2", person_ref=KARIM)
    run(office, "2026-Q2")
    end(office, first)
    made = run(office, "2026-Q2", Tariff(special={"2026-Q2": 60_000}))
    (paid,) = payments(office, other, made["run_id"])
    assert (paid["amount"], paid["withheld_for"]) == ("400.00", [])


def test_a_cover_is_no_award_to_take_it_of(office: Office) -> None:
    first, _ = opened(office.context), opened(office.context, COVER, claim_id="c2")
    run(office, "2026-Q2")
    end(office, first)
    assert mine(office, first)["way"] == "transfer"


def changed(award: Award, difference_minor: int, *, at: datetime = AT) -> AwardChanged:
    return AwardChanged(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=AMIRA,
        claim_type=ALLOWANCE,
        before_minor=20_000,
        amount_minor=15_000,
        difference_minor=difference_minor,
        has_other_amount=True,
        currency="DZD",
        changed_at=at,
    )


LESS = Tariff(special={"2026-Q1": 15_000})


def test_an_award_that_holds_has_its_own_payments_taken_off(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    found = mine(office, award)
    assert (found["amount"], found["way"], found["last_on"], found["share"]["percent"]) == (
        "50.00",
        "own-payments",
        None,
        "20",
    )
    run(office, "2026-Q2", LESS)
    found = mine(office, award)
    assert (found["amount"], found["taken"], found["status"]) == ("10.00", "40.00", "open")
    run(office, "2026-Q2", Tariff(special={"2026-Q1": 15_000, "2026-Q2": 40_000}))
    found = mine(office, award)
    assert (found["amount"], found["taken"], found["status"]) == ("0.00", "50.00", "recovered")
    handle(office.context, service, changed(award, -3_000, at=AT + timedelta(days=1)))
    assert (mine(office, award)["amount"], mine(office, award)["status"]) == ("30.00", "open")
    assert len(announced(office, "found")) == 2


def test_facts_that_come_back_before_a_run_close_it(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000), changed(award, 0, at=AT + timedelta(days=1)))
    assert mine(office, award)["status"] == "cancelled"


def test_what_runs_find_too_much_is_listed_though_no_event_said_so(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    run(office, "2026-Q2", Tariff(special={"2026-Q1": 0, "2026-Q2": 20_000}))
    found = mine(office, award)
    assert (found["amount"], found["way"]) == ("160.00", "own-payments")


def test_nothing_is_taken_while_it_is_disputed(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    disputed = office.person(AMIRA).post(f"/repayments/{award.award_id}/dispute", DISPUTE)
    assert (disputed.status_code, disputed.json["is_paused"], disputed.json["may_be_disputed"]) == (200, True, False)
    assert disputed.json["dispute"]["outcome"] is None
    again = office.person(AMIRA).post(f"/repayments/{award.award_id}/dispute", DISPUTE)
    assert (again.status_code, again.json["code"]) == (409, "overpayment.disputed-before")
    made = run(office, "2026-Q2", LESS)
    (paid,) = payments(office, award, made["run_id"])
    assert (paid["amount"], paid["carried_after"]) == ("200.00", "-50.00")
    (queued,) = office.staff().get("/overpayments?purpose=handling&is_disputed=true").json["items"]
    assert queued["award_id"] == award.award_id
    assert office.staff().get("/overpayments?purpose=handling&is_disputed=false").json["items"] == []
    decided = office.staff().post(
        f"/overpayments/{award.award_id}/dispute-decision", {"stands": True, "reason": "told in May"}
    )
    assert (decided.status_code, decided.json["is_disputed"]) == (200, False)
    (event,) = announced(office, "dispute-decided")
    assert (event.stands, event.amount_minor) == (True, 5_000)
    made = run(office, "2026-Q2", Tariff(special={"2026-Q1": 15_000, "2026-Q2": 60_000}))
    (paid,) = payments(office, award, made["run_id"])
    assert paid["taken"] == "50.00"


def test_who_is_right_owes_nothing_and_two_people_say_so(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    run(office, "2026-Q2", LESS)
    path = f"/overpayments/{award.award_id}"
    office.person(AMIRA).post(f"/repayments/{award.award_id}/dispute", DISPUTE)
    proposed = office.staff("maker").post(f"{path}/dispute-decision", {"stands": False, "reason": "the fund's error"})
    assert proposed.json["status"] == "waiver-proposed"
    assert announced(office, "dispute-decided") == []
    alone = office.staff("maker").post(f"{path}/waiver", {"agrees": True, "reason": "x"})
    assert (alone.status_code, alone.json["code"]) == (403, "overpayment.same-person")
    agreed = office.staff("chief").post(f"{path}/waiver", {"agrees": True, "reason": "the fund's error"})
    assert (agreed.json["status"], agreed.json["amount"]) == ("to-repay", "40.00"), "what was taken goes back"
    account = accounts.load(reading(office.context), award.award_id)
    assert account.carry_minor == 0
    assert [each.stands for each in announced(office, "dispute-decided")] == [False]
    assert [each.is_by_dispute for each in announced(office, "closed")] == [True]
    assert mine(office, award)["dispute"]["outcome"] == "accepted"


def test_who_ended_the_award_does_not_decide(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q2")
    end(office, award, by="ender")
    office.person(AMIRA).post(f"/repayments/{award.award_id}/dispute", DISPUTE)
    path = f"/overpayments/{award.award_id}/dispute-decision"
    own = office.staff("ender").post(path, {"stands": True, "reason": "x"})
    assert (own.status_code, own.json["code"]) == (403, "overpayment.concerned-person")
    assert office.staff("other").post(path, {"stands": True, "reason": "x"}).status_code == 200
    assert office.staff("other").post(path, {"stands": True, "reason": "x"}).status_code == 409


def test_a_dispute_between_computing_and_approval_withholds_the_payment(office: Office) -> None:
    first, second = opened(office.context), opened(office.context, claim_id="c2")
    run(office, "2026-Q2")
    end(office, first)
    made = run(
        office,
        "2026-Q2",
        Tariff(special={"2026-Q2": 60_000}),
        between=lambda: office.person(AMIRA).post(f"/repayments/{first.award_id}/dispute", DISPUTE),
    )
    assert made["progress"]["withheld"] == 1
    made = run(office, "2026-Q2", Tariff(special={"2026-Q2": 60_000}))
    (paid,) = payments(office, second, made["run_id"])
    assert (paid["amount"], paid["withheld_for"]) == ("400.00", [])


def test_what_no_run_has_computed_is_not_settled(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    path, body = f"/overpayments/{award.award_id}/settlement", {"to": "recovered", "reason": "receipt 12"}
    early = office.staff().post(path, body)
    assert (early.status_code, early.json["code"]) == (409, "overpayment.awaits-run")
    run(office, "2026-Q2", LESS)
    assert office.staff().post(path, body).status_code == 200
    assert accounts.load(reading(office.context), award.award_id).carry_minor == 0
    made = run(office, "2026-Q2", Tariff(special={"2026-Q1": 15_000, "2026-Q2": 60_000}))
    assert payments(office, award, made["run_id"])[0]["taken"] == "0.00"
    assert mine(office, award)["status"] == "recovered"


def test_what_was_carried_when_an_award_ends_is_owed_with_what_came_after(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q1")
    handle(office.context, service, changed(award, -5_000))
    run(office, "2026-Q2", LESS)
    assert mine(office, award)["amount"] == "10.00"
    end(office, award)
    found = mine(office, award)
    assert (found["amount"], found["last_on"], found["way"]) == ("170.00", "2026-03-31", "transfer")


@pytest.mark.parametrize("body", [{}, {"statement": ""}, {"statement": 7}, {"statement": "x" * 2_001}])
def test_a_dispute_says_why(office: Office, body: dict[str, Any]) -> None:
    award = opened(office.context)
    run(office, "2026-Q2")
    end(office, award)
    assert office.person(AMIRA).post(f"/repayments/{award.award_id}/dispute", body).status_code == 422


def test_nobody_else_sees_or_disputes_it(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q2")
    end(office, award)
    other = office.person(KARIM)
    assert other.get(f"/repayments/{award.award_id}").status_code == 403
    assert other.post(f"/repayments/{award.award_id}/dispute", DISPUTE).status_code == 403
    assert other.get("/repayments").json["items"] == []


def test_an_overpayment_of_an_earlier_release_reads_and_gets_its_reference(office: Office) -> None:
    award = opened(office.context)
    run(office, "2026-Q2")
    end(office, award)
    new = ("repayment_reference", "carried_minor", "taken_minor", "withheld", "withheld_minor", "disputes")
    unset = dict.fromkeys((*new, "is_disputed", "is_of_deceased"), "")
    office.context.database["overpayments"].update_one({"award_id": award.award_id}, {"$unset": unset})
    assert overpayments.load(reading(office.context), award.award_id).status is Status.OPEN
    assert office.staff().get("/overpayments?purpose=handling&is_disputed=false").json["items"]
    office.staff().post(f"/overpayments/{award.award_id}/settlement", {"to": "waived", "reason": "hardship"})
    assert overpayments.load(reading(office.context), award.award_id).repayment_reference
    assert published(office.context).count("claims.overpayment-found") == 1
