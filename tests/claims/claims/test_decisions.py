"""A second person, the fund's own reasons, and the law's delay, over HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages, with_procedure
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, published, today
from tests.kit.people import AMIRA

OWN = {"not-resident": {"ar": "غير مقيم.", "fr": "Vous ne résidez pas dans la wilaya.", "en": "Not a resident."}}


@pytest.fixture
def of_fund(context: ServiceContext) -> ServiceContext:
    """A fund where one agent grants up to 100.00, which the law gives sixty days, with reasons of its own."""
    fund = with_procedure(one_person_up_to=10_000, legal_days=60, refusal_reasons=OWN)
    return replace(context, funds={**context.funds, DZ: fund})


@pytest.fixture
def office(of_fund: ServiceContext) -> Office:
    made = Office(service, of_fund)
    handle(of_fund, service, wages(AMIRA), upload("u1"), upload("u2"), upload("u3"), upload("u4"))
    return made


def filed(office: Office) -> str:
    claim_id: str = office.person(AMIRA).post("/claims", filing()).json["claim_id"]
    return claim_id


def test_above_an_amount_a_second_person_confirms_and_then_it_is_owed(office: Office, of_fund: ServiceContext) -> None:
    path = f"/claims/{filed(office)}"
    first, second, amira = office.staff("agent-1"), office.staff("agent-2"), office.person(AMIRA)
    waiting = first.post(f"{path}/approval", {})
    assert (waiting.json["status"], waiting.json["approved"], waiting.json["decision"]) == ("to-confirm", "0.00", None)
    assert "claims.claim-approved" not in published(of_fund)
    assert amira.get(path).json["next"]["text"] == "Un second agent confirme la décision."
    assert "proposal" not in amira.get(path).json
    proposal = second.get(f"/queue{path}").json["proposal"]
    assert (proposal["decided_by"], proposal["amount"], len(proposal["lines"])) == ("agent-1", "320.00", 1)
    assert [each["status"] for each in second.get("/queue/claims?status=to-confirm").json["items"]] == ["to-confirm"]

    refused = first.post(f"{path}/confirmation")
    assert (refused.status_code, refused.json["code"]) == (403, "claim.same-person")
    assert first.post(f"{path}/approval", {}).json["code"] == "state.move-not-allowed"
    confirmed = second.post(f"{path}/confirmation")
    assert (confirmed.json["status"], confirmed.json["approved"]) == ("approved", "320.00")
    assert published(of_fund)[-1] == "claims.claim-approved"
    assert second.post(f"{path}/confirmation").json["code"] == "claim.nothing-to-confirm"


def test_who_does_not_confirm_says_why_and_it_is_decided_anew(office: Office) -> None:
    path = f"/claims/{filed(office)}"
    first, second = office.staff("agent-1"), office.staff("agent-2")
    first.post(f"{path}/approval", {})
    assert first.post(f"{path}/objection", {"reason": "no"}).json["code"] == "claim.same-person"
    assert second.post(f"{path}/objection", {"reason": ""}).status_code == 422
    back = second.post(f"{path}/objection", {"reason": "La facture est illisible."})
    assert (back.json["status"], back.json["assigned_to"]) == ("submitted", "agent-1")
    objection = first.get(f"/queue{path}").json["objection"]
    assert (objection["by"], objection["reason"]) == ("agent-2", "La facture est illisible.")
    assert "illisible" not in office.person(AMIRA).get(path).text
    assert first.post(f"{path}/approval", {}).json["status"] == "to-confirm"


def test_a_right_that_is_gone_meanwhile_is_not_confirmed(office: Office, of_fund: ServiceContext) -> None:
    path = f"/claims/{filed(office)}"
    office.staff("agent-1").post(f"{path}/approval", {})
    of_fund.database["entitlements"].delete_many({})
    assert office.staff("agent-2").post(f"{path}/confirmation").json["code"] == "claim.right-not-open"


def test_what_waits_for_a_second_person_the_person_may_still_withdraw(office: Office) -> None:
    path = f"/claims/{filed(office)}"
    office.staff("agent-1").post(f"{path}/approval", {})
    assert office.person(AMIRA).post(f"{path}/withdrawal").json["status"] == "withdrawn"
    assert office.staff("agent-2").post(f"{path}/confirmation").json["code"] == "claim.nothing-to-confirm"


def test_a_fund_refuses_for_reasons_of_its_own_in_its_own_words(office: Office) -> None:
    path, agent = f"/claims/{filed(office)}", office.staff()
    (care,) = agent.get("/claim-types").json["items"]
    assert care["refusal_reasons"] == [{"code": "not-resident", "text": "Vous ne résidez pas dans la wilaya."}]
    assert care["legal_delay"]["days"] == 60
    refused = agent.post(f"{path}/refusal", {"reason": "not-covered"})
    assert (refused.status_code, refused.json["code"]) == (422, "claim.reason-unknown")
    agent.post(f"{path}/refusal", {"reason": "not-resident"})
    arabic = office.person(AMIRA).get(path, headers={"Accept-Language": "ar"}).json
    assert arabic["decision"]["refused_text"] == "غير مقيم."


def test_the_queue_shows_what_is_past_its_legal_delay(office: Office, of_fund: ServiceContext) -> None:
    claim_id, agent = filed(office), office.staff()
    seen = agent.get(f"/claims/{claim_id}").json
    assert seen["legal_due_on"] == seen["next"]["legally_by_on"] == (today() + timedelta(days=60)).isoformat()
    assert agent.get("/queue/claims?is_overdue=true").json["items"] == []
    of_fund.database["claims"].update_one({"claim_id": claim_id}, {"$set": {"legal_due_on": "2026-01-20"}})
    assert [each["claim_id"] for each in agent.get("/queue/claims?is_overdue=true").json["items"]] == [claim_id]
    assert agent.get("/queue/claims?is_overdue=true&status=refused").json["items"] == []


def test_a_claim_is_found_complete(office: Office) -> None:
    path, agent = f"/claims/{filed(office)}", office.staff()
    found = agent.post(f"{path}/completeness")
    assert [step["text"] for step in found.json["timeline"]] == [
        "Le dossier est entre les mains de la caisse.",
        "Le dossier est complet.",
    ]
    assert agent.post(f"{path}/completeness").json["code"] == "claim.found-complete"
    given = office.person(AMIRA).post(f"{path}/papers", {"kind": "invoice", "upload_id": "u3"})
    assert given.json["timeline"][-1]["text"] == "Vous avez ajouté une pièce."


def test_a_claim_of_an_earlier_release_is_read_and_goes_on(office: Office, of_fund: ServiceContext) -> None:
    claim_id = filed(office)
    new = (
        "legal_due_on",
        "found_complete_at",
        "proposal",
        "proposed_minor",
        "objection",
        "medical",
        "appeal",
        "appealed",
    )
    of_fund.database["claims"].update_one({"claim_id": claim_id}, {"$unset": dict.fromkeys(new, 1)})
    agent = office.staff()
    read = agent.get(f"/queue/claims/{claim_id}").json
    assert (read["claim"]["legal_due_on"], read["medical"], read["claim"]["appeal"]) == (None, None, None)
    assert agent.post(f"/claims/{claim_id}/refusal", {"reason": "not-resident"}).json["status"] == "refused"


# --- nobody both makes a claim and decides it ------------------------------------------------------------------------


def test_who_filed_a_claim_at_a_counter_neither_decides_nor_confirms_it(office: Office) -> None:
    at_counter = office.person(AMIRA, sub=AMIRA, act={"sub": "agent-1"}, visit="visit-1")
    path = f"/claims/{at_counter.post('/claims', filing()).json['claim_id']}"
    for step, body in (("approval", {}), ("refusal", {"reason": "not-resident"})):
        refused = office.staff("agent-1").post(f"{path}/{step}", body)
        assert (refused.status_code, refused.json["code"]) == (403, "claim.handled-at-counter")
    assert office.staff("agent-2").post(f"{path}/approval", {}).json["status"] == "to-confirm"
    confirmed = office.staff("agent-1").post(f"{path}/confirmation")
    assert confirmed.json["code"] == "claim.handled-at-counter"
    assert office.staff("agent-3").post(f"{path}/confirmation").json["status"] == "approved"


def test_who_gave_a_paper_at_a_counter_does_not_decide_the_claim(office: Office) -> None:
    path = f"/claims/{filed(office)}"
    at_counter = office.person(AMIRA, sub=AMIRA, act={"sub": "agent-1"}, visit="visit-1")
    assert at_counter.post(f"{path}/papers", {"kind": "invoice", "upload_id": "u3"}).status_code == 200
    assert office.staff("agent-1").post(f"{path}/approval", {}).json["code"] == "claim.handled-at-counter"
    assert office.staff("agent-2").post(f"{path}/approval", {}).json["status"] == "to-confirm"
