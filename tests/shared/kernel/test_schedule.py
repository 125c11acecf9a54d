"""When what did not work is retried."""

from datetime import timedelta

import pytest

from shared.kernel.schedule import RetrySchedule
from tests.kit.clock import AT

SCHEDULE = RetrySchedule((2, 10, 60))


@pytest.mark.parametrize(("tries", "wait_s"), [(1, 2), (2, 10), (3, 60), (4, 60), (100, 60)])
def test_waits_grow_and_the_last_one_repeats(tries: int, wait_s: int) -> None:
    assert SCHEDULE.wait_s(tries=tries) == wait_s
    assert SCHEDULE.next_at(AT, tries=tries) == AT + timedelta(seconds=wait_s)


def test_chance_makes_a_wait_longer_by_its_part_and_never_shorter() -> None:
    jittered = RetrySchedule((100,), jitter=0.1)
    assert [jittered.wait_s(tries=1, entropy=entropy) for entropy in (0.0, 0.5)] == [100, 105]


def test_whose_last_wait_does_not_repeat_has_one_try_more_than_waits() -> None:
    assert SCHEDULE.tries_max == 4


def test_nobody_waits_before_the_first_try() -> None:
    with pytest.raises(ValueError, match="first try"):
        SCHEDULE.wait_s(tries=0)


@pytest.mark.parametrize("waits_s", [(), (0,), (10, 5)])
def test_waits_that_shrink_or_are_none_are_no_schedule(waits_s: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="none shorter"):
        RetrySchedule(waits_s)
