"""What a frontend does at every request, as a small client. It needs `requests`, and nothing of Himaya's own code."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

URL = os.environ.get("HIMAYA_URL", "http://127.0.0.1:8100")
TRIES_MAX = 5
NOT_DONE_CODES = {"request.too-many", "request.twin-running", "platform.changed-meanwhile"}
PERHAPS_DONE = {502, 503, 504}


class Refused(Exception):
    """An answer that says what is wrong: `code` is for programs, `detail` and `fields` are for people."""

    def __init__(self, answer: requests.Response) -> None:
        problem = answer.json()
        self.status: int = answer.status_code
        self.code: str = problem["code"]
        self.detail: str = problem["detail"]
        self.fields = {each["field"]: each["detail"] for each in problem.get("errors", [])}
        self.version = problem.get("version")  # of the thing now, in a 412
        self.trace_id = problem.get("trace_id", "")  # what a person reads to the help desk
        super().__init__(f"{self.status} {self.code}: {self.detail} {self.fields or ''}")


class Client:
    """Somebody who calls one fund in one language. `token` gives an access token that is good now."""

    def __init__(self, fund: str, *, language: str = "fr", token: Callable[[], str] | None = None) -> None:
        self.fund, self.language, self.token = fund, language, token

    def get(self, service: str, path: str, **query: Any) -> Any:
        return self.send("GET", service, path, params=query).json()

    def post(self, service: str, path: str, body: Any = None, *, key: str = "", **more: Any) -> Any:
        return self.send("POST", service, path, key=key, json=body, **more).json()

    def send(
        self, method: str, service: str, path: str, *, key: str = "", if_match: str = "", **more: Any
    ) -> requests.Response:
        """The answer; `Refused` where it says what is wrong, once waiting does not help."""
        headers = {"Accept-Language": self.language, **more.pop("headers", {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token()}"
        if key:
            headers["Idempotency-Key"] = key
        if if_match:
            headers["If-Match"] = if_match
        url = f"{URL}/{service}/v1/{self.fund}{path}"
        may_send_again = method == "GET" or bool(key)
        for number in range(1, TRIES_MAX + 1):
            try:
                answer = requests.request(method, url, headers=headers, timeout=30, **more)
            except requests.ConnectionError:
                if not may_send_again or number == TRIES_MAX:
                    raise
                time.sleep(number)
                continue
            if answer.ok:
                return answer
            refused = Refused(answer)
            is_transient = refused.code in NOT_DONE_CODES or (may_send_again and refused.status in PERHAPS_DONE)
            if not is_transient or number == TRIES_MAX:
                raise refused
            time.sleep(float(answer.headers.get("Retry-After", number)))
        raise AssertionError("the last try returns or raises")


def pages(client: Client, service: str, path: str, **filters: Any) -> Iterator[Any]:
    """Every item of a list, page by page, as somebody scrolls."""
    cursor = None
    while True:
        page = client.get(service, path, **filters, cursor=cursor)  # None is left out of the address
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def until(look: Callable[[], Any], *, at_most_s: float = 90) -> Any:
    """Ask again for what takes a moment: at once, then ever more slowly."""
    deadline, pause_s = time.monotonic() + at_most_s, 0.5
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {at_most_s:.0f} s")
        time.sleep(pause_s)
        pause_s = min(5, pause_s * 1.5)
    return found


class Draft:
    """A form that is being filled in, kept with its key: after a reload the same key is sent, and the work done once.

    In a browser this is `sessionStorage`, for what is not personal, or the frontend's own server.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key: str = json.loads(path.read_text())["key"] if path.exists() else str(uuid.uuid4())
        path.write_text(json.dumps({"key": self.key}))

    def is_sent(self) -> None:
        """The answer is here: what is sent from now on is another thing, and gets another key."""
        self.path.unlink()
