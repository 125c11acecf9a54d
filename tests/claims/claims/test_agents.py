"""Agents at work on claims over HTTP: who holds one, what stands beside it, what they find, and what is kept of it."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from services.claims.claims.claim import Status
from services.claims.wiring import service
from shared.languages import days
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload, wages
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Caller, Office
from tests.kit.contexts import TN, handle, keys, parked, published, today
from tests.kit.people import AMIRA, KARIM

NSS = "900000000001"
"""The insurance number of somebody who has a right and claims here."""


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Claims, with the rights of two people opened and papers of both known."""
    made = Office(service, context)
    handle(context, service, wages(AMIRA, KARIM))
    handle(context, service, *(upload(f"u{number}") for number in range(1, 9)))
    handle(context, service, *(upload(f"k{number}", KARIM) for number in range(1, 5)))
    assert parked(context) == []
    return made


def papers(sheet: str, prescription: str) -> list[dict[str, str]]:
    return [{"kind": "care-sheet", "upload_id": sheet}, {"kind": "prescription", "upload_id": prescription}]


def filed(person: Caller, *upload_ids: str, **facts: Any) -> str:
    """The id of a claim that the person files with these papers."""
    answer = person.post("/claims", filing(papers=papers(*upload_ids), **facts))
    assert answer.status_code == 201, answer.text
    claim_id: str = answer.json["claim_id"]
    return claim_id


# --- Who holds a claim ------------------------------------------------------------------------------------------------

ACTS: dict[str, Any] = {
    "approval": {},
    "refusal": {"reason": "not-covered"},
    "paper-requests": {"kind": "invoice", "reason": "missing"},
    "assignment": None,
    "release": None,
}


@pytest.mark.parametrize("act", ACTS)
def test_r9_what_one_agent_holds_no_other_decides(office: Office, act: str) -> None:
    path = f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    assert office.staff("agent-1").post(f"{path}/assignment").json["assigned_to"] == "agent-1"
    refused = office.staff("agent-2").post(f"{path}/{act}", ACTS[act])
    assert (refused.status_code, refused.json["code"]) == (409, "claim.assigned-to-another")
    assert office.staff("agent-1").post(f"{path}/{act}", ACTS[act]).status_code == 200


@pytest.mark.parametrize("act", ["approval", "refusal", "paper-requests"])
def test_r9_the_first_act_on_a_claim_that_nobody_holds_takes_it(office: Office, act: str) -> None:
    path = f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    assert office.staff("agent-1").post(f"{path}/{act}", ACTS[act]).json["assigned_to"] == "agent-1"


def test_r9_a_claim_is_given_back_by_who_holds_it(office: Office, context: ServiceContext) -> None:
    path = f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    assert office.staff().post(f"{path}/release").json["code"] == "claim.not-assigned"
    office.staff().post(f"{path}/assignment")
    assert office.staff().post(f"{path}/release").json["assigned_to"] is None
    assert office.staff("agent-2").post(f"{path}/approval", {}).json["assigned_to"] == "agent-2"
    assert _audit_records(context) == ["took", "released"]


def test_r9_a_supervisor_gives_a_claim_to_somebody_else_and_says_why(office: Office, context: ServiceContext) -> None:
    path = f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    office.staff("agent-1").post(f"{path}/assignment")
    chief = office.staff("chief")
    assert chief.post(f"{path}/reassignment", {"to": "agent-2"}).json["code"] == "request.invalid"
    given = chief.post(f"{path}/reassignment", {"to": "agent-2", "reason": "on leave"})
    assert given.json["assigned_to"] == "agent-2"
    assert office.staff("agent-1").post(f"{path}/approval", {}).json["code"] == "claim.assigned-to-another"
    assert chief.post(f"{path}/reassignment", {"to": None, "reason": "again"}).json["assigned_to"] is None
    assert _audit_records(context) == ["took", "reassigned", "reassigned"]
    plain = Caller(office.app.test_client(), service, "dz-cnas", ["claims:decide"], actor="staff", sub="agent-2")
    assert plain.post(f"{path}/reassignment", {"to": None, "reason": "mine"}).json["code"] == "access.scope-missing"


def _audit_records(context: ServiceContext) -> list[str]:
    """What the audit has of assignments, in order."""
    rows = context.database["audit"].find().sort("_id", 1)
    records = [record for row in rows for entry in row["entries"] for record in entry["deeds"]]
    return [record["verb"] for record in records if record["thing"] == "assignments"]


@pytest.mark.parametrize("with_version", [False, True])
def test_r9_of_two_agents_who_race_one_decides(office: Office, context: ServiceContext, with_version: bool) -> None:
    claim_id = filed(office.person(AMIRA), "u1", "u2")
    seen = office.staff().get(f"/queue/claims/{claim_id}").headers["ETag"]
    headers = {"If-Match": seen} if with_version else {}
    answers: list[Any] = []
    barrier = threading.Barrier(4)

    def decide(name: str) -> None:
        agent = office.staff(name)
        barrier.wait()
        answers.append(agent.post(f"/claims/{claim_id}/approval", {}, headers=dict(headers)))

    racers = [threading.Thread(target=decide, args=(f"agent-{number}",)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answer.status_code for answer in answers) == [200] + [412 if with_version else 409] * 3
    assert published(context).count("claims.claim-approved") == 1


# --- One bill, filed twice --------------------------------------------------------------------------------------------


def test_c01_the_same_paper_stands_in_one_claim(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    first = amira.get(f"/claims/{filed(amira, 'u1', 'u2')}").json
    again = amira.post("/claims", filing(papers=papers("u1", "u3")))
    assert (again.status_code, again.json["code"]) == (409, "claim.paper-in-another-claim")
    assert first["reference"] in again.json["detail"]
    handle(context, service, upload("anew", content="u1"))  # the same file, uploaded once more
    anew = amira.post("/claims", filing(papers=papers("anew", "u3")))
    assert anew.json["code"] == "claim.paper-in-another-claim"
    assert context.database["claims"].count_documents({}) == 1


def test_c01_a_paper_of_another_claim_is_not_added_later_either(office: Office) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    filed(amira, "u1", "u2")
    second = filed(amira, "u3", "u4", care_on=(today() - timedelta(days=9)).isoformat())
    agent.post(f"/claims/{second}/paper-requests", {"kind": "invoice", "reason": "missing"})
    refused = amira.post(f"/claims/{second}/papers", {"kind": "invoice", "upload_id": "u1"})
    assert refused.json["code"] == "claim.paper-in-another-claim"
    assert amira.post(f"/claims/{second}/papers", {"kind": "invoice", "upload_id": "u5"}).status_code == 200


@pytest.mark.parametrize("end", ["refusal", "withdrawal"])
def test_c01_the_papers_of_a_dead_claim_may_be_filed_again(office: Office, end: str) -> None:
    amira = office.person(AMIRA)
    path = f"/claims/{filed(amira, 'u1', 'u2')}"
    ended = amira.post(f"{path}/withdrawal") if end == "withdrawal" else office.staff().post(path + "/refusal", REFUSE)
    assert ended.status_code == 200
    again = filed(amira, "u1", "u2")
    assert office.staff().post(f"/claims/{again}/approval", {}).status_code == 200


REFUSE = {"reason": "papers-not-given"}


def test_c01_of_two_claims_at_once_with_one_paper_one_is_taken(office: Office, context: ServiceContext) -> None:
    barrier, answers = threading.Barrier(3), []
    people = [office.person(AMIRA) for _ in range(3)]

    def file(person: Caller) -> None:
        barrier.wait()
        answers.append(person.post("/claims", filing()).status_code)

    racers = [threading.Thread(target=file, args=(person,)) for person in people]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answers) == [201, 409, 409]
    assert context.database["claims"].count_documents({}) == 1


def test_c01_the_agent_sees_the_other_claims_of_the_act_and_day_beside_it(office: Office) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    first, second = filed(amira, "u1", "u2"), filed(amira, "u3", "u4")
    filed(amira, "u5", "u6", lines=[{"act": "specialist", "quantity": 1, "paid": "500.00"}])
    filed(office.person(KARIM), "k1", "k2")
    seen = agent.get(f"/queue/claims/{second}").json
    assert [(each["claim_id"], each["status"]) for each in seen["beside"]] == [(first, "submitted")]
    (finding,) = seen["findings"]
    assert (finding["likeness"], finding["claim_id"], finding["is_answered"]) == ("same-care", first, False)
    assert seen["beside"][0]["reference"] in finding["text"]
    assert "beside" not in amira.get(f"/claims/{second}").json


def test_the_agent_sees_before_deciding_what_each_line_would_come_to(office: Office) -> None:
    claim_id, agent = filed(office.person(AMIRA), "u1", "u2"), office.staff()
    seen = agent.get(f"/queue/claims/{claim_id}").json["would_pay"]
    agent.post(f"/claims/{claim_id}/approval", {})
    decided = agent.get(f"/queue/claims/{claim_id}").json
    assert seen and seen == decided["claim"]["decision"]["lines"]
    assert decided["would_pay"] == []


def test_r7_new_scans_of_the_same_care_wait_for_an_agent_s_word(office: Office) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    first, second = filed(amira, "u1", "u2"), filed(amira, "u3", "u4")
    refused = agent.post(f"/claims/{second}/approval", {})
    assert (refused.status_code, refused.json["code"]) == (409, "claim.duplicate-open")
    answered = agent.post(f"/claims/{second}/separations", {"claim_id": first})
    assert [each["is_answered"] for each in answered.json["findings"]] == [True]
    assert agent.post(f"/claims/{second}/approval", {}).json["status"] == "approved"
    assert agent.post(f"/claims/{first}/approval", {}).json["status"] == "approved"
    assert agent.post(f"/claims/{first}/separations", {"claim_id": "none"}).json["code"] == "claim.unknown"


def test_r7_a_file_that_somebody_else_filed_waits_for_an_agent_s_word(office: Office, context: ServiceContext) -> None:
    handle(context, service, upload("ours", KARIM, content="u1"))
    mine = filed(office.person(AMIRA), "u1", "u2")
    theirs = filed(office.person(KARIM), "ours", "k2")  # a bill of both: an agent judges, nobody learns of the other
    seen = office.staff().get(f"/queue/claims/{theirs}").json
    assert [(each["likeness"], each["claim_id"]) for each in seen["findings"]] == [("same-paper", mine)]
    assert seen["beside"] == []
    assert office.staff().post(f"/claims/{theirs}/approval", {}).json["code"] == "claim.duplicate-open"


# --- Taken back -------------------------------------------------------------------------------------------------------


def test_u7_a_person_takes_an_undecided_claim_back(office: Office, context: ServiceContext) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    path = f"/claims/{filed(amira, 'u1', 'u2')}"
    agent.post(f"{path}/paper-requests", {"kind": "invoice", "reason": "missing"})
    assert office.person(KARIM).post(f"{path}/withdrawal").json["code"] == "access.not-yours"
    assert agent.post(f"{path}/withdrawal").json["code"] == "access.not-yours"
    taken_back = amira.post(f"{path}/withdrawal").json
    assert (taken_back["status"], taken_back["requests"]) == ("withdrawn", [])
    assert taken_back["timeline"][-1]["text"] == "Vous avez retiré le dossier."
    assert walked(amira, "/claims", status="withdrawn") == [taken_back["claim_id"]]
    assert walked(amira, "/claims", status="submitted") == []
    assert published(context)[-1] == "claims.claim-withdrawn"
    assert agent.post(f"{path}/approval", {}).json["code"] == "state.move-not-allowed"


def test_u7_a_decided_claim_is_not_taken_back(office: Office) -> None:
    amira = office.person(AMIRA)
    path = f"/claims/{filed(amira, 'u1', 'u2')}"
    office.staff().post(f"{path}/approval", {})
    assert amira.post(f"{path}/withdrawal").json["code"] == "state.move-not-allowed"


def test_u9_a_refusal_says_before_whom_and_until_when_it_may_be_contested(office: Office) -> None:
    path = f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    office.staff().post(f"{path}/refusal", {"reason": "not-covered"})
    seen = office.person(AMIRA).get(path).json
    until_on = today() + timedelta(days=15)
    assert (seen["contest"]["days"], seen["contest"]["until_on"]) == (15, until_on.isoformat())
    assert seen["contest"]["is_to_be_confirmed"]
    assert (
        "la commission locale de recours préalable" in seen["contest"]["text"]
        and f"jusqu'au {days.written(until_on, language='fr')} inclus" in seen["contest"]["text"]
    )
    assert seen["decision"]["refused_text"] == "La caisse ne couvre pas ces soins."
    arabic = office.person(AMIRA).get(path, headers={"Accept-Language": "ar"}).json
    assert arabic["contest"]["body"] == "اللجنة المحلية المؤهلة للطعن المسبق"


# --- Lists, numbers, and who looked -----------------------------------------------------------------------------------


def many(office: Office, context: ServiceContext, count: int) -> list[str]:
    """Claims of different days of care, in the order of their filing."""
    handle(context, service, *(upload(f"{kind}{number}") for kind in "ab" for number in range(count)))
    amira = office.person(AMIRA)
    days = [(today() - timedelta(days=1 + number % 80)).isoformat() for number in range(count)]
    return [filed(amira, f"a{number}", f"b{number}", care_on=day) for number, day in enumerate(days)]


def walked(caller: Caller, path: str, **query: Any) -> list[str]:
    """The ids on all pages of a list."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = caller.get(path, query_string={**query, **({"cursor": cursor} if cursor else {})}).json
        found += [each["claim_id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


def test_u2_every_claim_is_on_one_page_of_each_list(office: Office, context: ServiceContext) -> None:
    ids = many(office, context, 107)
    assert walked(office.person(AMIRA), "/claims") == ids[::-1]
    assert walked(office.staff(), "/queue/claims") == ids
    assert walked(office.staff(), "/queue/claims", limit=10) == ids
    assert walked(office.staff(), "/queue/claims", person_ref=AMIRA, limit=50) == ids
    assert len(office.staff().get("/queue/claims", query_string={"limit": 7}).json["items"]) == 7
    assert office.staff().get("/queue/claims?limit=101").json["code"] == "request.invalid"


def test_a_row_of_the_queue_has_what_a_list_shows_and_no_more(office: Office, context: ServiceContext) -> None:
    claim_id, agent = filed(office.person(AMIRA), "u1", "u2"), office.staff()
    agent.post(f"/claims/{claim_id}/paper-requests", {"kind": "invoice", "reason": "missing"})
    whole = agent.get(f"/queue/claims/{claim_id}").json["claim"]
    (row,) = agent.get("/queue/claims?status=papers-asked").json["items"]
    same = ("claim_id", "reference", "claim_type", "care_on", "status", "assigned_to", "due_on", "legal_due_on")
    assert {name: row.pop(name) for name in same} == {name: whole[name] for name in same}
    assert row == {
        "has_lines": True,
        "papers_count": 2,
        "is_appeal": False,
        "in_step_since": whole["timeline"][-1]["at"],
        "who": "you",
        "approved": "0.00",
        "currency": "DZD",
        "version": whole["version"],
    }
    many(office, context, 100)
    page = agent.get("/queue/claims?limit=100")
    assert len(page.json["items"]) == 100 and len(page.data) < 50_000


def test_the_queue_is_filtered_and_sorted_by_what_is_due_first(office: Office, context: ServiceContext) -> None:
    amira, agent = office.person(AMIRA), office.staff()
    late, soon, other = (filed(amira, *two) for two in (("u1", "u2"), ("u3", "u4"), ("u5", "u6")))
    context.database["claims"].update_one({"claim_id": late}, {"$set": {"due_on": "2026-01-20"}})
    context.database["claims"].update_one({"claim_id": soon}, {"$set": {"due_on": "2026-01-10"}})
    agent.post(f"/claims/{other}/assignment")
    assert walked(agent, "/queue/claims") == [soon, late, other]
    assert walked(agent, "/queue/claims", due_before="2026-01-20") == [soon]
    assert walked(agent, "/queue/claims", due_before="2026-01-21", limit=1) == [soon, late]
    assert walked(agent, "/queue/claims", assigned_to="me") == [other]
    assert walked(agent, "/queue/claims", assigned_to="agent-1") == [other]
    assert walked(office.staff("agent-2"), "/queue/claims", assigned_to="me") == []
    assert walked(agent, "/queue/claims", assigned_to="nobody") == [soon, late]
    agent.post(f"/claims/{other}/refusal", {"reason": "not-covered"})
    assert walked(agent, "/queue/claims", status="refused") == [other]
    assert walked(agent, "/queue/claims", person_ref=AMIRA) == [soon, late, other]
    reference = amira.get(f"/claims/{late}").json["reference"]
    assert walked(agent, "/queue/claims", reference=f" {reference[:4].lower()}-{reference[4:]} ") == [late]
    assert walked(agent, "/queue/claims", reference="CL000000000000") == []
    assert agent.get("/queue/claims?status=lost").json["code"] == "request.invalid"
    assert agent.get("/queue/claims?cursor=bm9uc2Vuc2U").json["code"] == "request.cursor-malformed"


def test_a_claim_that_came_back_complete_is_due_anew(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    claim_id = filed(amira, "u1", "u2")
    due_on = amira.get(f"/claims/{claim_id}").json["due_on"]
    assert due_on == (today() + timedelta(days=10)).isoformat()
    context.database["claims"].update_one({"claim_id": claim_id}, {"$set": {"due_on": "2026-01-20"}})
    office.staff().post(f"/claims/{claim_id}/paper-requests", {"kind": "invoice", "reason": "missing"})
    added = amira.post(f"/claims/{claim_id}/papers", {"kind": "invoice", "upload_id": "u3"})
    assert added.json["due_on"] == due_on


@pytest.fixture
def known(office: Office, context: ServiceContext) -> str:
    """The reference of a claim of the person of the number."""
    person_ref = keys()["dz-cnas"].person_ref(NSS)
    handle(context, service, wages(person_ref), upload("n1", person_ref), upload("n2", person_ref))
    answer = office.person(person_ref).post("/claims", filing(papers=papers("n1", "n2")))
    reference: str = answer.json["reference"]
    return reference


def test_an_agent_finds_by_number_and_the_person_can_read_who_looked(office: Office, known: str) -> None:
    agent, person_ref = office.staff(), keys()["dz-cnas"].person_ref(NSS)
    by_reference = agent.post(
        "/queue/searches", {"number": f" {known[:5]} {known[5:]}", "purpose": "person-asked"}
    ).json
    assert (by_reference["person_ref"], by_reference["claim_id"] is None) == (person_ref, False)
    by_number = agent.post("/queue/searches", {"number": "\u200f٩٠ ٠٠٠ ٠٠٠\u2011٠٠٠١", "purpose": "complaint"}).json
    assert by_number == {"person_ref": person_ref, "claim_id": None}
    path = f"/claims/{by_reference['claim_id']}"
    agent.get(path)
    agent.get(f"/queue{path}?purpose=control")
    agent.get(f"/persons/{person_ref}/rights")
    agent.get("/queue/claims", query_string={"person_ref": person_ref, "purpose": "complaint"})
    agent.get("/queue/claims", query_string={"reference": known})
    agent.get("/queue/claims")  # nobody's in particular
    office.person(person_ref).get(path)  # nor does one's own look count
    journal = office.person(person_ref).get("/access-journal").json["items"]
    assert [(each["looked_at"], each["purpose"], each["reference"]) for each in reversed(journal)] == [
        ("claim", "person-asked", known),
        ("person", "complaint", ""),
        ("claim", "handling", known),
        ("claim", "control", known),
        ("right", "handling", ""),
        ("claims", "complaint", ""),
        ("claim", "handling", known),
    ]
    assert {each["by"] for each in journal} == {"agent-1"}
    assert journal[-1]["purpose_text"] == "Pour répondre à votre demande."
    assert office.person(AMIRA).get("/access-journal").json == {"items": [], "next": None}
    assert office.staff().get("/access-journal").json["items"] == []


def test_who_takes_or_moves_a_claim_is_shown_it_and_enters_its_persons_journal(office: Office) -> None:
    agent, path = office.staff("agent-1"), f"/claims/{filed(office.person(AMIRA), 'u1', 'u2')}"
    claim = agent.post(f"{path}/assignment").json
    agent.post(f"{path}/release")
    journal = office.person(AMIRA).get("/access-journal").json["items"]
    assert [(each["by"], each["looked_at"], each["purpose"], each["reference"]) for each in journal] == [
        ("agent-1", "claim", "handling", claim["reference"])
    ] * 2


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"number": "900000000002", "purpose": "handling"}, 404, "search.nothing-found"),
        ({"number": "CL000000000000", "purpose": "handling"}, 404, "search.nothing-found"),
        ({"number": "\u200f", "purpose": "handling"}, 404, "search.nothing-found"),
        ({"number": NSS}, 422, "request.invalid"),
        ({"number": NSS, "purpose": "curiosity"}, 422, "request.invalid"),
        ({"number": "", "purpose": "handling"}, 422, "request.invalid"),
    ],
)
def test_a_number_of_nobody_and_no_purpose(
    office: Office, context: ServiceContext, known: str, sent: dict[str, str], status: int, code: str
) -> None:
    refused = office.staff().post("/queue/searches", sent)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert context.database["access_journal"].count_documents({}) == 0


def test_a_number_is_looked_for_in_the_own_fund(office: Office, known: str) -> None:
    refused = office.staff(fund=TN).post("/queue/searches", {"number": known, "purpose": "handling"})
    assert refused.json["code"] == "search.nothing-found"


def test_what_an_agent_may_not_see_enters_no_journal(office: Office, context: ServiceContext) -> None:
    claim_id = filed(office.person(AMIRA), "u1", "u2")
    assert office.person(KARIM).get(f"/claims/{claim_id}").json["code"] == "access.not-yours"
    assert office.staff().get("/claims/none").status_code == 404
    assert office.staff().get(f"/claims/{claim_id}?purpose=curiosity").status_code == 422
    assert context.database["access_journal"].count_documents({}) == 0


@pytest.mark.parametrize("status", Status)
def test_every_status_can_be_asked_for(office: Office, status: Status) -> None:
    assert office.staff().get(f"/queue/claims?status={status}").json["items"] == []
