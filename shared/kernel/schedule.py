"""When a failed attempt is retried: after growing waits. Pure: time and entropy are arguments."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class RetrySchedule:
    """The waits after the first try, the second and so on, in seconds; the last one repeats.

    `jitter` is by how much of itself a wait may be longer, so that those who failed together are not tried together.
    """

    waits_s: tuple[float, ...]
    jitter: float = 0.0

    def __post_init__(self) -> None:
        if not self.waits_s or list(self.waits_s) != sorted(self.waits_s) or self.waits_s[0] <= 0 or self.jitter < 0:
            raise ValueError("a schedule has waits, none shorter than the one before it")

    @property
    def tries_max(self) -> int:
        """For those whose last wait does not repeat: how many tries there are."""
        return len(self.waits_s) + 1

    def wait_s(self, *, tries: int, entropy: float = 0.0) -> float:
        """How long to wait after so many tries in a row, at least one. `entropy` is at least 0 and below 1."""
        if tries < 1:
            raise ValueError("nobody waits before the first try")
        return self.waits_s[min(tries, len(self.waits_s)) - 1] * (1 + self.jitter * entropy)

    def next_at(self, at: datetime, *, tries: int, entropy: float = 0.0) -> datetime:
        """When the next try comes, if the last one of so many ended now."""
        return at + timedelta(seconds=self.wait_s(tries=tries, entropy=entropy))
