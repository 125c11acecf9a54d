"""The proxy does to a connection what it was told, to open ones and to new ones, and heals."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from deploy.local.programs import HOST, free_port
from tests.faults.world.proxy import BLACK_HOLE, CUT, DEAF, MUTE, PASS, Proxy, Wires, delayed, slow

SOON_S = 5.0
SHORTLY_S = 0.3


class Echo(threading.Thread):
    """A server that sends back what it gets, after its own name, and counts what it got."""

    def __init__(self, name: bytes) -> None:
        super().__init__(daemon=True)
        self.said, self.received = name, b""
        self._listening = socket.create_server((HOST, 0))
        self.port = self._listening.getsockname()[1]
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                self.received += data
                connection.sendall(self.said + data)

    def end(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def wires() -> Iterator[Wires]:
    wires = Wires()
    yield wires
    wires.end()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo(b"")
    yield echo
    echo.end()


@pytest.fixture
def proxy(wires: Wires, echo: Echo) -> Iterator[Proxy]:
    proxy = Proxy(wires, port=free_port(), upstreams=[echo.port])
    yield proxy
    proxy.end()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=SOON_S)


def read(caller: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        data = caller.recv(65536)
        if not data:
            break
        got += data
    return got


def is_silent(caller: socket.socket) -> bool:
    caller.settimeout(SHORTLY_S)
    try:
        caller.recv(1)
    except TimeoutError:
        return True
    finally:
        caller.settimeout(SOON_S)
    return False


def test_it_passes_on_all_bytes_in_order(proxy: Proxy) -> None:
    sent = bytes(range(256)) * 40_000
    with connected(proxy) as caller:
        threading.Thread(target=caller.sendall, args=(sent,), daemon=True).start()
        assert read(caller, len(sent)) == sent


def test_a_cut_resets_open_connections_and_new_ones(proxy: Proxy) -> None:
    with connected(proxy) as caller:
        caller.sendall(b"hello")
        assert read(caller, 5) == b"hello"
        proxy.set(CUT)
        with pytest.raises(ConnectionResetError):
            caller.recv(1)
    with pytest.raises(ConnectionResetError), connected(proxy) as again:
        again.recv(1)
    proxy.set(PASS)
    with connected(proxy) as healed:
        healed.sendall(b"back")
        assert read(healed, 4) == b"back"
    assert proxy.connections() <= 1


def test_a_black_hole_holds_everything_and_lets_it_through_when_it_heals(proxy: Proxy, echo: Echo) -> None:
    with connected(proxy) as caller:
        proxy.set(BLACK_HOLE)
        caller.sendall(b"late")
        assert is_silent(caller)
        assert echo.received == b""
        proxy.set(PASS)
        assert read(caller, 4) == b"late"


def test_one_way_each(proxy: Proxy, echo: Echo) -> None:
    with connected(proxy) as caller:
        proxy.set(MUTE)
        caller.sendall(b"done")
        assert is_silent(caller)
        assert echo.received == b"done", "the server acts, the client does not hear of it"
        proxy.set(DEAF)
        assert read(caller, 4) == b"done"
        caller.sendall(b"unheard")
        assert is_silent(caller)
        assert echo.received == b"done"


def test_a_question_is_delayed_and_stays_in_order(proxy: Proxy) -> None:
    proxy.set(delayed(SHORTLY_S))
    with connected(proxy) as caller:
        began_s = time.monotonic()
        caller.sendall(b"one")
        caller.sendall(b"two")
        assert read(caller, 6) == b"onetwo"
        assert time.monotonic() - began_s >= SHORTLY_S


def test_a_slow_wire_brings_all_of_it(proxy: Proxy) -> None:
    proxy.set(slow(100_000))
    sent = b"x" * 50_000
    with connected(proxy) as caller:
        began_s = time.monotonic()
        caller.sendall(sent)
        assert read(caller, len(sent)) == sent
        assert time.monotonic() - began_s >= SHORTLY_S


def test_the_end_of_one_side_reaches_the_other(proxy: Proxy) -> None:
    with connected(proxy) as caller:
        caller.sendall(b"bye")
        caller.shutdown(socket.SHUT_WR)
        assert read(caller, 100) == b"bye"
    assert proxy.connections() == 0


def test_connections_go_to_the_servers_in_turn_and_round_one_that_is_down(wires: Wires, echo: Echo) -> None:
    other = Echo(b"other ")
    proxy = Proxy(wires, port=free_port(), upstreams=[echo.port, other.port, free_port()])
    answers = set()
    for _ in range(6):
        with connected(proxy) as caller:
            caller.sendall(b"who")
            answers.add(caller.recv(100))
    assert answers == {b"who", b"other who"}
    proxy.pass_to([other.port])
    with connected(proxy) as caller:
        caller.sendall(b"who")
        assert caller.recv(100) == b"other who"
    other.end()
    proxy.end()
