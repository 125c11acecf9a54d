"""A claim over HTTP: filed, asked about, decided; and everything that is refused."""

from datetime import timedelta
from typing import Any

import pytest

from services.claims.claims.routes import routes as claim_routes
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle, parked, published, today
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Claims, with Amira's rights opened and her papers known."""
    made = Office(service, context)
    handle(context, service, wages(AMIRA), upload("u1"), upload("u2"), upload("u3"), upload("k1", KARIM))
    assert parked(context) == []
    return made


def filing(**facts: Any) -> dict[str, Any]:
    return {
        "claim_type": "care-reimbursement",
        "care_on": (today() - timedelta(days=3)).isoformat(),
        "lines": [{"act": "general-practitioner", "quantity": 1, "paid": "500.00"}],
        "papers": [{"kind": "care-sheet", "upload_id": "u1"}, {"kind": "prescription", "upload_id": "u2"}],
        **facts,
    }


def test_a_claim_lives_from_filing_to_approval(office: Office, context: ServiceContext) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    filed = amira.post("/claims", filing())
    assert filed.status_code == 201, filed.text
    claim_id = filed.json["claim_id"]
    assert filed.json["next"]["who"] == "fund" and filed.json["next"]["is_to_be_confirmed"]

    assert [each["claim_id"] for each in agent.get("/queue/claims").json["items"]] == [claim_id]
    assert agent.post(f"/claims/{claim_id}/assignment").json["assigned_to"] == "agent-1"
    asked = agent.post(f"/claims/{claim_id}/paper-requests", {"kind": "invoice", "reason": "missing"})
    assert asked.json["next"]["who"] == "you"
    added = amira.post(f"/claims/{claim_id}/papers", {"kind": "invoice", "upload_id": "u3"})
    assert added.json["status"] == "submitted" and added.json["requests"] == []

    approved = agent.post(f"/claims/{claim_id}/approval", {})
    assert approved.json["approved"] == "320.00" and approved.json["currency"] == "DZD"
    read = amira.get(f"/claims/{claim_id}", headers={"Accept-Language": "ar"}).json
    assert [step["status"] for step in read["timeline"]] == ["submitted", "papers-asked", "submitted", "approved"]
    assert read["timeline"][-1]["text"] == "قبل الصندوق الملف."
    assert published(context)[-4:] == [
        "claims.claim-submitted",
        "claims.paper-requested",
        "claims.paper-added",
        "claims.claim-approved",
    ]


def test_what_the_care_was_rests_sealed(office: Office, context: ServiceContext) -> None:
    office.person(AMIRA).post("/claims", filing())
    for collection in ("claims", "requests", "outbox", "audit"):
        documents = list(context.database[collection].find())
        assert documents and b"general-practitioner" not in repr(documents).encode()


def test_the_same_key_gives_the_same_answer_and_one_claim(office: Office, context: ServiceContext) -> None:
    amira, body = office.person(AMIRA), filing()
    first = amira.post("/claims", body, key="k-1")
    again = amira.post("/claims", body, key="k-1")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(amira.get("/claims").json["items"]) == 1
    other = amira.post("/claims", filing(papers=[]), key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "request.key-reused")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"claim_type": "moon-trip"}, 422, "claim.type-unknown"),
        ({"care_on": "2030-01-01"}, 422, "claim.care-in-the-future"),
        ({"care_on": "2020-01-01"}, 422, "claim.filed-too-late"),
        ({"care_on": "soon"}, 422, "request.invalid"),
        ({"lines": []}, 422, "request.invalid"),
        ({"lines": [{"act": "spell", "quantity": 1, "paid": "1.00"}]}, 422, "claim.act-unknown"),
        ({"lines": [{"act": "specialist", "quantity": -5, "paid": "1.00"}]}, 422, "request.invalid"),
        ({"lines": [{"act": "specialist", "quantity": "1", "paid": "1.00"}]}, 422, "request.invalid"),
        ({"lines": [{"act": "specialist", "quantity": 1, "paid": "1.005"}]}, 422, "request.invalid"),
        ({"lines": [{"act": "specialist", "quantity": 1, "paid": 12}]}, 422, "request.invalid"),
        ({"lines": [{"act": "specialist", "quantity": 1, "paid": "0.00"}]}, 422, "request.invalid"),
        ({"papers": [{"kind": "care-sheet", "upload_id": "u1"}]}, 422, "claim.paper-lacking"),
        ({"papers": [{"kind": "poem", "upload_id": "u1"}]}, 422, "claim.paper-kind-unknown"),
        ({"status": "approved"}, 422, "request.invalid"),
        (
            {"papers": [{"kind": "care-sheet", "upload_id": "u1"}, {"kind": "prescription", "upload_id": "u1"}]},
            422,
            "claim.paper-twice",
        ),
        (
            {"papers": [{"kind": "care-sheet", "upload_id": "u1"}, {"kind": "prescription", "upload_id": "k1"}]},
            409,
            "claim.upload-unknown",
        ),
    ],
)
def test_a_filing_that_cannot_be_is_refused_and_leaves_nothing(
    office: Office, context: ServiceContext, change: dict[str, Any], status: int, code: str
) -> None:
    refused = office.person(AMIRA).post("/claims", filing(**change))
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.mimetype == "application/problem+json" and refused.json["detail"] != code
    assert context.database["claims"].count_documents({}) == 0
    assert context.database["requests"].count_documents({}) == 0


def test_a_field_fault_says_which_field(office: Office) -> None:
    refused = office.person(AMIRA).post("/claims", filing(lines=[{"act": "specialist", "paid": "1.00", "x": 1}]))
    assert {(fault["field"], fault["code"]) for fault in refused.json["errors"]} == {
        ("lines.0.quantity", "request.field-missing"),
        ("lines.0.x", "request.field-unknown"),
    }


def test_a_claim_is_between_the_person_and_the_fund(office: Office) -> None:
    claim_id = office.person(AMIRA).post("/claims", filing()).json["claim_id"]
    assert office.person(KARIM).get(f"/claims/{claim_id}").json["code"] == "access.not-yours"
    added = office.person(KARIM).post(f"/claims/{claim_id}/papers", {"kind": "invoice", "upload_id": "k1"})
    assert added.json["code"] == "access.not-yours"
    assert office.person(AMIRA, fund=TN).get(f"/claims/{claim_id}").status_code == 404
    assert office.person(AMIRA).get("/claims/none").json["code"] == "claim.unknown"
    assert office.machine().post("/claims", filing()).json["code"] == "access.not-yours"


def test_money_needs_a_key(office: Office) -> None:
    refused = office.person(AMIRA).post("/claims", filing(), key=None)
    assert (refused.status_code, refused.json["code"]) == (400, "request.key-missing")


def test_a_claim_whose_right_is_not_open_is_not_approved(office: Office, context: ServiceContext) -> None:
    handle(context, service, upload("n1", "pnoora"), upload("n2", "pnoora"))
    papers = [{"kind": "care-sheet", "upload_id": "n1"}, {"kind": "prescription", "upload_id": "n2"}]
    claim_id = office.person("pnoora").post("/claims", filing(papers=papers)).json["claim_id"]
    refused = office.staff().post(f"/claims/{claim_id}/approval", {})
    assert (refused.status_code, refused.json["code"]) == (409, "claim.right-not-open")


def test_r9_every_change_of_a_claim_takes_if_match() -> None:
    without = {route.name for route in claim_routes.all if route.method != "GET" and route.edits is None}
    assert without == {"claims.submit", "claims.search"}


def test_r9_the_second_of_two_agents_is_told_of_the_newer_version(office: Office) -> None:
    filed = office.person(AMIRA).post("/claims", filing())
    seen, path = {"If-Match": filed.headers["ETag"]}, f"/claims/{filed.json['claim_id']}"
    first = office.staff("agent-1").post(f"{path}/refusal", {"reason": "not-covered"}, headers=seen)
    second = office.staff("agent-2").post(f"{path}/approval", {}, headers=seen)
    assert (first.status_code, second.status_code) == (200, 412)
    assert (second.json["code"], second.json["version"]) == ("request.changed-since-read", 2)
    assert second.headers["ETag"] == first.headers["ETag"] == office.staff().get(path).headers["ETag"]


def test_u7_a_frontend_learns_what_may_be_filed(office: Office) -> None:
    (care,) = office.person(AMIRA).get("/claim-types").json["items"]
    assert (care["claim_type"], care["name"], care["percent"]) == (
        "care-reimbursement",
        "Remboursement de frais de soins",
        "80",
    )
    assert [paper["kind"] for paper in care["papers"] if paper["is_required"]] == ["care-sheet", "prescription"]
    visit = next(act for act in care["acts"] if act["act"] == "general-practitioner")
    assert (visit["price"], visit["is_to_be_confirmed"]) == ("400.00", True)
    assert (care["filing"]["days_max"], care["usual_days"]["decision"], care["appeal"]["days"]) == (90, 10, 15)
    tunisian = office.staff(fund=TN).get("/claim-types", headers={"Accept-Language": "ar"}).json["items"]
    offered = next(each for each in tunisian if each["claim_type"] == "care-reimbursement")
    assert (offered["currency"], offered["acts"][0]["name"]) == ("TND", "عيادة طبيب عام")
    assert office.person(AMIRA).get("/claim-types?on=1950-01-01").json["items"][0]["acts"] == []
    assert office.person(AMIRA).get("/claim-types?on=soon").json["code"] == "request.invalid"


def test_u8_a_paper_that_is_lacking_is_named_as_the_fund_names_it(office: Office) -> None:
    person = office.person(AMIRA)
    papers = [{"kind": "care-sheet", "upload_id": "u1"}]
    for language, name in {"fr": "Ordonnance", "ar": "الوصفة الطبية", "en": "Prescription"}.items():
        refused = person.post("/claims", filing(papers=papers), headers={"Accept-Language": language})
        assert refused.json["code"] == "claim.paper-lacking"
        assert name in refused.json["detail"] and "prescription" not in refused.json["detail"]


def test_the_fund_s_staff_read_of_the_person_and_the_person_of_themselves(office: Office) -> None:
    person, agent = office.person(AMIRA), office.staff()
    claim_id = person.post("/claims", filing()).json["claim_id"]
    agent.post(f"/claims/{claim_id}/paper-requests", {"kind": "invoice", "reason": "missing"})
    assert person.get(f"/claims/{claim_id}").json["next"]["text"] == "Ajoutez la pièce demandée."
    seen = agent.get(f"/queue/claims/{claim_id}").json["claim"]["next"]
    assert (seen["text"], seen["who_text"]) == ("L'assuré ajoute la pièce demandée.", "L'assuré")


def test_who_acts_at_a_counter_files_for_the_person_and_is_seen_to_look(
    office: Office, context: ServiceContext
) -> None:
    at_counter = office.person(AMIRA, sub=AMIRA, act={"sub": "agent-7"}, visit="visit-1")
    claim = at_counter.post("/claims", filing()).json
    assert (
        at_counter.get(f"/claims/{claim['claim_id']}").json["next"]["text"]
        == "Un agent de la caisse étudie le dossier."
    )
    assert office.person(AMIRA).get("/claims").json["items"][0]["reference"] == claim["reference"]
    written = [entry for each in context.database["audit"].find() for entry in each["entries"] if "agent" in entry]
    assert {(each["actor"], each["agent"], each["visit"]) for each in written} == {(AMIRA, "agent-7", "visit-1")}
    look, act = office.person(AMIRA).get("/access-journal").json["items"]
    assert (look["is_act"], act["is_act"], bool(act["act_text"]), look["act_text"]) == (False, True, True, None)
    for each in (look, act):
        assert (each["by"], each["purpose"], each["reference"]) == ("agent-7", "person-asked", claim["reference"])


@pytest.mark.parametrize(
    "claims",
    [
        {"act": {"sub": "agent-7"}},
        {"visit": "visit-1"},
        {"act": "agent-7", "visit": "visit-1"},
        {"act": {"sub": ""}, "visit": "visit-1"},
        {"act": {"sub": "agent-7"}, "visit": ""},
        {"act": {"sub": "agent-7"}, "visit": "visit-1", "actor": "staff"},
    ],
)
def test_who_acts_for_somebody_names_both(office: Office, claims: dict[str, Any]) -> None:
    assert office.person(AMIRA, **claims).get("/claims").status_code == 401
