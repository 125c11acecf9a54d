"""What anyone asks of benefits over HTTP, without an account: in their language, and nothing is kept."""

from typing import Any

import pytest

from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, today

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
