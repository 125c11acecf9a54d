"""What a client knows of its calls: begun, then done, refused, or never answered. What was done must be there, once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import requests

CALL_MAX_S = 30.0


class Outcome(StrEnum):
    """How a call ended. `unknown`: nobody answered, and it may have been done or not."""

    INVOKED = "invoked"
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass
class Call:
    """One call under one key, and how it ended."""

    key: str
    outcome: Outcome = Outcome.INVOKED
    answer: requests.Response | None = None

    @property
    def shown(self) -> Any:
        assert self.answer is not None and self.outcome is Outcome.OK, (self.outcome, self.answer and self.answer.text)
        return self.answer.json()


@dataclass
class Record:
    """All calls of a client, in order."""

    calls: list[Call] = field(default_factory=list)

    def call(self, key: str, ask: Callable[[], requests.Response]) -> Call:
        """Make a call and note how it ends. A 5xx leaves open what was done."""
        call = Call(key)
        self.calls.append(call)
        try:
            call.answer = ask()
        except requests.RequestException:
            call.outcome = Outcome.UNKNOWN
        else:
            status = call.answer.status_code
            call.outcome = Outcome.OK if status < 300 else Outcome.UNKNOWN if status >= 500 else Outcome.FAILED
        return call

    def outcomes(self) -> list[str]:
        return [call.outcome.value for call in self.calls]
