"""The worker's check: killed anywhere it ends the same, twice is once, two workers at once book once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.declarations import actions, concluding, jobs
from services.payments.declarations.declaration import Declaration, Status
from services.payments.declarations.store import declarations
from services.payments.wiring import service
from shared.jobs import queue
from shared.jobs.job import taken
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, context_on, published, reading
from tests.payments.declarations.builders import das_b, workers
from tests.payments.declarations.harness import IN_TIME, DeclarationsHarness

CHECK_TAKES = timedelta(seconds=jobs.CHECK_TAKES_MAX_S)
PUBLISHED_WAGES = ["payments.wages-declared"] * 2
"""In both of its versions."""
BOOKED_ONCE = ["payments.declaration-received", "payments.declaration-accepted", *PUBLISHED_WAGES]


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def waiting(context: ServiceContext) -> list[Declaration]:
    return declarations.find_all(reading(context), status=Status.RECEIVED)


def the_one_that_waits(context: ServiceContext) -> Declaration:
    (found,) = waiting(context)
    return found


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_killed_between_two_steps_it_is_checked_again(
    database: Database[dict[str, Any]], mongodb: str, steps: int
) -> None:
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    declaration_id = harness.send(das_b(workers(3))).json["declaration_id"]
    declaration = the_one_that_waits(context)
    for step in range(steps):
        match step:
            case 0:
                ((_, job),) = queue.due_anywhere(context, [actions.CHECK], limit=1)
                leased = taken(job, jobs.checking(), at=clock())
                assert queue.replace_if_unchanged(context, DZ, job, leased) is not None
            case 1:
                judged = jobs.check(context, DZ, declaration)
            case 2:
                jobs.save_workers(context, DZ, declaration, judged)
    assert published(context) == BOOKED_ONCE[:1]
    if steps:
        assert harness.run() == 0  # it may still be in a worker's hands
    clock.at += CHECK_TAKES
    assert harness.run() == 1
    assert published(context) == BOOKED_ONCE
    assert len(harness.see(declaration_id, "/lines")["items"]) == 3


def test_a_file_that_stops_the_worker_each_time_is_held_and_others_go_on(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    declaration_id = harness.send(das_b()).json["declaration_id"]
    lost = context.database["blobs"].find_one_and_delete({})  # a fault of ours
    assert lost is not None
    for _ in range(jobs.ATTEMPTS_MAX):
        assert harness.see(declaration_id)["status"] == "received"
        assert harness.run() == 1
        clock.at += timedelta(hours=1)
    assert harness.run() == 0
    assert harness.see(declaration_id)["status"] == "held"
    assert harness.declare(das_b(workers(2), wage_1=9_500_000))["status"] == "accepted"
    context.database["blobs"].insert_one(lost)
    assert harness.declare(das_b())["declaration_id"] == declaration_id
    assert harness.see(declaration_id)["status"] == "accepted"


def test_an_operator_has_a_held_declaration_checked_again(database: Database[dict[str, Any]], mongodb: str) -> None:
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    declaration_id = harness.send(das_b()).json["declaration_id"]
    lost = context.database["blobs"].find_one_and_delete({})
    assert lost is not None
    for _ in range(jobs.ATTEMPTS_MAX):
        harness.run()
        clock.at += timedelta(hours=1)
    operator = harness.office.staff()
    (seen,) = operator.get("/operations/jobs").json["items"]
    assert (seen["job_id"], seen["last_error"]) == (f"{actions.CHECK}:{declaration_id}", "BlobLost")
    context.database["blobs"].insert_one(lost)
    assert operator.post(f"/operations/jobs/{seen['job_id']}/retry").status_code == 202
    assert harness.run() == 1
    assert harness.see(declaration_id)["status"] == "accepted"
    assert context.database["jobs"].count_documents({"kind": actions.CHECK}) == 0


@pytest.mark.parametrize("is_in_hand", [False, True])
def test_what_an_earlier_release_left_waiting_is_checked(
    database: Database[dict[str, Any]], mongodb: str, is_in_hand: bool
) -> None:
    """Also what one of its workers began to check and perhaps did not live to end: when the time for that is over."""
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    declaration_id = harness.send(das_b()).json["declaration_id"]
    due_at = clock.at + CHECK_TAKES if is_in_hand else clock.at
    context.database["jobs"].delete_many({})
    left = {"$set": {"next_check_at": due_at, "checks": int(is_in_hand)}, "$unset": {"confirm_by_at": ""}}
    context.database["declarations"].update_one({}, left)
    assert [backfill_all(context, fund_id, backfills=service.backfills) for fund_id in (TN, DZ, DZ)] == [0, 1, 0]
    if is_in_hand:
        assert harness.run() == 0
        clock.at += CHECK_TAKES
    assert harness.run() == 1
    assert harness.see(declaration_id)["status"] == "accepted"


def test_a_check_that_is_kept_twice_is_booked_once(harness: DeclarationsHarness, context: ServiceContext) -> None:
    harness.send(das_b())
    declaration = the_one_that_waits(context)
    found = jobs.check(context, DZ, declaration)
    first = jobs.conclude(context, DZ, declaration, found)
    again = jobs.conclude(context, DZ, declaration, found)
    assert first == again
    assert published(context) == BOOKED_ONCE
    assert context.database["ledger_entries"].count_documents({}) == 1


def test_two_workers_at_once_book_once(harness: DeclarationsHarness, context: ServiceContext) -> None:
    harness.send(das_b(workers(50)))
    declaration = the_one_that_waits(context)
    found = jobs.check(context, DZ, declaration)
    ready = threading.Barrier(2)

    def conclude() -> None:
        ready.wait()
        jobs.conclude(context, DZ, declaration, found)

    threads = [threading.Thread(target=conclude) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert published(context) == BOOKED_ONCE


def test_two_files_of_one_period_at_once_leave_one_that_stands(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    for count in (2, 3):
        harness.send(das_b(workers(count)))
    both = waiting(context)
    found = [jobs.check(context, DZ, each) for each in both]
    ready = threading.Barrier(2)

    def conclude(number: int) -> None:
        jobs.save_workers(context, DZ, both[number], found[number])
        ready.wait()
        jobs.conclude(context, DZ, both[number], found[number])

    threads = [threading.Thread(target=conclude, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [declarations.load(reading(context), each.declaration_id) for each in both]
    assert sorted((each.status, each.revision) for each in kept) == [("accepted", 2), ("replaced", 1)]
    assert harness.office.staff().get("/differences").json["items"] == []


def test_what_fails_half_way_leaves_nothing(harness: DeclarationsHarness, context: ServiceContext) -> None:
    harness.send(das_b())
    declaration = the_one_that_waits(context)
    found = jobs.check(context, DZ, declaration)

    def dies(uow: object) -> None:
        concluding.conclude(uow, checked=declaration, judged=found)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        context.run(DZ, by=jobs.CHECKER, cause="test", action=dies)
    assert published(context) == BOOKED_ONCE[:1]
    assert context.database["declaration_wages"].count_documents({}) == 0
    assert harness.run() == 1
    assert published(context) == BOOKED_ONCE
