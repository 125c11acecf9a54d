"""What waits for new rows is woken by a commit of its own process, and by any other's while the stream is followed."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from shared.storage import changes
from shared.storage.changes import Changes
from shared.storage.service_context import ServiceContext
from shared.storage.wakeups import Wakeups
from tests.kit.contexts import DZ, context_on, someone

NEVER_S = 20.0
"""Longer than any of these tests waits for anything."""


def write(context: ServiceContext, collection: str, name: str = "one") -> None:
    context.run(DZ, by=someone(), cause="", action=lambda uow: uow.collection(collection).insert(name, {}))


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "QUIET_S", 0.1)
    monkeypatch.setattr(changes, "AWAIT_S", 2.0)


@pytest.fixture
def following(context: ServiceContext, quickly: None) -> Iterator[ServiceContext]:
    """A process at rest, which follows what others write to the rows that it waits for."""
    stop = threading.Event()
    context.wakeups.on("letters")
    thread = threading.Thread(target=Changes(context).run, args=(stop,))
    thread.start()
    yield context
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def is_soon(holds: Any) -> bool:
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_a_commit_wakes_what_waits_for_its_collections_and_nothing_else(context: ServiceContext) -> None:
    letters, others = context.wakeups.on("letters", "parcels"), context.wakeups.on("others")
    write(context, "letters")
    assert letters.wait(NEVER_S, watched_s=NEVER_S)
    assert not letters.wait(0.01, watched_s=0.01), "once"
    assert not others.wait(0.01, watched_s=0.01)


def test_nothing_is_woken_by_what_was_not_kept(context: ServiceContext) -> None:
    letters = context.wakeups.on("letters")

    def fail(uow: Any) -> None:
        uow.collection("letters").insert("one", {})
        raise LookupError

    with pytest.raises(LookupError):
        context.run(DZ, by=someone(), cause="", action=fail)
    assert not letters.wait(0.01, watched_s=0.01)


def test_waits_are_long_only_while_others_are_heard_of() -> None:
    wakeups = Wakeups()
    waiting = wakeups.on("letters")
    assert not waiting.wait(0.01, watched_s=NEVER_S)
    wakeups.watch(is_watched=True)
    assert waiting.wait(0.01, watched_s=NEVER_S), "what came between the last look and the stream is looked for"
    assert not waiting.wait(NEVER_S, watched_s=0.01)
    wakeups.watch(is_watched=False)
    assert waiting.wait(0.01, watched_s=NEVER_S), "and what came when the stream was lost"


def test_g05_at_rest_another_process_ends_the_waits(
    following: ServiceContext, database: Database[dict[str, Any]], mongodb: str
) -> None:
    another, waiting = context_on(database, mongodb), following.wakeups.on("letters")
    for name in ("one", "two"):  # and again, once it is quiet again
        assert is_soon(lambda: following.wakeups.is_watched)
        waiting.event.clear()
        write(another, "elsewhere", name)
        assert not waiting.wait(0.1, watched_s=0.1)
        write(another, "letters", name)
        assert waiting.wait(0.0, watched_s=NEVER_S)


def test_g05_while_work_goes_on_no_stream_is_followed(following: ServiceContext) -> None:
    assert is_soon(lambda: following.wakeups.is_watched)
    write(following, "letters")
    assert is_soon(lambda: not following.wakeups.is_watched)


def test_g05_a_server_without_change_streams_is_asked_by_short_waits(
    context: ServiceContext, quickly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **named: Any) -> Any:
        raise OperationFailure("no such thing", code=40573)

    context.wakeups.on("letters")
    monkeypatch.setattr(type(context.database), "watch", refuse)
    stop, followed = threading.Event(), Changes(context)
    with capture_logs() as logs:
        thread = threading.Thread(target=followed.run, args=(stop,))
        thread.start()
        assert is_soon(lambda: any(line["event"] == "changes-not-followed" for line in logs))
        stop.set()
        thread.join(10)
    assert [line["code"] for line in logs if line["event"] == "changes-not-followed"] == [40573]
    assert not context.wakeups.is_watched


def test_a_database_that_is_gone_ends_no_thread(context: ServiceContext, quickly: None) -> None:
    stop = threading.Event()
    context.database.client.close()
    thread = threading.Thread(target=Changes(context).run, args=(stop,))
    thread.start()
    assert not stop.wait(0.5) and thread.is_alive()
    stop.set()
    thread.join(10)
