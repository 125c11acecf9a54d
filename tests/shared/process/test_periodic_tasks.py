"""Periodic tasks run again whatever a round met, and look less often while nothing comes."""

import itertools
import threading

from structlog.testing import capture_logs

from shared.kernel.errors import Stale, Unavailable
from shared.process.periodic_tasks import IDLE_GROWTH, IDLE_MAX_S, IdleBackOff, PeriodicTask, run_periodically, threads
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ


class Gone(Unavailable):
    code = "thing.gone"


def test_a_race_that_was_lost_is_no_fault_and_is_run_again(context: ServiceContext) -> None:
    runs, stop = [], threading.Event()

    def run(_: ServiceContext, fund_id: str) -> int:
        runs.append(fund_id)
        if len(runs) == 1:
            raise Stale
        stop.set()
        return 1

    with capture_logs() as logs:
        run_periodically(PeriodicTask("test", 0.01, run), context, DZ, stop)
    assert {line["event"] for line in logs} == {"periodic-task-waits"}
    assert runs == [DZ, DZ]


def test_b04_a_round_that_fails_as_nobody_foresaw_does_not_end_the_thread(context: ServiceContext) -> None:
    runs, stop = [], threading.Event()

    def run(_: ServiceContext, fund_id: str) -> int:
        runs.append(fund_id)
        if len(runs) == 1:
            raise ValueError("what a partner sent")
        stop.set()
        return 1

    with capture_logs() as logs:
        run_periodically(PeriodicTask("test", 0.01, run), context, DZ, stop)
    assert [(line["event"], line["why"]) for line in logs] == [("periodic-task-failed", "ValueError")]
    assert runs == [DZ, DZ]


def test_one_funds_silent_bank_holds_up_no_other_fund(context: ServiceContext) -> None:
    hang, stop, done = threading.Event(), threading.Event(), threading.Event()

    def run(_: ServiceContext, fund_id: str) -> int:
        if fund_id == DZ:
            hang.wait(10)
            raise Gone
        done.set()
        return 1

    at_work = threads([PeriodicTask("bank", 0.01, run)], context, stop)
    for thread in at_work:
        thread.start()
    try:
        assert done.wait(5)
    finally:
        stop.set()
        hang.set()
        for thread in at_work:
            thread.join(10)


def test_a_task_that_finds_nothing_looks_less_and_less_often(context: ServiceContext) -> None:
    class Waits(threading.Event):
        def __init__(self) -> None:
            super().__init__()
            self.of_s: list[float] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.of_s.append(timeout or 0.0)
            return self.is_set()

    waits, rounds = Waits(), itertools.count(1)

    def run(_: ServiceContext, fund_id: str) -> int:
        number = next(rounds)
        if number == 10:
            waits.set()
        return 1 if number == 8 else 0

    run_periodically(PeriodicTask("idle", 0.4, run), context, DZ, waits)
    grown = waits.of_s[:9]
    assert grown[:8] == sorted(grown[:8]) and grown[7] == IDLE_MAX_S
    assert waits.of_s[8] == 0.4  # something came


def test_g05_a_task_that_rows_wake_rests_long_and_begins_anew_when_some_came(context: ServiceContext) -> None:
    periodic_task = PeriodicTask("woken", 0.01, lambda *_: 0, rest_s=30.0, woken_by=("letters",))
    waiting = IdleBackOff(periodic_task, context, threading.Event())
    assert not waiting.ends(0.01) and not waiting.is_woken
    assert waiting.after(0, waited_s=10.0) == 10.0 * IDLE_GROWTH
    assert waiting.after(0, waited_s=29.0) == 30.0
    context.wakeups.wake("parcels")
    assert not waiting.ends(0.01) and not waiting.is_woken
    context.wakeups.wake("letters")
    assert not waiting.ends(30.0) and waiting.is_woken, "at once, although it would have waited"
    assert waiting.after(0, waited_s=30.0) == periodic_task.every_s
