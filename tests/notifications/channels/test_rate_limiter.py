"""How fast a provider is served."""

import time
from threading import Thread

import pytest

from services.notifications.channels.rate_limiter import RateLimiter


def test_no_more_than_so_many_a_second_from_however_many_threads() -> None:
    rate_limiter = RateLimiter(50)
    began_s = time.monotonic()

    def ask() -> None:
        for _ in range(5):
            rate_limiter.wait()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began_s >= 19 / 50


def test_without_a_limit_nobody_waits() -> None:
    rate_limiter, began_s = RateLimiter(0), time.monotonic()
    for _ in range(1_000):
        rate_limiter.wait()
    assert time.monotonic() - began_s < 0.5


@pytest.mark.parametrize(("per_s_max", "count"), [(0, 200), (1_000, 200), (10, 50), (0.1, 1)])
def test_a_window_holds_what_goes_in_its_time(per_s_max: float, count: int) -> None:
    assert RateLimiter(per_s_max).within(5.0, at_most=200) == count
