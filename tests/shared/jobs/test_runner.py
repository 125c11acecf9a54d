"""The due queue on a real database: nothing that waits is in the way, nothing that fails is lost or hidden."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener, CommandStartedEvent

from shared.jobs import queue
from shared.jobs.job import Job, JobKind, JobStatus
from shared.jobs.queue import JobUnknown
from shared.jobs.runner import BACK_OFF, FOUND_MAX, LEASE_EXPIRED, Runner
from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.moves import MoveNotAllowed
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, context_on, funds, keys, reading, someone
from tests.kit.waiting import until

KIND = "print"


class Blank(Conflict):
    code = "thing.blank"


class BankOutcomeUnknown(Unavailable):
    code = "bank.silent"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: Clock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


class Recorder:
    """Does a thing's work as a test says, and remembers the order."""

    def __init__(self, **answers: Any) -> None:
        self.done: list[str] = []
        self.answers = answers

    def __call__(self, context: ServiceContext, fund_id: str, thing_id: str) -> datetime | None:
        self.done.append(f"{fund_id}/{thing_id}")
        answer = self.answers.get(thing_id)
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer


def kind(recorder: Recorder, **facts: Any) -> JobKind:
    return JobKind(**{"name": KIND, "run": recorder, "attempts_max": 3, **facts})


def schedule(context: ServiceContext, *thing_ids: str, fund_id: str = DZ, due_at: datetime | None = None) -> None:
    def act(uow: UnitOfWork) -> None:
        for thing_id in thing_ids:
            queue.schedule(uow, KIND, thing_id, due_at=due_at)

    context.run(fund_id, by=someone(), cause="test", action=act)


def job(context: ServiceContext, thing_id: str, fund_id: str = DZ) -> Job | None:
    return queue.jobs.find(reading(context, fund_id), f"{KIND}:{thing_id}")


def operate(context: ServiceContext, action: Callable[[UnitOfWork], Job]) -> Job:
    return context.run(DZ, by=someone(), cause="operator", action=action)


def test_what_is_due_is_done_once_and_forgotten(context: ServiceContext) -> None:
    recorder = Recorder()
    schedule(context, "a", "b")
    runner = Runner(context, [kind(recorder)])
    assert (runner.run_due(), runner.run_due()) == (2, 0)
    assert recorder.done == [f"{DZ}/a", f"{DZ}/b"]
    assert job(context, "a") is None


def test_what_is_not_due_waits(context: ServiceContext, clock: Clock) -> None:
    recorder = Recorder()
    schedule(context, "a", due_at=clock.at + timedelta(hours=1))
    runner = Runner(context, [kind(recorder)])
    assert runner.run_due() == 0
    clock.move(hours=1)
    assert runner.run_due() == 1


def test_work_of_a_later_release_is_left_to_its_workers(context: ServiceContext, clock: Clock) -> None:
    """What an older worker could not do has a kind of its own: it stays as it was scheduled, however long it is due,
    also in front of work that the older one knows."""
    older, newer = Recorder(), Recorder()

    def act(uow: UnitOfWork) -> None:
        queue.schedule(uow, f"{KIND}.2", "new")

    context.run(DZ, by=someone(), cause="test", action=act)
    schedule(context, "a")
    as_scheduled = queue.jobs.load(reading(context), f"{KIND}.2:new")
    for _ in range(10):
        Runner(context, [kind(older)]).run_due()
        clock.move(hours=6)
    assert older.done == [f"{DZ}/a"]
    assert queue.jobs.load(reading(context), f"{KIND}.2:new") == as_scheduled
    schedule(context, "b")  # by a process of the release before
    later = kind(newer, name=f"{KIND}.2")
    assert Runner(context, [later, replace(later, name=KIND)]).run_due() == 2
    assert sorted(newer.done) == [f"{DZ}/b", f"{DZ}/new"]


def test_what_a_later_release_wrote_into_a_job_stays(context: ServiceContext, clock: Clock) -> None:
    """Taken, failed, held and tried again by this release."""
    held: list[str] = []
    recorder = Recorder(a=Blank())
    runner = Runner(context, [kind(recorder, attempts_max=1, hold=lambda uow, thing_id: held.append(thing_id))])
    schedule(context, "a")
    context.database["jobs"].update_one({"_id": f"{DZ}:{KIND}:a"}, {"$set": {"of_later": 7}})
    runner.run_due()
    assert held == ["a"]
    operate(context, lambda uow: queue.retry(uow, f"{KIND}:a"))
    operate(context, lambda uow: queue.give_up(uow, f"{KIND}:a", reason="x"))
    (row,) = context.database["jobs"].find()
    assert (row["of_later"], row["status"], row["reason"]) == (7, "given-up", "x")


def test_work_whose_unit_of_work_was_not_saved_was_never_asked_for(context: ServiceContext) -> None:
    def fall(uow: UnitOfWork) -> None:
        queue.schedule(uow, KIND, "a")
        raise Blank

    with pytest.raises(Blank):
        context.run(DZ, by=someone(), cause="test", action=fall)
    assert job(context, "a") is None


def test_r2_g15_a_hundred_that_fail_are_not_in_the_way_of_the_one_behind_them(
    context: ServiceContext, clock: Clock
) -> None:
    bad = [f"bad{number:03d}" for number in range(100)]
    recorder = Recorder(**{thing_id: Blank() for thing_id in bad})
    runner = Runner(context, [kind(recorder)])
    schedule(context, *bad)
    runner.run_due()
    schedule(context, "good")
    assert runner.run_due() == 1
    assert recorder.done[-1] == f"{DZ}/good"


def test_what_fails_again_and_again_waits_for_an_operator_who_sees_it(context: ServiceContext, clock: Clock) -> None:
    recorder = Recorder(a=Blank(), b=ZeroDivisionError("a person's name"))
    runner = Runner(context, [kind(recorder)])
    schedule(context, "a", "b")
    for _ in range(5):
        runner.run_due()
        clock.move(hours=1)
    assert len(recorder.done) == 6  # three attempts each, then nobody tries
    found = queue.page(reading(context), status=JobStatus.FAILED, wanted=PageRequest())
    assert [(each.thing_id, each.last_error, each.attempts) for each in found] == [
        ("a", "thing.blank", 3),
        ("b", "ZeroDivisionError", 3),
    ]
    assert queue.failed_count(context) == 2


def test_an_operator_has_it_tried_again(context: ServiceContext, clock: Clock) -> None:
    recorder = Recorder(a=Blank())
    runner = Runner(context, [kind(recorder, attempts_max=1)])
    schedule(context, "a")
    runner.run_due()
    recorder.answers.clear()
    operate(context, lambda uow: queue.retry(uow, f"{KIND}:a"))
    assert runner.run_due() == 1
    assert job(context, "a") is None
    with pytest.raises(JobUnknown):
        operate(context, lambda uow: queue.retry(uow, f"{KIND}:a"))


def test_an_operator_gives_it_up_and_the_thing_says_so(context: ServiceContext) -> None:
    recorder, said = Recorder(a=Blank()), []

    def give_up(uow: UnitOfWork, thing_id: str, reason: str) -> None:
        said.append((uow.fund.fund_id, thing_id, reason))

    runner = Runner(context, [kind(recorder, attempts_max=1, give_up=give_up)])
    schedule(context, "a")
    runner.run_due()
    operate(context, lambda uow: queue.give_up(uow, f"{KIND}:a", reason="no such letter"))
    with pytest.raises(MoveNotAllowed):
        operate(context, lambda uow: queue.retry(uow, f"{KIND}:a"))
    runner.run_due()
    assert said == [(DZ, "a", "no such letter")]
    assert job(context, "a") is None
    assert len(recorder.done) == 1


def test_a_thing_says_itself_that_it_was_tried_in_vain(context: ServiceContext, clock: Clock) -> None:
    held: list[str] = []
    recorder = Recorder(a=Blank())
    runner = Runner(context, [kind(recorder, hold=lambda uow, thing_id: held.append(thing_id))])
    schedule(context, "a")
    for _ in range(4):
        runner.run_due()
        clock.move(hours=1)
    left = job(context, "a")
    assert left is not None and left.status is JobStatus.FAILED
    assert (held, len(recorder.done)) == (["a"], 3)


def test_what_was_scheduled_anew_while_it_ran_is_not_forgotten(context: ServiceContext, clock: Clock) -> None:
    later = clock.at + timedelta(days=1)
    recorder = Recorder(a=lambda: schedule(context, "a", due_at=later))
    schedule(context, "a")
    Runner(context, [kind(recorder)]).run_due()
    left = job(context, "a")
    assert left is not None and left.due_at == later


def test_what_many_ask_for_is_scheduled_where_it_is_idle_and_else_left_as_it_is(
    context: ServiceContext, clock: Clock
) -> None:
    """So that they do not meet over one row, and it is not run beside itself."""

    def ask() -> None:
        def act(uow: UnitOfWork) -> None:
            queue.schedule_if_idle(uow, KIND, "a")
            queue.schedule_if_idle(uow, KIND, "a")

        context.run(DZ, by=someone(), cause="test", action=act)

    def version() -> int:
        found = job(context, "a")
        assert found is not None
        return found.version

    ask()
    due = version()
    ask()
    assert version() == due, "it is due"
    runner = Runner(context, [kind(Recorder(a=clock.at + timedelta(hours=1)), attempts_max=1)])
    ((fund_id, taken),) = runner._take_due()
    ask()
    assert version() == taken.version, "it is under way"
    runner._run_and_leave(fund_id, taken)
    clock.move(seconds=1)
    ask()
    waiting = job(context, "a")
    assert waiting is not None and waiting.due_at == clock.at, "it waited for its time"
    Runner(context, [kind(Recorder(a=Blank()), attempts_max=1)]).run_due()
    failed = version()
    ask()
    assert version() == failed, "an operator decides"


def test_work_that_wants_to_run_again_does(context: ServiceContext, clock: Clock) -> None:
    recorder = Recorder(a=clock.at + timedelta(days=1))
    schedule(context, "a")
    runner = Runner(context, [kind(recorder)])
    assert runner.run_due() == 1
    clock.move(days=1)
    recorder.answers.clear()
    assert runner.run_due() == 1
    assert job(context, "a") is None


def test_whoever_dies_over_a_job_leaves_it_to_the_next_when_the_lease_ends(
    context: ServiceContext, clock: Clock
) -> None:
    class Killed(BaseException):
        """Nothing is written after it, as after a kill."""

    recorder = Recorder(a=Killed())
    schedule(context, "a")
    with pytest.raises(Killed):
        Runner(context, [kind(recorder, lease_s=60)]).run_due()
    recorder.answers.clear()
    successor = Runner(context, [kind(recorder, lease_s=60)])
    assert successor.run_due() == 0
    clock.move(seconds=61)
    assert successor.run_due() == 1


def test_what_kills_its_worker_again_and_again_waits_for_an_operator(context: ServiceContext, clock: Clock) -> None:
    """A file that takes all memory may not stop the workers for ever."""

    class Killed(BaseException):
        """Nothing is written after it, as after a kill."""

    recorder = Recorder(a=Killed())
    schedule(context, "a")
    schedule(context, "b", due_at=clock.at + timedelta(minutes=3))
    for _ in range(3):
        with pytest.raises(Killed):
            Runner(context, [kind(recorder, lease_s=60)]).run_due()
        clock.move(seconds=61)
    assert Runner(context, [kind(recorder, lease_s=60)]).run_due() == 2  # b, which waited behind it, and the end of a
    left = job(context, "a")
    assert left is not None and (left.status, left.last_error) == (JobStatus.FAILED, LEASE_EXPIRED)
    recorder.answers.clear()
    operate(context, lambda uow: queue.retry(uow, f"{KIND}:a"))
    assert Runner(context, [kind(recorder, lease_s=60)]).run_due() == 1


def test_a_long_queue_hides_no_job_of_another_fund_or_kind(context: ServiceContext) -> None:
    def fill(kinds: Sequence[str], count: int) -> Callable[[UnitOfWork], None]:
        def act(uow: UnitOfWork) -> None:
            for name in kinds:
                for number in range(count):
                    queue.schedule(uow, name, f"{number:04d}")

        return act

    context.run(DZ, by=someone(), cause="test", action=fill([KIND, "long"], FOUND_MAX + 10))
    context.run(DZ, by=someone(), cause="test", action=fill(["other"], 1))
    context.run(TN, by=someone(), cause="test", action=fill(["other"], 1))
    recorders = {name: Recorder() for name in (KIND, "long", "other")}
    runner = Runner(context, [kind(recorder, name=name) for name, recorder in recorders.items()])
    for fund_id, begun in list(runner._take_due()):
        runner._run_and_leave(fund_id, begun)
    assert recorders[KIND].done == recorders["long"].done == [f"{DZ}/0000", f"{DZ}/0001"]
    assert sorted(recorders["other"].done) == [f"{DZ}/0000", f"{TN}/0000"]
    while runner.run_due():
        pass
    assert [len(recorder.done) for recorder in recorders.values()] == [FOUND_MAX + 10, FOUND_MAX + 10, 2]


def test_a_place_that_is_free_is_filled_with_what_was_found_before(
    context: ServiceContext, database: Any, mongodb: str
) -> None:
    """A long queue is not asked for anew for each of its jobs, and what changed since it was found is left alone."""
    schedule(context, *"abcdef")
    counted, recorder = Counted(), Recorder()
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True, event_listeners=[counted]) as client:
        watched = ServiceContext(database=client[database.name], funds=funds(), keys=keys(), clock=context.clock)
        runner = Runner(watched, [kind(recorder, at_once=1)])
        began = [*runner._take_due()]
        context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.cancel(uow, KIND, "c"))
        schedule(context, "d", due_at=context.clock() + timedelta(days=1))
        counted.commands.clear()
        while began:
            for fund_id, begun in began:
                runner._run_and_leave(fund_id, begun)
            began = [*runner._take_found()]
    assert recorder.done == [f"{DZ}/{thing_id}" for thing_id in "abef"]
    assert "find" not in counted.commands


def test_a_long_queue_of_short_jobs_keeps_all_its_places(database: Any, mongodb: str) -> None:
    """With threads: while one kind's jobs wait for places, another's that comes to be due is found at once, and the end
    of a job brings the next."""
    context = context_on(database, mongodb)
    hang, done, stop = threading.Event(), threading.Event(), threading.Event()
    lock, ran = threading.Lock(), []

    def run(context: ServiceContext, fund_id: str, thing_id: str) -> None:
        if thing_id == "last":
            done.set()
        elif thing_id.startswith("slow"):
            hang.wait(20)
        else:
            with lock:
                ran.append(thing_id)

    schedule(context, *(f"slow{number}" for number in range(5)))
    schedule(context, *(f"{number}" for number in range(FOUND_MAX + 20)), fund_id=TN)
    runner = Runner(context, [JobKind(name=KIND, run=run), JobKind(name="other", run=run)])
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        until(lambda: len(ran) == FOUND_MAX + 20)
        context.run(TN, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "other", "last"))
        assert done.wait(10)
    finally:
        hang.set()
        stop.set()
        thread.join(15)
    assert sorted(ran) == sorted({f"{number}" for number in range(FOUND_MAX + 20)})
    assert not thread.is_alive()


def test_what_was_taken_is_run_where_the_database_is_gone_before_the_next(context: ServiceContext) -> None:
    """Or its place among those that run would be lost for good."""
    recorder = Recorder()
    schedule(context, "a", "b")
    runner = Runner(context, [kind(recorder, at_once=1)])
    taking = runner._take_due()
    fund_id, first = next(taking)
    taking.close()  # as an error in the middle does
    runner._run_and_leave(fund_id, first)
    assert (runner.run_due(), recorder.done) == (1, [f"{DZ}/a", f"{DZ}/b"])


def test_two_workers_take_a_job_once(context: ServiceContext) -> None:
    schedule(context, "a")
    seen = queue.due(context, DZ, KIND, limit=5)[0]
    assert queue.replace_if_unchanged(context, DZ, seen, seen) is not None
    assert queue.replace_if_unchanged(context, DZ, seen, seen) is None


def test_one_funds_silent_bank_pauses_nobody_else_and_costs_no_attempt(context: ServiceContext, clock: Clock) -> None:
    class Banks(Recorder):
        def __call__(self, context: ServiceContext, fund_id: str, thing_id: str) -> datetime | None:
            super().__call__(context, fund_id, thing_id)
            if fund_id == DZ:
                raise BankOutcomeUnknown
            return None

    banks = Banks()
    schedule(context, *(f"d{number}" for number in range(5)))
    schedule(context, *(f"t{number}" for number in range(5)), fund_id=TN)
    runner = Runner(context, [kind(banks, at_once=1)])
    runner.run_due()
    assert [done for done in banks.done if done.startswith(TN)] == [f"{TN}/t{number}" for number in range(5)]
    assert [done for done in banks.done if done.startswith(DZ)] == [f"{DZ}/d0"]  # the others are not tried in vain
    waiting = job(context, "d0")
    assert waiting is not None and (waiting.attempts, waiting.last_error) == (0, "bank.silent")
    assert waiting.due_at == clock.at + timedelta(seconds=BACK_OFF.waits_s[0])
    lanes = {lane.fund_id: lane for lane in runner.lanes()}
    assert (lanes[TN].done, lanes[TN].failed, lanes[TN].last_done_at) == (5, 0, clock.at)
    assert (lanes[DZ].done, lanes[DZ].failed, lanes[DZ].unavailable) == (0, 1, 1)
    assert (lanes[DZ].last_error, lanes[DZ].paused_until) == ("bank.silent", waiting.due_at)


def test_jobs_of_one_fund_do_not_wait_for_those_of_another(database: Any, mongodb: str) -> None:
    """With threads: a fund whose jobs hang has its own places, and a second fund's are done meanwhile."""
    context = context_on(database, mongodb)
    hang, done = threading.Event(), threading.Event()

    def run(context: ServiceContext, fund_id: str, thing_id: str) -> None:
        if fund_id == DZ:
            hang.wait(10)
        else:
            done.set()

    schedule(context, *(f"d{number}" for number in range(10)))
    schedule(context, "t", fund_id=TN)
    stop = threading.Event()
    runner = Runner(context, [JobKind(name=KIND, run=run)])
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        assert done.wait(8)
    finally:
        hang.set()
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


class Counted(CommandListener):
    """How many commands the driver sent."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(event.command_name)

    def succeeded(self, event: object) -> None:
        pass

    def failed(self, event: object) -> None:
        pass


def test_a_service_at_rest_asks_once_a_second(database: Any, mongodb: str) -> None:
    counted, stop = Counted(), threading.Event()
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True, event_listeners=[counted]) as client:
        context = ServiceContext(database=client[database.name], funds=funds(), keys=keys())
        runner = Runner(context, [kind(Recorder()), kind(Recorder(), name="other")])
        thread = threading.Thread(target=runner.run, args=(stop,))
        thread.start()
        stop.wait(5)
        stop.set()
        thread.join(10)
    # Some at first, then one a second, whatever the number of funds and kinds; a busy machine asks less often.
    assert 2 <= counted.commands.count("find") <= 11


def test_two_kinds_of_one_name_are_refused(context: ServiceContext) -> None:
    with pytest.raises(ValueError, match="one name"):
        Runner(context, [kind(Recorder()), kind(Recorder())])
