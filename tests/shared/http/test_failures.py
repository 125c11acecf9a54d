"""Which failures are found in a function's source, and which are not."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.http import failures
from shared.http.failures import reachable
from shared.kernel.errors import Conflict, Failure, Invalid, Missing


class Lost(Missing):
    code = "test.lost"


class Torn(Conflict):
    code = "test.torn"


class Late(Invalid):
    code = "test.late"


@dataclass(frozen=True)
class Shop:
    missing: type[Missing]

    @property
    def open_day(self) -> int:
        raise Late

    def load(self) -> "Thing":
        raise self.missing


@dataclass(frozen=True)
class Thing:
    def __post_init__(self) -> None:
        if not self:
            raise Torn

    def check(self) -> None:
        raise Late


SHOP = Shop(Lost)


def raises() -> None:
    raise Lost


def either(is_torn: bool) -> None:
    raise Torn if is_torn else Late


def of_an_object() -> None:
    SHOP.load()


def of_what_it_returned() -> None:
    thing = SHOP.load()
    thing.check()


def of_a_parameter(thing: Thing) -> None:
    thing.check()


def of_a_property() -> int:
    return SHOP.open_day


def builds() -> Thing:
    return Thing()


def answers() -> Failure:
    return Torn()


def catches() -> None:
    try:
        raises()
    except Missing:
        return


def catches_and_raises_again() -> None:
    try:
        raises()
    except Missing:
        raise


def catches_another() -> None:
    try:
        raises()
    except Conflict as torn:
        raise Late from torn


def inside() -> Callable[[], None]:
    def act() -> None:
        raises()

    return lambda: act()


def asks_only(found: object) -> bool:
    return isinstance(found, Lost)


def calls_itself() -> None:
    calls_itself()
    raises()


@pytest.fixture(autouse=True)
def _of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "PACKAGES", ("shared.", "tests.shared.http.test_failures"))


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (raises, {Lost}),
        (either, {Torn, Late}),
        (of_an_object, {Lost}),
        (of_what_it_returned, {Lost, Late}),
        (of_a_parameter, {Late}),
        (of_a_property, {Late}),
        (builds, {Torn}),
        (answers, {Torn}),
        (catches, set()),
        (catches_and_raises_again, {Lost}),
        (catches_another, {Lost, Late}),
        (inside, {Lost}),
        (asks_only, set()),
        (calls_itself, {Lost}),
    ],
)
def test_failures_are_found(function: Callable[..., object], found: set[type[Failure]]) -> None:
    assert reachable(function) == found


def first() -> None:
    second()
    raise Lost


def second() -> None:
    first()
    raise Torn


def test_functions_that_call_each_other_are_read_alike_from_either_end() -> None:
    assert reachable(second) == reachable(first) == reachable(second) == {Lost, Torn}
