"""What a service is sent of a call: in whose language, and for which visitor."""

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from frontends.kit.api import Api, pooled

HOST = "127.0.0.1"


class Service(HTTPServer):
    """One that remembers the headers of what it was asked."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Answering)
        self.headers: list[Mapping[str, str]] = []


class _Answering(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.headers.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()


@pytest.mark.parametrize(("caller", "sent"), [("198.51.100.7", "198.51.100.7"), ("", None)])
def test_a_service_is_told_for_whom_a_frontend_calls(service: Service, caller: str, sent: str | None) -> None:
    """Or it would count all visitors of a frontend as one caller."""
    addresses = {"identity": f"http://{HOST}:{service.server_port}"}
    Api(addresses, "dz-cnas", "ar", caller=caller, http=pooled()).call("identity", "GET", "/fund")
    [headers] = service.headers
    assert headers.get("X-Forwarded-For") == sent and headers["Accept-Language"] == "ar"
