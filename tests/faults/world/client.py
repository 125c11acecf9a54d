"""A good client of the platform, and the record of all that it asked: invoke, then ok, fail or unknown, as Jepsen does.

Where it does not know what became of a command it asks again under the same Idempotency-Key, until it knows.
"""

import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import requests

from deploy.local.demo.reporter import Reporter, StepFailed
from deploy.local.demo.visitors import Visitor, World

TIMEOUT_S = 12.0
WAIT_MAX_S = 180.0
PAUSE_S = 0.3
PAUSE_MAX_S = 3.0
ASKED_AGAIN = frozenset({429, 500, 502, 503, 504})
"""Not now, or nobody knows whether it was done."""
BUSY_CODES = frozenset({"request.twin-running", "platform.changed-meanwhile"})
"""Others were first, or a twin of this very request is at work: nothing was done, ask again."""


class Outcome(StrEnum):
    OPEN = "open"
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass
class Call:
    """One command, whatever number of tries it took. `tries` says at which second what came back."""

    kind: str
    about: str
    fund: str
    key: str
    began_s: float
    outcome: Outcome = Outcome.OPEN
    status: int = 0
    answer: Any = None
    tries: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.began_s:8.2f} s  {self.kind:<9} {self.about:<28} {self.outcome:<7} [{' '.join(self.tries)}]"


class Record:
    """All calls of a world, from all threads."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._lock = threading.Lock()
        self._began_s = time.monotonic()

    def second(self) -> float:
        return time.monotonic() - self._began_s

    def invoke(self, kind: str, about: str, *, fund: str) -> Call:
        call = Call(kind, about, fund, secrets.token_hex(8), self.second())
        with self._lock:
            self.calls.append(call)
        return call

    def of(self, kind: str, outcome: Outcome) -> Iterator[Call]:
        return (call for call in list(self.calls) if call.kind == kind and call.outcome is outcome)


class Untraced(Reporter):
    """Says nothing, and asks for no trace."""

    def traceparent(self) -> str:
        return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


class TimedOut(Exception):
    """What is up and healthy again did not answer well in all that time."""


class SignedInUser:
    """Somebody in front of the platform, in one thread at a time, who signs in again when that is asked for."""

    def __init__(
        self,
        world: World,
        fund: str,
        record: Record,
        *,
        clock: Callable[[], float],
        sign_in: Callable[[Visitor], None] | None = None,
    ) -> None:
        self.world, self.fund, self.record, self.clock = world, fund, record, clock
        self._sign_in, self._lock = sign_in, threading.RLock()
        self.visitor = Visitor(world, fund, clock=clock)

    def command(
        self,
        kind: str,
        about: str,
        service: str,
        path: str,
        *,
        again: Collection[str] = (),
        **more: Any,
    ) -> Call:
        """POST until it is known what became of it. `again`: codes of refusals that a moment later may be none."""
        return self.ask(kind, about, lambda key: self._post(service, path, key, **more), again=again)

    def ask(
        self, kind: str, about: str, send: Callable[[str], requests.Response], *, again: Collection[str] = ()
    ) -> Call:
        """The same for any request, to the partner bank too."""
        call = self.record.invoke(kind, about, fund=self.fund)
        deadline, pause_s = time.monotonic() + WAIT_MAX_S, PAUSE_S
        while time.monotonic() < deadline:
            try:
                answer = send(call.key)
            except requests.RequestException as gone:
                call.tries.append(f"{self.record.second():.1f}:{type(gone).__name__}")
            else:
                code = _code(answer)
                call.tries.append(f"{self.record.second():.1f}:{answer.status_code}{f'/{code}' if code else ''}")
                if answer.status_code == 401:
                    self.sign_in()
                elif answer.status_code not in ASKED_AGAIN and code not in {*BUSY_CODES, *again}:
                    call.status, call.answer = answer.status_code, _json(answer)
                    call.outcome = Outcome.OK if answer.status_code < 400 else Outcome.FAIL
                    return call
            time.sleep(pause_s)
            pause_s = min(PAUSE_MAX_S, pause_s * 1.5)
        call.outcome = Outcome.UNKNOWN
        return call

    def get(self, service: str, path: str) -> Any:
        """What is there now; None where nobody can say at present."""
        try:
            with self._lock:
                answer = self._request("GET", service, path)
        except requests.RequestException:
            return None
        if answer.status_code == 401:
            self.sign_in()
            return None
        return answer.json() if answer.status_code == 200 else None

    def raw(self, method: str, service: str, path: str, **more: Any) -> requests.Response:
        """One try, as an answer to look at."""
        with self._lock:
            return self._request(method, service, path, **more)

    def watch(self, what: str, look: Callable[[], Any], *, wait_max_s: float = WAIT_MAX_S) -> Any:
        """Look until there is something to see."""
        deadline = time.monotonic() + wait_max_s
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(PAUSE_S)
        raise TimedOut(f"{what} did not come in {wait_max_s:.0f} s")

    def sign_in(self) -> None:
        """However often it takes."""
        if self._sign_in is None:
            raise TimedOut("nobody can sign in here")
        deadline, why = time.monotonic() + WAIT_MAX_S, ""
        with self._lock:
            while time.monotonic() < deadline:
                self.visitor = Visitor(self.world, self.fund, clock=self.clock)
                try:
                    self._sign_in(self.visitor)
                    return
                except (requests.RequestException, StepFailed, KeyError, ValueError) as failed:
                    why = f"{type(failed).__name__}: {failed}"
                    time.sleep(PAUSE_MAX_S)
        raise TimedOut(f"signing in did not work in all that time: {why}")

    def _post(self, service: str, path: str, key: str, **more: Any) -> requests.Response:
        with self._lock:
            return self._request("POST", service, path, key=key, **more)

    def _request(self, method: str, service: str, path: str, *, key: str = "", **more: Any) -> requests.Response:
        headers = {"Accept-Language": "fr", "traceparent": self.world.reporter.traceparent(), "Connection": "close"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Authorization": f"Bearer {self.visitor.token}"} if self.visitor.token else {}
        url = self.world.service(service, self.fund) + path
        return self.visitor.session.request(method, url, headers=headers, timeout=TIMEOUT_S, **more)


def write(line: str) -> None:
    """For whoever reads how a run went: pytest shows it with a failure, or with -s."""
    print(line, flush=True)  # noqa: T201


def _json(answer: requests.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("Content-Type", "") else None


def _code(answer: requests.Response) -> str:
    return str((_json(answer) or {}).get("code", "")) if answer.status_code >= 400 else ""
