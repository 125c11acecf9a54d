"""Callers who say half a thing and stop: they hold up nobody, and are let go."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ground import DZ
from tests.shared.process.running import Running, is_ok, running, until

CALLERS = 60
"""More than the process has threads."""
STALLED_S, LATE_S = 1, 15


@pytest.fixture
def web(mongodb: str, tmp_path: Path) -> Iterator[Running]:
    settings = {"MONGODB_URI": mongodb, "WEB_THREADS": "2", "WEB_WAITING": "2", "WEB_WAIT_S": str(LATE_S)}
    settings["STALLED_MAX_S"] = str(STALLED_S)
    with running("tests.shared.process.slow", "web", folder=tmp_path, **settings) as process:
        until(lambda: is_ok(f"{process.url}/health/ready"))
        yield process


def connected(web: Running, callers: ExitStack) -> socket.socket:
    address = urlsplit(web.url)
    line = callers.enter_context(socket.create_connection((address.hostname or "", address.port or 0), timeout=LATE_S))
    line.settimeout(LATE_S)
    return line


def answered(line: socket.socket, count: int) -> bytes:
    """What came until so many of its requests were done."""
    answers = b""
    while answers.count(b"done") < count:
        got = line.recv(4096)
        assert got, answers
        answers += got
    return answers


@pytest.mark.parametrize("said", [b"", f"GET /v1/{DZ}/slow HTTP/1.1\r\nHost: a\r\n".encode()])
def test_half_a_head_takes_no_thread_and_is_let_go_in_seconds(web: Running, said: bytes) -> None:
    with ExitStack() as callers:
        lines = [connected(web, callers) for _ in range(CALLERS)]
        for line in lines:
            line.sendall(said)
        assert all(is_ok(f"{web.url}/v1/{DZ}/slow?seconds=0") for _ in range(3))
        assert [line.recv(1) for line in lines] == [b""] * CALLERS


def test_half_a_head_in_drops_is_let_go_while_others_come_and_wait(web: Running) -> None:
    with ExitStack() as callers:
        line, drops = connected(web, callers), b"GET /v1/" + b"a" * 80
        line.settimeout(0.01)
        for drop in drops:
            connected(web, callers)
            time.sleep(0.1)
            try:
                line.sendall(bytes([drop]))
                assert line.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                pass
            return
    pytest.fail("it may go on for ever")


def test_a_head_may_come_letter_by_letter(web: Running) -> None:
    whole = f"GET /v1/{DZ}/slow?seconds=0 HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    with ExitStack() as callers:
        line = connected(web, callers)
        for _ in range(2):  # and so may the next on the same connection
            for letter in whole:
                line.sendall(bytes([letter]))
                time.sleep(0.002)
            assert answered(line, 1).startswith(b"HTTP/1.1 200 ")


def test_two_requests_and_half_of_a_third_may_come_at_once(web: Running) -> None:
    whole = f"GET /v1/{DZ}/slow?seconds=0 HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    with ExitStack() as callers:
        line = connected(web, callers)
        line.sendall(whole + whole + whole[:20])
        answers = answered(line, 2)
        line.sendall(whole[20:])
        answers += answered(line, 1)
        assert answers.count(b"HTTP/1.1 200 ") == 3


def test_a_body_that_stops_gives_its_thread_back(web: Running) -> None:
    head = f"POST /v1/{DZ}/said HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
    with ExitStack() as callers:
        lines = [connected(web, callers) for _ in range(4)]
        for line in lines:
            line.sendall(head.encode() + b'{"word": ')
        for line in lines:
            assert line.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert is_ok(f"{web.url}/v1/{DZ}/slow?seconds=0")
    assert not web.lines("fault")


def test_an_answer_that_nobody_takes_gives_its_thread_back(web: Running) -> None:
    with ExitStack() as callers:
        lines = [connected(web, callers) for _ in range(2)]
        for line in lines:
            line.sendall(f"GET /v1/{DZ}/long HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        until(lambda: is_ok(f"{web.url}/v1/{DZ}/slow?seconds=0"))


def test_who_never_closes_a_connection_that_ends_keeps_nobody_waiting(web: Running) -> None:
    with ExitStack() as callers:
        for _ in range(CALLERS):  # one after the other: together they would be too many, and told so
            line = connected(web, callers)
            line.sendall(f"GET /v1/{DZ}/slow?seconds=0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            assert answered(line, 1).startswith(b"HTTP/1.1 200 ")
