"""Cross-checks over HTTP and through their jobs: each way in which a register may fail, what operators do with it, what
the person may dispute, and what an agent decides."""

from typing import Any

import pytest

from services.claims.crosschecks import actions, store
from services.claims.crosschecks.jobs import ATTEMPTS_MAX
from services.claims.crosschecks.register import RegisterReply
from shared.jobs import queue
from shared.jobs.job import JobStatus
from tests.claims.crosschecks.partner_registers import FUND_ID, Town
from tests.claims.crosschecks.test_journey import answered, events
from tests.kit.contexts import reading, someone

USUAL = "09990000"
HTTP = {"tax", "vehicles", "civil-status", "social-security"}


def in_hours(town: Town) -> None:
    """As often as a job is tried."""
    for _ in range(ATTEMPTS_MAX):
        town.work()
        town.move(minutes=31)


def failed_jobs(town: Town) -> list[Any]:
    found = town.staff().get("/operations/jobs?status=failed")
    assert found.status_code == 200, found.text
    return list(found.json["items"])


@pytest.mark.parametrize(
    ("digit", "error"),
    [(4, "register.silent"), (5, "register.answer-malformed"), (6, "register.answer-malformed")],
)
def test_one_that_fails_delays_no_other_and_is_seen(town: Town, digit: int, error: str) -> None:
    sick, well = f"0999002{digit}", USUAL
    town.register(sick, well)
    claim_ids = {who: town.file(who) for who in (sick, well)}
    town.work()
    for who in (sick, well):
        status = {name: each["status"] for name, each in town.checks(claim_ids[who]).items()}
        assert {name for name in HTTP if status[name] == "answered"} == HTTP - ({"vehicles"} if who == sick else set())
    in_hours(town)
    (job,) = failed_jobs(town)
    assert (job["last_error"], job["kind"], job["attempts"]) == (
        error,
        "crosschecks.ask.vehicle_register",
        ATTEMPTS_MAX,
    )
    vehicles = town.checks(claim_ids[sick])["vehicles"]
    assert (vehicles["status"], vehicles["answers"]) == ("not-answered", [])
    answered(town, claim_ids[well])

    path = f"/operations/jobs/{job['job_id']}"
    assert town.staff().post(f"{path}/retry").status_code == 202
    in_hours(town)
    assert len(failed_jobs(town)) == 1, "tried with all its attempts, in vain"
    assert town.staff().post(f"{path}/giving-up", {"reason": "closed for good"}).status_code == 202
    town.work()
    assert town.checks(claim_ids[sick])["vehicles"]["status"] == "given-up" and failed_jobs(town) == []
    judged = town.staff().get(f"/queue/claims/{claim_ids[sick]}").json["judgement"]
    assert judged["outcome"] == "undecided" and "register.vehicles.bought-above-limit" in judged["missing"]


def test_slow_and_later_come_in_the_end(town: Town) -> None:
    slow, later = "09990023", "09990029"
    town.register(slow, later)
    found = {who: town.file(who) for who in (slow, later)}
    town.work()
    assert {town.checks(each)["vehicles"]["status"] for each in found.values()} == {"asked"}
    answered(town, *found.values())
    for each in found.values():
        assert [answer["value"] for answer in town.checks(each)["vehicles"]["answers"]] == ["no"]


def test_the_other_answer_refuses_with_its_condition(town: Town) -> None:
    town.register("09990021")
    claim_id = town.file("09990021")
    answered(town, claim_id)
    refused = town.staff().post(f"/claims/{claim_id}/approval", {})
    assert (refused.status_code, refused.json["code"]) == (409, "claim.condition-not-met")
    judged = town.staff().get(f"/queue/claims/{claim_id}").json["judgement"]
    assert (judged["outcome"], judged["failed"]) == ("refused", "no-purchase-above-limit")
    kept = town.staff().post(f"/claims/{claim_id}/refusal", {"reason": "no-purchase-above-limit"})
    conditions = {each["code"]: each["holds"] for each in kept.json["decision"]["conditions"]}
    assert conditions["no-purchase-above-limit"] is False and conditions["no-second-home"] is True


def test_not_known_is_neither_yes_nor_no(town: Town) -> None:
    """An agent decides by a paper; before that it counts as nothing."""
    town.register("09990022")
    claim_id = town.file("09990022")
    answered(town, claim_id)
    judged = town.staff().get(f"/queue/claims/{claim_id}").json["judgement"]
    assert (judged["outcome"], judged["missing"]) == ("undecided", ["register.vehicles.bought-above-limit"])
    check = town.checks(claim_id)["vehicles"]["check_id"]
    path, paper = f"/crosschecks/{check}/decision", town.upload("09990022")
    body = {"value": "no", "upload_id": paper, "reason": "carte grise"}
    assert town.staff().post(path, {**body, "value": "unknown"}).json["code"] == "crosscheck.value-unknown"
    assert town.staff().post(path, {**body, "upload_id": "nobody-s"}).json["code"] == "crosscheck.paper-unknown"
    decided = town.staff().post(path, body)
    assert decided.status_code == 200 and decided.json["answers"][0]["value"] == "unknown"
    assert decided.json["corrections"][0]["value"] == "no"
    assert town.staff().get(f"/queue/claims/{claim_id}").json["judgement"]["outcome"] == "granted"
    assert town.staff().post(path, body).status_code == 200, "as long as the register does not know"


def test_a_register_asked_anew(town: Town) -> None:
    town.register("09990028")  # answers contradict each other, question by question
    claim_id = town.file("09990028")
    answered(town, claim_id)
    check = town.checks(claim_id)["vehicles"]
    again = town.staff().post(f"/crosschecks/{check['check_id']}/question")
    assert (again.status_code, again.json["status"]) == (200, "asked")
    assert town.staff().post(f"/claims/{claim_id}/approval", {}).json["code"] == "claim.crosschecks-open"
    town.work()
    assert [each["value"] for each in town.checks(claim_id)["vehicles"]["answers"]] == ["no", "yes"]
    journal = town.person("09990028").get("/access-journal").json["items"]
    about = [each for each in journal if each["reference"] == "vehicles/bought-above-limit"]
    assert len(about) == 2 and {each["by"] for each in about} == {"system:crosschecks"}


def test_a_dispute_is_the_person_s_own(town: Town) -> None:
    town.register("09990021", USUAL)
    claim_id = town.file("09990021")
    answered(town, claim_id)
    check = town.checks(claim_id)["vehicles"]["check_id"]
    path, body = f"/crosschecks/{check}/dispute", {"statement": "never", "upload_id": town.upload("09990021")}
    assert town.person(USUAL).post(path, body).json["code"] == "access.not-yours"
    assert town.staff().post(path, body).json["code"] == "access.not-yours"
    assert town.person(USUAL).get(f"/claims/{claim_id}/crosschecks").json["code"] == "access.not-yours"
    assert town.person("09990021").post("/crosschecks/x/dispute", body).json["code"] == "crosscheck.unknown"
    others = {**body, "upload_id": town.upload(USUAL)}
    assert town.person("09990021").post(path, others).json["code"] == "crosscheck.paper-unknown"
    assert town.person("09990021").post(path, {**body, "statement": "x" * 5_000}).status_code == 422
    decision = {"value": "no", "upload_id": body["upload_id"], "reason": "acte de vente"}
    early = town.staff().post(f"/crosschecks/{check}/decision", decision)
    assert early.json["code"] == "crosscheck.nothing-to-decide"
    assert town.person("09990021").post(path, body).status_code == 200
    assert town.person("09990021").post(path, body).json["code"] == "crosscheck.nothing-to-dispute"
    assert town.staff().get(f"/queue/claims/{claim_id}").json["judgement"]["outcome"] == "undecided"


def test_only_what_is_put_is_asked(town: Town) -> None:
    """The disability commission is asked where a disability was declared, and nowhere else."""
    town.register(USUAL)
    filed = town.person(USUAL).post(
        "/claims",
        {
            "claim_type": "permanent-aid",
            "papers": [
                {"kind": kind, "upload_id": town.upload(USUAL)} for kind in ("identity-card", "disability-card")
            ],
            "answers": [
                {"code": "household", "value": 2},
                {"code": "monthly-income", "value": "100.000"},
                {"code": "severe-disability", "value": True},
            ],
        },
    )
    assert "disability" in town.checks(filed.json["claim_id"])
    town.work()
    assert {each["asks"] for each in town.partners.questions(register="disability")} == {"holds-card"}


def test_a_reply_kept_twice_is_kept_once(town: Town) -> None:
    """Whoever is killed between the answer and its keeping asks again; two workers at once keep one answer."""
    town.register(USUAL)
    claim_id = town.file(USUAL)
    uow = reading(town.context, FUND_ID)
    check = next(each for each in store.of_claim(uow, claim_id) if each.register == "vehicles")
    reply = RegisterReply(value="no", as_of=town.clock().date())
    for _ in range(2):
        town.context.run(
            FUND_ID,
            by=someone(),
            cause="test",
            action=lambda uow: actions.take_reply(
                uow, check_id=check.check_id, question_id=check.question_id, reply=reply
            ),
        )
    assert len(store.crosschecks.load(reading(town.context, FUND_ID), check.check_id).answers) == 1


def test_a_decided_claim_is_asked_about_no_more(town: Town) -> None:
    town.register("09990021")
    claim_id = town.file("09990021")
    answered(town, claim_id)
    town.staff().post(f"/claims/{claim_id}/refusal", {"reason": "no-purchase-above-limit"})
    before = len(town.partners.questions())
    town.move(days=200)
    town.work()
    assert {each["status"] for each in town.checks(claim_id).values()} == {"closed"}
    assert len(town.partners.questions()) == before


def test_a_register_that_no_longer_knows_suspends(town: Town) -> None:
    town.register(USUAL)
    claim_id = town.file(USUAL)
    answered(town, claim_id)
    assert town.staff().post(f"/claims/{claim_id}/approval", {}).status_code == 200
    uow = reading(town.context, FUND_ID)
    check = next(each for each in store.of_claim(uow, claim_id) if each.register == "tax")

    def lose(uow: Any) -> None:
        again = actions._asked_again(uow, store.crosschecks.load(uow, check.check_id))
        lost = RegisterReply(value="unknown", as_of=uow.today)
        actions.take_reply(uow, check_id=check.check_id, question_id=again.question_id, reply=lost)

    town.context.run(FUND_ID, by=someone(), cause="test:lose", action=lose)
    (suspended,) = events(town, "claims.award-suspended")
    assert suspended.reason == "facts-not-known"
    (award,) = town.person(USUAL).get("/awards").json["items"]
    assert award["status"] == "suspended"


def test_numbers_and_answers_rest_encrypted(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    town.register("09990021")
    claim_id = town.file("09990021")
    town.work()
    database = town.context.database
    for collection in ("crosschecks", "insured", "jobs", "outbox", "audit", "access_journal", "requests", "claims"):
        at_rest = repr(list(database[collection].find({}, {"values": 0})))
        assert "09990021" not in at_rest, collection
        assert "'yes'" not in at_rest and "above-two" not in at_rest, collection
    assert "09990021" not in capfd.readouterr().out
    assert town.checks(claim_id)["vehicles"]["answers"][0]["value"] == "yes"


def test_a_person_whose_number_is_not_known_is_asked_of_nobody(town: Town) -> None:
    town.register(USUAL)
    claim_id = town.file(USUAL)
    town.context.database["insured"].update_many({}, {"$set": {"national_id": None}})
    town.work()
    assert town.partners.questions() == []
    uow = reading(town.context, FUND_ID)
    waiting = queue.jobs.find_all(uow, status=JobStatus.WAITING.value)
    assert {each.last_error for each in waiting} == {"register.number-missing"}
    assert claim_id
