"""Notes of the fund's own people: who writes them reads them, and the person never does."""

import pytest

from services.claims.notes.note import NOTES_MAX
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle
from tests.kit.people import AMIRA

NOTE = {"text": "Le médecin a été appelé."}


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    handle(context, service, wages(AMIRA), upload("u1"), upload("u2"))
    return made


@pytest.fixture
def claim_id(office: Office) -> str:
    filed: str = office.person(AMIRA).post("/claims", filing()).json["claim_id"]
    return filed


def test_agents_read_what_agents_wrote_and_nobody_else_does(
    office: Office, claim_id: str, context: ServiceContext
) -> None:
    path, amira = f"/queue/claims/{claim_id}/notes", office.person(AMIRA)
    written = office.staff("agent-1").post(path, NOTE)
    assert (written.status_code, written.json["by"]) == (201, "agent-1")
    office.staff("agent-2").post(path, {"text": "Vu."})
    seen = office.staff("agent-3").get(path).json["items"]
    assert [(each["by"], each["text"]) for each in seen] == [("agent-1", NOTE["text"]), ("agent-2", "Vu.")]
    assert NOTE["text"] not in amira.get(f"/claims/{claim_id}").text
    assert [each["by"] for each in amira.get("/access-journal").json["items"]] == ["agent-3"]
    for collection in ("claim_notes", "requests", "audit"):
        assert NOTE["text"].encode() not in repr(list(context.database[collection].find())).encode()


def test_what_medical_control_wrote_is_for_medical_control(office: Office, claim_id: str) -> None:
    agent, officer = office.staff(scopes=["claims:decide", "claims:read"]), office.staff("o", scopes=["claims:medical"])
    path = f"/medical-queue/claims/{claim_id}/notes"
    assert officer.post(path, NOTE).json["code"] == "claim.unknown", "it was never with medical control"
    agent.post(f"/claims/{claim_id}/medical-request")
    assert officer.post(path, NOTE).status_code == 201
    assert [each["text"] for each in officer.get(path).json["items"]] == [NOTE["text"]]
    assert agent.get(path).status_code == 403
    assert agent.get(f"/queue/claims/{claim_id}/notes").json["items"] == []
    assert officer.get(f"/queue/claims/{claim_id}/notes").status_code == 403
    assert NOTE["text"] not in agent.get(f"/queue/claims/{claim_id}").text


@pytest.mark.parametrize("text", ["", "x" * 2_001])
def test_a_note_that_cannot_be(office: Office, claim_id: str, text: str) -> None:
    assert office.staff().post(f"/queue/claims/{claim_id}/notes", {"text": text}).json["code"] == "request.invalid"
    assert office.staff().post("/queue/claims/none/notes", NOTE).json["code"] == "claim.unknown"
    assert office.staff(fund=TN).get(f"/queue/claims/{claim_id}/notes").status_code == 404


def test_there_is_an_end_to_notes(office: Office, claim_id: str, context: ServiceContext) -> None:
    path = f"/queue/claims/{claim_id}/notes"
    office.staff().post(path, NOTE)
    row = context.database["claim_notes"].find_one({}) or {}
    context.database["claim_notes"].insert_many([{**row, "_id": f"n{n}"} for n in range(NOTES_MAX - 1)])
    assert office.staff().post(path, NOTE).json["code"] == "note.too-many"
