"""A run over HTTP and through its job: made, looked at, approved by a second person, told once, and followed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.claims.awards import actions as award_actions
from services.claims.awards import store as awards
from services.claims.awards.award import EndReason, SuspensionReason
from services.claims.runs import actions, store
from services.claims.runs.jobs import RunCalculator, make_arrears_runs
from services.claims.runs.run import PAYMENTS_A_PAGE, Run, Status
from services.claims.wiring import service
from shared.events import catalogue
from shared.events.claims.awards import BenefitDue
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.jobs.runner import Runner
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ALLOWANCE, PAYMENT_EFFECT, award, fund_with, opened, with_benefits
from tests.claims.runs.builders import AT, Q, Tariff
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, parked, published, reading, someone
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def ground(context: ServiceContext) -> ServiceContext:
    return with_benefits(context, at=AT)


@pytest.fixture
def office(ground: ServiceContext) -> Office:
    """Claims on 1 July 2026, with an allowance of each of two people since the beginning of the year."""
    made = Office(service, ground)
    opened(ground, claim_id="c1")
    opened(ground, claim_id="c2", person_ref=KARIM)
    return made


@pytest.fixture
def tariff() -> Tariff:
    return Tariff()


def work(ground: ServiceContext, tariff: Tariff) -> int:
    return Runner(ground, [RunCalculator(tariff.judge).job]).run_due()


def made(office: Office, ground: ServiceContext, tariff: Tariff, *, period: str = "2026-Q2") -> dict[str, Any]:
    """A run that agent-1 made, computed."""
    answer = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": period})
    assert answer.status_code == 201, answer.text
    work(ground, tariff)
    found: dict[str, Any] = office.staff().get(f"/runs/{answer.json['run_id']}").json
    return found


def paid_out(office: Office, ground: ServiceContext, tariff: Tariff, *, period: str = "2026-Q2") -> dict[str, Any]:
    """The same, approved by a second person and told."""
    run = made(office, ground, tariff, period=period)
    if run["status"] == "computed":
        assert office.staff("chief").post(f"/runs/{run['run_id']}/approval").status_code == 200
        work(ground, tariff)
    found: dict[str, Any] = office.staff().get(f"/runs/{run['run_id']}").json
    return found


def due(ground: ServiceContext) -> list[BenefitDue]:
    """What was told as due, in order."""
    rows = ground.database["outbox"].find().sort("_id", 1)
    bodies = [each for row in rows for each in row["events"] if each["type"] == "claims.benefit-due"]
    return [catalogue.decode(each["type"], each["version"], each["body"]) for each in bodies]


def test_a_run_from_the_first_look_to_the_money(office: Office, ground: ServiceContext, tariff: Tariff) -> None:
    run = made(office, ground, tariff)
    assert (run["status"], run["totals"]["amount"], run["totals"]["new"]) == ("computed", "800.00", 2)
    assert (run["totals"]["before"], run["totals"]["arrears"], run["progress"]["due"]) == ("0.00", "400.00", 0)
    assert due(ground) == [], "nothing is owed before a second person has looked"
    path = f"/runs/{run['run_id']}"
    shown = office.staff().get(f"{path}/payments?change=new").json["items"]
    assert [each["amount"] for each in shown] == ["400.00"] * 2 and shown[0]["lines"][1]["sum"]["lines"]
    assert office.staff().post(f"{path}/approval").json["code"] == "run.same-person"
    approved = office.staff("chief").post(f"{path}/approval")
    assert (approved.status_code, approved.json["status"]) == (200, "approved")
    work(ground, tariff)
    events = due(ground)
    assert {(each.person_ref, each.amount_minor, each.period) for each in events} == {
        (AMIRA, 40_000, "2026-Q2"),
        (KARIM, 40_000, "2026-Q2"),
    }
    progress = office.staff().get(path).json
    assert (progress["status"], progress["progress"]["due"], progress["progress"]["paid"]) == ("told", 2, 0)

    first, second = events
    for each in events:
        handle(ground, service, bank(BenefitOrdered, each, ordered_at=AT))
    handle(ground, service, bank(BenefitPaid, first, paid_at=AT), bank(BenefitPaid, second, paid_at=AT))
    handle(ground, service, bank(BenefitReturned, second, reason="AC04", returned_at=AT))
    assert parked(ground) == []
    progress = office.staff().get(path).json["progress"]
    assert (progress["paid"], progress["paid_amount"], progress["returned"]) == (1, "400.00", 1)
    (returned,) = office.staff().get(f"{path}/payments?status=returned").json["items"]
    assert returned["payment_id"] == second.payment_id and returned["timeline"][-1]["reason"] == "AC04"
    assert published(ground).count("claims.award-paid") == 2


def bank(kind: type, it: BenefitDue, **facts: Any) -> Any:
    """What payments tells of a payment."""
    whole = {"claim_id": it.claim_id, "payout_id": f"out-{it.payment_id}", "person_ref": it.person_ref}
    whole |= {"award_id": it.award_id, "payment_id": it.payment_id}
    if kind is not BenefitReturned:
        whole |= {"amount_minor": it.amount_minor, "currency": it.currency}
    return kind(**whole, **facts)


def test_the_person_sees_what_was_paid_and_how_it_came_about(office: Office, ground: Any, tariff: Tariff) -> None:
    paid_out(office, ground, tariff)
    mine = office.person(AMIRA)
    (own,) = mine.get("/awards").json["items"]
    (payment,) = mine.get(f"/awards/{own['award_id']}/payments").json["items"]
    assert (payment["amount"], payment["text"]) == ("400.00", "Le montant est dû.")
    assert [line["period"] for line in payment["lines"]] == ["2026-Q1", "2026-Q2"]
    other = office.person(KARIM).get(f"/awards/{own['award_id']}/payments")
    assert other.json["code"] == "access.not-yours"


def test_what_is_not_approved_is_shown_to_no_person(office: Office, ground: Any, tariff: Tariff) -> None:
    made(office, ground, tariff)
    (own,) = office.person(AMIRA).get("/awards").json["items"]
    assert office.person(AMIRA).get(f"/awards/{own['award_id']}/payments").json["items"] == []


def test_the_next_run_pays_the_next_period_and_says_what_differs(office: Office, ground: Any, tariff: Tariff) -> None:
    paid_out(office, ground, tariff, period="2026-Q1")
    opened(ground, claim_id="c3")
    run = paid_out(office, ground, tariff)
    totals = run["totals"]
    assert (totals["amount"], totals["before"]) == ("800.00", "400.00")
    assert (totals["new"], totals["same"], totals["changed"], totals["ended"]) == (1, 2, 0, 0)
    again = made(office, ground, tariff)
    assert (again["status"], again["totals"]["amount"], again["totals"]["ended"]) == ("computed", "0.00", 3)


def test_a_run_that_is_rejected_pays_nothing_and_is_made_anew(office: Office, ground: Any, tariff: Tariff) -> None:
    run = made(office, ground, tariff)
    second = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": "2026-Q1"})
    assert (second.status_code, second.json["code"]) == (409, "run.under-way")
    assert run["reference"] in second.json["detail"]
    path = f"/runs/{run['run_id']}"
    assert office.staff("chief").post(f"{path}/rejection", {}).json["code"] == "request.invalid"
    rejected = office.staff("chief").post(f"{path}/rejection", {"reason": "the rate is wrong"}).json
    assert (rejected["status"], rejected["timeline"][-1]["reason"]) == ("rejected", "the rate is wrong")
    assert office.staff("chief").post(f"{path}/approval").json["code"] == "state.move-not-allowed"
    assert paid_out(office, ground, tariff)["totals"]["amount"] == "800.00"
    assert len(due(ground)) == 2
    assert [each["status"] for each in office.staff().get("/runs").json["items"]] == ["told", "rejected"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"claim_type": "care-reimbursement", "period": "2026-Q2"}, "run.not-periodic"),
        ({"claim_type": ALLOWANCE, "period": "2026"}, "run.other-period"),
        ({"claim_type": ALLOWANCE, "period": "2026-Q3"}, "run.period-not-over"),
        ({"claim_type": ALLOWANCE, "period": "soon"}, "fund.period-malformed"),
        ({"claim_type": ALLOWANCE}, "request.invalid"),
    ],
)
def test_a_run_that_cannot_be_is_refused(office: Office, body: dict[str, Any], code: str) -> None:
    refused = office.staff().post("/runs", body)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert office.staff().get("/runs/none").json["code"] == "run.unknown"


def test_the_second_of_two_who_decide_is_told(office: Office, ground: Any, tariff: Tariff) -> None:
    run = made(office, ground, tariff)
    seen = {"If-Match": office.staff().get(f"/runs/{run['run_id']}").headers["ETag"]}
    path = f"/runs/{run['run_id']}"
    first = office.staff("chief").post(f"{path}/rejection", {"reason": "wrong"}, headers=dict(seen))
    second = office.staff("other").post(f"{path}/approval", headers=dict(seen))
    assert (first.status_code, second.status_code) == (200, 412)


# --- What changes in the past, and meanwhile --------------------------------------------------------------------------


def test_a_new_rate_in_the_past_makes_a_run_of_arrears_by_itself(office: Office, ground: Any, tariff: Tariff) -> None:
    paid_out(office, ground, tariff)
    assert make_arrears_runs(ground, DZ) == 0
    effect = replace(PAYMENT_EFFECT, payment=(replace(PAYMENT_EFFECT.payment[0], reminder_days=9),))
    changed = replace(ground, funds={**ground.funds, DZ: fund_with({ALLOWANCE: effect})})
    tariff.usual_minor = 21_500
    assert (make_arrears_runs(changed, DZ), make_arrears_runs(changed, DZ)) == (1, 0)
    work(changed, tariff)
    (run, _) = office.staff().get("/runs").json["items"]
    assert (run["status"], run["totals"]["amount"], run["totals"]["arrears"]) == ("computed", "60.00", "60.00")
    approved = office.staff().post(f"/runs/{run['run_id']}/approval")
    assert approved.status_code == 200, "the platform made it, so that any agent is the second"
    work(changed, tariff)
    assert [each.amount_minor for each in due(ground)[2:]] == [3_000, 3_000]
    assert make_arrears_runs(changed, DZ) == 0


def test_new_rules_that_change_no_sum_leave_a_run_that_nobody_need_approve(
    office: Office, ground: Any, tariff: Tariff
) -> None:
    paid_out(office, ground, tariff)
    paid_out(office, ground, tariff)  # nothing new: what was paid last is nothing
    effect = replace(PAYMENT_EFFECT, payment=(replace(PAYMENT_EFFECT.payment[0], reminder_days=9),))
    changed = replace(ground, funds={**ground.funds, DZ: fund_with({ALLOWANCE: effect})})
    assert make_arrears_runs(changed, DZ) == 1
    work(changed, tariff)
    assert office.staff().get("/runs").json["items"][0]["status"] == "told"
    assert make_arrears_runs(changed, DZ) == 0


def test_what_was_suspended_or_ended_after_the_computing_is_withheld(
    office: Office, ground: Any, tariff: Tariff
) -> None:
    run = made(office, ground, tariff)
    first, second = awards.page_of_type(reading(ground), ALLOWANCE, after="", limit=10)

    def change(uow: Any) -> None:
        award_actions.suspend(uow, award_id=first.award_id, reason=SuspensionReason.UNDER_CONTROL)
        award_actions.end(uow, award_id=second.award_id, reason=EndReason.DEATH, last_on=date(2026, 3, 31))

    ground.run(DZ, by=someone(), cause="test", action=change)
    office.staff("chief").post(f"/runs/{run['run_id']}/approval")
    work(ground, tariff)
    assert due(ground) == [] and office.staff().get(f"/runs/{run['run_id']}").json["progress"]["withheld"] == 2
    office.staff().post(f"/awards/{first.award_id}/resumption")
    paid_out(office, ground, tariff)
    amounts = {each.award_id: each.amount_minor for each in due(ground)}
    assert amounts == {first.award_id: 40_000, second.award_id: 20_000}


def test_a_fact_that_ends_an_award_ends_it_with_the_run(office: Office, ground: Any, tariff: Tariff) -> None:
    paid_out(office, ground, tariff, period="2026-Q1")
    tariff.over_since = Q[2]
    run = paid_out(office, ground, tariff)
    assert (run["totals"]["amount"], run["totals"]["ended"]) == ("0.00", 2)
    ended = awards.page_of_type(reading(ground), ALLOWANCE, after="", limit=10)
    assert {(each.status.value, each.reason, each.until_on) for each in ended} == {("ended", "fact", date(2026, 3, 31))}
    assert published(ground).count("claims.award-ended") == 2


# --- Killed anywhere --------------------------------------------------------------------------------------------------


def many(ground: ServiceContext, count: int) -> None:
    def save(uow: Any) -> None:
        rows = [replace(award(award_id=f"{number:05d}"), person_ref=f"p{number}", version=0) for number in range(count)]
        for start in range(0, count, 500):
            awards.awards.save_many(uow, rows[start : start + 500], part_of="test")

    ground.run(DZ, by=someone(), cause="test:many", action=save)


def test_a_run_of_many_pages_goes_on_behind_the_last(ground: ServiceContext, tariff: Tariff) -> None:
    """Each page is done by another worker, which dies after it, and each is also tried by a second one beside it."""
    office = Office(service, ground)
    many(ground, PAYMENTS_A_PAGE + 7)
    run_id = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": "2026-Q2"}).json["run_id"]
    job = RunCalculator(tariff.judge)
    for _ in range(2):
        lost = actions.compute_page(reading(ground), _run(ground, run_id), tariff.judge)  # killed before it was kept
        assert lost.payments
        seen = _run(ground, run_id)
        job.run(ground, DZ, run_id)
        with pytest.raises(ChangedMeanwhile):
            _act(ground, lambda uow, seen=seen, lost=lost: actions.save_page(uow, seen=seen, computed=lost))
    run = _run(ground, run_id)
    assert (run.status, run.pages, run.totals.new) == (Status.COMPUTED, 2, PAYMENTS_A_PAGE + 7)
    assert office.staff("chief").post(f"/runs/{run_id}/approval").status_code == 200
    for page in (1, 2):
        seen = _run(ground, run_id)
        job.run(ground, DZ, run_id)
        with pytest.raises(ChangedMeanwhile):
            _act(ground, lambda uow, seen=seen: actions.publish_page(uow, seen=seen))
        assert _run(ground, run_id).told_pages == page
    assert job.run(ground, DZ, run_id) is None
    events = due(ground)
    assert len(events) == len({each.award_id for each in events}) == PAYMENTS_A_PAGE + 7
    assert sum(page.due_minor for page in store.pages_of(reading(ground), run_id)) == 40_000 * len(events)


def _run(ground: ServiceContext, run_id: str) -> Run:
    return store.runs.load(reading(ground), run_id)


def _act(ground: ServiceContext, action: Any) -> None:
    ground.run(DZ, by=someone(), cause="test", action=action)


def test_a_run_that_cannot_be_computed_is_given_up(office: Office, ground: ServiceContext) -> None:
    run_id = office.staff().post("/runs", {"claim_type": ALLOWANCE, "period": "2026-Q2"}).json["run_id"]
    give_up = RunCalculator(Tariff().judge).job.give_up
    assert give_up is not None
    _act(ground, lambda uow: give_up(uow, run_id, "the facts are broken"))
    assert office.staff().get(f"/runs/{run_id}").json["status"] == "rejected"
