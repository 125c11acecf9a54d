"""How long a login is shut after failures. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.identity.accounts.login_throttle import LoginThrottle
from shared.kernel.errors import Conflict, Missing

FREE_FAILURES = 5
LOCKED_FIRST = timedelta(minutes=1)
LOCKED_MAX = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


class ThrottleUnknown(Missing):
    code = "account.door-unknown"


class LoginThrottled(Conflict):
    """Too many failures: a while has to pass."""

    code = "account.door-shut"


def locked_until(throttle: LoginThrottle, *, at: datetime) -> datetime | None:
    """Until when nobody may retry, or None where one may: five tries, then 1, 2, 4, 8 and always 15 minutes.

    An attempt while throttled does not count, so that repeated attempts do not prolong it.
    """
    if throttle.failed_at is None or throttle.failures < FREE_FAILURES:
        return None
    until = throttle.failed_at + min(LOCKED_MAX, LOCKED_FIRST * 2 ** min(throttle.failures - FREE_FAILURES, 8))
    return until if at < until else None


def failed(throttle: LoginThrottle, *, at: datetime) -> LoginThrottle:
    """One failure more; those of yesterday are forgotten."""
    is_old = throttle.failed_at is not None and throttle.failed_at < at - FORGOTTEN_AFTER
    return replace(throttle, failures=1 if is_old else throttle.failures + 1, failed_at=at)
