"""What is asked of the database of durability and isolation, read off the wire, whatever the URI says."""

import ast
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo.database import Database

import services
import shared
from shared.bus import dead_letters
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.relay import Relay, mark, republish
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.connection import COMMIT_MAX_MS
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.commands import Commands, received
from tests.kit.contexts import DZ, context_on, someone
from tests.shared.storage.test_service_context import submitted

DURABLE = {"w": "majority", "j": True}
WRITES = ("insert", "update", "delete", "findAndModify", "bulkWrite", "createIndexes", "commitTransaction")
READS = ("find", "aggregate", "count", "distinct")


@pytest.fixture(params=["appName=plain", "w=1", "w=1&journal=false&readConcernLevel=local"])
def careless_uri(mongodb: str, request: pytest.FixtureRequest) -> str:
    """The same server by URIs that ask for less than the platform promises."""
    return f"mongodb://127.0.0.1:{urlsplit(mongodb).port}/?directConnection=true&retryWrites=false&{request.param}"


def act(context: ServiceContext, action: Any) -> Any:
    return context.run(DZ, by=someone(), cause="test", action=action)


def everything(context: ServiceContext) -> None:
    """Each kind of thing that a process does with its database."""

    def write(uow: UnitOfWork) -> None:
        uow.collection("hats").find_one("a")
        uow.collection("hats").insert("a", {"version": 1})
        uow.collection("hats").insert_many({"b": {"version": 1}, "c": {"version": 1}})
        uow.publish(submitted("c1"))

    context.database["hats"].create_index("fund")
    act(context, write)
    act(context, lambda uow: uow.collection("hats").replace_many({"b": {"version": 2}, "c": {"version": 2}}))
    act(context, lambda uow: uow.collection("hats").revise("a", {"version": 2}, version=1))
    act(context, lambda uow: uow.collection("hats").update("a", {"$set": {"x": 1}}))
    act(context, lambda uow: uow.collection("hats").remove("a"))
    context.reading(DZ, by=someone()).collection("hats").count({})
    blob = blobs.store(context, DZ, [b"bytes"], data_class=DataClass.HEALTH, size_max=10)
    assert b"".join(blobs.read(context, DZ, blob)) == b"bytes"
    letter = ReceivedRecord("e1", "claims", 0, 0, f"{DZ}:c1", [], b"{}")
    dead_letters.park(context, letter, why="test", tries=1)
    assert dead_letters.park_behind(context, ReceivedRecord("e2", "claims", 0, 0, f"{DZ}:c1", [], b"{}"))
    relay = Relay(context, "unused", name="relay")
    assert relay.holds_lease()
    relay._mark(list(context.collection("outbox").find({"is_sent": False})))
    assert republish(context, key=f"{DZ}:c1") == 1


def test_g01_every_commit_and_write_is_majority_and_journaled_whatever_the_uri_says(
    database: Database[dict[str, Any]], careless_uri: str
) -> None:
    with received() as commands:
        everything(context_on(database, careless_uri))
    assert set(commands.names) >= {"commitTransaction", "insert", "update", "delete", "createIndexes", "find"}
    for sent in commands.named(*WRITES):
        if sent["name"] == "commitTransaction" or "autocommit" not in sent:
            assert sent.get("writeConcern") == DURABLE, sent["name"]
    for commit in commands.named("commitTransaction"):
        assert commit["maxTimeMS"] == COMMIT_MAX_MS


def test_g01_every_transaction_reads_one_snapshot_and_every_other_read_what_a_majority_has(
    database: Database[dict[str, Any]], careless_uri: str
) -> None:
    with received() as commands:
        everything(context_on(database, careless_uri))
    begun = [sent for sent in commands.sent if sent.get("startTransaction")]
    assert len(begun) >= 8
    for sent in begun:
        assert sent["readConcern"]["level"] == "snapshot", sent["name"]
    alone = [sent for sent in commands.named(*READS) if "autocommit" not in sent]
    assert alone
    for sent in alone:
        assert sent["readConcern"]["level"] == "majority", sent["name"]


def test_g01_nobody_starts_a_transaction_by_another_way() -> None:
    """`connection.begin` names the concerns; a bare `start_transaction` would take those of the URI."""
    found = [
        str(path)
        for package in (shared, services)
        for folder in package.__path__
        for path in Path(folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"start_transaction", "with_transaction"}
    ]
    assert [Path(path).name for path in found] == ["connection.py"]


def test_g01_what_is_marked_by_fund_is_marked_also_where_an_older_release_named_none(context: ServiceContext) -> None:
    outbox = context.collection("outbox")
    outbox.insert_many([{"_id": "a", "is_sent": False}, {"_id": "b", "fund": DZ, "is_sent": False}])
    with context.sessions.open() as session, session.start_transaction():
        assert mark(outbox, list(outbox.find()), {"$set": {"is_sent": True}}, session=session) == 2


def test_the_listener_hears_what_is_sent(database: Database[dict[str, Any]], mongodb: str) -> None:
    with received() as commands:
        context_on(database, mongodb).database["hats"].find_one({"_id": "a"})
    assert isinstance(commands, Commands) and "find" in commands.names
