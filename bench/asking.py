"""Load over HTTP from one thread: so many connections kept open, each with one request under way.

Requests are bytes made beforehand or by a cheap function, so that the caller takes little of the machine that it shares
with what it measures. At a given rate, requests are due by the clock, whether or not the earlier ones were answered.
"""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TIMEOUT_S = 20.0
READ_BYTES = 65_536


@dataclass
class Answers:
    """What came back in a time."""

    seconds: float = 0.0
    took_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    not_sent: int = 0
    """Requests that were due and found no free connection, at a given rate."""
    broken: int = 0
    """Connections that were closed on us or timed out."""

    def served(self, *statuses: int) -> int:
        return sum(self.statuses[status] for status in statuses)

    def percentile_ms(self, share: float) -> float:
        return percentile(self.took_ms, share)


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure that such a share of them does not pass; 0 where there is none."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(eq=False)
class _Connection:
    address: tuple[str, int]
    line: socket.socket = field(init=False)
    received: bytearray = field(default_factory=bytearray)
    sent_s: float = 0.0

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.line = socket.create_connection(self.address, timeout=TIMEOUT_S)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received.clear()

    def send(self, request: bytes) -> None:
        self.sent_s = time.perf_counter()
        self.line.sendall(request)

    def answer(self) -> tuple[int, bool] | None:
        """Read; the status once the answer is whole, and whether the connection stays open."""
        got = self.line.recv(READ_BYTES)
        if not got:
            raise ConnectionResetError
        self.received += got
        head, found, body = bytes(self.received).partition(b"\r\n\r\n")
        if not found:
            return None
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(body) < length:
            return None
        self.received.clear()
        return int(head[9:12]), b"connection: close" not in lines


def ask(
    address: tuple[str, int],
    request: Callable[[int], bytes],
    *,
    connections: int,
    seconds: float,
    a_second: float = 0.0,
) -> Answers:
    """Ask for so long; `request` makes the n-th one. Without a rate each connection asks as fast as it is answered."""
    answers, selector, number = Answers(), selectors.DefaultSelector(), 0
    idle: deque[_Connection] = deque(_Connection(address) for _ in range(connections))
    for connection in idle:
        selector.register(connection.line, selectors.EVENT_READ, connection)
    began_s = now_s = time.perf_counter()
    busy: set[_Connection] = set()
    while now_s - began_s < seconds or busy:
        due = int((now_s - began_s) * a_second) if a_second else number + len(idle)
        while now_s - began_s < seconds and number < due:
            if not idle:
                answers.not_sent += due - number
                number = due
                break
            connection = idle.popleft()
            _send(connection, request(number), selector, answers)
            busy.add(connection)
            number += 1
        for key, _ in selector.select(timeout=0.001 if a_second else 0.05):
            _receive(key.data, selector, answers, idle, busy)
        now_s = time.perf_counter()
        if now_s - began_s > seconds + TIMEOUT_S:
            answers.broken += len(busy)
            break
    answers.seconds = time.perf_counter() - began_s
    for connection in (*idle, *busy):
        connection.line.close()
    return answers


def _send(connection: _Connection, request: bytes, selector: selectors.BaseSelector, answers: Answers) -> None:
    try:
        connection.send(request)
    except OSError:
        _reopen(connection, selector, answers)
        connection.send(request)


def _receive(
    connection: _Connection,
    selector: selectors.BaseSelector,
    answers: Answers,
    idle: deque[_Connection],
    busy: set[_Connection],
) -> None:
    try:
        answer = connection.answer()
    except OSError:
        _reopen(connection, selector, answers)
        answer = None if connection not in busy else (0, True)
        if answer is None:
            return
    if answer is None:
        return
    status, stays = answer
    if status:
        answers.took_ms.append((time.perf_counter() - connection.sent_s) * 1000)
        answers.statuses[status] += 1
    if not stays:
        _reopen(connection, selector, answers, is_broken=False)
    busy.discard(connection)
    idle.append(connection)


def _reopen(
    connection: _Connection, selector: selectors.BaseSelector, answers: Answers, *, is_broken: bool = True
) -> None:
    answers.broken += is_broken
    selector.unregister(connection.line)
    connection.line.close()
    connection.open()
    selector.register(connection.line, selectors.EVENT_READ, connection)


def request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    whole = {"Host": "bench", **headers}
    if body:
        whole |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in whole.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
