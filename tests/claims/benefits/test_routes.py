"""Benefits over HTTP: what is asked, what is answered, and what the rules say, from question to judged sum."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.awards.actions import open_award
from services.claims.benefits import actions as benefits
from services.claims.claims.store import claims
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.builders import upload
from tests.kit.callers import Caller, Office
from tests.kit.contexts import TN, handle, parked, reading, someone, today
from tests.kit.people import AMIRA, KARIM

CHILDREN = [{"relation": "child", "birth_on": f"{2010 + i}-06-01"} for i in range(3)]
TODAY = today()
BORN_ON = date(TODAY.year - 61, 1, 1).isoformat()


def last_quarter() -> tuple[int, int]:
    number = TODAY.year * 4 + (TODAY.month - 1) // 3 - 1
    return number // 4, number % 4 + 1


@pytest.fixture
def amira(context: ServiceContext) -> Caller:
    """Amira, of 61 years, with three children, thirty years of work, and papers."""
    made = Office(service, context)
    wages = quarters_of_wages(AMIRA, count=120, wage_minor=3_000_000, last=last_quarter())
    people = registered(AMIRA, birth_on=BORN_ON, dependants=CHILDREN, fund_id=TN)
    handle(context, service, wages, people, upload("u1"), upload("u2"), upload("u3"), fund_id=TN)
    assert parked(context) == []
    return made.person(AMIRA, fund=TN)


def body(claim_type: str, papers: tuple[str, ...] = (), **answers: Any) -> dict[str, Any]:
    return {
        "claim_type": claim_type,
        "papers": [{"kind": kind, "upload_id": f"u{i}"} for i, kind in enumerate(papers, 1)],
        "answers": [{"code": code.replace("_", "-"), "value": value} for code, value in answers.items()],
    }


def estimated(caller: Caller, claim_type: str, **answers: Any) -> dict[str, Any]:
    asked = {key: value for key, value in body(claim_type, **answers).items() if key != "papers"}
    answer = caller.post("/estimates", asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def judged_claim(context: ServiceContext, claim_id: str) -> Any:
    uow = reading(context, TN)
    return benefits.judge_claim(uow, claims.load(uow, claim_id), on=TODAY)


def test_what_is_asked_is_offered_with_its_conditions(amira: Caller) -> None:
    offered = {each["claim_type"]: each for each in amira.get("/claim-types").json["items"]}
    allowance = offered["family-allowance"]
    assert (allowance["family"], allowance["decided_by"], allowance["is_for_care"]) == ("allowance", "rules", False)
    (question,) = allowance["questions"]
    assert (question["code"], question["kind"], question["when"]) == ("single-wage", "yes-no", None)
    assert question["text"] == "Votre conjoint est-il sans revenu professionnel ?" and question["help"]
    papers = {each["kind"]: each["when"] for each in allowance["papers"]}
    assert papers == {
        "birth-certificates": None,
        "spouse-declaration": {"fact": "answer.single-wage", "tests": {"is_true": "true"}},
    }
    drugs = {each["code"]: each for each in offered["chronic-drugs"]["questions"]}
    assert [each["code"] for each in drugs["for-whom"]["choices"]] == ["self", "dependant"]
    assert drugs["dependant"]["when"] == {"fact": "answer.for-whom", "tests": {"equals": "dependant"}}
    care = offered["care-reimbursement"]
    assert care["ceiling"]["amounts"][0] == "300.000" and allowance["ceiling"] is None
    assert (care["is_for_care"], care["questions"]) == (True, [])


def test_an_allowance_from_question_to_judged_sum(amira: Caller, context: ServiceContext) -> None:
    papers = ("birth-certificates", "spouse-declaration")
    filed = amira.post("/claims", body("family-allowance", papers, single_wage=True))
    assert filed.status_code == 201, filed.text
    assert filed.json["lines"] == [] and filed.json["care_on"] == TODAY.isoformat()
    (answer,) = filed.json["answers"]
    assert (answer["code"], answer["kind"], answer["value"]) == ("single-wage", "yes-no", "true")
    assert answer["question"] == "Votre conjoint est-il sans revenu professionnel ?"
    judged = judged_claim(context, filed.json["claim_id"])
    assert judged.outcome == "granted" and judged.sum.amount_minor == 82_035
    shown = estimated(amira, "family-allowance", single_wage=True)["judgement"]
    assert shown["sum"]["amount"] == "82.035" and shown["outcome_text"] == "Les conditions sont remplies."
    assert [line["amount"] for line in shown["sum"]["lines"]] == ["122.000", "21.960", "19.520", "17.080", "23.475"]
    base = shown["sum"]["lines"][0]
    assert not base["is_counted"] and base["article"].startswith("Loi 60-30") and base["rounding"] == "half-up"
    wage = base["facts"][0]
    assert (wage["name"], wage["value"], wage["source"]) == ("wages.last-quarter", "3000.000", "declarations")
    assert base["facts"][1]["name"].startswith("wages.quarter.")
    assert {"name": "at-most", "value": "122.000", "kind": "amount"}.items() <= base["facts"][2].items()
    kinds = {fact["name"]: fact["kind"] for line in shown["sum"]["lines"] for fact in line["facts"]}
    assert {"wages.last-quarter": "amount", "rank": "number", "percent": "number"}.items() <= kinds.items()


def test_a_condition_that_does_not_hold_says_so_in_words_and_by_which_text(amira: Caller) -> None:
    def conditions(*, stopped_on: date) -> list[dict[str, Any]]:
        judged = estimated(amira, "old-age-pension", stopped_on=stopped_on.isoformat())["judgement"]
        return list(judged["conditions"])

    met = conditions(stopped_on=TODAY - timedelta(days=30))
    assert all(each["holds"] and each["law"]["law"] and each["law"]["law_from"] for each in met)
    [failed] = [each for each in conditions(stopped_on=TODAY + timedelta(days=30)) if each["holds"] is False]
    assert failed["sentence"] != failed["code"] and " " in failed["sentence"]
    assert [each["kind"] for each in failed["facts"]] == ["number"]


def test_answers_and_wages_rest_encrypted(amira: Caller, context: ServiceContext) -> None:
    amira.post("/claims", body("general-request", subject="temoinelle", words="kanarimada"))
    for collection in ("claims", "requests", "outbox", "audit", "entitlements", "insured"):
        at_rest = repr(list(context.database[collection].find()))
        assert at_rest != "[]"
        for private in ("kanarimada", "temoinelle", "3000000", BORN_ON):
            assert private not in at_rest, collection


@pytest.mark.parametrize(
    ("answers", "papers", "faults"),
    [
        ({}, ("birth-certificates",), [("answers.single-wage", "answer.missing")]),
        ({"single_wage": "yes"}, ("birth-certificates",), [("answers.single-wage", "answer.not-a-yes-no")]),
        (
            {"single_wage": False, "moon": True},
            ("birth-certificates",),
            [("answers.moon", "answer.no-such-question")],
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_at_its_question(
    amira: Caller, context: ServiceContext, answers: dict[str, Any], papers: tuple[str, ...], faults: list[Any]
) -> None:
    refused = amira.post("/claims", body("family-allowance", papers, **answers))
    assert (refused.status_code, refused.json["code"]) == (422, "claim.answers-invalid")
    assert [(each["field"], each["code"]) for each in refused.json["errors"]] == faults
    assert all(each["detail"] != each["code"] for each in refused.json["errors"])
    assert context.database["claims"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"papers": []}, "claim.paper-lacking"),
        ({"papers": [{"kind": "birth-certificates", "upload_id": "u1"}]}, "claim.paper-lacking"),
        ({"care_on": "2026-01-01"}, "claim.care-not-asked"),
        ({"lines": [{"act": "specialist", "quantity": 1, "paid": "1.000"}]}, "claim.care-not-asked"),
        ({"answers": [{"code": "single-wage", "value": 1.5}]}, "request.invalid"),
        ({"answers": [{"code": "single-wage", "value": None}]}, "request.invalid"),
        ({"answers": [{"code": "single-wage", "value": "x" * 1001}]}, "request.invalid"),
        ({"answers": [{"code": "single-wage", "value": True}] * 41}, "request.invalid"),
    ],
)
def test_a_filing_that_cannot_be_is_refused(amira: Caller, change: dict[str, Any], code: str) -> None:
    whole = body("family-allowance", ("birth-certificates", "spouse-declaration"), single_wage=True)
    refused = amira.post("/claims", {**whole, **change})
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_a_paper_is_required_only_where_its_condition_holds(amira: Caller) -> None:
    assert (
        amira.post("/claims", body("family-allowance", ("birth-certificates",), single_wage=False)).status_code == 201
    )


def test_care_without_its_day_or_its_lines_is_refused(amira: Caller) -> None:
    day = (TODAY - timedelta(days=1)).isoformat()
    line = {"act": "specialist", "quantity": 1, "paid": "50.000"}
    for given, code in (({"care_on": day}, "claim.lines-missing"), ({"lines": [line]}, "claim.care-day-missing")):
        refused = amira.post("/claims", {"claim_type": "care-reimbursement", "papers": [], **given})
        assert (refused.status_code, refused.json["code"]) == (422, code)


# --- Each family, from its questions to what the rules say ------------------------------------------------------------


def test_a_pension_shows_every_quarter(amira: Caller) -> None:
    judged = estimated(amira, "old-age-pension", stopped_on=(TODAY - timedelta(days=30)).isoformat())["judgement"]
    assert (judged["outcome"], judged["sum"]["amount"]) == ("granted", "800.000")  # 80 % of 1,000 a month
    earned = next(line for line in judged["sum"]["lines"] if line["rule"] == "earned")
    quarters = [fact for fact in earned["facts"] if fact["name"].startswith("work.quarter.")]
    assert len(quarters) == 120 and {fact["value"] for fact in quarters} == {"3M"}
    assert {"name": "rate", "value": "80", "source": "fund"}.items() <= earned["facts"][-1].items()
    filed = amira.post("/claims", body("old-age-pension", ("identity-card",), stopped_on=TODAY.isoformat()))
    assert filed.status_code == 201, filed.text


def test_a_pension_that_is_not_due_yet_says_why(amira: Caller) -> None:
    answer = estimated(amira, "old-age-pension", stopped_on=(TODAY + timedelta(days=30)).isoformat())
    assert (answer["judgement"]["outcome"], answer["judgement"]["failed"]) == ("refused", "has-stopped")
    assert answer["failed_text"] == "La pension s'ouvre quand le travail a cessé."


@pytest.mark.parametrize(("days", "amount"), [(5, None), (6, "22.222"), (15, "222.222"), (365, "4000.000")])
def test_sickness_days_beyond_the_waiting_days(amira: Caller, days: int, amount: str | None) -> None:
    answer = estimated(amira, "sickness-allowance", stopped_on=TODAY.isoformat(), days=days, at_hospital=False)
    if amount is None:
        assert answer["judgement"]["failed"] == "nothing-due" and answer["failed_text"]
    else:
        assert answer["judgement"]["sum"]["amount"] == amount  # two thirds of 3,000 / 90 a day


def test_cover_is_asked_for_a_dependant_of_one_s_own(amira: Caller, context: ServiceContext) -> None:
    mine = amira.get("/dependants").json["items"]
    assert [each["relation"] for each in mine] == ["child"] * 3 and mine[0]["birth_on"] == "2010-06-01"
    papers = ("request-form", "medical-report", "prescription")
    owner: dict[str, Any] = {"for_whom": "dependant", "renewal": False}
    stranger = amira.post("/claims", body("chronic-drugs", papers, **owner, dependant="somebody"))
    assert stranger.json["errors"][0]["code"] == "answer.not-a-dependant"
    filed = amira.post("/claims", body("chronic-drugs", papers, **owner, dependant=mine[0]["dependant_id"]))
    assert filed.status_code == 201, filed.text
    judged = judged_claim(context, filed.json["claim_id"])
    assert (judged.outcome, judged.sum) == ("granted", None)
    for claim_type in ("coverage-agreement", "remaining-share-exemption"):
        assert claim_type in {each["claim_type"] for each in amira.get("/claim-types").json["items"]}


def test_an_agreement_asks_further_only_for_something_else(amira: Caller) -> None:
    given = {"provider": "Clinique", "planned_on": TODAY.isoformat()}
    assert estimated(amira, "coverage-agreement", act="scan", **given)["judgement"]["outcome"] == "granted"
    asked = amira.post("/estimates", {**body("coverage-agreement", act="other", **given)} | {"papers": []})
    assert asked.json["code"] == "request.invalid"  # an estimate has no papers
    lacking = {key: value for key, value in body("coverage-agreement", act="other", **given).items() if key != "papers"}
    assert amira.post("/estimates", lacking).json["errors"][0]["field"] == "answers.which"


def test_an_exemption_is_judged(amira: Caller) -> None:
    assert estimated(amira, "remaining-share-exemption", since_on="2020-01-01")["judgement"]["outcome"] == "granted"


def test_care_is_paid_whole_by_a_cover_in_force(amira: Caller, context: ServiceContext) -> None:
    asked = amira.post("/claims", body("remaining-share-exemption", ("medical-report",), since_on="2020-01-01"))
    assert asked.status_code == 201, asked.text

    def opened(uow: UnitOfWork) -> Any:
        claim = claims.load(uow, asked.json["claim_id"])
        return open_award(uow, claim, None, from_on=TODAY, until_on=TODAY + timedelta(days=365))

    cover = context.run(TN, by=someone(), cause="a grant", action=opened)
    care = {
        "claim_type": "care-reimbursement",
        "care_on": TODAY.isoformat(),
        "lines": [{"act": "general-practitioner", "quantity": 1, "paid": "60.000"}],
        "papers": [{"kind": "care-sheet", "upload_id": "u2"}, {"kind": "prescription", "upload_id": "u3"}],
    }
    filed = amira.post("/claims", care)
    assert filed.status_code == 201, filed.text
    agent = Office(service, context).staff(fund=TN)
    approved = agent.post(f"/claims/{filed.json['claim_id']}/approval", {})
    assert approved.json["approved"] == "35.000"  # all of the reference price, 28.000 without the cover
    (line,) = approved.json["decision"]["lines"]
    assert (line["percent"], line["cover"], line["reduced_for"]) == ("100", cover.reference, None)


@pytest.mark.parametrize(("income", "outcome"), [("100.000", "granted"), ("2500.000", "refused")])
def test_aid_by_a_means_test(amira: Caller, income: str, outcome: str) -> None:
    answer = estimated(amira, "solidarity-aid", household=5, monthly_income=income, severe_disability=False)
    assert answer["judgement"]["outcome"] == outcome
    limit = next(each for each in answer["judgement"]["conditions"] if each["code"] == "income-within-limit")
    assert {fact["name"] for fact in limit["facts"]} == {"answer.monthly-income", "formula.income-limit"}


def test_a_death_capital_is_one_sum(amira: Caller) -> None:
    answers = {"died_on": TODAY.isoformat(), "deceased_number": "00000123-23", "relation": "spouse"}
    judged = estimated(amira, "death-capital", **answers)["judgement"]
    assert judged["sum"]["amount"] == "3000.000" and judged["sum"]["lines"][0]["is_to_be_confirmed"]


def test_requests_are_granted_without_a_sum(amira: Caller) -> None:
    for claim_type, answers in (
        ("card-request", {"reason": "broken"}),
        ("data-correction", {"what": "career", "correct": "2019"}),
        ("general-request", {"subject": "a", "words": "b"}),
    ):
        judged = estimated(amira, claim_type, **answers)["judgement"]
        assert (judged["outcome"], judged["sum"]) == ("granted", None)
    lost = amira.post("/claims", body("card-request", reason="lost"))
    assert lost.json["code"] == "claim.paper-lacking"


BASE = "Salaire pris en compte"
"""What the family allowance calls its step `base`; two other benefits of the fund call theirs otherwise."""


def base_texts(explained: Any) -> set[str]:
    return {
        fact["name_text"] for line in explained["lines"] for fact in line["facts"] if fact["name"] == "formula.base"
    }


def test_a_fact_is_said_in_the_words_of_its_own_benefit_wherever_it_is_shown(
    amira: Caller, context: ServiceContext
) -> None:
    assert base_texts(estimated(amira, "family-allowance", single_wage=False)["judgement"]["sum"]) == {BASE}
    filed = amira.post("/claims", body("family-allowance", ("birth-certificates",), single_wage=False))
    assert base_texts(filed.json["decision"]["explained"]) == {BASE}
    (award,) = amira.get("/awards").json["items"]
    assert base_texts(award["sum"]) == {BASE}
    again = amira.get(f"/awards/{award['award_id']}/reassessment").json
    assert base_texts(again["last"]["sum"]) == {BASE}
    agent = Office(service, context).staff(fund=TN)
    looked_at = agent.get(f"/queue/claims/{filed.json['claim_id']}?purpose=handling", headers={"Accept-Language": "fr"})
    assert base_texts(looked_at.json["claim"]["decision"]["explained"]) == {BASE}


def test_a_question_that_two_benefits_ask_otherwise_is_said_as_the_own_one(amira: Caller) -> None:
    for claim_type, asked, more in (
        ("sickness-allowance", "Quel est le premier jour de l'arrêt de travail ?", {"days": 9, "at_hospital": False}),
        ("old-age-pension", "Quand avez-vous cessé de travailler, ou quand cesserez-vous ?", {}),
    ):
        judged = estimated(amira, claim_type, stopped_on=TODAY.isoformat(), **more)["judgement"]
        said = {fact["name"]: fact["name_text"] for each in judged["conditions"] for fact in each["facts"]}
        assert asked in said["answer.stopped-on.days-ago"]


def test_of_whom_nothing_is_known_an_agent_decides(amira: Caller, context: ServiceContext) -> None:
    karim = Office(service, context).person(KARIM, fund=TN)
    judged = estimated(karim, "old-age-pension", stopped_on=TODAY.isoformat())["judgement"]
    assert (judged["outcome"], judged["sum"]) == ("refused", None)  # no quarter was ever declared
    judged = estimated(karim, "solidarity-aid", household=2, monthly_income="0", severe_disability=False)["judgement"]
    assert (judged["outcome"], judged["missing"]) == ("undecided", ["dependants.children.aged-6-to-18"])
    assert karim.get("/dependants").json["items"] == []


def test_an_estimate_is_for_a_person_and_a_known_type(amira: Caller, context: ServiceContext) -> None:
    office = Office(service, context)
    refused = office.staff(fund=TN).post("/estimates", {"claim_type": "general-request"})
    assert refused.status_code == 403
    assert amira.post("/estimates", {"claim_type": "care-reimbursement"}).json["code"] == "benefit.priced-by-line"
    assert amira.post("/estimates", {"claim_type": "moon-trip"}).json["code"] == "claim.type-unknown"
    assert context.database["claims"].count_documents({}) == 0
