"""A fund as the bank meets it: it hears webhooks, gives tokens, and knows references. A real HTTP server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

from shared.webhooks import Secret, verify
from tests.kit.waiting import until

SECRET_TEXT = "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIHRoZSB0ZXN0cw=="


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict:
        return json.loads(self.body)

    @property
    def webhook_id(self) -> str:
        """The id, once the signature has been found good."""
        return verify(self.body, headers=self.headers, secrets=[Secret.read(SECRET_TEXT)], at=datetime.now(UTC))


@dataclass
class Fund:
    port: int = 0
    answers: list[int] = field(default_factory=list)
    """Statuses for the next webhooks; 204 once they are used up."""
    webhooks: list[Received] = field(default_factory=list)
    assertions: list[str] = field(default_factory=list)
    references: set[str] = field(default_factory=set)

    def receive(self, count: int, *, seconds_max: float = 10) -> list[Received]:
        """The webhooks so far, once there are as many."""
        until(lambda: len(self.webhooks) >= count, max_s=seconds_max)
        return self.webhooks


@contextmanager
def listening() -> Iterator[Fund]:
    fund = Fund()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/token":
                fund.assertions.append(parse_qs(body.decode())["client_assertion"][0])
                self._answer(200, {"access_token": "a-token", "expires_in": 300})
            else:
                fund.webhooks.append(Received(self.path, dict(self.headers.items()), body))
                self._answer(fund.answers.pop(0) if fund.answers else 204, None)

        def do_GET(self) -> None:
            is_known = self.path.rpartition("/")[2] in fund.references
            if self.headers["authorization"] != "Bearer a-token":
                self._answer(401, {})
            else:
                self._answer(200 if is_known else 404, {})

        def _answer(self, status: int, body: dict | None) -> None:
            self.send_response(status)
            encoded = b"" if body is None else json.dumps(body).encode()
            self.send_header("content-length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fund.port = server.server_port
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield fund
    finally:
        server.shutdown()
        server.server_close()
