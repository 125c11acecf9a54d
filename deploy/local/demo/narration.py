"""How a story is told: numbered steps, each with what was seen; the first that does not hold ends it.

Several may happen at the same time and are printed one after another.
"""

import secrets
import textwrap
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Seen = TypeVar("Seen")

POLL_S = 0.1
WAIT_MAX_S = 60.0
LINE_CHARACTERS_MAX = 200


class DoesNotHold(Exception):
    """What the story says is not what was seen."""


def show(line: str) -> None:
    """To whoever reads along."""
    print(line, flush=True)


class InTurns:
    """Prints what several tellings say, the first as it happens, each of the others whole once those before have ended
    and from then on as it happens."""

    def __init__(self, names: Iterable[str]) -> None:
        self._waiting: dict[str, list[str]] = {name: [] for name in names}
        self._ended: set[str] = set()
        self._lock = threading.Lock()

    def of(self, name: str) -> Callable[[str], None]:
        """Where this telling says its lines."""

        def say(line: str) -> None:
            with self._lock:
                if name == next(iter(self._waiting), None):
                    show(line)
                else:
                    self._waiting[name].append(line)

        return say

    def end(self, name: str) -> None:
        """This telling has ended: whatever waits for it is printed."""
        with self._lock:
            self._ended.add(name)
            while (first := next(iter(self._waiting), None)) is not None and first in self._ended:
                del self._waiting[first]
                for line in self._waiting.get(next(iter(self._waiting), ""), []):
                    show(line)
                if self._waiting:
                    self._waiting[next(iter(self._waiting))] = []


class Teller:
    """Says the steps, and gives each chapter a trace of its own."""

    def __init__(self, say: Callable[[str], None] = show) -> None:
        self.trace_id = ""
        self.say = say
        self._chapter = 0
        self._began_s = time.monotonic()

    @property
    def spent_s(self) -> float:
        """For how long it has been told."""
        return time.monotonic() - self._began_s

    def chapter(self, title: str) -> None:
        """A new chapter, whose requests share one trace."""
        self._chapter += 1
        self.trace_id = secrets.token_hex(16)
        self.say(f"\n{self._chapter}. {title}   (trace {self.trace_id})")

    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{secrets.token_hex(8)}-01"

    def seen(self, what: str) -> None:
        """Something that holds."""
        indent = " " * (len(what) - len(what.lstrip()))
        line = textwrap.shorten(what, LINE_CHARACTERS_MAX, placeholder=" …")
        self.say(f"   {self.spent_s:5.1f} s  {indent}{line}")

    def skip(self, title: str, why: str) -> None:
        """A chapter that this fund does not have."""
        self._chapter += 1
        self.say(f"\n{self._chapter}. {title}\n   SKIPPED  {why}")

    def check(self, holds: object, what: str) -> None:
        """Say what was seen, or end the story there."""
        if not holds:
            raise DoesNotHold(what)
        self.seen(what)

    def wait(self, what: str, look: Callable[[], Seen | None], *, at_most_s: float = WAIT_MAX_S) -> Seen:
        """Look until there is something to see."""
        deadline = time.monotonic() + at_most_s
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(POLL_S)
        raise DoesNotHold(f"{what}: nothing came in {at_most_s:.0f} s")
