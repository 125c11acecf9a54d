"""How the story is told: numbered steps, each with what was seen; the first that does not hold ends it."""

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

POLL_S = 0.1


class DoesNotHold(Exception):
    """What the story says is not what was seen."""


class Teller:
    """Prints the steps, and gives each chapter a trace of its own."""

    def __init__(self) -> None:
        self.trace_id = ""
        self._chapter = 0
        self._began_s = time.monotonic()

    def chapter(self, title: str) -> None:
        """A new chapter, whose requests share one trace."""
        self._chapter += 1
        self.trace_id = secrets.token_hex(16)
        print(f"\n{self._chapter}. {title}   (trace {self.trace_id})", flush=True)

    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{secrets.token_hex(8)}-01"

    def seen(self, what: str) -> None:
        """Something that holds."""
        print(f"   {time.monotonic() - self._began_s:5.1f} s  {what}", flush=True)

    def check(self, holds: object, what: str) -> None:
        """Say what was seen, or end the story there."""
        if not holds:
            raise DoesNotHold(what)
        self.seen(what)

    def wait(self, what: str, look: Callable[[], Seen | None], *, at_most_s: float = 30.0) -> Seen:
        """Look until there is something to see."""
        deadline = time.monotonic() + at_most_s
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(POLL_S)
        raise DoesNotHold(f"{what}: nothing came in {at_most_s:.0f} s")
