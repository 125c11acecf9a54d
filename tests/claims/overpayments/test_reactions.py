"""A death comes to claims: the right and the awards end, runs pay nothing after it, what was paid too much is listed;
and an error undoes it. Each event twice, late, and broken."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.claims.awards.award import Award, Status
from services.claims.awards.store import awards
from services.claims.entitlements import actions as entitlements
from services.claims.runs.jobs import RunCalculator
from services.claims.wiring import service
from shared.events.identity import DeathTakenBack, PersonDied
from shared.events.payments.payouts import BenefitOrdered, BenefitReturned
from shared.jobs.runner import Runner
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ALLOWANCE, opened, with_benefits
from tests.claims.builders import wages
from tests.claims.runs.builders import AT, Tariff
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, keys, parked, published, reading
from tests.kit.people import AMIRA

A_QUARTER = 20_000


def died(on: str = "2026-02-10", *, revision: int = 1, person_ref: str = AMIRA) -> PersonDied:
    encrypted = keys()[DZ].encrypt(on, data_class=DataClass.HEALTH, associated_data=person_ref)
    return PersonDied(person_ref=person_ref, revision=revision, died_on=encrypted, recorded_at=AT)


def lives(revision: int = 2) -> DeathTakenBack:
    return DeathTakenBack(person_ref=AMIRA, revision=revision, recorded_at=AT)


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """On 1 July 2026."""
    return Office(service, with_benefits(context, at=AT))


@pytest.fixture
def award(office: Office) -> Award:
    """An allowance of 200.00 a quarter since January."""
    handle(office.context, service, wages(AMIRA))
    return opened(office.context)


def paid(office: Office, period: str) -> dict[str, Any]:
    """A run of a quarter, made, approved and told."""
    made = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": period})
    assert made.status_code == 201, made.text
    runner, path = Runner(office.context, [RunCalculator(Tariff().judge).job]), f"/runs/{made.json['run_id']}"
    runner.run_due()
    if office.staff().get(path).json["status"] == "computed":
        assert office.staff("chief").post(f"{path}/approval").status_code == 200
        runner.run_due()
    return dict(office.staff().get(path).json)


def payment(office: Office) -> dict[str, Any]:
    (found,) = office.context.database["award_payments"].find({"status": {"$in": ["due", "ordered", "returned"]}})
    return dict(found)


def overpayment(office: Office, award: Award) -> dict[str, Any]:
    found = office.staff().get(f"/overpayments/{award.award_id}?purpose=handling")
    assert found.status_code == 200, found.text
    return dict(found.json)


def standing(office: Office, award: Award) -> Award:
    return awards.load(reading(office.context), award.award_id)


def test_right_and_award_end_with_the_death(office: Office, award: Award) -> None:
    handle(office.context, service, died())
    ended = standing(office, award)
    assert (ended.status, ended.until_on, ended.reason) == (Status.ENDED, date(2026, 2, 10), "death")
    uow = reading(office.context)
    right = entitlements.entitlements.load(uow, AMIRA).right
    assert right is not None and (right.status.value, right.reason.value) == ("closed", "deceased")
    assert entitlements.is_open(uow, person_ref=AMIRA, on=date(2026, 2, 10))
    assert not entitlements.is_open(uow, person_ref=AMIRA, on=date(2026, 2, 11))
    assert published(office.context).count("claims.award-ended") == 1


def test_wages_that_come_after_the_death_open_no_right(office: Office, award: Award) -> None:
    handle(office.context, service, died())
    handle(office.context, service, replace(wages(AMIRA), declaration_id="d2", revision=2))
    right = entitlements.entitlements.load(reading(office.context), AMIRA).right
    assert right is not None and right.reason.value == "deceased"


def test_a_run_pays_nothing_for_what_comes_after(office: Office, award: Award) -> None:
    handle(office.context, service, died())
    run = paid(office, "2026-Q2")
    assert run["totals"]["amount"] == "200.00", "the quarter of the death, and not the next one"


def test_a_death_between_the_computing_and_the_telling_withholds_the_payment(office: Office, award: Award) -> None:
    made = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": "2026-Q2"}).json
    runner = Runner(office.context, [RunCalculator(Tariff().judge).job])
    runner.run_due()
    handle(office.context, service, died())
    office.staff("chief").post(f"/runs/{made['run_id']}/approval")
    runner.run_due()
    assert office.context.database["award_payments"].find_one({})["status"] == "withheld"  # type: ignore[index]


def test_what_was_paid_after_the_death_is_listed_and_not_debited(office: Office, award: Award) -> None:
    paid(office, "2026-Q2")
    handle(office.context, service, died())
    found = overpayment(office, award)
    assert (found["amount"], found["status"], found["last_on"]) == ("200.00", "open", "2026-02-10")
    assert [(each["period"], each["amount"]) for each in found["payments"]] == [("2026-Q2", "200.00")]
    (listed,) = office.staff().get("/overpayments?purpose=handling").json["items"]
    assert listed["award_id"] == award.award_id
    assert published(office.context).count("claims.benefit-due") == 1
    body = {"to": "recovered", "reason": "receipt 12"}
    settled = office.staff().post(f"/overpayments/{award.award_id}/settlement", body)

    def sought(asked: str) -> list[str]:
        found = office.staff().get(f"/overpayments?purpose=handling&{asked}").json["items"]
        return [each["award_id"] for each in found]

    assert sought("") == [], "it is to be recovered no more, and is found in whichever state"
    for known in (listed["reference"], found["repayment_reference"]):
        assert sought(f"reference={known.lower()}") == [award.award_id]
    assert sought(f"person_ref={award.person_ref}") == sought("status=recovered") == [award.award_id]
    assert sought(f"person_ref={award.person_ref}&status=open") == sought("person_ref=other") == []
    assert sought("reference=AW000") == []
    assert (settled.status_code, settled.json["status"]) == (200, "recovered")
    again = office.staff().post(f"/overpayments/{award.award_id}/settlement", body)
    assert again.status_code == 409


def test_nothing_is_listed_where_nothing_was_overpaid(office: Office, award: Award) -> None:
    paid(office, "2026-Q1")
    handle(office.context, service, died())
    assert office.staff().get(f"/overpayments/{award.award_id}?purpose=handling").status_code == 404


def test_what_the_bank_gives_back_is_not_to_be_recovered(office: Office, award: Award) -> None:
    paid(office, "2026-Q2")
    handle(office.context, service, died())
    row = payment(office)
    facts: dict[str, Any] = {
        "payment_id": row["payment_id"],
        "claim_id": row["claim_id"],
    }
    ordered = make(BenefitOrdered, **facts, ordered_at=AT)
    returned = make(BenefitReturned, **facts, reason="AC04", returned_at=AT)
    handle(office.context, service, ordered, returned)
    assert parked(office.context) == []
    assert overpayment(office, award)["status"] == "cancelled"


def make(event: type[Any], **facts: Any) -> Any:
    """An event with these facts; what else it asks for is of no account here."""
    usual = {
        "reference": "AW260000000132",
        "person_ref": AMIRA,
        "amount_minor": 2 * A_QUARTER,
        "currency": "DZD",
        "payout_id": "p1",
    }
    names = set(event.__dataclass_fields__)
    return event(**{name: value for name, value in {**usual, **facts}.items() if name in names})


def test_an_error_undoes_it_and_the_next_run_pays_all(office: Office, award: Award) -> None:
    paid(office, "2026-Q1")
    handle(office.context, service, died())
    handle(office.context, service, lives())
    restored = standing(office, award)
    assert (restored.status, restored.until_on) == (Status.ACTIVE, None)
    right = entitlements.entitlements.load(reading(office.context), AMIRA).right
    assert right is not None and right.reason.value != "deceased"
    assert paid(office, "2026-Q2")["totals"]["amount"] == "200.00"


@pytest.mark.parametrize(("is_recovered", "status"), [(False, "cancelled"), (True, "to-repay")])
def test_an_error_closes_what_was_to_be_recovered(
    office: Office, award: Award, is_recovered: bool, status: str
) -> None:
    paid(office, "2026-Q2")
    handle(office.context, service, died())
    if is_recovered:
        office.staff().post(f"/overpayments/{award.award_id}/settlement", {"to": "recovered", "reason": "receipt 12"})
    handle(office.context, service, lives())
    assert overpayment(office, award)["status"] == status
    handle(office.context, service, died(revision=3))
    assert overpayment(office, award)["status"] == ("recovered" if is_recovered else "open")


def test_events_in_the_wrong_order_and_late_ones_change_nothing(office: Office, award: Award) -> None:
    handle(office.context, service, lives(revision=2), died(revision=1))
    assert standing(office, award).status is Status.ACTIVE
    assert published(office.context).count("claims.award-ended") == 0


def test_a_death_before_anything_of_the_person_is_known_holds_for_what_comes(office: Office) -> None:
    handle(office.context, service, died())
    handle(office.context, service, wages(AMIRA))
    assert standing(office, opened(office.context)).status is Status.ENDED
    assert parked(office.context) == []


@pytest.mark.parametrize("day", [Encrypted("k1.nobody-opens-it"), None])
def test_a_broken_event_is_parked_and_keeps_nothing(office: Office, award: Award, day: Encrypted | None) -> None:
    broken = died("yesterday") if day is None else replace(died(), died_on=day)
    handle(office.context, service, broken)
    assert len(parked(office.context)) == 1
    assert office.context.database["deaths"].count_documents({}) == 0
    assert standing(office, award).status is Status.ACTIVE


@pytest.mark.parametrize("body", [{"to": "open", "reason": "x"}, {"to": "recovered"}, {"to": "waived", "reason": ""}])
def test_only_what_an_agent_may_say_is_taken(office: Office, award: Award, body: dict[str, str]) -> None:
    paid(office, "2026-Q2")
    handle(office.context, service, died())
    assert office.staff().post(f"/overpayments/{award.award_id}/settlement", body).status_code == 422


def test_a_waiver_takes_two_people(office: Office, award: Award) -> None:
    paid(office, "2026-Q2")
    handle(office.context, service, died())
    path = f"/overpayments/{award.award_id}"
    assert office.staff("chief").post(f"{path}/waiver", {"agrees": True, "reason": "x"}).status_code == 409
    asked = office.staff("maker").post(f"{path}/settlement", {"to": "waived", "reason": "hardship"})
    assert (asked.status_code, asked.json["status"]) == (200, "waiver-proposed")
    alone = office.staff("maker").post(f"{path}/waiver", {"agrees": True, "reason": "hardship"})
    assert (alone.status_code, alone.json["code"]) == (403, "overpayment.same-person")
    agreed = office.staff("chief").post(f"{path}/waiver", {"agrees": True, "reason": "hardship"})
    assert (agreed.status_code, agreed.json["status"]) == (200, "waived")
    assert office.staff("chief").post(f"{path}/waiver", {"agrees": "yes", "reason": "x"}).status_code == 422
