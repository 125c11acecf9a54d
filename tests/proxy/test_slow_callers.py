"""Callers who say half a thing and stop, and those who say it in drops: they hold up nobody, and are let go (H1).

All of it at nginx in front of gunicorn as they are deployed, with few threads: none is taken before a request is whole,
nor held until an answer was taken.
"""

import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.proxy.settings import TimeOuts
from tests.kit.contexts import DZ
from tests.kit.processes import is_ok
from tests.kit.waiting import until
from tests.proxy.conftest import Served
from tests.proxy.front import HOST, all_of, fronting

CALLERS = 60
"""More than the process has threads."""
ASKED = f"GET /claims/v1/{DZ}/slow?seconds=0 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def is_served(served: Served) -> bool:
    return all(is_ok(f"{served.url}/v1/{DZ}/slow?seconds=0") for _ in range(3))


def answered(line: socket.socket, count: int) -> bytes:
    """What came until so many of its requests were done."""
    answers = b""
    while answers.count(b"done") < count:
        got = line.recv(4096)
        assert got, answers
        answers += got
    return answers


@pytest.mark.parametrize("said", [b"", ASKED[:60]], ids=["nothing", "half a head"])
def test_h1_half_a_head_takes_no_thread_and_is_let_go_in_seconds(served: Served, said: bytes) -> None:
    with ExitStack() as callers:
        lines = [callers.enter_context(served.front.connected()) for _ in range(CALLERS)]
        for line in lines:
            line.sendall(said)
        assert is_served(served)
        assert [all_of(line) for line in lines] == [b""] * CALLERS


def test_h1_large_heads_in_drops_keep_nobody_out(served: Served) -> None:
    """45 connections that each sent 18 kB of a head, and go on a byte at a time, shut the whole process once."""
    head = f"GET /claims/v1/{DZ}/slow HTTP/1.1\r\nHost: {HOST}\r\n" + "".join(
        f"X-{n}: {'a' * 5_990}\r\n" for n in range(3)
    )
    with ExitStack() as callers:
        lines = [callers.enter_context(served.front.connected()) for _ in range(45)]
        for line in lines:
            line.sendall(head.encode())
        for _ in range(5):
            for line in lines:
                line.sendall(b"a")
            began_s = time.monotonic()
            assert is_ok(f"{served.web.url}/health/live") and is_served(served)
            assert time.monotonic() - began_s < 2


def test_half_a_head_in_drops_is_let_go_while_others_come_and_wait(served: Served) -> None:
    with ExitStack() as callers:
        line, drops = callers.enter_context(served.front.connected()), b"GET /v1/" + b"a" * 80
        line.settimeout(0.01)
        for drop in drops:
            callers.enter_context(served.front.connected())
            time.sleep(0.1)
            try:
                line.sendall(bytes([drop]))
                assert line.recv(4096) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                pass
            return
    pytest.fail("it may go on for ever")


def test_a_head_may_come_letter_by_letter(served: Served) -> None:
    with served.front.connected() as line:
        for _ in range(2):  # and so may the next on the same connection
            for letter in ASKED:
                line.sendall(bytes([letter]))
                time.sleep(0.002)
            assert answered(line, 1).startswith(b"HTTP/1.1 200 ")


def test_two_requests_and_half_of_a_third_may_come_at_once(served: Served) -> None:
    with served.front.connected() as line:
        line.sendall(ASKED + ASKED + ASKED[:20])
        answers = answered(line, 2)
        line.sendall(ASKED[20:])
        answers += answered(line, 1)
        assert answers.count(b"HTTP/1.1 200 ") == 3


HALF_A_BODY = (
    f"POST /claims/v1/{DZ}/said HTTP/1.1\r\nHost: {HOST}\r\n"
    'Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"word": '
).encode()


def test_a_body_that_stops_takes_no_thread_and_is_let_go(served: Served) -> None:
    with ExitStack() as callers:
        lines = [callers.enter_context(served.front.connected()) for _ in range(CALLERS)]
        for line in lines:
            line.sendall(HALF_A_BODY)
        assert is_served(served)
        assert [all_of(line) for line in lines] == [b""] * CALLERS
    assert not served.web.lines("fault")


def test_h1_bodies_in_drops_take_no_thread_however_long_they_come(served: Served) -> None:
    """Each drop comes in time; what bounds them is how many requests one address may have open."""
    with ExitStack() as callers:
        lines = [callers.enter_context(served.front.connected()) for _ in range(CALLERS)]
        for line in lines:
            line.sendall(HALF_A_BODY)
        for _ in range(6):
            time.sleep(0.5)
            for line in lines:
                line.sendall(b" ")
            assert is_served(served)
        for line in lines:
            line.sendall(b'"a"}' + b" " * 80)
            assert line.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_takes_holds_no_thread(served: Served, tmp_path: Path) -> None:
    """At a proxy that lets callers take their time, so that no time-out frees a thread."""
    patient = TimeOuts(send_s=120, service_s=60)
    upstream = {"claims": served.web.url.removeprefix("http://")}
    with fronting(tmp_path / "patient", upstream, time_outs=patient) as front, ExitStack() as callers:
        lines = [callers.enter_context(front.connected()) for _ in range(4)]
        for line in lines:
            line.sendall(f"GET /claims/v1/{DZ}/long HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        time.sleep(1)
        until(lambda: is_served(served), max_s=0.4)


def test_who_never_closes_a_connection_that_ends_keeps_nobody_waiting(served: Served) -> None:
    with ExitStack() as callers:
        for _ in range(CALLERS):
            line = callers.enter_context(served.front.connected())
            line.sendall(ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert answered(line, 1).startswith(b"HTTP/1.1 200 ")
