"""What a frontend keeps of a browser, on a real database: nothing in clear, nothing lost, one refresh at a time."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from frontends.kit.sessions import Session, Sessions


@pytest.fixture
def client(mongodb: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongodb, retryWrites=False, tz_aware=True) as connected:
        yield connected


@pytest.fixture
def sessions(client: MongoClient[dict[str, Any]]) -> Sessions:
    kept = Sessions(client, database="himaya_frontends_test", frontend="portal")
    kept.prepare()
    return kept


def put(name: str, value: Any) -> Any:
    return lambda content: content.__setitem__(name, value)


def test_a_session_is_found_by_its_cookie_and_by_nothing_in_the_database(
    sessions: Sessions, client: MongoClient[dict[str, Any]]
) -> None:
    session = sessions.new()
    sessions.change(session, put("tokens", {"access_token": "TOKEN-IN-CLEAR"}))
    found = sessions.load(session.secret)
    assert found is not None and found.content["tokens"]["access_token"] == "TOKEN-IN-CLEAR"
    rows = list(client["himaya_frontends_test"]["portal_sessions"].find({"_id": session.session_id}))
    assert b"TOKEN-IN-CLEAR" not in rows[0]["sealed"] and session.secret not in str(rows)
    assert sessions.load("somebody else's") is None
    assert sessions.load(session.session_id) is None, "what the database holds opens nothing"


def test_two_tabs_change_one_session_and_neither_change_is_lost(sessions: Sessions) -> None:
    first = sessions.new()
    sessions.change(first, put("a", 0))
    second = sessions.load(first.secret)
    assert second is not None
    sessions.change(first, put("a", 1))
    sessions.change(second, put("b", 2))
    found = sessions.load(first.secret)
    assert found is not None and (found.content["a"], found.content["b"]) == (1, 2)
    assert second.content["a"] == 1


def test_a_session_that_ended_stays_ended(sessions: Sessions) -> None:
    session = sessions.new()
    sessions.change(session, put("a", 1))
    other = sessions.load(session.secret)
    assert other is not None
    sessions.end(session)
    sessions.change(other, put("b", 2))
    assert sessions.load(session.secret) is None


def test_a_refresh_token_is_used_by_one_request_at_a_time(sessions: Sessions) -> None:
    session = sessions.new()
    sessions.change(session, put("serial", 0))
    used: list[int] = []

    def ask() -> None:
        mine = sessions.load(session.secret)
        assert mine is not None

        def refresh() -> None:
            used.append(mine.content["serial"])
            time.sleep(0.2)
            sessions.change(mine, put("serial", 1))

        sessions.alone(mine, lambda now: now.content["serial"] == 1, refresh)
        assert mine.content["serial"] == 1

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used == [0]


def test_the_forms_of_another_session_are_refused() -> None:
    assert Session("a" * 43).csrf_token != Session("b" * 43).csrf_token


def test_a_planted_cookie_is_no_session(sessions: Sessions) -> None:
    assert sessions.anonymous("short").secret != "short"
    assert sessions.anonymous("x" * 43).is_new
