"""Load shedding: how many requests of a process run at once, how many wait and for how long. The rest are refused at
once.

gunicorn's threads have a queue without end in front of them: under more load than the process can serve every response
would be late, and memory would grow. A refusal takes a fraction of a millisecond and carries `Retry-After`.
"""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from flask import Flask
from werkzeug.wsgi import ClosingIterator

from shared.http import headers, problems
from shared.kernel.errors import Unavailable
from shared.languages.texts import LANGUAGES, Texts, best_language
from shared.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXEMPT = ("/health/",)
"""Health checks must be answered under overload as well."""
FULL, WAITED = "full", "waited"
LOGGED_EVERY_S = 10.0
BODY_READ_MAX = 64 * 1024
"""A refused request with a longer body is not read to its end: its connection is closed."""

log = structlog.get_logger()


class Overloaded(Unavailable):
    """There are more requests than the process can serve."""

    code = "platform.overloaded"


class ConcurrencyLimiter:
    """Limits the requests of a process: `working_max` run, `waiting_max` wait, first come first served."""

    def __init__(self, *, working_max: int, waiting_max: int, wait_s: float) -> None:
        self.working_max = working_max
        self.waiting_max = waiting_max
        self.wait_s = wait_s
        self._working = 0
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @property
    def working(self) -> int:
        return self._working

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether the next request would be refused."""
        return len(self._waiting) >= self.waiting_max and self._working >= self.working_max

    def enter(self) -> str | None:
        """Wait for a slot, if need be; the reason if there is none. Whoever got one must `leave`."""
        with self._lock:
            if self._working < self.working_max:
                self._working += 1
                return None
            if len(self._waiting) >= self.waiting_max:
                return FULL
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(self.wait_s):
            return None
        with self._lock:
            if turn.is_set():  # the slot became free in the last moment
                return None
            self._waiting.remove(turn)
            return WAITED

    def leave(self) -> None:
        """Give the slot to the request that waits longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._working -= 1


@dataclass(frozen=True)
class Refusal:
    """The response to a request that is refused."""

    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def in_language(cls, texts: Texts, language: str) -> "Refusal":
        answer = problems.problem(503, Overloaded.code, detail=texts.translate(Overloaded.code, language))
        answer.headers.extend(headers.DEFAULT_HEADERS)
        return cls(list(answer.get_wsgi_headers({})), answer.get_data())


class Refusals:
    """The refusal in each language, rendered once, since it is sent most under load. Refusals are counted here."""

    def __init__(self, texts: Texts) -> None:
        self._by_language = {language: Refusal.in_language(texts, language) for language in LANGUAGES}
        self._not_logged = 0
        self._logged_s = float("-inf")

    def to(self, accept_language: str, *, why: str) -> Refusal:
        metrics.REQUESTS_SHED.labels(why).inc()
        self._not_logged += 1
        if monotonic() - self._logged_s > LOGGED_EVERY_S:  # a line for each would be load of its own
            log.warning("requests-shed", why=why, refused=self._not_logged)
            self._not_logged, self._logged_s = 0, monotonic()
        return self._by_language[best_language(accept_language, LANGUAGES)]


class LoadShedding:
    """WSGI middleware around a service's app that accepts requests or refuses them."""

    def __init__(self, inner: "WSGIApplication", limiter: ConcurrencyLimiter, refusals: Refusals) -> None:
        self.limiter = limiter
        self._inner = inner
        self._refusals = refusals

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(EXEMPT):
            return self._inner(environ, start_response)
        why = self.limiter.enter()
        if why is not None:
            return self._refuse(environ, start_response, why)
        self._count()
        try:
            return ClosingIterator(self._inner(environ, start_response), self._leave)
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        self.limiter.leave()
        self._count()

    def _count(self) -> None:
        metrics.REQUESTS_WORKING.set(self.limiter.working)
        metrics.REQUESTS_WAITING.set(self.limiter.waiting)

    def _refuse(self, environ: "WSGIEnvironment", start_response: "StartResponse", why: str) -> Iterable[bytes]:
        refusal = self._refusals.to(environ.get("HTTP_ACCEPT_LANGUAGE", ""), why=why)
        is_long = int(environ.get("CONTENT_LENGTH") or 0) > BODY_READ_MAX or "HTTP_TRANSFER_ENCODING" in environ
        start_response(problems.UNAVAILABLE, refusal.headers + [("Connection", "close")] * is_long)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [refusal.body]


def install(app: Flask, limiter: ConcurrencyLimiter) -> LoadShedding:
    """Wrap an app; `app.extensions` has its limiter, which readiness reports."""
    edge = LoadShedding(app.wsgi_app, limiter, Refusals(app.extensions["texts"]))
    app.wsgi_app = edge  # type: ignore[method-assign]
    app.extensions["places"] = limiter
    return edge
