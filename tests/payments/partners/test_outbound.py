"""Which addresses are called: none of one's own network, however it is written, unless this is a local run."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

import pytest

from services.payments.partners.outbound import Deadline, OutboundClient, is_public
from tests.kit.endless import endless
from tests.payments.partners.partner import Partner

OPEN, CLOSED = OutboundClient(may_be_private=True, timeout_s=5), OutboundClient(may_be_private=False, timeout_s=5)


@pytest.mark.parametrize("address", ["1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"])
def test_an_address_of_the_open_network(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_an_address_that_is_not_of_the_open_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("64:ff9b::101:101", "64:ff9b:1::1", "64:ff9b:1:fffe::10.0.0.1"),  # translators, also of public addresses
        *("fec0::1", "feff::1", "fd00::1", "fe80::1%eth0"),  # site-local, unique local, with a scope
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::2"),
        *("2002:0a00:0001::1", "2002:101:101::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),  # 6to4, Teredo
        *("2001:10::1", "2001:20::1", "2001:2::1", "3fff::1", "3ffe::1", "5f00::1", "100::1", "4000::1"),
        *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"),  # ISATAP
        *("192.88.99.1", "192.0.0.9", "240.0.0.1", "0.1.2.3", "100.100.100.200", "198.19.0.1"),
        *("ff0e::1", "not an address", ""),
    ],
)
def test_w2_only_global_unicast_is_called(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["2a00:1450:4007:80e::200e", "2c0f:fb50:4003::1", "2001:4860:4860::8888", "41.0.0.1"]
)
def test_w2_the_open_network_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("found", [["64:ff9b:1::1"], ["1.1.1.1", "fec0::1"], ["::ffff:10.0.0.1"]])
def test_w2_what_a_name_leads_to_is_what_is_looked_at(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with one good address and one of one's own network is not called at all."""
    answers = [(socket.AF_INET6, socket.SOCK_STREAM, 0, "", (address, 443)) for address in found]
    monkeypatch.setattr("services.payments.partners.outbound.socket.getaddrinfo", lambda *_, **__: answers)
    assert CLOSED.post("https://bank.example/", b"{}", headers={}) == "address-not-allowed"


@contextmanager
def dripping(*, first: bytes, then: bytes) -> Iterator[int]:
    """A server that says a little, and then a little again and again, for ever; its port."""
    over = Event()

    class Drip(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.sendall(first)
                while not over.wait(0.1):
                    self.request.sendall(then)

    with ThreadingTCPServer(("127.0.0.1", 0), Drip) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()


@pytest.mark.parametrize(
    ("scheme", "first", "then"),
    [
        ("http", b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),  # a head without end, a line at a time
        ("http", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("http", b"H", b"T"),
        ("https", b"\x16\x03\x03\x3f\xff", b"\0"),  # a handshake, a byte at a time
    ],
)
def test_w1_a_deadline_is_for_the_whole_call(scheme: str, first: bytes, then: bytes) -> None:
    outbound = OutboundClient(may_be_private=True, timeout_s=1.0)
    with dripping(first=first, then=then) as port:
        began_s = time.monotonic()
        answer = outbound.post(f"{scheme}://127.0.0.1:{port}/", b"{}", headers={})
        assert time.monotonic() - began_s < 5
    assert answer == "timeout" or (first == b"H" and answer == "unreachable"), "what is no HTTP is seen to be none"


def test_w1_a_call_that_ends_in_time_leaves_no_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner()
    deadline = Deadline(30)
    with partner.up(), deadline:
        deadline._guard(socket.create_connection(("127.0.0.1", partner.port)))
        (handle,) = deadline._sockets
    assert handle.fileno() == -1 and not deadline.has_passed


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://127.0.0.1:{port}/", "address-not-allowed"),
        ("http://127.0.0.1:{port}/", "address-not-allowed"),
        ("https://localhost:{port}/", "address-not-allowed"),
        ("https://0177.0.0.1:{port}/", "address-not-allowed"),
        ("https://[::1]:{port}/", "address-not-allowed"),
        ("http://1.1.1.1:{port}/", "not-encrypted"),
        ("https://nobody.invalid/", "no-such-host"),
    ],
)
def test_a_closed_door_calls_nobody_at_home(url: str, answer: str) -> None:
    partner = Partner()
    with partner.up():
        assert CLOSED.post(url.format(port=partner.port), b"{}", headers={}) == answer
    assert partner.received == []


def test_what_was_answered_and_what_was_not() -> None:
    partner = Partner(answers=[200, 301, 410])
    with partner.up():
        assert [OPEN.post(partner.url, b"{}", headers={"a": "b"}) for _ in range(3)] == ["200", "301", "410"]
        assert OPEN.post(partner.url.replace("http:", "https:"), b"{}", headers={}) == "certificate"
    assert len(partner.received) == 3, "a redirection is not followed"
    headers, body = partner.received[0]
    assert (headers["host"], headers["a"], body) == (f"127.0.0.1:{partner.port}", "b", b"{}")
    assert OPEN.post(partner.url, b"{}", headers={}) == "unreachable"


def test_of_a_partner_that_answers_without_end_the_status_is_enough() -> None:
    with endless(200) as source:
        assert OPEN.post(source.url, b"{}", headers={}) == "200"
        assert source.was_left.wait(10)
