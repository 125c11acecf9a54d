"""Three times the load that a web process can carry: some are served, the rest are told at once to come again."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.kit.contexts import DZ
from tests.kit.processes import Running, answer, is_ok, running
from tests.kit.waiting import until

CALLERS, LOADED_S = 12, 2.5


@pytest.fixture
def web(mongodb: str, tmp_path: Path) -> Iterator[Running]:
    """Two requests act at once, two wait."""
    settings = {"MONGODB_URI": mongodb, "WEB_THREADS": "2", "WEB_WAITING": "2", "WEB_WAIT_S": "0.5"}
    with running("tests.shared.process.slow", "web", folder=tmp_path, **settings) as process:
        until(lambda: is_ok(f"{process.url}/health/ready"))
        yield process


class Load:
    """Callers who ask again as soon as they are answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.statuses = Counter[int]()
        self.refusals: list[requests.Response] = []
        self._lock, self._end = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(CALLERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(30)

    def _ask_on(self) -> None:
        with requests.Session() as session:
            while not self._end.is_set():
                answered = session.get(self.url, timeout=10)
                with self._lock:
                    self.statuses[answered.status_code] += 1
                    if answered.status_code == 503:
                        self.refusals.append(answered)
                if not answered.ok:
                    self._end.wait(0.05)


def test_some_are_served_and_the_rest_refused_at_once(web: Running) -> None:
    not_ready = f"{web.url}/health/ready"
    with Load(f"{web.url}/v1/{DZ}/slow?seconds=0.2") as load:
        until(lambda: (found := answer(not_ready)) is not None and "room for requests" in found.text)
        assert is_ok(f"{web.url}/health/live")
        threading.Event().wait(LOADED_S)
    assert set(load.statuses) == {200, 503}
    assert load.statuses[200] > 10 and load.statuses[503] > 10
    for refused in load.refusals:
        assert refused.json()["code"] == "platform.overloaded"
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Cache-Control"] == "no-store"
    until(lambda: is_ok(not_ready))
    metrics = requests.get(web.metrics, timeout=5).text
    assert 'himaya_requests_shed_total{why="full"}' in metrics
    assert 1 <= len(web.lines("requests-shed")) < 5  # not a line for each
