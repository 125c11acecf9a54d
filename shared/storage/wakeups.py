"""Wakes threads that wait for new rows, so that an idle process hardly queries its database without being late. A
polling thread waits here between two queries. A commit of this process ends the wait, and so does one of any other
process while the database's change stream is open (`changes.py`). While it is not, waits stay short.
"""

import threading
import time
from dataclasses import dataclass, field


class Wakeups:
    """Those of one process. `is_watched` says whether writes of other processes wake it as well."""

    def __init__(self) -> None:
        self.is_watched = False
        self._waiting: dict[str, list[threading.Event]] = {}
        self._active_s = time.monotonic()

    def on(self, *collections: str) -> "Wakeup":
        """A wait of one thread, ended by new rows of any of these collections."""
        wakeup = Wakeup(self)
        for name in collections:
            self._waiting.setdefault(name, []).append(wakeup.event)
        return wakeup

    @property
    def collections(self) -> list[str]:
        """All collections that are waited for."""
        return sorted(self._waiting)

    def wake(self, *collections: str) -> None:
        """Rows of these collections were written."""
        for name in collections:
            for event in self._waiting.get(name, ()):
                self._active_s = time.monotonic()
                event.set()

    def note_activity(self) -> None:
        """Work was found: more may follow soon."""
        self._active_s = time.monotonic()

    def quiet_s(self) -> float:
        """For how long nothing came."""
        return time.monotonic() - self._active_s

    def watch(self, *, is_watched: bool) -> None:
        """Writes of other processes wake threads from now on, or no longer: all threads check once more, and wait
        accordingly."""
        self.is_watched = is_watched
        self.end_waits()

    def end_waits(self) -> None:
        """Wake all threads: to check, or to stop."""
        for events in list(self._waiting.values()):
            for event in events:
                event.set()


@dataclass(frozen=True)
class Wakeup:
    """The wait of one thread."""

    wakeups: Wakeups
    event: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float, *, watched_s: float) -> bool:
        """Wait for at most so long, or for `watched_s` if all writes wake it; whether it was woken."""
        is_woken = self.event.wait(watched_s if self.wakeups.is_watched else seconds)
        self.event.clear()
        return is_woken
