"""Wakes what waits for new rows, so that a process at rest asks its database next to nothing and is late for nothing.

Who looks for work waits here between two looks. A commit of this process ends the wait, and so does one of any other
process while the database's change stream is followed (`changes.py`). While it is not, waits stay short.
"""

import threading
import time
from dataclasses import dataclass, field


class Wakeups:
    """Those of one process. `is_watched` says whether it hears of what other processes write."""

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
        """All that somebody waits for."""
        return sorted(self._waiting)

    def wake(self, *collections: str) -> None:
        """Rows of these collections were written."""
        for name in collections:
            for event in self._waiting.get(name, ()):
                self._active_s = time.monotonic()
                event.set()

    def note_activity(self) -> None:
        """Somebody found work to do: more may come soon."""
        self._active_s = time.monotonic()

    def quiet_s(self) -> float:
        """For how long nothing came."""
        return time.monotonic() - self._active_s

    def watch(self, *, is_watched: bool) -> None:
        """What others write is heard of from now on, or no more: everybody looks once more, and waits accordingly."""
        self.is_watched = is_watched
        self.end_waits()

    def end_waits(self) -> None:
        """Let everybody look, or see that the process ends."""
        for events in list(self._waiting.values()):
            for event in events:
                event.set()


@dataclass(frozen=True)
class Wakeup:
    """The wait of one thread."""

    wakeups: Wakeups
    event: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float, *, watched_s: float) -> bool:
        """Wait for so long at most, or for `watched_s` where all writes are heard of; whether something came."""
        is_woken = self.event.wait(watched_s if self.wakeups.is_watched else seconds)
        self.event.clear()
        return is_woken
