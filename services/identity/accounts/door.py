"""A door: how often somebody has just failed to sign in under a name, whether or not there is such an account."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Door:
    """Failures under one name; a browser that signed in before has a door of its own, which no stranger can shut."""

    door_id: str
    failures: int = 0
    failed_at: datetime | None = None
    version: int = 0
