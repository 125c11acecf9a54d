"""Operations over HTTP: dead letters of one's own fund, never what an event says; commands that a worker carries
out."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from services.claims.wiring import service
from shared.bus import dead_letters, envelope
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.events.claims.claims import ClaimSubmitted
from shared.events.payments.payouts import BenefitOrdered
from shared.jobs import queue
from shared.jobs.lane_status import LaneStatus
from shared.kernel.ids import first_id_at
from shared.process.operations.case_events import DOCUMENTS_A_PAGE
from shared.process.operations.inbox import PartitionLag, WorkerStatus, write_worker_status
from shared.process.operations.periodic_task import carry_out
from shared.storage.service_context import ServiceContext, as_stored
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Caller, Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, context_on, someone
from tests.shared.storage.test_service_context import submitted


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


@pytest.fixture
def operator(context: ServiceContext) -> Caller:
    return Office(service, context).staff("operator-1")


def ordered(context: ServiceContext, claim_id: str) -> BenefitOrdered:
    return BenefitOrdered(
        claim_id=claim_id,
        payout_id="payout-secret-1",
        person_ref="p1",
        amount_minor=1,
        currency="DZD",
        ordered_at=context.clock(),
    )


def park(context: ServiceContext, *claim_ids: str, fund: str = DZ) -> list[str]:
    """Orders for claims that are not there, parked one after the other; their ids."""
    stranger = context.make_uow(fund, by=someone(), cause="", at=as_stored(context.clock()), writes=None)
    for claim_id in claim_ids:
        stranger.publish(ordered(context, claim_id))
    events: list[Any] = stranger.events
    for offset, each in enumerate(events):
        letter = ReceivedRecord(each["id"], each["topic"], 1, offset, each["key"], envelope.headers(each), each["body"])
        if not dead_letters.park_behind(context, letter):
            dead_letters.park(context, letter, why="claim.unknown", tries=5)
    return [each["id"] for each in events]


def publish_waiting(context: ServiceContext, fund: str = DZ) -> int:
    """One round of a worker's periodic task."""
    return carry_out(context, fund, inbox=Inbox(context, service="claims", reactions=service.all_reactions()))


def test_letters_come_in_pages_and_say_nothing_of_what_happened(context: ServiceContext, operator: Caller) -> None:
    ids = park(context, "a", "b", "a")
    first = operator.get("/operations/deadletters?limit=2").json
    rest = operator.get(f"/operations/deadletters?limit=2&after={first['next']}").json
    rows = {row["event_id"]: row for row in [*first["items"], *rest["items"]]}
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert [(rows[each]["why"], rows[each]["place"]) for each in ids] == [
        ("claim.unknown", 1),
        ("claim.unknown", 1),
        ("follows", 2),
    ]
    of_key = operator.get(f"/operations/deadletters?key={DZ}:a").json["items"]
    assert {row["event_id"] for row in of_key} == {ids[0], ids[2]}
    one = operator.get(f"/operations/deadletters/{ids[0]}")
    assert "payout-secret-1" not in one.text
    assert one.json["type"] == "payments.benefit-ordered.v1" and one.json["key"] == f"{DZ}:a"
    assert (one.json["partition"], one.json["offset"], one.json["tries"]) == (1, 0, 5)
    assert one.json["headers"]["ce_fund"] == DZ


def test_groups_count_what_failed_and_not_what_follows(context: ServiceContext, operator: Caller) -> None:
    park(context, "a", "b", "a")
    (group,) = operator.get("/operations/deadletters/groups").json["items"]
    assert (group["type"], group["why"], group["letters"]) == ("payments.benefit-ordered.v1", "claim.unknown", 2)
    asked = operator.post(f"/operations/deadletters/groups/{group['fingerprint']}/replay")
    assert (asked.status_code, asked.json) == (202, {"asked": 2})
    assert publish_waiting(context) == 0
    assert context.database["deadletters"].count_documents({"tries": 6, "is_asked": False, "is_open": True}) == 2


def test_a_row_is_tried_again_from_its_first_letter_only(context: ServiceContext, operator: Caller) -> None:
    first, second = park(context, "a", "a")
    refused = operator.post(f"/operations/deadletters/{second}/replay")
    assert (refused.status_code, refused.json["code"]) == (409, "deadletter.not-first")
    assert operator.post(f"/operations/deadletters/{first}/replay").json["is_asked"] is True
    assert operator.post(f"/operations/deadletters/keys/{DZ}:a/replay").status_code == 202
    assert publish_waiting(context) == 0
    assert operator.get(f"/operations/deadletters/{first}").json["tries"] == 6


def test_a_discard_says_why_for_good_and_lets_the_next_be_tried(context: ServiceContext, operator: Caller) -> None:
    first, second = park(context, "a", "a")
    reason = {"reason": "ordered twice by the bank's test"}
    assert operator.post(f"/operations/deadletters/{first}/discard", {"reason": ""}).status_code == 422
    gone = operator.post(f"/operations/deadletters/{first}/discard", reason).json
    assert (gone["is_open"], gone["resolved_by"]) == (False, "operator-1")
    assert operator.post(f"/operations/deadletters/{first}/discard", reason).json["code"] == "deadletter.closed"
    publish_waiting(context)
    assert operator.get(f"/operations/deadletters/{second}").json["why"] == "claim.unknown"
    audited = context.database["audit"].find_one({"entries.deeds.verb": "discarded"})
    assert audited is not None
    (entry,) = audited["entries"]  # type: ignore[misc]
    assert entry["actor"] == "operator-1" and entry["deeds"][0]["why"] == reason["reason"]  # type: ignore[index]


def test_another_fund_s_letters_are_not_there(context: ServiceContext, operator: Caller) -> None:
    (theirs,) = park(context, "a", fund=TN)
    assert operator.get("/operations/deadletters").json["items"] == []
    assert operator.get("/operations/deadletters/groups").json["items"] == []
    assert operator.get(f"/operations/deadletters/{theirs}").json["code"] == "deadletter.unknown"
    for path in (f"{theirs}/replay", f"keys/{TN}:a/replay"):
        assert operator.post(f"/operations/deadletters/{path}").json["code"] == "deadletter.unknown"
    discarded = operator.post(f"/operations/deadletters/{theirs}/discard", {"reason": "not mine"})
    assert discarded.json["code"] == "deadletter.unknown"
    group = context.database["deadletters"].find_one({})
    assert group is not None
    asked = operator.post(f"/operations/deadletters/groups/{group['fingerprint']}/replay")
    assert asked.json["code"] == "deadletter.unknown"


def publish(context: ServiceContext, fund: str, *events: ClaimSubmitted) -> None:
    context.run(fund, by=someone(), cause="test", action=lambda uow: [uow.publish(event) for event in events])


def test_what_a_fund_told_is_told_again_by_a_worker(context: ServiceContext, operator: Caller) -> None:
    publish(context, DZ, submitted("a"))
    publish(context, DZ, submitted("b"))
    publish(context, TN, submitted("a"))
    outbox = context.database["outbox"]
    outbox.update_many({}, {"$set": {"is_sent": True}})
    assert operator.post("/operations/outbox/republish", {}).json["code"] == "outbox.nothing-named"
    command = operator.post("/operations/outbox/republish", {"key": "a"})
    assert (command.status_code, command.json["key"], command.json["done_at"]) == (202, f"{DZ}:a", None)
    assert publish_waiting(context) == 1
    status = operator.get("/operations/outbox").json
    assert (status["waiting"], status["errands"][0]["documents"]) == (1, 1)
    operator.post("/operations/outbox/republish", {"since": "2026-01-01T00:00:00+01:00"})
    assert publish_waiting(context) == 1
    unsent = [row["events"][0]["key"] for row in outbox.find({"is_sent": False})]  # type: ignore[index]
    assert sorted(unsent) == [f"{DZ}:a", f"{DZ}:b"]
    assert publish_waiting(context) == 0  # a command is done once


def test_the_inbox_tells_how_its_workers_stand(context: ServiceContext, operator: Caller) -> None:
    park(context, "a")
    at = as_stored(context.clock())
    behind = [PartitionLag(topic="payments", partition=0, records=7)]
    worker_status = WorkerStatus(worker="host:1", at=at, missing=["broker"], last_taken_at=at, behind=behind)
    write_worker_status(context.database, worker_status)
    published = operator.get("/operations/inbox").json
    assert (published["taken"], published["parked"]) == (0, 1)
    (worker,) = published["workers"]
    assert (worker["is_ready"], worker["missing"]) == (False, ["broker"])
    assert worker["behind"] == [{"topic": "payments", "partition": 0, "records": 7}]


def test_work_is_added_up_over_the_workers_of_ones_own_fund(context: ServiceContext, operator: Caller) -> None:
    at = as_stored(context.clock())
    ours = LaneStatus(fund_id=DZ, kind="print", done=2, failed=1, last_done_at=at, last_failed_at=at, last_error="x")
    lanes = [ours, LaneStatus(fund_id=TN, kind="print", done=90)]
    for worker in ("host:1", "host:2"):
        status = WorkerStatus(worker=worker, at=at, missing=[], last_taken_at=at, behind=[], lanes=lanes)
        write_worker_status(context.database, status)
    context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "print", "a"))
    (lane,) = operator.get("/operations/lanes").json["items"]
    assert (lane["kind"], lane["done"], lane["failed"], lane["due"]) == ("print", 4, 2, 1)
    assert lane["last_error"] == "x" and lane["paused_until"] is None


def fail(context: ServiceContext, *thing_ids: str, fund: str = DZ) -> None:
    """Jobs that failed as often as they may."""
    for thing_id in thing_ids:
        context.run(fund, by=someone(), cause="test", action=lambda uow, it=thing_id: queue.schedule(uow, "print", it))
        failed = {"status": "failed", "attempts": 8, "last_error": "paper.no-glyph"}
        context.database["jobs"].update_one({"_id": f"{fund}:print:{thing_id}"}, {"$set": failed})


def test_jobs_that_failed_are_listed_page_by_page_for_ones_own_fund(context: ServiceContext, operator: Caller) -> None:
    fail(context, "a", "b", "c")
    fail(context, "d", fund=TN)
    first = operator.get("/operations/jobs?limit=2").json
    rest = operator.get(f"/operations/jobs?limit=2&cursor={first['next']}").json
    rows = [*first["items"], *rest["items"]]
    assert [row["job_id"] for row in rows] == ["print:a", "print:b", "print:c"]
    assert {row["last_error"] for row in rows} == {"paper.no-glyph"}
    assert rest["next"] is None
    assert operator.get("/operations/jobs?status=waiting").json["items"] == []
    context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "mail", "a"))
    assert [row["job_id"] for row in operator.get("/operations/jobs?status=waiting").json["items"]] == ["mail:a"]
    for kind, found in (("print", 3), ("mail", 0)):
        assert len(operator.get(f"/operations/jobs?kind={kind}").json["items"]) == found
    assert operator.get("/operations/jobs?kind=mail&status=waiting").json["items"][0]["kind"] == "mail"
    assert operator.get("/operations/jobs/print:a").json["attempts"] == 8
    assert operator.get("/operations/jobs/print:d").status_code == 404
    assert operator.get("/operations/jobs?cursor=nothing").json["code"] == "request.cursor-malformed"


def test_a_job_is_tried_again_or_given_up_with_a_reason(context: ServiceContext, operator: Caller) -> None:
    fail(context, "a", "b")
    again = operator.post("/operations/jobs/print:a/retry")
    assert (again.status_code, again.json["status"], again.json["attempts"]) == (202, "waiting", 0)
    assert operator.post("/operations/jobs/print:b/giving-up", json={}).status_code == 422
    given_up = operator.post("/operations/jobs/print:b/giving-up", json={"reason": "a blank page"})
    assert (given_up.status_code, given_up.json["status"], given_up.json["reason"]) == (202, "given-up", "a blank page")
    twice = operator.post("/operations/jobs/print:b/retry")
    assert (twice.status_code, twice.json["code"]) == (409, "state.move-not-allowed")
    audited: list[Any] = list(context.database["audit"].find({"entries.deeds.thing": "jobs"}).sort("_id", 1))
    records = [record for row in audited for entry in row["entries"] for record in entry["deeds"]]
    acts = [record for record in records if record["thing"] == "jobs"]
    assert [(record["verb"], record["id"], record.get("why", "")) for record in acts] == [
        ("job-retried", "print:a", ""),
        ("job-given-up", "print:b", "a blank page"),
    ]


def test_a_summary_has_every_sign_in_one_answer(context: ServiceContext, operator: Caller) -> None:
    park(context, "a", "b", "a")
    park(context, "c", fund=TN)
    fail(context, "x")
    publish(context, DZ, submitted("a"))
    context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "print", "due"))
    said = operator.get("/operations/summary").json
    assert (said["dead_letters"]["letters"], said["dead_letters"]["groups"]) == (2, 1)
    assert (said["jobs"]["due"], said["jobs"]["failed"]) == (1, 1)
    assert said["jobs"]["oldest_failed_at"] and said["jobs"]["oldest_due_at"]
    assert (said["outbox"]["waiting"], said["inbox"]["parked"], said["inbox"]["workers"]) == (1, 3, [])
    assert said["arrivals"] == {"events_last_hour": 0, "requests_last_hour": 0}


def test_arrivals_are_those_of_the_last_hour(context: ServiceContext, operator: Caller, clock: RunningClock) -> None:
    def take(event_id: str) -> None:
        context.database["inbox"].insert_one({"_id": event_id, "fund": DZ})

    take(first_id_at(clock() - timedelta(minutes=59)))
    take(first_id_at(clock() - timedelta(minutes=61)))
    (first,) = park(context, "a")
    operator.post(f"/operations/deadletters/{first}/replay", key="one")
    assert operator.get("/operations/summary").json["arrivals"] == {"events_last_hour": 1, "requests_last_hour": 1}


def test_acts_are_listed_by_who_did_them_and_when(
    context: ServiceContext, operator: Caller, clock: RunningClock
) -> None:
    first, _ = park(context, "a", "b")
    fail(context, "x", "y")
    operator.post(f"/operations/deadletters/{first}/discard", {"reason": "ordered twice"})
    group = operator.get("/operations/deadletters/groups").json["items"][0]["fingerprint"]
    operator.post(f"/operations/deadletters/groups/{group}/replay")
    yesterday = clock() - timedelta(days=1)
    earlier = {"act_id": first_id_at(yesterday), "at": yesterday}
    context.database["operator_acts"].update_many({"verb": "discarded"}, {"$set": earlier})
    operator.post("/operations/jobs/print:x/retry")
    other = Office(service, context).staff("operator-2")
    other.post("/operations/jobs/print:y/giving-up", {"reason": "a blank page"})
    found = operator.get("/operations/acts?limit=3").json
    assert [(row["by"], row["verb"], row["thing_id"], row["reason"]) for row in found["items"]] == [
        ("operator-2", "job-given-up", "print:y", "a blank page"),
        ("operator-1", "job-retried", "print:x", ""),
        ("operator-1", "group-replay-asked", group, ""),
    ]
    (last,) = operator.get(f"/operations/acts?limit=3&cursor={found['next']}").json["items"]
    assert (last["verb"], last["reason"], last["text"]) == (
        "discarded",
        "ordered twice",
        "A écarté un message en échec",
    )
    assert len(operator.get("/operations/acts?by=operator-2").json["items"]) == 1
    today = context.funds[DZ].day_of(clock()).isoformat()
    of_today = [row["verb"] for row in operator.get(f"/operations/acts?on={today}").json["items"]]
    assert of_today == ["job-given-up", "job-retried", "group-replay-asked"]
    its_last = operator.get(f"/operations/acts?on={today}&by=operator-1&limit=1").json
    its_first = operator.get(f"/operations/acts?on={today}&by=operator-1&limit=1&cursor={its_last['next']}").json
    assert [row["verb"] for row in [*its_last["items"], *its_first["items"]]] == ["job-retried", "group-replay-asked"]
    assert its_first["next"] is None
    assert Office(service, context).staff("operator-1", fund=TN).get("/operations/acts").json["items"] == []


# --- A case's events --------------------------------------------------------------------------------------------------


def test_a_case_s_events_are_listed_without_their_content(context: ServiceContext, operator: Caller) -> None:
    """Oldest first, with what others of the same documents are about left out; of the operator's own fund alone."""
    for claim_id in ("c1", "c2", "c1"):
        context.run(DZ, by=someone(), cause=f"request:{claim_id}", action=lambda uow, it=claim_id: _publish(uow, it))
    context.run(TN, by=someone(), cause="request:other", action=lambda uow: _publish(uow, "c1"))
    found = case_events(operator, "c1")
    assert [each["type"] for each in found["items"]] == ["claims.claim-submitted.v1"] * 2
    assert (found["next"], found["items"][0]["is_sent"], found["items"][0]["sent_at"]) == (None, False, None)
    assert found["items"][0]["published_at"] <= found["items"][1]["published_at"]
    assert "CL1" not in str(case_events(operator, "c1"))
    assert case_events(operator, "nobody") == {"items": [], "next": None}


def test_a_long_case_is_read_page_by_page(context: ServiceContext, operator: Caller) -> None:
    for number in range(DOCUMENTS_A_PAGE + 1):
        context.run(DZ, by=someone(), cause=f"request:{number}", action=lambda uow: _publish(uow, "c1"))
    first = case_events(operator, "c1")
    rest = case_events(operator, "c1", after=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (DOCUMENTS_A_PAGE, 1, None)


def test_what_became_of_events_is_said_by_who_got_them(context: ServiceContext, operator: Caller) -> None:
    parked, other = park(context, "c1"), park(context, "c1", fund=TN)
    taken = str(context.new_id())
    context.database["inbox"].insert_one({"_id": taken, "fund": DZ, "at": context.clock()})
    asked = ",".join([*parked, *other, taken, "unknown"])
    found = operator.get("/operations/handled-events", query_string={"event_ids": asked}).json["items"]
    assert {each["event_id"]: each["handling"] for each in found} == {parked[0]: "parked", taken: "handled"}
    body = {"reason": "sent by mistake"}
    assert operator.post(f"/operations/deadletters/{parked[0]}/discard", body).status_code == 200
    found = operator.get("/operations/handled-events", query_string={"event_ids": parked[0]}).json["items"]
    assert [each["handling"] for each in found] == ["discarded"]


def _publish(uow: UnitOfWork, claim_id: str) -> None:
    uow.publish(submitted(claim_id))


def case_events(operator: Caller, case_id: str, **more: str) -> Any:
    answer = operator.get("/operations/case-events", query_string={"case_id": case_id, **more})
    assert answer.status_code == 200, answer.text
    return answer.json
