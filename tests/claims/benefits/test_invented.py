"""Benefits that nobody had in mind, written here and nowhere else: they run from question to effect without a line of
Python."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.claims.benefits.actions import judge_claim
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims.store import claims
from services.claims.settings import Settings
from services.claims.wiring import service
from shared.funds.loading import DEFINITIONS, load
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import LAW, TEXTS, quarters_of_wages, registered
from tests.claims.builders import AMIRA, upload
from tests.kit.callers import Caller, Office
from tests.kit.contexts import TN, handle, parked, published, reading, today
from tests.kit.people import KARIM

TODAY = today(TN)
HEAD = """
usual_days: [{completeness: 1, decision: 5, payment: 5, law: LAW}]
appeals: [{body: TEXTS, days: 30, law: LAW}]
names: TEXTS
"""
SCHOOL_MEALS = """
family: allowance
decided_by: rules
questions:
  - {code: far-from-school, kind: yes-no, asks: TEXTS}
  - {code: kilometres, kind: number, asks: TEXTS, at_most: 200, when: {fact: answer.far-from-school, is_true: yes}}
conditions:
  - {code: pupils, holds: {fact: dependants.children.aged-6-to-12, at_least: 1}, sentence: TEXTS, law: LAW}
formula:
  - {code: meal, names: TEXTS, step: amount, is_counted: no, values: [{amount: 12.500 TND, law: LAW}]}
  - {code: meals, names: TEXTS, step: times, of: formula.meal, count: dependants.children.aged-6-to-12,
     values: [{law: LAW}]}
  - {code: way, names: TEXTS, step: amount, when: {fact: answer.kilometres, at_least: 5},
     values: [{amount: 7.000 TND, law: LAW}]}
effect: {kind: pay-periodically, payment: [{every: quarter, judged_on: first-day, law: LAW,
  until: {fact: dependants.children.aged-6-to-12, at_most: 0}}]}
"""
TWIN_AID = """
family: grant
decided_by: rules
questions:
  - {code: born-on, kind: date, asks: TEXTS}
  - {code: multiple, kind: choice, asks: TEXTS, choices: {two: TEXTS, more: TEXTS}}
papers:
  birth-record: {names: TEXTS, requirements: [{is_required: yes, law: LAW}]}
conditions:
  - {code: recent, holds: {fact: answer.born-on.days-ago, at_least: 0, at_most: 365}, sentence: TEXTS, law: LAW}
formula:
  - {code: base, names: TEXTS, step: share-of, of: fund.minimum-wage, values: [{share: 1/2, law: LAW}]}
  - {code: third, names: TEXTS, step: amount, when: {fact: answer.multiple, equals: more},
     values: [{amount: 100.000 TND, law: LAW}]}
"""
QUIET_ROOM = """
family: coverage
decided_by: rules
effect: {kind: cover, cover: [{months: 6, covers: [specialist], percent: 90, law: LAW}]}
"""
KEY_LOAN = """
family: request
decided_by: agent
questions: [{code: why, kind: text, asks: TEXTS}]
effect: {kind: task, task: key-lent}
"""
WEDDING_GIFT = """
family: grant
decided_by: rules
conditions:
  - {code: once, holds: {fact: granted.wedding-gift.count, at_most: 0}, sentence: TEXTS, law: LAW}
  - {code: not-soon, holds: {any: [{fact: granted.key-loan.count.last-12-months, at_most: 0},
     {fact: granted.key-loan.days-ago, at_least: 30}]}, sentence: TEXTS, law: LAW}
formula: [{code: gift, names: TEXTS, step: amount, values: [{amount: 200.000 TND, law: LAW}]}]
effect: {kind: pay-once, is_checked_at_payment: yes}
"""
FIRST_TOOTH = """
family: grant
decided_by: rules
questions: [{code: child, kind: dependant, asks: TEXTS}]
conditions:
  - {code: small, holds: {all: [{fact: dependant.child.age, at_most: 12},
     {fact: dependant.child.is-covered, is_true: yes}, {fact: dependant.child.relation, equals: child}]},
     sentence: TEXTS, law: LAW}
  - {code: worked, holds: {any: [{fact: work.quarters-of-50-days.last-4-quarters, at_least: 2},
     {fact: work.days.last-3-months, at_least: 15}]}, sentence: TEXTS, law: LAW}
  - {code: once-per-child, holds: {fact: granted.first-tooth.count.same-child, at_most: 0}, sentence: TEXTS, law: LAW}
formula:
  - {code: gift, names: TEXTS, step: amount, values: [{amount: 10.000 TND, law: LAW}]}
  - {code: care, names: TEXTS, step: amount, when: {fact: dependant.child.condition, equals: disabled},
     values: [{amount: 5.000 TND, law: LAW}]}
"""
HEATING = """
family: allowance
decided_by: rules
conditions:
  - {code: not-much-yet, holds: {fact: granted.amount.this-year, amount_at_most: 25.000 TND}, sentence: TEXTS, law: LAW}
  - {code: not-often, holds: {fact: granted.count.last-400-days, at_most: 1}, sentence: TEXTS, law: LAW}
formula: [{code: heat, names: TEXTS, step: amount, values: [{amount: 30.000 TND, law: LAW}]}]
effect: {kind: pay-periodically, payment: [{every: month, judged_on: first-day, law: LAW}]}
"""
PAGES = {
    "heating": HEATING,
    "wedding-gift": WEDDING_GIFT,
    "first-tooth": FIRST_TOOTH,
    "school-meals": SCHOOL_MEALS,
    "twin-aid": TWIN_AID,
    "quiet-room": QUIET_ROOM,
    "key-loan": KEY_LOAN,
}


PUPILS = (
    {"relation": "child", "birth_on": f"{TODAY.year - 8}-01-01"},
    {"relation": "child", "birth_on": f"{TODAY.year - 9}-01-01", "condition": "disabled"},
)
SPOUSE = {"relation": "spouse", "birth_on": "1984-01-01"}
"""They have the ids d0, d1 and d2."""


@pytest.fixture
def ground(context: ServiceContext, tmp_path: Path) -> ServiceContext:
    """The fund with these pages beside its own in its folder."""
    copytree(DEFINITIONS / TN, tmp_path / TN)
    for code, text in PAGES.items():
        whole = (HEAD + text).replace("LAW", LAW).replace("TEXTS", TEXTS)
        (tmp_path / TN / "benefits" / f"{code}.yaml").write_text(whole, encoding="utf-8")
    return replace(context, funds={**context.funds, **load([TN], folder=tmp_path)})


@pytest.fixture
def office(ground: ServiceContext) -> Office:
    made = Office(service, ground)
    people = registered(AMIRA, birth_on="1985-01-01", dependants=[*PUPILS, SPOUSE], fund_id=TN)
    last = (TODAY.year, (TODAY.month - 1) // 3) if TODAY.month > 3 else (TODAY.year - 1, 4)
    wages = quarters_of_wages(AMIRA, count=8, wage_minor=2_000_000, last=last)
    handle(ground, service, people, wages, upload("u1"), fund_id=TN)
    assert parked(ground) == []
    return made


def filed(caller: Caller, claim_type: str, *, papers: tuple[str, ...] = (), **answers: Any) -> dict[str, Any]:
    answer = caller.post(
        "/claims",
        {
            "claim_type": claim_type,
            "papers": [{"kind": kind, "upload_id": "u1"} for kind in papers],
            "answers": [{"code": code.replace("_", "-"), "value": value} for code, value in answers.items()],
        },
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def work(ground: ServiceContext) -> None:
    Runner(ground, service.jobs(Settings())).run_due()


def test_an_allowance_is_granted_untouched_and_paid_by_a_run(office: Office, ground: ServiceContext) -> None:
    amira = office.person(AMIRA, fund=TN)
    claim = filed(amira, "school-meals", far_from_school=True, kilometres=9)
    assert claim["status"] == "under-way" and claim["decision"]["is_by_rules"]
    explained = claim["decision"]["explained"]
    assert (explained["amount"], len(explained["lines"])) == ("32.000", 3)
    (award,) = amira.get("/awards").json["items"]
    assert (award["claim_type"], award["status"]) == ("school-meals", "active")

    period = f"{TODAY.year}-Q{(TODAY.month + 2) // 3}"
    made = office.staff(fund=TN).post("/runs", {"claim_type": "school-meals", "period": period})
    assert made.status_code == 201, made.text
    work(ground)
    run = f"/runs/{made.json['run_id']}"
    assert office.staff(fund=TN).get(run).json["totals"]["amount"] == "32.000"
    assert office.staff("chief", fund=TN).post(f"{run}/approval").status_code == 200
    work(ground)
    assert published(ground).count("claims.benefit-due") == 1


def test_who_has_no_pupil_is_refused_by_the_page_s_own_sentence(office: Office, ground: ServiceContext) -> None:
    handle(ground, service, registered("pnobodyaaaaaaaaaaaaaaaaa", birth_on="1990-01-01", fund_id=TN), fund_id=TN)
    nobody = office.person("pnobodyaaaaaaaaaaaaaaaaa", fund=TN)
    estimate = nobody.post(
        "/estimates", {"claim_type": "school-meals", "answers": [{"code": "far-from-school", "value": False}]}
    )
    assert (estimate.json["judgement"]["failed"], estimate.json["failed_text"]) == ("pupils", "texte")


def test_a_grant_is_owed_at_once(office: Office, ground: ServiceContext) -> None:
    amira = office.person(AMIRA, fund=TN)
    born_on = date(TODAY.year, TODAY.month, 1).isoformat()
    claim = filed(amira, "twin-aid", papers=("birth-record",), born_on=born_on, multiple="more")
    assert claim["status"] == "approved" and claim["approved"] == claim["decision"]["explained"]["amount"]
    assert published(ground)[-1] == "claims.claim-approved"


def test_a_cover_and_a_task_take_their_course(office: Office, ground: ServiceContext) -> None:
    amira, agent = office.person(AMIRA, fund=TN), office.staff(fund=TN)
    assert filed(amira, "quiet-room")["status"] == "under-way"
    (cover,) = amira.get("/awards?kind=cover").json["items"]
    assert (cover["covers"], cover["percent"]) == (["specialist"], "90")
    asked = filed(amira, "key-loan", why="lost")
    granted = agent.post(f"/claims/{asked['claim_id']}/approval", {})
    assert granted.json["status"] == "under-way", granted.text
    done = agent.post(f"/claims/{asked['claim_id']}/completion")
    assert done.json["status"] == "done" and published(ground)[-1] == "claims.request-done"


def estimated(caller: Caller, claim_type: str, **answers: Any) -> dict[str, Any]:
    given = [{"code": code, "value": value} for code, value in answers.items()]
    answer = caller.post("/estimates", {"claim_type": claim_type, "answers": given})
    assert answer.status_code == 200, answer.text
    return dict(answer.json["judgement"])


def test_what_is_had_once_in_a_life_is_paid_though_it_is_looked_at_again_and_is_not_had_twice(
    office: Office, ground: ServiceContext
) -> None:
    amira, karim = office.person(AMIRA, fund=TN), office.person(KARIM, fund=TN)
    claim = filed(amira, "wedding-gift")
    assert (claim["status"], claim["approved"]) == ("approved", "200.000")
    assert published(ground)[-1] == "claims.claim-approved", "its own grant is not one before it"

    again = estimated(amira, "wedding-gift")
    assert (again["outcome"], again["failed"]) == ("refused", "once")
    (looked_at,) = again["conditions"][0]["facts"]
    assert (looked_at["value"], looked_at["source"], looked_at["as_of"]) == ("1", "fund", TODAY.isoformat())
    assert looked_at["name_text"] == "Nombre d'octrois antérieurs : texte"
    assert estimated(karim, "wedding-gift")["outcome"] == "granted"


def test_a_grant_of_another_benefit_counts_whatever_followed_from_it_and_a_request_that_nobody_decided_does_not(
    office: Office,
) -> None:
    amira, agent = office.person(AMIRA, fund=TN), office.staff(fund=TN)
    asked = filed(amira, "key-loan", why="lost")
    assert estimated(amira, "wedding-gift")["outcome"] == "granted"
    assert agent.post(f"/claims/{asked['claim_id']}/approval", {}).json["status"] == "under-way"
    refused = estimated(amira, "wedding-gift")
    assert refused["failed"] == "not-soon"
    facts = {each["name"]: each["value"] for each in refused["conditions"][1]["facts"]}
    assert facts == {"granted.key-loan.count.last-12-months": "1", "granted.key-loan.days-ago": "0"}


def test_of_the_child_whom_the_person_names_nothing_more_is_asked(office: Office) -> None:
    amira = office.person(AMIRA, fund=TN)
    claim = filed(amira, "first-tooth", child="d0")
    assert (claim["status"], claim["approved"]) == ("approved", "10.000")
    shown = {fact["name"]: fact for each in claim["decision"]["conditions"] for fact in each["facts"]}
    assert (shown["dependant.child.age"]["value"], shown["dependant.child.age"]["source"]) == ("8", "register")
    assert (shown["dependant.child.is-covered"]["value"], shown["dependant.child.relation"]["value"]) == (
        "true",
        "child",
    )
    assert shown["dependant.child.age"]["name_text"] == "Âge en années révolues : texte"
    assert shown["work.quarters-of-50-days.last-4-quarters"]["value"] == "4"
    parts = [each["name_text"] for name, each in shown.items() if name.startswith("work.days.20")]
    assert len(parts) == 4 and all(each.startswith("Jours travaillés en ") for each in parts), parts

    assert estimated(amira, "first-tooth", child="d0")["failed"] == "once-per-child"
    other = estimated(amira, "first-tooth", child="d1")
    assert (other["outcome"], other["sum"]["amount"]) == ("granted", "15.000")
    assert estimated(amira, "first-tooth", child="d2")["failed"] == "small"


def test_a_withdrawn_claim_and_one_of_somebody_else_s_child_count_for_nothing(office: Office) -> None:
    amira = office.person(AMIRA, fund=TN)
    withdrawn = filed(amira, "key-loan", why="lost")
    assert amira.post(f"/claims/{withdrawn['claim_id']}/withdrawal").status_code == 200
    assert estimated(amira, "wedding-gift")["outcome"] == "granted"
    refused = amira.post("/estimates", {"claim_type": "first-tooth", "answers": [{"code": "child", "value": "d9"}]})
    assert refused.json["errors"][0]["code"] == "answer.not-a-dependant"


def test_what_runs_paid_every_month_is_granted_before_too(office: Office, ground: ServiceContext) -> None:
    """Of the same benefit, by period; what the award itself is paid is not granted before it."""
    amira = office.person(AMIRA, fund=TN)
    claim = filed(amira, "heating")
    period = f"{TODAY.year}-M{TODAY.month:02d}"
    made = office.staff(fund=TN).post("/runs", {"claim_type": "heating", "period": period})
    assert made.status_code == 201, made.text
    work(ground)
    assert office.staff("chief", fund=TN).post(f"/runs/{made.json['run_id']}/approval").status_code == 200
    work(ground)
    judged = estimated(amira, "heating")
    facts = {fact["name"]: fact for each in judged["conditions"] for fact in each["facts"]}
    assert (judged["outcome"], judged["failed"]) == ("refused", "not-much-yet")
    assert facts["granted.amount.this-year"]["value"] == "30.000"
    assert facts["granted.count.last-400-days"]["value"] == "1"
    paid = facts[f"granted.paid-for.{period}"]
    assert (paid["value"], paid["name_text"], paid["source"]) == ("30.000", f"Versé pour {period}", "fund")
    uow = reading(ground, TN)
    own = judge_claim(uow, claims.load(uow, claim["claim_id"]), on=TODAY)
    assert own.outcome is JudgedOutcome.GRANTED
