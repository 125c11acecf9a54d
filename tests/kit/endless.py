"""A server that answers without end, until whoever asked hangs up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.local.programs import HOST

PART = b"x" * 64 * 1024
SENT_MAX = 512 * 1024 * 1024
"""Who has read as much would have read on."""


@dataclass
class Endless:
    """Where it listens, and whether one who asked has hung up before all was sent."""

    url: str = ""
    was_left: threading.Event = field(default_factory=threading.Event)


@contextmanager
def endless(status: int = 200) -> Iterator[Endless]:
    found = Endless()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            try:
                for _ in range(SENT_MAX // len(PART)):
                    self.wfile.write(PART)
            except OSError:
                found.was_left.set()

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    found.url = f"http://{HOST}:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
