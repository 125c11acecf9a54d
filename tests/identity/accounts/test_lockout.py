"""For how long a login is locked after wrong passwords."""

from datetime import timedelta

import pytest

from services.identity.accounts import lockout
from services.identity.accounts.login_throttle import LoginThrottle
from tests.kit.clock import AT


@pytest.mark.parametrize(
    ("failures", "locked_minutes"),
    [(0, 0), (1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (1_000, 15)],
)
def test_a_login_is_locked_longer_each_time_and_never_for_long(failures: int, locked_minutes: int) -> None:
    throttle = LoginThrottle(door_id="d", name="n", failures=failures, failed_at=AT)
    until = lockout.locked_until(throttle, at=AT)
    assert until == (AT + timedelta(minutes=locked_minutes) if locked_minutes else None)
    if until:
        assert lockout.locked_until(throttle, at=until) is None


def test_failures_add_up_and_are_forgotten_after_a_day() -> None:
    throttle = LoginThrottle(door_id="d", name="n")
    for _ in range(7):
        throttle = lockout.failed(throttle, at=AT)
    assert throttle.failures == 7
    assert lockout.failed(throttle, at=AT + timedelta(hours=25)).failures == 1
