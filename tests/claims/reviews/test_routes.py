"""Medical control over HTTP: its own queue and people, and what it answers."""

from collections.abc import Callable
from typing import Any

import pytest

from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Caller, Office
from tests.kit.contexts import handle, parked, published
from tests.kit.people import AMIRA, KARIM

OFFICER = ["claims:medical"]
TWO = [
    {"act": "general-practitioner", "quantity": 1, "paid": "500.00"},
    {"act": "specialist", "quantity": 1, "paid": "600.00"},
]
IN_PART = {"answer": "in-part", "reason": "more-than-needed", "refused_lines": [2]}


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    handle(context, service, wages(AMIRA, KARIM), *(upload(f"u{number}") for number in range(1, 5)))
    assert parked(context) == []
    return made


@pytest.fixture
def officer(office: Office) -> Caller:
    return office.staff("officer-1", scopes=OFFICER)


@pytest.fixture
def sent(office: Office) -> Callable[[], str]:
    """Files a claim and has an agent send it to medical control; its id."""

    def send() -> str:
        claim_id: str = office.person(AMIRA).post("/claims", filing(lines=TWO)).json["claim_id"]
        asked = office.staff().post(f"/claims/{claim_id}/medical-request")
        assert asked.status_code == 200, asked.text
        return claim_id

    return send


def test_medical_control_reads_the_names_of_what_it_sees(office: Office, officer: Caller) -> None:
    names = officer.get("/medical-queue/claim-types").json["items"]
    assert names == office.person(AMIRA).get("/claim-types").json["items"]
    assert office.staff(scopes=["claims:decide"]).get("/medical-queue/claim-types").status_code == 403


def test_a_claim_goes_to_medical_control_and_comes_back_with_its_answer(
    office: Office, officer: Caller, sent: Callable[[], str], context: ServiceContext
) -> None:
    claim_id = sent()
    amira, agent = office.person(AMIRA), office.staff()
    assert amira.get(f"/claims/{claim_id}").json["status"] == "medical-control"
    assert agent.get("/queue/claims").json["items"] == []
    assert [each["claim_id"] for each in officer.get("/medical-queue/claims").json["items"]] == [claim_id]
    seen = officer.get(f"/medical-queue/claims/{claim_id}").json
    assert [line["act"] for line in seen["claim"]["lines"]] == ["general-practitioner", "specialist"]
    assert agent.post(f"/claims/{claim_id}/approval", {}).json["code"] == "state.move-not-allowed"

    answered = officer.post(f"/medical-queue/claims/{claim_id}/answer", IN_PART)
    assert (answered.status_code, answered.json["status"]) == (200, "submitted")
    assert officer.get("/medical-queue/claims").json["items"] == []
    review = agent.get(f"/queue/claims/{claim_id}").json["medical"]
    assert (review["answer"], review["refused_lines"], review["reason_text"]) == (
        "in-part",
        [2],
        "Au-delà de ce qui est nécessaire",
    )
    assert agent.post(f"/claims/{claim_id}/approval", {}).json["code"] == "claim.medically-refused"
    both = {"refused_lines": [{"number": 2, "reason": "medically-not-justified"}]}
    approved = agent.post(f"/claims/{claim_id}/approval", both)
    assert (approved.json["status"], approved.json["approved"]) == ("approved", "320.00")
    assert published(context)[-2:] == ["claims.medical-review-requested", "claims.claim-approved"]
    assert "medical" not in amira.get(f"/claims/{claim_id}").json


def test_what_medical_control_answered_rests_sealed(
    office: Office, officer: Caller, sent: Callable[[], str], context: ServiceContext
) -> None:
    officer.post(f"/medical-queue/claims/{sent()}/answer", IN_PART)
    for collection in ("claims", "requests", "outbox", "audit"):
        assert b"more-than-needed" not in repr(list(context.database[collection].find())).encode()


def test_an_officer_asks_for_a_paper_and_gets_the_claim_back(
    office: Office, officer: Caller, sent: Callable[[], str]
) -> None:
    claim_id = sent()
    asked = officer.post(f"/medical-queue/claims/{claim_id}/paper-requests", {"kind": "invoice", "reason": "illegible"})
    assert asked.json["status"] == "papers-asked"
    given = office.person(AMIRA).post(f"/claims/{claim_id}/papers", {"kind": "invoice", "upload_id": "u3"})
    assert given.json["status"] == "medical-control"


@pytest.mark.parametrize(
    ("sent_body", "code"),
    [
        ({"answer": "in-part", "reason": "justified"}, "review.answer-incomplete"),
        ({"answer": "yes", "reason": "justified", "refused_lines": [1]}, "review.answer-incomplete"),
        ({"answer": "in-part", "reason": "justified", "refused_lines": [9]}, "review.answer-incomplete"),
        ({"answer": "perhaps", "reason": "justified"}, "request.invalid"),
        ({"answer": "yes"}, "request.invalid"),
        ({"answer": "yes", "reason": "justified", "months": 0}, "request.invalid"),
    ],
)
def test_an_answer_that_cannot_be(
    officer: Caller, sent: Callable[[], str], sent_body: dict[str, Any], code: str
) -> None:
    refused = officer.post(f"/medical-queue/claims/{sent()}/answer", sent_body)
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_medical_control_is_for_its_officers_and_its_claims_alone(
    office: Office, officer: Caller, sent: Callable[[], str]
) -> None:
    claim_id, agent = sent(), office.staff(scopes=["claims:decide", "claims:read"])
    assert agent.post(f"/medical-queue/claims/{claim_id}/answer", IN_PART).status_code == 403
    assert agent.get("/medical-queue/claims").status_code == 403
    assert officer.post(f"/claims/{claim_id}/approval", {}).status_code == 403
    papers = [{"kind": "care-sheet", "upload_id": "u3"}, {"kind": "prescription", "upload_id": "u4"}]
    never = office.person(AMIRA).post("/claims", filing(papers=papers)).json["claim_id"]
    assert officer.get(f"/medical-queue/claims/{never}").json["code"] == "claim.unknown"
    early = officer.post(f"/medical-queue/claims/{never}/answer", {"answer": "yes", "reason": "justified"})
    assert early.json["code"] == "review.not-with-medical-control"
    assert officer.get("/medical-queue/claims/none").status_code == 404


def test_the_second_of_two_officers_is_told_of_the_newer_version(officer: Caller, sent: Callable[[], str]) -> None:
    claim_id = sent()
    path = f"/medical-queue/claims/{claim_id}"
    seen = {"If-Match": officer.get(path).headers["ETag"]}
    answer = {"answer": "no", "reason": "not-justified"}
    first, second = (officer.post(f"{path}/answer", answer, headers=seen) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 412)


def test_who_looked_enters_the_journal(office: Office, officer: Caller, sent: Callable[[], str]) -> None:
    claim_id = sent()
    officer.get(f"/medical-queue/claims/{claim_id}?purpose=control")
    (entry,) = office.person(AMIRA).get("/access-journal").json["items"]
    assert (entry["by"], entry["purpose"]) == ("officer-1", "control")
