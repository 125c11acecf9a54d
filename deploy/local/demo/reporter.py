"""Prints a demo's progress: numbered chapters, each with its checks; the first check that fails ends the demo.

Several demos may run at the same time; their lines are printed one demo after another.
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


class StepFailed(Exception):
    """A check of the demo failed: what was expected was not seen."""


def show(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


class OrderedOutput:
    """The output of demos that run at the same time, in the order of their names: the first is printed live, each of
    the others once all before it have ended."""

    def __init__(self, names: Iterable[str]) -> None:
        self._waiting: dict[str, list[str]] = {name: [] for name in names}
        self._ended: set[str] = set()
        self._lock = threading.Lock()

    def of(self, name: str) -> Callable[[str], None]:
        """What prints a line of this demo, or keeps it until its turn."""

        def write(line: str) -> None:
            with self._lock:
                if name == next(iter(self._waiting), None):
                    show(line)
                else:
                    self._waiting[name].append(line)

        return write

    def end(self, name: str) -> None:
        """This demo has ended: the lines of the next are printed."""
        with self._lock:
            self._ended.add(name)
            while (first := next(iter(self._waiting), None)) is not None and first in self._ended:
                del self._waiting[first]
                for line in self._waiting.get(next(iter(self._waiting), ""), []):
                    show(line)
                if self._waiting:
                    self._waiting[next(iter(self._waiting))] = []


class Reporter:
    """Prints the steps of one demo, and gives each chapter a trace of its own."""

    def __init__(self, write: Callable[[str], None] = show) -> None:
        self.trace_id = ""
        self.write = write
        self._chapter = 0
        self._began_s = time.monotonic()

    @property
    def spent_s(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began_s

    def chapter(self, title: str) -> None:
        """A new chapter, whose requests share one trace."""
        self._chapter += 1
        self.trace_id = secrets.token_hex(16)
        self.write(f"\n{self._chapter}. {title}   (trace {self.trace_id})")

    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{secrets.token_hex(8)}-01"

    def seen(self, what: str) -> None:
        """Print what was observed, with the time."""
        indent = " " * (len(what) - len(what.lstrip()))
        line = textwrap.shorten(what, LINE_CHARACTERS_MAX, placeholder=" …")
        self.write(f"   {self.spent_s:5.1f} s  {indent}{line}")

    def skip(self, title: str, why: str) -> None:
        """A chapter that this fund does not have."""
        self._chapter += 1
        self.write(f"\n{self._chapter}. {title}\n   SKIPPED  {why}")

    def check(self, holds: object, what: str) -> None:
        """Print what was expected where it holds; otherwise raise `StepFailed`."""
        if not holds:
            raise StepFailed(what)
        self.seen(what)

    def wait(self, what: str, poll: Callable[[], Seen | None], *, at_most_s: float = WAIT_MAX_S) -> Seen:
        """Poll until there is a result and return it. Raises `StepFailed` when the time is over."""
        deadline = time.monotonic() + at_most_s
        while time.monotonic() < deadline:
            found = poll()
            if found:
                return found
            time.sleep(POLL_S)
        raise StepFailed(f"{what}: nothing came in {at_most_s:.0f} s")
