"""What anyone asks of benefits over HTTP, without an account: in their language, and nothing is kept; and what is known
of who is signed in."""

from typing import Any

import pytest

from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.kit.callers import Caller, Office
from tests.kit.contexts import DZ, TN, handle, parked, today
from tests.kit.people import AMIRA, KARIM

PREFIX = f"/v1/{TN}"
TODAY = today(TN)
WAGES = "wages.mean-month.last-40-quarters"


def body(claim_type: str, **given: Any) -> dict[str, Any]:
    return {"claim_type": claim_type, "answers": [{"code": code, "value": value} for code, value in given.items()]}


PENSION = {"person.birth-on": "1950-05-01", "work.quarters": 100, WAGES: "1000", "stopped-on": "2020-01-01"}


def test_anyone_sees_what_is_asked_for_each_benefit(context: ServiceContext) -> None:
    nobody = Office(service, context).nobody(fund=TN)
    answer = nobody.get(f"{PREFIX}/benefit-terms", headers={"Accept-Language": "fr"})
    assert answer.headers["Cache-Control"].startswith("public")
    offered = {each["claim_type"]: each for each in answer.json["items"]}
    assert "care-reimbursement" not in offered and offered["old-age-pension"]["name"] == "Pension de vieillesse"
    asked = {each["code"]: each for each in offered["old-age-pension"]["questions"]}
    assert [(code, each["kind"], each["text"]) for code, each in asked.items()] == [
        ("person.birth-on", "date", "Date de naissance"),
        ("work.quarters", "number", "Trimestres travaillés"),
        (WAGES, "amount", "Salaire mensuel moyen déclaré des 40 derniers trimestres"),
        ("stopped-on", "date", "Quand avez-vous cessé de travailler, ou quand cesserez-vous ?"),
    ]
    assert asked[WAGES]["help"] == "Avant cotisations et impôt, comme sur les bulletins de paie."
    arabic = nobody.get(f"{PREFIX}/benefit-terms", headers={"Accept-Language": "ar"}).json["items"]
    family = next(each for each in arabic if each["claim_type"] == "family-allowance")
    assert [each["text"] for each in family["questions"]] == [
        "الأبناء المكفولون",
        "الحق في الخدمات مفتوح",
        "أجر آخر ثلاثي مصرح به",
        "هل قرينكم بدون دخل من عمل؟",
    ]


def test_a_pension_is_estimated_step_by_step_and_nothing_is_kept(context: ServiceContext) -> None:
    nobody = Office(service, context).nobody(fund=TN)
    found = nobody.post(
        f"{PREFIX}/benefits/simulation", json=body("old-age-pension", **PENSION), headers={"Accept-Language": "fr"}
    ).json
    assert (found["outcome"], found["text"]) == ("granted", "Selon vos réponses, les conditions sont remplies.")
    assert (found["sum"]["amount"], found["sum"]["currency"], found["every"]) == ("700.000", "TND", "month")
    assert (found["on"], found["unanswered"], found["failed_text"]) == (str(TODAY), [], None)
    lines = {each["rule"]: each for each in found["sum"]["lines"]}
    assert lines["reference-wage"]["article"] == "Moyenne des dix dernières années, sans revalorisation"
    assert lines["reference-wage"]["is_to_be_confirmed"] is True and lines["pension"]["is_to_be_confirmed"] is False
    old, long, _ = found["conditions"]
    assert (old["holds"], old["law"]["law"]) == (True, "Décret 74-499, régime de vieillesse")
    assert long["facts"] == [
        {"name": "work.quarters", "name_text": "Trimestres travaillés", "kind": "number", "value": "100"}
    ]
    kept = (context.database[name].find_one() for name in context.database.list_collection_names())
    assert [each for each in kept if each] == []


def test_a_step_is_called_in_the_sum_as_its_own_benefit_calls_it(context: ServiceContext) -> None:
    """Two other benefits of the fund have a step of the same code, with another name."""
    answers = {"dependants.children": 2, "right.is-open": True, "wages.last-quarter": "2000", "single-wage": False}
    found = (
        Office(service, context)
        .nobody(fund=TN)
        .post(
            f"{PREFIX}/benefits/simulation", json=body("family-allowance", **answers), headers={"Accept-Language": "fr"}
        )
    )
    facts = [fact for line in found.json["sum"]["lines"] for fact in line["facts"] if fact["name"] == "formula.base"]
    assert {each["name_text"] for each in facts} == {"Salaire pris en compte"}


def test_why_not_and_what_is_missing_are_said_in_the_callers_language(context: ServiceContext) -> None:
    nobody, arabic = Office(service, context).nobody(fund=TN), {"Accept-Language": "ar"}
    young = {**PENSION, "person.birth-on": f"{TODAY.year - 30}-01-01"}
    found = nobody.post(f"{PREFIX}/benefits/simulation", json=body("old-age-pension", **young), headers=arabic).json
    assert (found["outcome"], found["failed_text"], found["sum"]) == ("refused", "سن التقاعد ستون سنة.", None)
    assert [each["sentence"] for each in found["conditions"] if each["holds"] is False] == ["سن التقاعد ستون سنة."]
    some, english = body("sickness-allowance", **{"right.is-open": True, "days": 10}), {"Accept-Language": "en"}
    lacking = nobody.post(f"{PREFIX}/benefits/simulation", json=some, headers=english).json
    missing = "It cannot be estimated yet, since answers are missing."
    assert (lacking["outcome"], lacking["text"], lacking["sum"]) == ("undecided", missing, None)
    assert lacking["unanswered"] == [
        "Mean wage of a quarter, declared for the last 4 quarters",
        "Which is the first day off work?",
    ]
    in_time = next(each for each in lacking["conditions"] if each["code"] == "in-time")
    assert (in_time["holds"], in_time["missing_texts"]) == (None, ["Days since: Which is the first day off work?"])


def test_a_choice_is_shown_as_it_was_offered(context: ServiceContext) -> None:
    answers = {"deceased.work.quarters": 100, "deceased.dependants.children": 0, "relation": "orphan"}
    nobody = Office(service, context).nobody(fund=TN)
    found = nobody.post(f"{PREFIX}/benefits/simulation", json=body("survivor-pension", **answers)).json
    relation = [fact for each in found["conditions"] for fact in each["facts"] if fact["name"] == "answer.relation"]
    assert {(each["kind"], each["value"]) for each in relation} == {("text", relation[0]["value"])}
    assert relation[0]["value"] != "orphan"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (body("moon-trip"), "claim.type-unknown"),
        (body("care-reimbursement"), "benefit.not-simulated"),
        (body("old-age-pension", **{"work.quarters": "many"}), "claim.answers-invalid"),
        (body("old-age-pension", **{"person.birth-on": "2190-01-01"}), "right.not-born-yet"),
        ({"claim_type": "old-age-pension", "answers": [{"code": "x" * 81, "value": 1}]}, "request.invalid"),
        ({"claim_type": "old-age-pension", "person_ref": "me"}, "request.invalid"),
    ],
)
def test_what_is_no_question_is_refused(context: ServiceContext, asked: dict[str, Any], code: str) -> None:
    answer = Office(service, context).nobody(fund=TN).post(f"{PREFIX}/benefits/simulation", json=asked)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_key_is_not_needed_and_keeps_nothing(context: ServiceContext) -> None:
    nobody = Office(service, context).nobody(fund=TN)
    for wage in ("1000", "2000"):  # the same key with another body is no repeated request
        asked = body("old-age-pension", **{**PENSION, WAGES: wage})
        answer = nobody.post(f"{PREFIX}/benefits/simulation", json=asked, headers={"Idempotency-Key": "twice-the-same"})
        assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)
    assert context.database["requests"].count_documents({}) == 0


def test_a_fund_without_such_benefits_offers_none(context: ServiceContext) -> None:
    assert Office(service, context).nobody(fund=DZ).get(f"/v1/{DZ}/benefit-terms").json == {"items": []}


BORN_ON = f"{TODAY.year - 61}-01-01"


@pytest.fixture
def amira(context: ServiceContext) -> Caller:
    """Amira, of 61 years, with two children and twenty years of work until the last quarter."""
    number = TODAY.year * 4 + (TODAY.month - 1) // 3 - 1
    last = (number // 4, number % 4 + 1)
    children = [{"relation": "child", "birth_on": f"{TODAY.year - age}-01-01"} for age in (4, 9)]
    wages = quarters_of_wages(AMIRA, count=80, wage_minor=3_000_000, last=last)
    handle(context, service, wages, registered(AMIRA, birth_on=BORN_ON, dependants=children, fund_id=TN), fund_id=TN)
    assert parked(context) == []
    return Office(service, context).person(AMIRA, fund=TN)


def known(caller: Caller, claim_type: str) -> dict[str, Any]:
    answer = caller.get(f"/benefit-facts?claim_type={claim_type}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json["items"]}


def test_what_the_fund_knows_of_the_caller_need_not_be_typed(amira: Caller, context: ServiceContext) -> None:
    found = known(amira, "old-age-pension")
    assert {code: each["value"] for code, each in found.items()} == {
        "person.birth-on": BORN_ON,
        "work.quarters": 80,
        WAGES: "1000.000",
    }
    assert found["work.quarters"]["source_text"] == "Les déclarations des employeurs"
    assert found["work.quarters"]["as_of"] == str(TODAY)
    assert found["person.birth-on"]["source"] == "register" and found["person.birth-on"]["parts"] == []
    worked, earned = found["work.quarters"]["parts"], found[WAGES]["parts"]
    assert (len(worked), worked[0]["value"], len(earned), earned[0]["value"]) == (80, "3M", 40, "3000.000")
    assert worked[-1]["period"] == earned[0]["period"]  # of a wage the newest first, of a career the oldest
    assert context.database["access_journal"].count_documents({}) == 0


def test_what_is_known_is_an_answer_to_the_simulation_as_it_is_or_changed(amira: Caller) -> None:
    asked = {code: each["value"] for code, each in known(amira, "old-age-pension").items()}
    asked |= {"stopped-on": str(TODAY)}
    path = "/benefits/simulation"
    as_it_is = amira.post(path, body("old-age-pension", **asked)).json
    longer = amira.post(path, body("old-age-pension", **{**asked, "work.quarters": asked["work.quarters"] + 8})).json
    assert (as_it_is["sum"]["amount"], longer["sum"]["amount"]) == ("600.000", "640.000")


def test_children_and_an_open_right_are_known_and_the_rest_is_asked(amira: Caller) -> None:
    found = known(amira, "family-allowance")
    assert {code: each["value"] for code, each in found.items()} == {
        "dependants.children": 2,
        "right.is-open": True,
        "wages.last-quarter": "3000.000",
    }


def test_of_a_deceased_whom_nobody_named_nothing_is_known(amira: Caller) -> None:
    assert known(amira, "survivor-pension") == {}


def test_of_whom_the_register_knows_nothing_only_that_is_said(amira: Caller, context: ServiceContext) -> None:
    found = known(Office(service, context).person(KARIM, fund=TN), "old-age-pension")
    assert {code: each["value"] for code, each in found.items()} == {"work.quarters": 0}


def test_only_a_person_is_told_what_is_known_and_only_of_a_benefit_that_is_estimated(
    amira: Caller, context: ServiceContext
) -> None:
    path = "/benefit-facts?claim_type="
    assert amira.get(f"{path}moon-trip").json["code"] == "claim.type-unknown"
    assert amira.get(f"{path}care-reimbursement").json["code"] == "benefit.not-simulated"
    agent = Office(service, context).staff(fund=TN).get(f"{path}old-age-pension")
    assert (agent.status_code, agent.json["code"]) == (403, "access.not-yours")
