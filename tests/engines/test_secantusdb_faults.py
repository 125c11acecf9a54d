"""The document engine fails in the middle of units of work; each is kept once and whole, or not at all.

What MongoDB's own `configureFailPoint` can bring about is brought about here; what needs several nodes stands in
docs/engines.md as not shown.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local.engines import secantusdb
from deploy.local.programs import free_port, running
from shared.kernel.errors import Unavailable
from shared.storage.connection import DatabaseUnavailable
from shared.storage.service_context import COMMIT_UNKNOWN, COMMITS_MAX, RUNS_MAX, ChangedMeanwhile, ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, context_on, someone
from tests.shared.storage.test_service_context import submitted

WRITERS = 4
ROUNDS_BEFORE_KILL = 8
FAULTS: tuple[str, ...] = (*secantusdb.DURABLE, "--enable-test-commands")

WRITE_CONFLICT, NOT_PRIMARY, NODE_SHUTS_DOWN, NO_SUCH_TRANSACTION = 112, 10107, 91, 251


def write(uow: UnitOfWork, thing: str) -> None:
    """State, an event and the audit: what a unit of work keeps together."""
    uow.collection("things").insert(thing, {})
    uow.note("kept", "things", thing)
    uow.publish(submitted(thing))


def keep(context: ServiceContext, thing: str) -> None:
    context.run(DZ, by=someone(), cause=f"request:{thing}", action=lambda uow: write(uow, thing))


def things(context: ServiceContext) -> list[str]:
    return [str(row["_id"]).removeprefix(f"{DZ}:") for row in context.database["things"].find()]


def published(context: ServiceContext) -> list[str]:
    """The claims of all events, as the outbox has them."""
    rows = context.database["outbox"].find()
    return [event["key"].removeprefix(f"{DZ}:") for row in rows for event in row["events"]]  # type: ignore[attr-defined]


def test_f15_nothing_acknowledged_to_several_writers_is_lost_by_kill_9(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    server = secantusdb.program(port=port, storage=tmp_path / "data", options=secantusdb.DURABLE)
    acknowledged: list[str] = []
    enough = threading.Event()

    def write_until_it_is_gone(context: ServiceContext, writer: int) -> None:
        try:
            for number in range(10_000):
                keep(context, f"{writer}-{number}")
                acknowledged.append(f"{writer}-{number}")
                if number == ROUNDS_BEFORE_KILL:
                    enough.set()
        except (Unavailable, PyMongoError):
            return

    def context() -> ServiceContext:
        return context_on(MongoClient[dict[str, Any]](secantusdb.uri(port=port))["killed"], secantusdb.uri(port=port))

    with running(server, log=log) as process_id:
        for collection in ("things", "outbox", "audit"):
            context().database.create_collection(collection)
        writers = [
            threading.Thread(target=write_until_it_is_gone, args=(context(), number)) for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        assert enough.wait(60)
        os.kill(process_id, signal.SIGKILL)
        for writer in writers:
            writer.join()
    with running(server, log=log):
        after = context()
        found = set(things(after))
        assert len(acknowledged) > ROUNDS_BEFORE_KILL
        assert set(acknowledged) <= found
        assert len(found) - len(acknowledged) <= WRITERS  # those whose answer the kill cut off
        assert set(published(after)) == found and len(published(after)) == len(found)
        assert after.database["audit"].count_documents({}) == len(found)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on which commands can be made to fail."""
    port, home = free_port(), tmp_path_factory.mktemp("faulty")
    with running(secantusdb.program(port=port, storage=home / "data", options=FAULTS), log=home / "log"):
        yield secantusdb.uri(port=port)


@pytest.fixture
def ground(faulty: str) -> Iterator[tuple[ServiceContext, Callable[..., None]]]:
    """A platform, and a way to make its server fail; it fails no more once the test has ended."""
    with MongoClient[dict[str, Any]](faulty) as client:
        context = context_on(client[f"test_{uuid4().hex}"], faulty)
        keep(context, "before")

        def fail(*commands: str, times: int, **how: Any) -> None:
            asked = {"failCommands": list(commands), **how}
            client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": asked})

        yield context, fail
        client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})


def is_kept_once(context: ServiceContext, *kept: str) -> None:
    expected = sorted(("before", *kept))
    assert sorted(things(context)) == expected
    assert sorted(published(context)) == expected
    assert context.database["audit"].count_documents({}) == len(expected)


@pytest.mark.parametrize("command", ["insert", "bulkWrite", "commitTransaction"])
def test_a_conflict_is_run_again_whole(ground: tuple[ServiceContext, Callable[..., None]], command: str) -> None:
    context, fail = ground
    labels = ["TransientTransactionError"]
    fail(command, times=RUNS_MAX - 1, errorCode=WRITE_CONFLICT, errorLabels=labels)
    keep(context, "a")
    is_kept_once(context, "a")


def test_conflicts_without_end_are_told_and_leave_nothing(ground: tuple[ServiceContext, Callable[..., None]]) -> None:
    context, fail = ground
    fail("insert", times=RUNS_MAX, errorCode=WRITE_CONFLICT, errorLabels=["TransientTransactionError"])
    with pytest.raises(ChangedMeanwhile):
        keep(context, "a")
    is_kept_once(context)
    keep(context, "a")
    is_kept_once(context, "a")


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"errorCode": NODE_SHUTS_DOWN}, id="not done"),
        pytest.param({"writeConcernError": {"code": NODE_SHUTS_DOWN, "errmsg": "shutting down"}}, id="done"),
        pytest.param({"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}, id="in doubt"),
        pytest.param({"closeConnection": True}, id="no answer"),
    ],
)
def test_a_commit_whose_outcome_is_unknown_is_asked_for_again_and_nothing_else_is(
    ground: tuple[ServiceContext, Callable[..., None]], how: dict[str, Any]
) -> None:
    context, fail = ground
    runs: list[str] = []

    def act(uow: UnitOfWork) -> None:
        runs.append("a")
        write(uow, "a")

    labels = {} if "closeConnection" in how else {"errorLabels": [COMMIT_UNKNOWN]}
    fail("commitTransaction", times=2, **how, **labels)
    context.run(DZ, by=someone(), cause="test", action=act)
    is_kept_once(context, "a")
    assert len(runs) == 1


def test_a_commit_that_stays_unknown_is_named_unavailable_and_the_next_try_finds_it_done(
    ground: tuple[ServiceContext, Callable[..., None]],
) -> None:
    context, fail = ground
    unknown = {"code": NODE_SHUTS_DOWN, "errmsg": "shutting down"}
    fail("commitTransaction", times=2 * COMMITS_MAX, writeConcernError=unknown, errorLabels=[COMMIT_UNKNOWN])
    with pytest.raises(DatabaseUnavailable):
        keep(context, "a")
    is_kept_once(context, "a")


@pytest.mark.parametrize("command", ["bulkWrite", "find", "update"])
def test_a_connection_that_closes_in_a_transaction_leaves_nothing_of_it(
    ground: tuple[ServiceContext, Callable[..., None]], command: str
) -> None:
    context, fail = ground

    def act(uow: UnitOfWork) -> None:
        assert uow.collection("things").find_one("before") is not None
        uow.collection("things").update("before", {"$set": {"seen": True}})
        write(uow, "a")

    fail(command, times=1, closeConnection=True)
    try:
        context.run(DZ, by=someone(), cause="test", action=act)
    except DatabaseUnavailable:
        is_kept_once(context)
        context.run(DZ, by=someone(), cause="test", action=act)
    is_kept_once(context, "a")


def test_a_transaction_that_the_server_gave_up_is_run_again(ground: tuple[ServiceContext, Callable[..., None]]) -> None:
    context, fail = ground
    fail("commitTransaction", times=1, errorCode=NO_SUCH_TRANSACTION, errorLabels=["TransientTransactionError"])
    keep(context, "a")
    is_kept_once(context, "a")


@pytest.mark.parametrize("command", ["insert", "bulkWrite"])
def test_g10_a_transaction_whose_node_steps_down_is_run_again_and_nobody_is_told(
    ground: tuple[ServiceContext, Callable[..., None]], command: str
) -> None:
    context, fail = ground
    fail(command, times=1, errorCode=NOT_PRIMARY, errorLabels=["TransientTransactionError"])
    keep(context, "a")
    is_kept_once(context, "a")


def test_g10_a_node_that_is_never_primary_again_is_named_unavailable(
    ground: tuple[ServiceContext, Callable[..., None]],
) -> None:
    context, fail = ground
    fail("insert", times=RUNS_MAX, errorCode=NOT_PRIMARY, errorLabels=["TransientTransactionError"])
    with pytest.raises(DatabaseUnavailable):
        keep(context, "a")
    is_kept_once(context)
    keep(context, "a")
    is_kept_once(context, "a")
