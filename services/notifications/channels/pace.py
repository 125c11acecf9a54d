"""How fast a provider is to be served: at most so many messages a second, whatever their number."""

import time
from threading import Lock


class Pace:
    """Lets one message after the other go. 0 a second is as many as there are. For several threads."""

    def __init__(self, per_s_max: float) -> None:
        self.per_s_max = per_s_max
        self._next_s = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        if self.per_s_max <= 0:
            return
        with self._lock:
            now_s = time.monotonic()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + 1 / self.per_s_max
        time.sleep(turn_s - now_s)

    def within(self, seconds: float, *, at_most: int) -> int:
        """How many messages may go in this time, at least one."""
        return at_most if self.per_s_max <= 0 else max(1, min(at_most, int(self.per_s_max * seconds)))
