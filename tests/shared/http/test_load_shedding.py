"""Places: some act, some wait in order and for a while, the rest are refused; and the edge that says so over HTTP."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from shared.http import load_shedding, problems
from shared.http.load_shedding import FULL, WAITED, ConcurrencyLimiter
from shared.languages.texts import read
from tests.kit.waiting import until

TEXTS = Path(problems.__file__).parent / "texts.yaml"


def enter_beside(limiter: ConcurrencyLimiter) -> tuple[threading.Thread, list[str | None]]:
    """Somebody who enters in a thread of their own, and what became of it."""
    became: list[str | None] = []
    thread = threading.Thread(target=lambda: became.append(limiter.enter()))
    thread.start()
    return thread, became


def test_as_many_act_as_there_are_places_and_the_rest_is_refused_at_once() -> None:
    limiter = ConcurrencyLimiter(working_max=2, waiting_max=0, wait_s=60)
    assert [limiter.enter() for _ in range(4)] == [None, None, FULL, FULL]
    assert limiter.is_full
    limiter.leave()
    assert not limiter.is_full
    assert limiter.enter() is None


def test_who_waits_longest_is_let_in_first_and_no_newcomer_before_them() -> None:
    limiter = ConcurrencyLimiter(working_max=1, waiting_max=2, wait_s=60)
    assert limiter.enter() is None
    first, became_of_first = enter_beside(limiter)
    until(lambda: limiter.waiting == 1)
    second, became_of_second = enter_beside(limiter)
    until(lambda: limiter.waiting == 2)
    assert limiter.enter() == FULL
    limiter.leave()
    first.join(5)
    assert (became_of_first, became_of_second, limiter.working) == ([None], [], 1)
    limiter.leave()
    second.join(5)
    assert became_of_second == [None]
    limiter.leave()
    assert (limiter.working, limiter.waiting) == (0, 0)


def test_who_waited_in_vain_is_refused_and_leaves_no_trace() -> None:
    limiter = ConcurrencyLimiter(working_max=1, waiting_max=1, wait_s=0.05)
    assert limiter.enter() is None
    assert limiter.enter() == WAITED
    assert (limiter.working, limiter.waiting) == (1, 0)
    limiter.leave()
    assert limiter.working == 0


def test_many_at_once_never_act_beyond_the_places() -> None:
    limiter = ConcurrencyLimiter(working_max=3, waiting_max=40, wait_s=30)
    acting, most, lock = 0, 0, threading.Lock()

    def act() -> None:
        nonlocal acting, most
        assert limiter.enter() is None
        with lock:
            acting += 1
            most = max(most, acting)
        threading.Event().wait(0.005)
        with lock:
            acting -= 1
        limiter.leave()

    threads = [threading.Thread(target=act) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, limiter.working, limiter.waiting) == (3, 0, 0)


@pytest.fixture
def app() -> Flask:
    """An app with one place and nowhere to wait; `/broken` fails in the middle of its answer."""
    app = Flask("test")
    app.extensions["texts"] = read([TEXTS])
    problems.install(app)

    @app.get("/work")
    def uow() -> str:
        return "done"

    @app.get("/broken")
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    @app.get("/health/live")
    def live() -> str:
        return "live"

    return app


def test_a_refusal_says_so_in_the_caller_s_language_and_when_to_come_again(app: Flask) -> None:
    edge = load_shedding.install(app, ConcurrencyLimiter(working_max=1, waiting_max=0, wait_s=1))
    assert edge.limiter.enter() is None
    refused = app.test_client().get("/work", headers={"Accept-Language": "ar"})
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert refused.json is not None and refused.json["code"] == "platform.overloaded"
    assert "الطلبات" in refused.json["detail"]
    assert int(refused.headers["Retry-After"]) > 0
    assert app.test_client().get("/health/live").text == "live"
    edge.limiter.leave()
    assert app.test_client().get("/work").text == "done"


def test_a_refusal_has_no_body_where_only_the_head_was_asked_for(app: Flask) -> None:
    load_shedding.install(app, ConcurrencyLimiter(working_max=0, waiting_max=0, wait_s=1))
    asked = app.test_client().head("/v1/dz-cnas/claims")
    assert (asked.status_code, asked.data) == (503, b"") and int(asked.headers["Content-Length"]) > 0


def test_a_long_body_that_nobody_will_read_closes_the_connection(app: Flask) -> None:
    edge = load_shedding.install(app, ConcurrencyLimiter(working_max=1, waiting_max=0, wait_s=1))
    assert edge.limiter.enter() is None
    assert "Connection" not in app.test_client().post("/work", data=b"x").headers
    assert app.test_client().post("/work", data=b"x" * 100_000).headers["Connection"] == "close"


def test_a_place_is_given_back_whatever_happens(app: Flask) -> None:
    edge = load_shedding.install(app, ConcurrencyLimiter(working_max=1, waiting_max=0, wait_s=1))
    client = app.test_client()
    assert client.get("/work", buffered=True).status_code == 200
    assert client.get("/nowhere", buffered=True).status_code == 404
    with pytest.raises(ZeroDivisionError):
        client.get("/broken", buffered=True)
    assert edge.limiter.working == 0
