"""The worker's check: killed anywhere it ends the same, twice is once, two workers at once book once."""

import threading

import pytest

from services.payments.declarations import actions, chores
from services.payments.declarations.declaration import Declaration
from services.payments.declarations.store import declarations, waiting
from shared.storage.platform import Platform
from tests.ground import DZ, TN, reading, told
from tests.payments.declarations.builders import das_b, workers
from tests.payments.declarations.desk import Desk

BOOKED_ONCE = ["payments.declaration-received", "payments.declaration-accepted", "payments.wages-declared"]


@pytest.fixture
def desk(platform: Platform) -> Desk:
    return Desk(platform)


def the_one_that_waits(platform: Platform) -> Declaration:
    (found,) = waiting(reading(platform))
    return found


def test_killed_after_the_check_it_is_checked_again(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    chores.check(platform, DZ, the_one_that_waits(platform))  # and nobody keeps what was found
    assert told(platform) == BOOKED_ONCE[:1]
    assert desk.work() == 1
    assert told(platform) == BOOKED_ONCE


def test_a_check_that_is_kept_twice_is_booked_once(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    declaration = the_one_that_waits(platform)
    found = chores.check(platform, DZ, declaration)
    first = chores.conclude(platform, DZ, declaration, found=found)
    again = chores.conclude(platform, DZ, declaration, found=found)
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
        chores.conclude(platform, DZ, declaration, found=found)

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
        ready.wait()
        chores.conclude(platform, DZ, both[number], found=found[number])

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
        actions.conclude(work, checked=declaration, examined=found)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        platform.work(DZ, by=chores.CHECKER, cause="test", action=dies)
    assert told(platform) == BOOKED_ONCE[:1]
    assert platform.database["declaration_wages"].count_documents({}) == 0
    assert desk.work() == 1
    assert told(platform) == BOOKED_ONCE


def test_each_fund_has_its_own_queue(desk: Desk, platform: Platform) -> None:
    desk.send(das_b())
    assert chores.check_waiting(platform, TN) == 0
    assert chores.check_waiting(platform, DZ) == 1
