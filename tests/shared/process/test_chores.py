"""Chores go through what waits: one that fails is left for later, the others go on."""

import pytest

from shared.kernel.errors import Conflict, Unavailable
from shared.process.chores import OneByOne


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
