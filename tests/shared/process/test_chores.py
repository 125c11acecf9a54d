"""Chores go through what waits: one that fails is left for later, the others go on."""

import threading

import pytest
from structlog.testing import capture_logs

from shared.kernel.errors import Conflict, Stale, Unavailable
from shared.process.chores import Chore, OneByOne, keep_doing
from shared.storage.platform import Platform
from tests.ground import DZ


class Busy(Conflict):
    code = "thing.busy"


class Gone(Unavailable):
    code = "thing.gone"


def test_one_that_fails_is_left_and_the_others_are_done() -> None:
    done: list[str] = []
    one_by_one = OneByOne("test")

    def refuse() -> None:
        raise Busy

    def break_down() -> None:
        raise ZeroDivisionError

    things = {"a": lambda: done.append("a"), "b": refuse, "c": break_down, "d": lambda: done.append("d")}
    assert one_by_one.do(things) == 2
    assert done == ["a", "d"]
    assert one_by_one.do({"b": lambda: done.append("b")}) == 0  # its time has not come again
    assert one_by_one.do({"e": lambda: done.append("e")}) == 1


def test_what_is_unavailable_ends_the_round() -> None:
    def gone() -> None:
        raise Gone

    done: list[str] = []
    with pytest.raises(Gone):
        OneByOne("test").do({"a": gone, "b": lambda: done.append("b")})
    assert done == []


def test_a_race_that_was_lost_is_no_fault_and_is_run_again(platform: Platform) -> None:
    runs, stop = [], threading.Event()

    def run(_: Platform, fund_id: str) -> int:
        runs.append(fund_id)
        if len(runs) <= len(platform.funds):
            raise Stale
        stop.set()
        return 1

    with capture_logs() as logs:
        keep_doing(Chore("test", 0.01, run), platform, stop)
    assert {line["event"] for line in logs} == {"chore-waits"}
    assert runs.count(DZ) == 2
