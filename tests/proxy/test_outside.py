"""What is reached from outside and what is not, what a service is told of callers, and that nothing is sent twice."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.addresses import SERVICES
from deploy.local.programs import HOST
from deploy.proxy import bodies
from shared.http.routes import BODY_BYTES_MAX
from tests.contracts import services
from tests.kit.platform import NGINX
from tests.proxy.front import Front, all_of, fronting

OPERATIONS = "/v1/<fund>/operations/"
FUND = "dz-cnas"


class Stub(ThreadingHTTPServer):
    """A service that says what it was asked. A POST to `/breaks` closes the connection without an answer."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Answering)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"{HOST}:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.server.asked.append(f"{self.command} {self.path}")
        if self.path.endswith("/breaks"):
            self.close_connection = True
            return
        published = {"path": self.path, "headers": dict(self.headers), "size": len(body)}
        sent = json.dumps(published).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    made = Stub()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def front(stub: Stub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    with fronting(tmp_path_factory.mktemp("proxy"), dict.fromkeys(SERVICES, stub.address)) as made:
        yield made


def filled(rule: str) -> str:
    return "/".join(FUND if part == "<fund>" else "x1" if part.startswith("<") else part for part in rule.split("/"))


@pytest.mark.parametrize("name", services.names())
def test_every_route_is_reached_from_outside_but_those_of_operations(front: Front, name: str) -> None:
    for route in (route for routes in services.load(name).routes for route in routes.all):
        outside = requests.request(route.method, front.url(name) + filled(route.rule), timeout=5)
        inside = requests.request(route.method, front.url(name, is_inner=True) + filled(route.rule), timeout=5)
        is_hidden = route.rule.startswith(OPERATIONS)
        assert is_hidden == route.scope.startswith("operations:"), "what operators do lies under one path"
        assert outside.status_code == (404 if is_hidden else 200), route.rule
        assert inside.status_code == 200 and inside.json()["path"] == filled(route.rule)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/health/live",
        "/health/ready",
        "/health",
        "/v1/dz-cnas/operations",
        "/v1/dz-cnas/operations/inbox",
        "/v1/dz-cnas/%6Fperations/inbox",
        "/v1/dz-cnas//operations/inbox",
        "//v1/dz-cnas/operations/inbox",
        "/v1/dz-cnas/claims/../operations/inbox",
        "/v1/dz-cnas/claims/%2e%2e/operations/inbox",
        "/v1/dz-cnas/operations/../claims",
        "/v1/dz-cnas/operations%2Finbox",
        "/v1/dz-cnas/x/..%2Foperations/inbox",
        "/v1/dz-cnas/x\\..\\operations/inbox",
        "/v1/dz-cnas/operations/inbox?x=/v1/dz-cnas/claims",
    ],
)
def test_what_is_for_the_operators_is_not_there_for_others_however_it_is_written(
    front: Front, stub: Stub, path: str
) -> None:
    before = len(stub.asked)
    sent = f"GET /claims{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    assert front.said(sent.encode()).startswith(b"HTTP/1.1 404 ")
    assert len(stub.asked) == before


def test_metrics_are_on_no_address_of_the_proxy_and_its_own_health_inside_only(front: Front) -> None:
    for is_inner in (False, True):
        assert requests.get(front.url("claims", is_inner=is_inner) + "/metrics", timeout=5).status_code == 404
    for path in ("/proxy/live", "/proxy/status"):
        assert requests.get(f"http://{HOST}:{front.inner_port}{path}", timeout=5).status_code == 200
        assert requests.get(f"http://{HOST}:{front.port}{path}", timeout=5).status_code == 404


def test_an_address_reaches_the_service_byte_by_byte(front: Front) -> None:
    for path in ("/v1/dz-cnas/a%2Fb:c", "/v1/dz-cnas/%D8%AD?q=%2F..&r=a%20b", "/v1/dz-cnas/x;y=1,2"):
        sent = f"GET /claims{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        assert json.loads(front.said(sent.encode()).partition(b"\r\n\r\n")[2])["path"] == path


LIES = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "443",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.test",
    "X-Request-Id": "mine",
    "Proxy": "http://evil.test",
    "X_Forwarded_For": "6.6.6.6",
}


def test_what_a_caller_says_of_where_it_comes_from_is_replaced(front: Front) -> None:
    answer = requests.get(f"{front.url('claims')}/v1/{FUND}/claims", headers=LIES, timeout=5)
    published = {name.lower(): value for name, value in answer.json()["headers"].items()}
    assert published["x-forwarded-for"] == HOST, "and nothing before it: exactly one proxy is trusted"
    assert published["x-forwarded-proto"] == "http" and published["host"] == HOST
    assert published["x-request-id"] == answer.headers["X-Request-Id"] and len(published["x-request-id"]) == 32
    given = {"x-forwarded-for", "x-forwarded-proto", "x-request-id"}
    assert not {name.lower() for name in LIES} - given & published.keys()
    assert "evil" not in str(published) and "6.6.6.6" not in str(published)


def test_a_balancer_in_front_may_say_who_calls_where_its_network_is_named(stub: Stub, tmp_path: Path) -> None:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    with fronting(tmp_path, {"claims": stub.address}, trusted_from=("127.0.0.0/8",)) as front:
        answer = requests.get(
            f"{front.url('claims')}/v1/x", headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}, timeout=5
        )
        assert answer.json()["headers"]["X-Forwarded-For"] == "198.51.100.7", "the entry that the balancer wrote"


def test_a_larger_body_may_come_where_the_service_takes_one_and_arrives_whole(front: Front) -> None:
    for service, sizes in bodies.all_larger().items():
        for rule in sizes:
            sent = requests.post(front.url(service) + filled(rule), data=b"a" * 200_000, timeout=20)
            assert (sent.status_code, sent.json()["size"]) == (200, 200_000)
    said = requests.post(f"{front.url('claims')}/v1/{FUND}/claims", data=b"a" * (BODY_BYTES_MAX + 1), timeout=5)
    assert (said.status_code, said.json()["size_max"]) == (413, BODY_BYTES_MAX)
    chunked = requests.post(f"{front.url('claims')}/v1/{FUND}/claims", data=iter([b"a" * 10] * 10), timeout=5).json()
    assert chunked["size"] == 100 and chunked["headers"]["Content-Length"] == "100", "chunks end at the proxy"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_been_acted_on_is_not_sent_again(front: Front, stub: Stub, method: str) -> None:
    for _ in range(3):  # kept connections, on which nginx tries a read again
        requests.get(f"{front.url('claims')}/v1/{FUND}/claims", timeout=5)
    stub.asked.clear()
    answer = requests.request(method, f"{front.url('claims')}/v1/{FUND}/breaks", data=b"{}", timeout=5)
    assert answer.status_code == 502 and answer.json()["code"] == "platform.service-unavailable"
    assert len(stub.asked) <= 1


def test_a_reload_lets_what_is_under_way_end_and_takes_what_is_new(front: Front) -> None:
    with front.connected() as line:
        head = f"POST /claims/v1/{FUND}/x HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
        line.sendall(head.encode() + b"ab")
        reload = [str(NGINX), "-p", str(front.folder), "-c", str(front.folder / "nginx.conf"), "-s", "reload"]
        subprocess.run(reload, check=True, capture_output=True, timeout=20)
        assert requests.get(f"{front.url('claims')}/v1/{FUND}/claims", timeout=5).ok
        line.sendall(b"cd")
        assert all_of(line).startswith(b"HTTP/1.1 200 ")
