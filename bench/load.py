"""Load from threads with connections kept open: how many answers a second, and how long they took."""

import http.client
import statistics
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """What a number of clients got in a time."""

    clients: int
    answers: int
    refused: int
    seconds: float
    median_ms: float
    p99_ms: float

    @property
    def a_second(self) -> float:
        return self.answers / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.clients} clients: {self.a_second:.1f}/s, median {self.median_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"
            + (f", {self.refused} REFUSED" if self.refused else "")
        )


class Connection:
    """One client's connection to one service."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.netloc, timeout=30)

    def ask(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None) -> int:
        self.connection.request(method, path, body=body, headers=dict(headers))
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def measure(*, clients: int, seconds: float, client: Callable[[], Callable[[], bool]]) -> Rate:
    """Each client asks as fast as it is answered; `client` makes one, which answers whether it was served."""
    took_ms: list[float] = []
    refused: list[float] = []
    until_s = time.perf_counter() + seconds

    def go_on() -> None:
        ask = client()
        while (began_s := time.perf_counter()) < until_s:
            served = ask()
            (took_ms if served else refused).append((time.perf_counter() - began_s) * 1000)

    threads = [threading.Thread(target=go_on) for _ in range(clients)]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent_s = time.perf_counter() - began_s
    if not took_ms:
        return Rate(clients, 0, len(refused), spent_s, 0.0, 0.0)
    took_ms.sort()
    p99_ms = took_ms[int(len(took_ms) * 0.99)]
    return Rate(clients, len(took_ms), len(refused), spent_s, statistics.median(took_ms), p99_ms)
