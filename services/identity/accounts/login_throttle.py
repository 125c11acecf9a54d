"""A throttle: how often somebody has just failed to sign in under a name, whether or not there is such an account."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class LoginThrottle:
    """Failures under one name; a browser that signed in before has a throttle of its own, which others cannot trigger.

    `name` is the blind index of both. The id is new each time that failures begin anew, since what was forgotten does
    not come back.
    """

    door_id: str
    name: str
    failures: int = 0
    failed_at: datetime | None = None
    version: int = 0
