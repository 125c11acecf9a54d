"""Callers who speak HTTP badly, at a web process as it is run: what is wrong is theirs, and is told as a problem."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kit.contexts import DZ
from tests.kit.processes import Running, is_ok, running
from tests.kit.waiting import until

SAID = f"/v1/{DZ}/said"
CHUNKED = {
    "a size that is none": b"zz\r\n{}\r\n0\r\n\r\n",
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a size with a sign": b"+2\r\n{}\r\n0\r\n\r\n",
    "a size in another notation": b"0x2\r\n{}\r\n0\r\n\r\n",
    "an underscore": b"1_0\r\n{}\r\n0\r\n\r\n",
    "a negative size": b"-1\r\n{}\r\n0\r\n\r\n",
    "more than its size": b"1\r\n{}\r\n0\r\n\r\n",
    "less than its size": b"5\r\n{}\r\n0\r\n\r\n",
    "lines that end wrongly": b"2\n{}\n0\n\n",
    "a bare return in an extension": b"2;a\rb\r\n{}\r\n0\r\n\r\n",
    "an extension that is none": b"2;=\r\n{}\r\n0\r\n\r\n",
    "a trailer that is none": b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n",
    "a trailer with a bad name": b"2\r\n{}\r\n0\r\na b: c\r\n\r\n",
    "a size line without end": b"1" * 20_000,
    "no end": b"2\r\n{}\r\n",
    "nothing": b"",
}


@pytest.fixture(scope="module")
def web(mongodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("web")
    with running("tests.shared.process.slow", "web", folder=folder, MONGODB_URI=mongodb) as process:
        until(lambda: is_ok(f"{process.url}/health/ready"))
        yield process


def said(web: Running, head: str, body: bytes = b"") -> bytes:
    """What the process answers to the bytes, after which nothing more comes."""
    address = urlsplit(web.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as line:
        line.sendall(head.encode() + b"\r\n\r\n" + body)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while got := line.recv(65_536):
            answer += got
    return answer


@pytest.mark.parametrize("body", CHUNKED.values(), ids=CHUNKED)
def test_h2_chunks_that_are_none_are_the_caller_s_fault(web: Running, body: bytes) -> None:
    head = f"POST {SAID} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
    answer = said(web, head, body)
    assert answer.startswith(b"HTTP/1.1 400 ") and b"application/problem+json" in answer
    assert b'"request.body-broken"' in answer
    assert web.lines("fault") == []


def test_h2_a_body_that_ends_before_its_length_is_refused(web: Running) -> None:
    head = f"POST {SAID} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50"
    answer = said(web, head, b'{"word": "a"}')
    assert answer.startswith(b"HTTP/1.1 400 ") and b'"request.body-broken"' in answer


@pytest.mark.parametrize(
    "header", [f"SCRIPT_NAME: /v1/{DZ}", "Script-Name: /v1", "PATH_INFO: /docs", "X-Forwarded-Proto: https"]
)
def test_h4_nobody_says_for_us_where_we_lie(web: Running, header: str) -> None:
    answer = said(web, f"GET /v1/{DZ}/slow?seconds=0 HTTP/1.1\r\nHost: a\r\n{header}")
    assert answer.startswith(b"HTTP/1.1 200 ") and b"done" in answer


def test_h4_two_slashes_send_nobody_on(web: Running) -> None:
    answer = said(web, f"GET //v1/{DZ}/slow HTTP/1.1\r\nHost: evil.test")
    assert answer.startswith(b"HTTP/1.1 404 ") and b"evil.test" not in answer
