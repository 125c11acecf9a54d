"""How a frontend calls the services: one place for addresses, tokens, time-outs, retries and refusals.

The functions of `frontends.api` go through `Api.call`; nothing else of a frontend speaks HTTP to a service.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

CONNECT_MAX_S = 3
ANSWER_MAX_S = 20
TRIES_MAX = 3
TOGETHER_MAX = 24
"""Calls of one process under way at once for pages that ask several services."""
CONNECTIONS_MAX = 32
NOT_DONE_CODES = frozenset({"request.too-many", "request.twin-running", "platform.changed-meanwhile"})
"""Refusals after which nothing was done: the same request is sent again after a moment."""
PERHAPS_DONE = frozenset({502, 503, 504})
PAUSE_MAX_S = 2.0

Files = Mapping[str, Sequence[tuple[str, bytes, str]]]
"""By form field, each file's name, content and media type."""

_together = ThreadPoolExecutor(TOGETHER_MAX, thread_name_prefix="together")


class Problem(Exception):
    """What a service refused, as it says it (RFC 9457): `code` is for programs, `detail` and `fields` for people.

    `version` is the thing's version now, where it changed since it was read (412).
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code: str = problem.get("code", "")
        self.detail: str = problem.get("detail", "")
        self.fields: dict[str, str] = {each["field"]: each["detail"] for each in problem.get("errors") or ()}
        self.version: int | None = problem.get("version")
        self.trace_id: str = problem.get("trace_id") or ""
        super().__init__(f"{status} {self.code}")


class Unreachable(Exception):
    """A service does not answer, or is too busy to: whether a change was made is not known."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(service)


@dataclass(frozen=True)
class Api:
    """The services of one fund, for one person in one language. `token` gives an access token that is good now, or
    nothing for who is not signed in; `caller` is the person's own network address."""

    addresses: Mapping[str, str]
    fund: str
    language: str
    token: Callable[[], str | None] = field(default=lambda: None, repr=False)
    caller: str = field(default="", repr=False)
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        at: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        files: Files | None = None,
        form: Mapping[str, str] | None = None,
        content: tuple[bytes, str] | None = None,
        idempotency_key: str | None = None,
        version: int | None = None,
        raw: bool = False,
    ) -> Any:
        """What the service answers; Problem where it refuses, Unreachable where it does not answer.

        A read, and a change under an idempotency key, is sent again where nothing or nothing readable came back.
        `content` is a body of another kind than JSON, with its media type.
        """
        named = {name: quote(value, safe="") for name, value in (at or {}).items()}
        url = f"{self.addresses[service]}/v1/{self.fund}{path.format_map(named)}"
        headers = {"Accept-Language": self.language, **on_behalf_of(self.caller)}
        if (token := self.token()) is not None:
            headers["Authorization"] = f"Bearer {token}"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        more: dict[str, Any] = {"params": {name: value for name, value in (query or {}).items() if value is not None}}
        if files is not None:
            more["files"] = [(name, each) for name, several in files.items() for each in several]
            more["data"] = form
        elif content is not None:
            more["data"], headers["Content-Type"] = content
        elif body is not None:
            more["json"] = body
        may_repeat = method == "GET" or idempotency_key is not None
        for number in range(1, TRIES_MAX + 1):
            is_last = number == TRIES_MAX
            try:
                response = self.http.request(
                    method, url, headers=headers, timeout=(CONNECT_MAX_S, ANSWER_MAX_S), allow_redirects=False, **more
                )
            except requests.RequestException as failed:
                if not may_repeat or is_last:
                    raise Unreachable(service) from failed
                time.sleep(0.2 * number)
                continue
            if response.ok:
                return _read(response, raw=raw)
            problem = Problem(response.status_code, _problem(response))
            is_passing = problem.code in NOT_DONE_CODES or (may_repeat and response.status_code in PERHAPS_DONE)
            if is_passing and not is_last:
                time.sleep(_pause_s(response, number))
                continue
            if response.status_code in PERHAPS_DONE:
                raise Unreachable(service)
            raise problem
        raise AssertionError("the last try returns or raises")


def together(*calls: Callable[[], Any]) -> list[Any]:
    """The answers of several calls made at once, in their order; a refusal (Problem, Unreachable) stands in place of
    its answer, so that a page shows what it has."""
    return [each.result() for each in [_together.submit(copy_context().run, _caught, call) for call in calls]]


def needed(answer: Any) -> Any:
    """An answer without which there is no page: a refusal is raised."""
    if isinstance(answer, Exception):
        raise answer
    return answer


def items_of(answer: Any) -> list[Any]:
    """The items of a list without which the page still stands: none where the service refused or did not answer."""
    return answer["items"] if isinstance(answer, dict) else []


def pooled() -> requests.Session:
    """Connections that are kept open to the services, for a whole process."""
    http = requests.Session()
    http.mount("http://", HTTPAdapter(pool_connections=8, pool_maxsize=CONNECTIONS_MAX))
    http.mount("https://", HTTPAdapter(pool_connections=8, pool_maxsize=CONNECTIONS_MAX))
    http.trust_env = False
    return http


def on_behalf_of(caller: str) -> Mapping[str, str]:
    """The header that says whose request this is. Services count who has no token by network address: without it all
    visitors of a frontend would share one quota. They believe it of the one proxy or frontend that calls them."""
    return {"X-Forwarded-For": caller} if caller else {}


def _caught(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (Problem, Unreachable) as refused:
        return refused


def _read(response: requests.Response, *, raw: bool) -> Any:
    if raw:
        return response.content
    return response.json() if response.content else None


def _problem(response: requests.Response) -> Mapping[str, Any]:
    try:
        read = response.json()
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _pause_s(response: requests.Response, number: int) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked) if asked.isdecimal() else 0.2 * number, PAUSE_MAX_S)
