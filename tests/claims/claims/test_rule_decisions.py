"""Benefits that are decided from facts: untouched by rules, by an agent, by medical control; and what follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.claims.claims import rule_decisions
from services.claims.claims.claim import Doubt
from services.claims.wiring import service
from shared.funds.benefits import DecidedBy
from shared.funds.law import Confidence, Law
from shared.funds.procedure import AutomatedDecisions, OnePersonLimit, Procedure, Sample
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.benefits.test_routes import BORN_ON, CHILDREN, body, last_quarter
from tests.claims.builders import upload, wages, with_procedure
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, parked, published
from tests.kit.people import AMIRA, KARIM

ALLOWANCE = ("birth-certificates", "spouse-declaration")
DRUGS = ("request-form", "medical-report", "prescription")
LAW = Law(valid_from=date(2020, 1, 1), reference="a text", confidence=Confidence.HIGH)
OfFund = Callable[..., Office]


@pytest.fixture
def office(context: ServiceContext) -> OfFund:
    """Claims of a fund whose benefits have a procedure, with Amira, her three children, her work and her papers."""

    def of(claim_type: str = "family-allowance", **procedure: Any) -> Office:
        fund = context.funds[TN]
        changed = replace(fund.claim_types[claim_type], procedure=Procedure(**procedure))
        types = {**fund.claim_types, claim_type: changed}
        here = replace(context, funds={**context.funds, TN: fund_with(fund, types)})
        worked = quarters_of_wages(AMIRA, count=120, wage_minor=3_000_000, last=last_quarter())
        people = registered(AMIRA, birth_on=BORN_ON, dependants=CHILDREN, fund_id=TN)
        handle(here, service, worked, people, *(upload(f"u{n}") for n in range(1, 9)), fund_id=TN)
        assert parked(here) == []
        return Office(service, here)

    return of


def fund_with(fund: Any, types: Any) -> Any:
    return replace(fund, claim_types=types)


def file(office: Office, claim_type: str, papers: tuple[str, ...], **answers: Any) -> dict[str, Any]:
    answer = office.person(AMIRA, fund=TN).post("/claims", body(claim_type, papers, **answers))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def agent(office: Office, name: str = "agent-1") -> Any:
    return office.staff(name, fund=TN)


# --- Untouched --------------------------------------------------------------------------------------------------------


def test_where_rules_decide_and_nothing_is_in_doubt_nobody_touches_it(office: OfFund, context: ServiceContext) -> None:
    here = office()
    filed = file(here, "family-allowance", ALLOWANCE, single_wage=True)
    assert (filed["status"], filed["assigned_to"], filed["approved"]) == ("under-way", None, "0.000")
    assert (filed["decision"]["is_by_rules"], filed["decision"]["explained"]["amount"]) == (True, "82.035")
    assert [step["status"] for step in filed["timeline"]] == ["submitted", "approved", "under-way"]
    assert "claims.award-opened" in published(context) and "claims.claim-approved" not in published(context)
    awards = here.person(AMIRA, fund=TN).get("/awards").json["items"]
    assert [each["claim_id"] for each in awards] == [filed["claim_id"]]
    assert agent(here).get("/queue/claims").json["items"] == []


@pytest.mark.parametrize(
    ("procedure", "doubt"),
    [
        ({"untouched": AutomatedDecisions.NOTHING}, "not-allowed"),
        ({"samples": (Sample(percent=Decimal(100), law=LAW),)}, "sample"),
        ({"one_person_up_to": (OnePersonLimit(amount=Money(1_000, Currency.TND), law=LAW),)}, "second-person"),
    ],
)
def test_what_is_in_doubt_waits_for_an_agent_with_the_proposal(
    office: OfFund, procedure: dict[str, Any], doubt: str
) -> None:
    here = office(**procedure)
    filed = file(here, "family-allowance", ALLOWANCE, single_wage=True)
    assert (filed["status"], filed["decision"]) == ("submitted", None)
    seen = agent(here).get(f"/queue/claims/{filed['claim_id']}").json
    assert [each["code"] for each in seen["doubts"]] == [doubt]
    assert seen["judgement"]["sum"]["amount"] == "82.035"
    granted = agent(here).post(f"/claims/{filed['claim_id']}/approval", {})
    if doubt == "second-person":
        assert granted.json["status"] == "to-confirm"
        granted = agent(here, "agent-2").post(f"/claims/{filed['claim_id']}/confirmation")
    assert granted.json["status"] == "under-way"
    assert (granted.json["decision"]["is_by_rules"], granted.json["decision"]["explained"]["amount"]) == (
        False,
        "82.035",
    )


def test_a_second_claim_for_the_same_benefit_is_in_doubt(office: OfFund) -> None:
    here = office()
    first = file(here, "family-allowance", ALLOWANCE[:1], single_wage=False)
    papers = [{"kind": "birth-certificates", "upload_id": "u3"}]
    second = (
        here.person(AMIRA, fund=TN)
        .post("/claims", {**body("family-allowance", single_wage=False), "papers": papers})
        .json
    )
    assert second["status"] == "submitted"
    seen = agent(here).get(f"/queue/claims/{second['claim_id']}").json
    assert [each["code"] for each in seen["doubts"]] == ["alike"]
    assert [(each["likeness"], each["claim_id"]) for each in seen["findings"]] == [("same-benefit", first["claim_id"])]
    refused = agent(here).post(f"/claims/{second['claim_id']}/approval", {})
    assert refused.json["code"] == "claim.duplicate-open"


@pytest.mark.parametrize(
    ("untouched", "status"), [(AutomatedDecisions.GRANTS, "submitted"), (AutomatedDecisions.ALL, "refused")]
)
def test_what_rules_refuse_a_person_refuses_unless_the_fund_says_otherwise(
    office: OfFund, context: ServiceContext, untouched: AutomatedDecisions, status: str
) -> None:
    here = office(untouched=untouched)
    people = registered(AMIRA, birth_on=BORN_ON, dependants=(), fund_id=TN)
    later = replace(people, page_id="page-2", registered_at=people.registered_at.replace(year=2027))
    handle(context, service, later, fund_id=TN)
    filed = file(here, "family-allowance", ALLOWANCE[:1], single_wage=False)
    assert filed["status"] == status
    if status == "submitted":
        path, at_work = f"/claims/{filed['claim_id']}", agent(here)
        assert at_work.post(f"{path}/approval", {}).json["code"] == "claim.condition-not-met"
        filed = at_work.post(f"{path}/refusal", {"reason": "has-children"}).json
    assert filed["decision"]["refused_for"] == "has-children"
    assert filed["decision"]["refused_text"] == "Aucun enfant à charge n'ouvre droit aux allocations."
    assert filed["contest"]["days"] == 60


def test_care_is_decided_untouched_where_the_fund_says_so(context: ServiceContext) -> None:
    fund = with_procedure()
    care = replace(fund.claim_types["care-reimbursement"], decided_by=DecidedBy.RULES)
    here = replace(context, funds={**context.funds, DZ: fund_with(fund, {"care-reimbursement": care})})
    made = Office(service, here)
    handle(
        here, service, wages(AMIRA), *(upload(f"u{n}") for n in range(1, 5)), upload("k1", KARIM), upload("k2", KARIM)
    )
    filed = made.person(AMIRA).post("/claims", filing()).json
    assert (filed["status"], filed["approved"], filed["decision"]["is_by_rules"]) == ("approved", "320.00", True)
    assert published(here)[-2:] == ["claims.claim-submitted", "claims.claim-approved"]
    papers = [{"kind": "care-sheet", "upload_id": "u3"}, {"kind": "prescription", "upload_id": "u4"}]
    again = made.person(AMIRA).post("/claims", filing(papers=papers)).json
    seen = made.staff().get(f"/queue/claims/{again['claim_id']}").json
    assert [each["code"] for each in seen["doubts"]] == ["alike"]
    papers = [{"kind": "care-sheet", "upload_id": "k1"}, {"kind": "prescription", "upload_id": "k2"}]
    karim = made.person(KARIM).post("/claims", filing(papers=papers)).json
    seen = made.staff().get(f"/queue/claims/{karim['claim_id']}").json
    assert [each["code"] for each in seen["doubts"]] == ["right-not-open"]


def test_who_decides_reads_which_dependant_is_meant(office: OfFund) -> None:
    here = office("chronic-drugs")
    [mine, *_] = here.person(AMIRA, fund=TN).get("/dependants").json["items"]
    filed = file(here, "chronic-drugs", DRUGS, for_whom="dependant", dependant=mine["dependant_id"], renewal=False)
    seen = agent(here).get(f"/queue/claims/{filed['claim_id']}").json
    assert seen["dependants"] == [mine] and mine["birth_on"] == CHILDREN[0]["birth_on"]
    asked = body("family-allowance", ALLOWANCE[:1], single_wage=False)
    asked["papers"][0]["upload_id"] = "u8"
    own = here.person(AMIRA, fund=TN).post("/claims", asked).json
    assert agent(here).get(f"/queue/claims/{own['claim_id']}").json["dependants"] == []


@pytest.mark.parametrize(("percent", "drawn"), [("0", False), ("12.5", True), ("12.49", False), ("100", True)])
def test_a_sample_is_drawn_by_the_digest(percent: str, drawn: bool) -> None:
    sample = (Sample(percent=Decimal(percent), law=LAW),)
    care = replace(with_procedure().claim_types["care-reimbursement"], procedure=Procedure(samples=sample))
    digest = f"{1_249:08x}ffff"
    assert rule_decisions.is_in_sample(care, digest, on=LAW.valid_from) is drawn
    assert not rule_decisions.is_in_sample(replace(care, procedure=Procedure()), digest, on=LAW.valid_from)


# --- Medical control decides ------------------------------------------------------------------------------------------


@pytest.fixture
def drugs(office: OfFund) -> tuple[Office, str]:
    """A claim for the drugs of a chronic illness, which medical control decides; its id."""
    here = office("chronic-drugs")
    filed = file(here, "chronic-drugs", DRUGS, for_whom="self", renewal=False)
    assert filed["status"] == "medical-control"
    claim_id: str = filed["claim_id"]
    return here, claim_id


def answered(office: Office, claim_id: str, **answer: Any) -> dict[str, Any]:
    officer = office.staff("officer-1", fund=TN, scopes=["claims:medical"])
    given = officer.post(f"/medical-queue/claims/{claim_id}/answer", {"reason": "justified", **answer})
    assert given.status_code == 200, given.text
    return dict(given.json)


def test_medical_control_grants_a_cover_for_as_long_as_it_says(drugs: tuple[Office, str]) -> None:
    here, claim_id = drugs
    granted = answered(here, claim_id, answer="yes", months=6)
    assert (granted["status"], granted["assigned_to"]) == ("under-way", None)
    (award,) = here.person(AMIRA, fund=TN).get("/awards").json["items"]
    assert award["claim_id"] == claim_id and award["until_on"] is not None
    assert (date.fromisoformat(award["until_on"]) - date.fromisoformat(award["from_on"])).days < 186


def test_medical_control_refuses_and_the_person_may_contest_it(drugs: tuple[Office, str]) -> None:
    here, claim_id = drugs
    refused = answered(here, claim_id, answer="no")
    assert (refused["status"], refused["decision"]["refused_for"]) == ("refused", "medically-not-justified")
    amira = here.person(AMIRA, fund=TN)
    appeal = amira.post(f"/claims/{claim_id}/appeal", {"statement": "Voici un autre rapport."})
    assert appeal.status_code == 201, appeal.text
    path = f"/claims/{appeal.json['claim_id']}"
    agent(here).post(f"{path}/medical-request")
    officer = here.staff("officer-1", fund=TN, scopes=["claims:medical"])
    same = officer.post(f"/medical-queue{path}/answer", {"answer": "yes", "reason": "justified"})
    assert same.json["code"] == "claim.same-person"
    other = here.staff("officer-2", fund=TN, scopes=["claims:medical"])
    granted = other.post(f"/medical-queue{path}/answer", {"answer": "yes", "reason": "justified"})
    assert granted.json["status"] == "under-way"
    assert amira.get(f"/claims/{claim_id}").json["appeal"]["outcome"] == "reversed"


# --- A request --------------------------------------------------------------------------------------------------------


def test_a_request_is_granted_done_and_told(office: OfFund, context: ServiceContext) -> None:
    here = office("card-request")
    filed = file(here, "card-request", (), reason="broken")
    assert (filed["status"], filed["next"]["who"]) == ("under-way", "fund")
    assert published(context)[-1] == "claims.request-granted"
    path = f"/claims/{filed['claim_id']}"
    done = agent(here).post(f"{path}/completion")
    assert (done.json["status"], published(context)[-1]) == ("done", "claims.request-done")
    assert agent(here).post(f"{path}/completion").json["code"] == "state.move-not-allowed"


def test_what_is_no_request_has_no_task(office: OfFund) -> None:
    here = office()
    filed = file(here, "family-allowance", ALLOWANCE[:1], single_wage=False)
    assert agent(here).post(f"/claims/{filed['claim_id']}/completion").json["code"] == "claim.no-task"


def test_every_doubt_can_be_raised() -> None:
    assert set(Doubt) == {
        *("not-allowed", "alike", "medical-control", "right-not-open", "facts-missing"),
        *("refusal", "nothing-due", "second-person", "sample"),
    }
