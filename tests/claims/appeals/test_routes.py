"""An appeal over HTTP: filed, reviewed by another, and paid beside the first decision."""

from dataclasses import replace
from typing import Any

import pytest

from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, parked, published
from tests.kit.people import AMIRA, KARIM

TWO = [
    {"act": "general-practitioner", "quantity": 1, "paid": "500.00"},
    {"act": "specialist", "quantity": 1, "paid": "600.00"},
]
IN_PART = {"refused_lines": [{"number": 2, "reason": "not-prescribed"}]}
CONTESTED = {"statement": "La consultation était prescrite."}


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    handle(context, service, wages(AMIRA, KARIM), *(upload(f"u{number}") for number in range(1, 7)))
    assert parked(context) == []
    return made


def decided(office: Office, *, verb: str = "approval", body: dict[str, Any] | None = None) -> str:
    """A claim that agent-1 decided, in part unless said otherwise; its id."""
    claim_id: str = office.person(AMIRA).post("/claims", filing(lines=TWO)).json["claim_id"]
    answer = office.staff().post(f"/claims/{claim_id}/{verb}", IN_PART if body is None else body)
    assert answer.status_code == 200, answer.text
    return claim_id


def test_an_appeal_is_reviewed_by_another_and_pays_the_difference(office: Office, context: ServiceContext) -> None:
    first, amira = decided(office), office.person(AMIRA)
    filed = amira.post(f"/claims/{first}/appeal", {**CONTESTED, "papers": [{"kind": "invoice", "upload_id": "u3"}]})
    assert filed.status_code == 201, filed.text
    appeal = filed.json["claim_id"]
    assert filed.json["appeal_of"] == {
        "claim_id": first,
        "reference": filed.json["appeal_of"]["reference"],
        "approved": "320.00",
    }
    assert filed.json["timeline"][0]["text"] == "Vous avez contesté la décision."
    assert {each["claim_id"] for each in amira.get("/claims").json["items"]} == {first, appeal}
    assert published(context)[-1] == "claims.claim-appealed"

    own, other = office.staff("agent-1"), office.staff("agent-2")
    refused = own.post(f"/claims/{appeal}/approval", {})
    assert (refused.status_code, refused.json["code"]) == (403, "claim.same-person")
    seen = other.get(f"/queue/claims/{appeal}").json
    assert (seen["first"]["claim_id"], seen["statement"]) == (first, CONTESTED["statement"])
    assert seen["findings"] == []
    granted = other.post(f"/claims/{appeal}/approval", {})
    assert (granted.json["status"], granted.json["approved"]) == ("approved", "480.00")
    assert published(context)[-2:] == ["claims.claim-approved", "claims.appeal-decided"]

    read = amira.get(f"/claims/{first}").json
    assert (read["approved"], read["decision"]["lines"][1]["refused_for"]) == ("320.00", "not-prescribed")
    assert (read["appeal"]["outcome"], read["timeline"][-1]["text"]) == (
        "changed",
        "Après examen du recours, un complément vous est accordé.",
    )


def test_a_refused_claim_is_granted_on_appeal_with_its_own_papers(office: Office) -> None:
    first, amira = decided(office, verb="refusal", body={"reason": "not-covered"}), office.person(AMIRA)
    appeal = amira.post(f"/claims/{first}/appeal", CONTESTED).json["claim_id"]
    again = amira.post("/claims", filing(lines=TWO))
    assert again.json["code"] == "claim.paper-in-another-claim", "the appeal has the papers"
    assert office.staff("agent-2").post(f"/claims/{appeal}/approval", {}).json["approved"] == "800.00"
    assert amira.get(f"/claims/{first}").json["appeal"]["outcome"] == "reversed"
    assert amira.get(f"/claims/{first}").json["status"] == "refused"


def test_papers_that_stand_in_another_claim_by_now_are_not_appealed_with(office: Office) -> None:
    first, amira = decided(office, verb="refusal", body={"reason": "not-covered"}), office.person(AMIRA)
    assert amira.post("/claims", filing()).status_code == 201
    assert amira.post(f"/claims/{first}/appeal", CONTESTED).json["code"] == "claim.paper-in-another-claim"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "request.invalid"),
        ({"statement": ""}, 422, "request.invalid"),
        ({"statement": "x" * 2_001}, 422, "request.invalid"),
        ({**CONTESTED, "papers": [{"kind": "poem", "upload_id": "u3"}]}, 422, "claim.paper-kind-unknown"),
        ({**CONTESTED, "papers": [{"kind": "invoice", "upload_id": "unknown"}]}, 409, "claim.upload-unknown"),
    ],
)
def test_an_appeal_that_cannot_be(
    office: Office, context: ServiceContext, body: dict[str, Any], status: int, code: str
) -> None:
    first = decided(office)
    refused = office.person(AMIRA).post(f"/claims/{first}/appeal", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert context.database["claims"].count_documents({}) == 1


def test_an_appeal_is_the_persons_own_and_made_once(office: Office) -> None:
    first = decided(office)
    assert office.person(KARIM).post(f"/claims/{first}/appeal", CONTESTED).json["code"] == "access.not-yours"
    assert office.staff().post(f"/claims/{first}/appeal", CONTESTED).json["code"] == "access.not-yours"
    assert office.person(AMIRA).post("/claims/none/appeal", CONTESTED).json["code"] == "claim.unknown"
    assert (
        office.person(AMIRA).post(f"/claims/{first}/appeal", CONTESTED, key=None).json["code"] == "request.key-missing"
    )
    made = office.person(AMIRA).post(f"/claims/{first}/appeal", CONTESTED, key="k-1")
    assert office.person(AMIRA).post(f"/claims/{first}/appeal", CONTESTED, key="k-1").json == made.json
    again = office.person(AMIRA).post(f"/claims/{first}/appeal", CONTESTED)
    assert (again.status_code, again.json["code"]) == (409, "appeal.already-made")


def test_what_the_person_says_rests_sealed(office: Office, context: ServiceContext) -> None:
    office.person(AMIRA).post(f"/claims/{decided(office)}/appeal", CONTESTED)
    for collection in ("claims", "requests", "outbox", "audit"):
        assert CONTESTED["statement"].encode() not in repr(list(context.database[collection].find())).encode()


def test_what_was_paid_too_much_is_listed_to_be_recovered(office: Office, context: ServiceContext) -> None:
    fund = context.funds[DZ]
    care = fund.claim_types["care-reimbursement"]
    lawful = tuple(replace(each, of_amounts=True, may_lower=True) for each in care.appeals)
    of_fund = replace(fund, claim_types={**fund.claim_types, "care-reimbursement": replace(care, appeals=lawful)})
    there = Office(service, replace(context, funds={**context.funds, DZ: of_fund}))
    first, amira = decided(there, body={}), there.person(AMIRA)
    appeal = amira.post(f"/claims/{first}/appeal", CONTESTED).json["claim_id"]
    agent = there.staff("agent-2")
    assert agent.get("/queue/claims?is_to_recover=true").json["items"] == []
    lowered = agent.post(f"/claims/{appeal}/approval", IN_PART)
    assert lowered.status_code == 200, lowered.text
    assert published(context)[-1] == "claims.appeal-decided"
    assert published(context).count("claims.claim-approved") == 1, "only the first one is paid"
    (listed,) = agent.get("/queue/claims?is_to_recover=true").json["items"]
    seen = amira.get(f"/claims/{appeal}").json
    assert listed["claim_id"] == appeal == seen["claim_id"]
    assert (seen["status"], seen["approved"], seen["granted"], seen["overpaid"]) == ("done", "0.00", "320.00", "480.00")
    kept = amira.get(f"/claims/{first}").json
    assert (kept["approved"], kept["status"], kept["appeal"]["outcome"]) == ("800.00", "approved", "lowered")
