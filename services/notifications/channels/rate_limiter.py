"""A rate limit for a provider: at most so many messages a second, whatever the number of threads."""

import time
from threading import Lock


class RateLimiter:
    """Spaces messages evenly: at most `per_s_max` a second, shared by several threads. 0 is no limit."""

    def __init__(self, per_s_max: float) -> None:
        self.per_s_max = per_s_max
        self._next_s = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Block until the next message may be sent."""
        if self.per_s_max <= 0:
            return
        with self._lock:
            now_s = time.monotonic()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + 1 / self.per_s_max
        time.sleep(turn_s - now_s)

    def within(self, seconds: float, *, at_most: int) -> int:
        """How many messages may be sent in this time: between 1 and `at_most`."""
        return at_most if self.per_s_max <= 0 else max(1, min(at_most, int(self.per_s_max * seconds)))
