"""What is paid once is held against what is known at the payment: asked again, owed where nothing differs, and an
agent's where something does. What was decided stays as it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from pymongo.database import Database

from services.claims.benefits.judgement import ConditionResult, JudgedOutcome, Judgement
from services.claims.claims import deciding, decisions, payment_check
from services.claims.claims.claim import Claim, Decision, PaymentCheck, PaymentCheckStatus, PaymentHold, Status
from services.claims.claims.payment_check import PaymentCheckFacts
from services.claims.crosschecks import actions as crosschecks
from services.claims.crosschecks import store as crosschecks_store
from services.claims.crosschecks.register import RegisterReply
from services.claims.wiring import service
from shared.events.identity import PersonDied
from shared.funds.effects import Effect
from shared.kernel.actors import Actor, ActorKind
from shared.kernel.personal import DataClass
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import a_sum
from tests.claims.builders import claim, upload
from tests.claims.crosschecks.partner_registers import FUND_ID, funds, keys, persons, ref
from tests.kit.callers import Office
from tests.kit.clock import AT, Clock
from tests.kit.contexts import handle, parked, published, published_events

AGENT, OTHER = (Actor(kind=ActorKind.STAFF, subject=name) for name in ("agent-1", "agent-2"))
ASKER = "09990000"
AS_GRANTED = {
    "tax": "none",
    "vehicles": "no",
    "land": "no",
    "civil-status": "yes",
    "social-security": "no",
}


# --- The rule ---------------------------------------------------------------------------------------------------------


def condition(holds: bool | None = True) -> ConditionResult:
    return ConditionResult(code="income", holds=holds)


def granted(holds: bool | None = True) -> Claim:
    """A claim of 200.00 that agent-1 granted and that is being checked."""
    decision = Decision(
        lines=(), decided_by="agent-1", decided_at=AT, explained=a_sum(20_000), conditions=(condition(holds),)
    )
    awaited = PaymentCheck(status=PaymentCheckStatus.AWAITED, since=AT)
    return replace(
        claim(), status=Status.APPROVED, decision=decision, approved_minor=20_000, payment_check=awaited, lines=()
    )


def known(
    *, outcome: JudgedOutcome = JudgedOutcome.GRANTED, minor: int = 20_000, holds: bool | None = True, **facts: Any
) -> PaymentCheckFacts:
    total = a_sum(minor) if outcome is JudgedOutcome.GRANTED else None
    now = Judgement(outcome=outcome, judged_on=AT.date(), sum=total, conditions=(condition(holds),))
    return PaymentCheckFacts(**{"died_on": None, "has_changed": False, "is_lost": False, "judgement": now, **facts})


REFUSED = known(outcome=JudgedOutcome.REFUSED, holds=False)


@pytest.mark.parametrize(
    ("first", "now", "hold"),
    [
        (granted(), known(), None),
        (granted(), known(died_on=date(2026, 2, 1)), PaymentHold.DIED),
        (granted(), known(has_changed=True), PaymentHold.REGISTER_CHANGED),
        (granted(), known(is_lost=True), PaymentHold.NOT_KNOWN),
        (granted(), REFUSED, PaymentHold.CONDITION_NOT_MET),
        (granted(), known(minor=15_000), PaymentHold.OTHER_AMOUNT),
        (granted(), known(holds=None), PaymentHold.NOT_KNOWN),
        (granted(None), known(holds=None), None),
        (granted(), known(judgement=None), None),
        (granted(), known(judgement=None, died_on=date(2026, 2, 1)), PaymentHold.DIED),
    ],
)
def test_what_is_held(first: Claim, now: PaymentCheckFacts, hold: PaymentHold | None) -> None:
    outcome = payment_check.conclude(first, now, currency="DZD", at=AT)
    check = outcome.thing.payment_check
    assert check is not None and check.hold is hold
    assert outcome.thing.is_payment_held is (hold is not None)
    assert outcome.thing.decision == first.decision, "the decision is frozen"
    names = [type(each).__name__ for each in outcome.events]
    assert names == (["PaymentHeld"] if hold else ["ClaimApproved"])


def test_what_differs_is_kept_beside_the_decision() -> None:
    held = payment_check.conclude(granted(), REFUSED, currency="DZD", at=AT).thing
    assert held.payment_check is not None
    assert held.payment_check.differing == (condition(False),)
    assert held.payment_check.amount_minor is None


def test_a_claim_is_concluded_once() -> None:
    held = payment_check.conclude(granted(), REFUSED, currency="DZD", at=AT).thing
    again = payment_check.conclude(held, known(), currency="DZD", at=AT)
    assert (again.thing, again.events) == (held, ())


def test_another_agent_lets_it_be_paid() -> None:
    held = payment_check.conclude(granted(), REFUSED, currency="DZD", at=AT).thing
    with pytest.raises(decisions.SamePerson):
        payment_check.release(held, reason="seen", currency="DZD", by=AGENT, at=AT)
    released = payment_check.release(held, reason="seen", currency="DZD", by=OTHER, at=AT)
    assert [(type(each).__name__, each.amount_minor) for each in released.events] == [("ClaimApproved", 20_000)]  # type: ignore[attr-defined]
    with pytest.raises(payment_check.NoPaymentHeld):
        payment_check.release(released.thing, reason="seen", currency="DZD", by=OTHER, at=AT)
    with pytest.raises(payment_check.NoPaymentHeld):
        payment_check.decide_anew(granted(), reason="seen", by=OTHER, at=AT)


def test_who_acted_for_the_person_at_a_counter_does_neither() -> None:
    held = payment_check.conclude(granted(), REFUSED, currency="DZD", at=AT).thing
    filed = replace(held, counter_agents=("agent-2",))
    with pytest.raises(decisions.HandledAtCounter):
        payment_check.release(filed, reason="seen", currency="DZD", by=OTHER, at=AT)
    with pytest.raises(decisions.HandledAtCounter):
        payment_check.decide_anew(filed, reason="seen", by=OTHER, at=AT)


def test_decided_anew_it_keeps_what_was_decided() -> None:
    held = payment_check.conclude(granted(), REFUSED, currency="DZD", at=AT).thing
    back = payment_check.decide_anew(held, reason="too much", by=AGENT, at=AT).thing
    assert (back.status, back.decision, back.approved_minor, back.is_payment_held) == (Status.SUBMITTED, None, 0, False)
    assert back.earlier_decisions == (held.decision,)


# --- From the question to the payment ---------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(database: Database[dict[str, Any]], mongodb: str, clock: Clock) -> Office:
    """A fund that pays its aid once, and looks again before it does."""
    fund = funds()[FUND_ID]
    aid = replace(fund.claim_types["permanent-aid"], effect=Effect(is_checked_at_payment=True), certificate=None)
    fund = replace(fund, claim_types={**fund.claim_types, "permanent-aid": aid})
    context = ServiceContext(database=connect(mongodb, database.name), funds={FUND_ID: fund}, keys=keys(), clock=clock)
    handle(context, service, persons(ASKER), fund_id=FUND_ID)
    handle(context, service, replace(upload("u1"), person_ref=ref(ASKER)), fund_id=FUND_ID)
    return Office(service, context)


def filed(office: Office) -> str:
    answers = {"household": 2, "monthly-income": "100.000", "severe-disability": False}
    body = {
        "claim_type": "permanent-aid",
        "papers": [{"kind": "identity-card", "upload_id": "u1"}],
        "answers": [{"code": code, "value": value} for code, value in answers.items()],
    }
    made = office.person(ref(ASKER), fund=FUND_ID).post("/claims", body)
    assert made.status_code == 201, made.text
    return str(made.json["claim_id"])


def answer(office: Office, claim_id: str, at: datetime, answers: Mapping[str, str]) -> int:
    """What registers answer to what they are asked; how many were asked."""
    context, by = office.context, crosschecks.CROSS_CHECKS
    asked = [
        each
        for each in crosschecks_store.of_claim(context.reading(FUND_ID, by=by), claim_id)
        if each.status.value == "asked"
    ]
    for each in asked:

        def take(uow: Any, each: Any = each) -> None:
            reply = RegisterReply(value=answers[each.register], as_of=at.date())
            crosschecks.take_reply(uow, check_id=each.check_id, question_id=each.question_id, reply=reply)
            deciding.go_on_after_answers(uow, claim_id=claim_id)

        context.run(FUND_ID, by=by, cause=f"test:{each.question_id}", action=take)
    return len(asked)


def approved(office: Office, clock: Clock, *, days: int = 3) -> str:
    """A claim that was answered, and granted some days later."""
    claim_id = filed(office)
    assert answer(office, claim_id, clock(), AS_GRANTED) == 5
    clock.move(days=days)
    done = office.staff("agent-1", fund=FUND_ID).post(f"/claims/{claim_id}/approval", {})
    assert (done.status_code, done.json["status"]) == (200, "approved"), done.text
    return claim_id


def shown(office: Office, claim_id: str) -> dict[str, Any]:
    return dict(office.person(ref(ASKER), fund=FUND_ID).get(f"/claims/{claim_id}").json)


def test_it_is_owed_once_every_register_has_answered_again(office: Office, clock: Clock) -> None:
    claim_id = approved(office, clock)
    assert shown(office, claim_id)["payment_check"]["status"] == "awaited"
    assert published(office.context).count("claims.claim-approved") == 0
    assert answer(office, claim_id, clock(), AS_GRANTED) == 5
    assert shown(office, claim_id)["payment_check"]["status"] == "passed"
    assert published(office.context).count("claims.claim-approved") == 1


def test_answers_of_today_are_not_asked_for_again(office: Office, clock: Clock) -> None:
    claim_id = approved(office, clock, days=0)
    assert shown(office, claim_id)["payment_check"]["status"] == "passed"
    assert published(office.context).count("claims.claim-approved") == 1


def held(office: Office, clock: Clock) -> str:
    claim_id = approved(office, clock)
    answer(office, claim_id, clock(), {**AS_GRANTED, "vehicles": "yes"})
    return claim_id


def test_another_answer_waits_for_an_agent_and_says_what_differs(office: Office, clock: Clock) -> None:
    claim_id = held(office, clock)
    own = shown(office, claim_id)
    check = own["payment_check"]
    assert (check["status"], check["hold"], own["is_payment_held"]) == ("held", "register-changed", True)
    assert check["hold_text"] and [each["condition"]["holds"] for each in check["differing"]] == [False]
    assert all(each["text"] for each in check["differing"])
    assert own["decision"]["explained"]["amount"] == own["approved"], "what was decided stays"
    assert own["next"]["who"] == "fund"
    assert published(office.context).count("claims.claim-approved") == 0
    (event,) = published_events(office.context, "claims.payment-held")
    assert event.reason == "register-changed"
    listed = office.staff(fund=FUND_ID).get("/queue/claims?is_payment_held=true").json["items"]
    assert [each["claim_id"] for each in listed] == [claim_id]


def test_an_agent_has_it_paid_or_decided_anew(office: Office, clock: Clock) -> None:
    claim_id = held(office, clock)
    path, body = f"/claims/{claim_id}", {"reason": "the car was sold"}
    own = office.staff("agent-1", fund=FUND_ID).post(f"{path}/payment-release", body)
    assert (own.status_code, own.json["code"]) == (403, "claim.same-person")
    anew = office.staff("agent-2", fund=FUND_ID).post(f"{path}/new-decision", body)
    assert (anew.status_code, anew.json["status"]) == (200, "submitted")
    case = office.staff("agent-2", fund=FUND_ID).get(f"/queue/claims/{claim_id}").json
    assert [each["explained"]["amount"] for each in case["earlier_decisions"]] == ["280.000"]
    refused = office.staff("agent-2", fund=FUND_ID).post(f"{path}/refusal", {"reason": "no-purchase-above-limit"})
    assert (refused.status_code, refused.json["status"]) == (200, "refused"), refused.text
    again = office.staff("agent-3", fund=FUND_ID).post(f"{path}/payment-release", body)
    assert (again.status_code, again.json["code"]) == (409, "claim.no-payment-held")


def test_released_it_is_owed_as_it_was_decided(office: Office, clock: Clock) -> None:
    claim_id = held(office, clock)
    released = office.staff("agent-2", fund=FUND_ID).post(f"/claims/{claim_id}/payment-release", {"reason": "seen"})
    assert (released.status_code, released.json["payment_check"]["status"]) == (200, "released")
    (event,) = published_events(office.context, "claims.claim-approved")
    assert event.amount_minor == 280_000


def test_who_died_meanwhile_is_not_paid(office: Office, clock: Clock) -> None:
    claim_id = approved(office, clock)
    day = keys()[FUND_ID].encrypt(clock().date().isoformat(), data_class=DataClass.HEALTH, associated_data=ref(ASKER))
    died = PersonDied(person_ref=ref(ASKER), revision=1, died_on=day, recorded_at=clock())
    handle(office.context, service, died, fund_id=FUND_ID)
    answer(office, claim_id, clock(), AS_GRANTED)
    assert shown(office, claim_id)["payment_check"]["hold"] == "died"
    assert parked(office.context) == []
    assert published(office.context).count("claims.claim-approved") == 0
