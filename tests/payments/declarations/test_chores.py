"""The worker's check: killed anywhere it ends the same, twice is once, two workers at once book once."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.declarations import actions, chores, rules
from services.payments.declarations.declaration import Declaration
from services.payments.declarations.store import declarations, waiting
from shared.storage.platform import Platform
from tests.ground import DZ, TN, platform_on, reading, told
from tests.payments.declarations.builders import das_b, workers
from tests.payments.declarations.desk import Desk


@dataclass
class Clock:
    """A clock that stands until it is set."""

    at: datetime = datetime(2026, 1, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


BOOKED_ONCE = ["payments.declaration-received", "payments.declaration-accepted", "payments.wages-declared"]


@pytest.fixture
def desk(platform: Platform) -> Desk:
    return Desk(platform)


def the_one_that_waits(platform: Platform) -> Declaration:
    (found,) = waiting(reading(platform))
    return found


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_killed_between_two_steps_it_is_checked_again(
    database: Database[dict[str, Any]], mongodb: str, steps: int
) -> None:
    clock = Clock()
    platform = platform_on(database, mongodb, clock=clock)
    desk = Desk(platform)
    declaration_id = desk.send(das_b(workers(3))).json["declaration_id"]
    declaration = the_one_that_waits(platform)
    for step in range(steps):
        match step:
            case 0:
                begun = platform.work(
                    DZ, by=chores.CHECKER, cause="test", action=lambda work: actions.begin_check(work, declaration)
                )
                assert begun is not None
            case 1:
                judged = chores.check(platform, DZ, begun)
            case 2:
                chores.keep_workers(platform, DZ, begun, judged)
    assert told(platform) == BOOKED_ONCE[:1]
    if steps:
        assert desk.work() == 0  # it may still be in a worker's hands
    clock.at += rules.CHECK_TAKES_MAX
    assert desk.work() == 1
    assert told(platform) == BOOKED_ONCE
    assert len(desk.see(declaration_id, "/lines")["items"]) == 3


def test_a_file_that_stops_the_worker_each_time_is_held_and_others_go_on(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    clock = Clock()
    platform = platform_on(database, mongodb, clock=clock)
    desk = Desk(platform)
    declaration_id = desk.send(das_b()).json["declaration_id"]
    lost = platform.database["blobs"].find_one_and_delete({})  # a fault of ours
    assert lost is not None
    for _ in range(rules.CHECKS_MAX):
        assert desk.work() == 0
        clock.at += rules.CHECK_TAKES_MAX
    assert desk.work() == 1 and desk.work() == 0
    assert desk.see(declaration_id)["status"] == "held"
    assert desk.declare(das_b(workers(2), wage_1=9_500_000))["status"] == "accepted"
    platform.database["blobs"].insert_one(lost)
    assert desk.declare(das_b())["declaration_id"] == declaration_id
    assert desk.see(declaration_id)["status"] == "accepted"


def test_a_check_that_is_kept_twice_is_booked_once(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    declaration = the_one_that_waits(platform)
    found = chores.check(platform, DZ, declaration)
    first = chores.conclude(platform, DZ, declaration, found)
    again = chores.conclude(platform, DZ, declaration, found)
    assert first == again
    assert told(platform) == BOOKED_ONCE
    assert platform.database["ledger_entries"].count_documents({}) == 1


def test_two_workers_at_once_book_once(desk: Desk, platform: Platform) -> None:
    desk.send(das_b(workers(50)))
    declaration = the_one_that_waits(platform)
    found = chores.check(platform, DZ, declaration)
    ready = threading.Barrier(2)

    def conclude() -> None:
        ready.wait()
        chores.conclude(platform, DZ, declaration, found)

    threads = [threading.Thread(target=conclude) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(platform) == BOOKED_ONCE


def test_two_files_of_one_period_at_once_leave_one_that_stands(desk: Desk, platform: Platform) -> None:
    for count in (2, 3):
        desk.send(das_b(workers(count)))
    both = waiting(reading(platform))
    found = [chores.check(platform, DZ, each) for each in both]
    ready = threading.Barrier(2)

    def conclude(number: int) -> None:
        chores.keep_workers(platform, DZ, both[number], found[number])
        ready.wait()
        chores.conclude(platform, DZ, both[number], found[number])

    threads = [threading.Thread(target=conclude, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [declarations.load(reading(platform), each.declaration_id) for each in both]
    assert sorted((each.status, each.revision) for each in kept) == [("accepted", 2), ("replaced", 1)]
    assert desk.office.staff().get("/differences").json["items"] == []


def test_what_fails_half_way_leaves_nothing(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    declaration = the_one_that_waits(platform)
    found = chores.check(platform, DZ, declaration)

    def dies(work: object) -> None:
        actions.conclude(work, checked=declaration, judged=found)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        platform.work(DZ, by=chores.CHECKER, cause="test", action=dies)
    assert told(platform) == BOOKED_ONCE[:1]
    assert platform.database["declaration_wages"].count_documents({}) == 0
    assert desk.work() == 1
    assert told(platform) == BOOKED_ONCE


def test_each_fund_has_its_own_queue(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    assert chores.check_received().run(platform, TN) == 0
    assert chores.check_received().run(platform, DZ) == 1
