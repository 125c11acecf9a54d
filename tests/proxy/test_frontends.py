"""Pages behind the proxy: what people read where a frontend is down, files that are kept, who reaches operations."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from deploy.local.programs import HOST
from deploy.proxy import bodies, pages
from shared.http import headers, problems
from shared.languages.texts import LANGUAGES
from tests.kit.platform import NGINX
from tests.proxy.front import Front, fronting

FUND = "dz-cnas"


class Stub(ThreadingHTTPServer):
    """A frontend: static files may be kept, pages not; it keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Answering)
        self.asked: list[tuple[str, str, int]] = []


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def answer(self) -> None:
        size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.server.asked.append((self.command, self.path, size))
        self.send_response(503 if "/away" in self.path else 200)
        is_current = "v=" in self.path
        self.send_header("Cache-Control", "public, max-age=60, immutable" if is_current else "no-store")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"pages")

    do_GET = do_POST = answer

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
    address = f"{HOST}:{stub.server_port}"
    with fronting(tmp_path_factory.mktemp("proxy"), {"portal": address, "operations": address}) as made:
        yield made


@pytest.mark.parametrize(
    ("asked", "chosen", "language"),
    [("fr-TN,fr;q=0.9", "", "fr"), ("ar", "", "ar"), ("fr", "ar", "ar"), ("de", "en", "en"), ("fr", "xx", "fr")],
)
def test_who_reads_a_frontend_that_is_down_is_told_so_in_their_language(
    front: Front, asked: str, chosen: str, language: str
) -> None:
    cookies = {"language": chosen} if chosen else {}
    answer = requests.get(
        f"{front.url('backoffice')}/{FUND}/cases", headers={"Accept-Language": asked}, cookies=cookies, timeout=5
    )
    assert answer.status_code == 502 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Retry-After"] == str(problems.RETRY_AFTER_S)
    assert {**headers.DEFAULT_HEADERS, **pages.headers()}.items() <= answer.headers.items()
    assert answer.content.decode() == pages.page(502, language).replace("$page_style", pages.style().text)
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text
    assert set(LANGUAGES) >= {language}


def test_what_a_frontend_says_itself_is_passed_on(front: Front) -> None:
    answer = requests.get(f"{front.url('portal')}/{FUND}/away", timeout=5)
    assert (answer.status_code, answer.text) == (503, "pages")


def test_a_file_that_is_too_large_is_said_on_a_page(front: Front, stub: Stub) -> None:
    assert bodies.of_frontend("operations") < bodies.of_frontend("portal")
    for size, status in ((bodies.of_frontend("operations"), 200), (bodies.of_frontend("operations") + 1, 413)):
        address = f"{front.url('operations', is_inner=True)}/{FUND}/jobs"
        answer = requests.post(address, data=b"a" * size, headers={"Accept-Language": "fr"}, timeout=20)
        assert answer.status_code == status
    assert "trop volumineux" in answer.text and "text/html" in answer.headers["Content-Type"]
    assert requests.post(f"{front.url('portal')}/{FUND}/x", data=b"a" * 3_000_000, timeout=20).ok
    assert stub.asked[-1] == ("POST", f"/{FUND}/x", 3_000_000), "and the frontend's own path"


def test_files_are_kept_as_long_as_they_say_and_pages_never(front: Front, stub: Stub) -> None:
    stub.asked.clear()
    for _ in range(2):
        for path in ("static/himaya.css?v=1", "static/himaya.css", "home?v=1"):
            assert requests.get(f"{front.url('portal')}/{FUND}/{path}", timeout=5).ok
    asked = [path for _, path, _ in stub.asked]
    assert [asked.count(f"/{FUND}/{path}") for path in ("static/himaya.css?v=1", "static/himaya.css", "home?v=1")] == [
        1,
        2,
        2,
    ]


def test_operations_is_for_the_operators_network_alone(front: Front, stub: Stub) -> None:
    stub.asked.clear()
    assert requests.get(f"{front.url('operations')}/{FUND}/", timeout=5).status_code == 404
    assert stub.asked == []
    assert requests.get(f"{front.url('operations', is_inner=True)}/{FUND}/", timeout=5).ok


def test_a_frontend_s_health_is_not_there_for_others(front: Front, stub: Stub) -> None:
    stub.asked.clear()
    for path in ("/health/ready", "/health/live", f"/{FUND}/../health/ready"):
        answer = requests.get(f"{front.url('portal')}{path}", timeout=5)
        assert answer.status_code == 404
    assert stub.asked == []
