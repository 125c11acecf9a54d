"""Awards over HTTP: a person's own, what agents do, and whether a cover holds, for anybody who is shown its number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.claims.awards import actions
from services.claims.awards.award import Award
from services.claims.awards.jobs import following
from services.claims.wiring import service
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ALLOWANCE, COVER, opened, with_benefits
from tests.kit.callers import Office
from tests.kit.contexts import TN, make_unique_indexes, published, reading, today
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def ground(context: ServiceContext) -> ServiceContext:
    return with_benefits(context)


@pytest.fixture
def office(ground: ServiceContext) -> Office:
    return Office(service, ground)


@pytest.fixture
def cover(office: Office, ground: ServiceContext) -> Award:
    from_on, until_on = today() - timedelta(days=30), today() + timedelta(days=300)
    return opened(ground, COVER, claim_id="c2", from_on=from_on, until_on=until_on)


def test_a_person_sees_own_awards_with_the_number_and_the_code(office: Office, cover: Award, ground: Any) -> None:
    allowance = opened(ground)
    items = office.person(AMIRA).get("/awards").json["items"]
    assert [each["award_id"] for each in items] == [allowance.award_id, cover.award_id]
    assert items[1]["reference"].startswith("AW") and len(items[1]["code"]) == 8
    assert (items[1]["covers"], items[1]["percent"], items[1]["text"]) == (
        ["medicine"],
        "100",
        "Le droit est en cours.",
    )
    assert items[0]["sum"]["amount"] == "200.00" and items[0]["until_on"] is None
    assert items[0]["law"] == {"law": "invented", "law_from": "2000-01-01", "is_to_be_confirmed": True}
    only = office.person(AMIRA).get("/awards?kind=cover").json["items"]
    assert [each["award_id"] for each in only] == [cover.award_id]
    assert office.person(KARIM).get("/awards").json["items"] == []
    assert office.person(KARIM).get(f"/awards/{cover.award_id}").json["code"] == "access.not-yours"
    assert office.person(AMIRA, fund=TN).get(f"/awards/{cover.award_id}").json["code"] == "award.unknown"


def test_a_claim_opens_one_award(office: Office, ground: ServiceContext) -> None:
    assert opened(ground).award_id == opened(ground).award_id
    assert published(ground).count("claims.award-opened") == 1


def test_what_was_granted_rests_encrypted(office: Office, cover: Award, ground: ServiceContext) -> None:
    for collection in ("awards", "outbox", "audit"):
        documents = list(ground.database[collection].find())
        assert documents and cover.terms.code.encode() not in repr(documents).encode()


def test_agents_suspend_resume_and_end_with_a_reason(office: Office, cover: Award) -> None:
    agent, path = office.staff(), f"/awards/{cover.award_id}"
    assert agent.post(f"{path}/suspension", {}).json["code"] == "request.invalid"
    suspended = agent.post(f"{path}/suspension", {"reason": "under-control"})
    assert (suspended.json["status"], suspended.json["text"]) == (
        "suspended",
        "Le droit est suspendu le temps d'un contrôle.",
    )
    assert agent.post(f"{path}/suspension", {"reason": "under-control"}).json["code"] == "state.move-not-allowed"
    assert agent.post(f"{path}/resumption").json["status"] == "active"
    tomorrow = (today() + timedelta(days=2)).isoformat()
    early = agent.post(f"{path}/end", {"reason": "renounced", "last_on": tomorrow})
    assert early.json["code"] == "award.ends-in-the-future"
    ended = agent.post(f"{path}/end", {"reason": "renounced", "last_on": today().isoformat()})
    assert ended.json["status"] == "ended" and [each["status"] for each in ended.json["timeline"]] == [
        "active",
        "suspended",
        "active",
        "ended",
    ]


def test_the_second_of_two_agents_is_told_of_the_newer_version(office: Office, cover: Award) -> None:
    seen = {"If-Match": office.staff().get(f"/awards/{cover.award_id}").headers["ETag"]}
    body = {"reason": "under-control"}
    first = office.staff().post(f"/awards/{cover.award_id}/suspension", body, headers=dict(seen))
    second = office.staff("agent-2").post(f"/awards/{cover.award_id}/suspension", body, headers=dict(seen))
    assert (first.status_code, second.status_code, second.json["version"]) == (200, 412, 2)


def test_an_agent_s_look_enters_the_journal(office: Office, cover: Award) -> None:
    agent = office.staff()
    agent.get(f"/awards/{cover.award_id}?purpose=control")
    assert len(agent.get("/queue/awards").json["items"]) == 1
    assert len(agent.get(f"/queue/awards?person_ref={AMIRA}").json["items"]) == 1
    assert agent.get("/queue/awards?status=ended").json["items"] == []
    (listed,) = agent.get(f"/queue/awards?person_ref={AMIRA}").json["items"]
    assert agent.get(f"/queue/awards?status=ended&reference={listed['reference'].lower()}").json["items"] == [listed]
    assert agent.get("/queue/awards?reference=AW000").json["items"] == []
    looks = office.person(AMIRA).get("/access-journal").json["items"]
    assert [each["looked_at"] for each in looks] == ["awards", "awards", "awards", "awards", "award"]
    assert looks[-1]["purpose"] == "control" and looks[-1]["reference"] == cover.reference


def test_a_life_certificate_is_recorded(office: Office, ground: ServiceContext, cover: Award) -> None:
    allowance = opened(ground)
    given = {"given_on": today().isoformat()}
    assert office.staff().post(f"/awards/{allowance.award_id}/life-certificates", given).status_code == 200
    refused = office.staff().post(f"/awards/{cover.award_id}/life-certificates", given)
    assert (refused.status_code, refused.json["code"]) == (409, "award.no-life-certificate-asked")


# --- Anybody ----------------------------------------------------------------------------------------------------------


def test_anybody_checks_a_number_and_learns_little(office: Office, cover: Award) -> None:
    answer = office.nobody().get(f"/v1/dz-cnas/covers/{cover.reference[:6]} {cover.reference[6:]}")
    assert (answer.status_code, answer.json["standing"]) == (200, "valid")
    assert AMIRA not in answer.text and cover.terms.code not in answer.text and "medicine" not in answer.text
    for wrong in ("AW260000000001", "x", "CL260000000197"):
        unknown = office.nobody().get(f"/v1/dz-cnas/covers/{wrong}").json
        assert unknown["standing"] == "unknown" and unknown["until_on"] is None


def test_the_code_shows_what_the_cover_bears(office: Office, cover: Award) -> None:
    path = f"/v1/dz-cnas/covers/{cover.reference}"
    typed = f"{cover.terms.code[:4].lower()}-{cover.terms.code[4:]}"
    right = office.nobody().post(path, json={"code": typed}).json
    assert (right["code"], right["covers"], right["percent"]) == ("right", ["medicine"], "100")
    wrong = office.nobody().post(path, json={"code": "00000000"}).json
    assert (wrong["code"], wrong["covers"], wrong["percent"], wrong["name"]) == ("wrong", [], None, None)
    assert office.nobody().post("/v1/dz-cnas/covers/x", json={"code": "00000000"}).json["code"] == "wrong"


def test_an_allowance_is_no_cover(office: Office, ground: ServiceContext) -> None:
    number = opened(ground).reference
    assert office.nobody().get(f"/v1/dz-cnas/covers/{number}").json["standing"] == "unknown"


def test_a_suspended_cover_says_so(office: Office, cover: Award) -> None:
    office.staff().post(f"/awards/{cover.award_id}/suspension", {"reason": "under-control"})
    assert office.nobody().get(f"/v1/dz-cnas/covers/{cover.reference}").json["standing"] == "suspended"


# --- Inside -----------------------------------------------------------------------------------------------------------


def test_covers_on_a_day_of_care(office: Office, ground: ServiceContext, cover: Award) -> None:
    opened(ground)
    uow = reading(ground)
    assert [each.award_id for each in actions.covers_on(uow, AMIRA, today())] == [cover.award_id]
    assert actions.covers_on(uow, AMIRA, cover.from_on - timedelta(days=1)) == []
    assert actions.covers_on(uow, KARIM, today()) == []


def test_the_calendar_reminds_and_ends_through_the_due_queue(context: ServiceContext) -> None:
    """The job runs on the day of the reminder and on the day after the end, and twice on one day does nothing."""
    ground = with_benefits(context, at=datetime(2026, 2, 10, 9, tzinfo=UTC))
    make_unique_indexes(service, ground)
    opened(ground, COVER)
    assert Runner(ground, [following()]).run_due() == 0
    for day, count in ((datetime(2026, 12, 1, 9, tzinfo=UTC), 1), (datetime(2027, 1, 1, 9, tzinfo=UTC), 1)):
        later = with_benefits(context, at=day)
        assert Runner(later, [following()]).run_due() == count
        assert Runner(later, [following()]).run_due() == 0
    assert published(ground) == ["claims.award-opened", "claims.award-ends-soon", "claims.award-ended"]
    assert ground.database["jobs"].count_documents({}) == 0


def test_an_award_without_an_end_waits_for_its_life_certificate(context: ServiceContext) -> None:
    ground = with_benefits(context, at=datetime(2026, 2, 10, 9, tzinfo=UTC))
    make_unique_indexes(service, ground)
    opened(ground, ALLOWANCE)
    for day in (datetime(2027, 1, 10, 9, tzinfo=UTC), datetime(2027, 2, 10, 9, tzinfo=UTC)):
        assert Runner(with_benefits(context, at=day), [following()]).run_due() == 1
    assert published(ground)[1:] == ["claims.life-certificate-due", "claims.award-suspended"]
