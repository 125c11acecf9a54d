"""Clocks that a test moves. No test depends on the day on which it is run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.storage.service_context import now

AT = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
"""A Tuesday morning: a working day in every fund."""


@dataclass
class Clock:
    """Stands at an instant until it is moved."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Let so much time pass: `hours=2`."""
        self.at += timedelta(**by)


@dataclass
class RunningClock:
    """The true time, moved on as far as a test asks: where programs with a clock of their own take part."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead

    def move(self, **by: float) -> None:
        """Let so much time pass: `hours=2`."""
        self.ahead += timedelta(**by)
