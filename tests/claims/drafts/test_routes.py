"""Drafts over HTTP: saved in parts, checked, filed; and nobody of the fund ever sees one."""

from datetime import timedelta
from typing import Any

import pytest

from services.claims.wiring import service
from shared.process.purging import purge_all
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, published
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    handle(context, service, wages(AMIRA), upload("u1"), upload("u2"), upload("k1", KARIM))
    return made


def begun(office: Office, body: dict[str, Any] | None = None) -> str:
    answer = office.person(AMIRA).post("/drafts", filing() if body is None else body)
    assert answer.status_code == 201, answer.text
    draft_id: str = answer.json["draft_id"]
    return draft_id


def test_a_draft_is_saved_in_parts_checked_and_filed(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    path = f"/drafts/{begun(office, {})}"
    assert amira.get(path).json["claim_type"] is None
    assert amira.get(f"{path}/check").json["code"] == "draft.type-missing"
    amira.put(path, filing(papers=[{"kind": "care-sheet", "upload_id": "u1"}]))
    lacking = amira.get(f"{path}/check")
    assert (lacking.status_code, lacking.json["code"]) == (422, "claim.paper-lacking")
    saved = amira.put(path, filing())
    assert saved.json["lines"] == [{"act": "general-practitioner", "quantity": 1, "paid": "500.00"}]
    assert amira.get(f"{path}/check").json == saved.json
    assert context.database["claims"].count_documents({}) == context.database["paper_uses"].count_documents({}) == 0
    assert "claims.claim-submitted" not in published(context)

    filed = amira.post(f"{path}/submission", key="k-1")
    assert (filed.status_code, filed.json["status"]) == (201, "submitted")
    assert amira.get(path).json["code"] == "draft.unknown"
    assert amira.post(f"{path}/submission", key="k-1").json == filed.json
    assert published(context)[-1] == "claims.claim-submitted"
    assert amira.get("/drafts").json == {"items": []}


def test_two_windows_do_not_overwrite_each_other(office: Office) -> None:
    amira, path = office.person(AMIRA), f"/drafts/{begun(office)}"
    seen = {"If-Match": amira.get(path).headers["ETag"]}
    first, second = (amira.put(path, filing(), headers=seen) for _ in range(2))
    assert (first.status_code, second.status_code, second.json["code"]) == (200, 412, "request.changed-since-read")


def test_a_draft_is_its_person_s_alone(office: Office) -> None:
    draft_id = begun(office)
    for other in (office.person(KARIM), office.staff(), office.machine()):
        for refused in (
            other.get(f"/drafts/{draft_id}"),
            other.get(f"/drafts/{draft_id}/check"),
            other.put(f"/drafts/{draft_id}", {}),
            other.delete(f"/drafts/{draft_id}"),
            other.post(f"/drafts/{draft_id}/submission"),
        ):
            assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")
        assert other.get("/drafts").json == {"items": []}
    assert office.staff().post("/drafts", {}).json["code"] == "access.not-yours"
    assert office.person(AMIRA, fund=TN).get(f"/drafts/{draft_id}").json["code"] == "draft.unknown"


def test_a_paper_of_somebody_else_is_found_when_it_is_filed(office: Office) -> None:
    papers = [{"kind": "care-sheet", "upload_id": "u1"}, {"kind": "prescription", "upload_id": "k1"}]
    path = f"/drafts/{begun(office, filing(papers=papers))}"
    for answer in (office.person(AMIRA).get(f"{path}/check"), office.person(AMIRA).post(f"{path}/submission")):
        assert (answer.status_code, answer.json["code"]) == (409, "claim.upload-unknown")
    assert office.person(AMIRA).get(path).status_code == 200, "the draft stays"


def test_a_person_has_a_few_at_most_and_gets_a_place_back(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    ids = [begun(office, {}) for _ in range(5)]
    assert amira.post("/drafts", {}).json["code"] == "draft.too-many"
    assert amira.delete(f"/drafts/{ids[1]}").status_code == 204
    ids[1] = begun(office, {})
    over = {"$set": {"expires_at": context.clock() - timedelta(hours=1)}}
    context.database["drafts"].update_one({"draft_id": ids[3]}, over)
    assert amira.get(f"/drafts/{ids[3]}").json["code"] == "draft.unknown"
    assert len(amira.get("/drafts").json["items"]) == 4
    begun(office, {})
    assert context.database["drafts"].count_documents({}) == 5


def test_what_nobody_filed_goes(office: Office, context: ServiceContext) -> None:
    draft_id = begun(office)
    over = {"$set": {"expires_at": context.clock() - timedelta(days=2)}}
    context.database["drafts"].update_one({"draft_id": draft_id}, over)
    purge_all(context, DZ, things=service.all_retentions())
    assert context.database["drafts"].count_documents({}) == 0


def test_what_was_filled_in_rests_sealed(office: Office, context: ServiceContext) -> None:
    office.person(AMIRA).put(f"/drafts/{begun(office)}", filing())
    for collection in ("drafts", "audit"):
        assert b"general-practitioner" not in repr(list(context.database[collection].find())).encode()


@pytest.mark.parametrize(
    "body",
    [{"lines": [{"act": "specialist"}]}, {"care_on": "soon"}, {"status": "approved"}, {"papers": [{}] * 21}],
)
def test_a_draft_that_cannot_be(office: Office, body: dict[str, Any]) -> None:
    assert office.person(AMIRA).post("/drafts", body).json["code"] == "request.invalid"
