"""Who dies inside a transaction, or loses its connection there, holds nobody up: whoever comes next ends it."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from deploy.local.programs import free_port
from shared.storage.connection import DatabaseUnavailable, connect
from shared.storage.service_context import ServiceContext
from shared.storage.sessions import FORGOTTEN, NAME, Sessions
from tests.faults.world.proxy import CUT, PASS, Proxy, Wires
from tests.kit.contexts import context_on, funds, keys


@pytest.fixture
def proxy(mongodb: str) -> Iterator[Proxy]:
    wires = Wires()
    yield Proxy(wires, port=free_port(), upstreams=[urlsplit(mongodb).port or 0])
    wires.end()


@pytest.fixture(autouse=True)
def _nothing_stays_open(database: Database[dict[str, Any]]) -> Iterator[None]:
    """Where a test fails, what the dead left open would hold up the end of it."""
    yield
    database.client.admin.command("killAllSessions", [])


def write(context: ServiceContext, by: str) -> None:
    """A transaction that needs the one row that they all write."""

    def body(transaction: Any) -> None:
        row = {"$set": {"by": by}}
        context.database["rows"].update_one({"_id": "one"}, row, upsert=True, session=transaction.session)

    context.transact(body)


def dies_inside(uri: str, name: str) -> None:
    context = ServiceContext(database=connect(uri, name), funds=funds(), keys=keys())
    with context.sessions.open() as session, session.start_transaction():
        context.database["rows"].update_one({"_id": "one"}, {"$set": {"by": "the dead"}}, session=session)
        os.kill(os.getpid(), signal.SIGKILL)


def somebody_died(uri: str, name: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=dies_inside, args=(uri, name))
    child.start()
    assert child.pid is not None
    died = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert died is not None and died.si_status == signal.SIGKILL, "and its number stands on: nobody has waited for it"


def noted(context: ServiceContext) -> set[str]:
    return {str(row["_id"]) for row in context.database[NAME].find()}


def test_the_next_process_of_a_host_ends_what_a_killed_one_left_open(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    database["rows"].insert_one({"_id": "one"})
    somebody_died(mongodb, database.name)
    with pytest.raises(OperationFailure), database.client.start_session() as session, session.start_transaction():
        database["rows"].update_one({"_id": "one"}, {"$set": {"by": "too early"}}, session=session)

    successor = context_on(database, mongodb)
    write(successor, "the successor")

    row = database["rows"].find_one({"_id": "one"})
    assert row is not None and row["by"] == "the successor"
    assert len(noted(successor)) == 1, "the row of the dead one stands on"


def test_those_of_another_host_and_of_the_living_are_left_alone(context: ServiceContext) -> None:
    """Another host's process may live, whatever runs under its number here."""
    living = Sessions(context.database)
    far = Sessions(context.database, host="far-away", process=1)
    with living.open(), far.open():
        before = noted(context)
        assert len(before) == 2
        with context.sessions.open():
            assert noted(context) > before


def test_what_stands_under_a_process_s_own_number_is_of_one_before_it(context: ServiceContext) -> None:
    """In a container that was started again numbers begin anew."""
    rows = context.database[NAME]
    rows.insert_one({"_id": "00" * 16, "host": context.sessions.host, "process": os.getpid(), "at": context.clock()})
    write(context, "the successor")
    assert "00" * 16 not in noted(context)


def test_rows_of_hosts_that_never_came_back_go(context: ServiceContext) -> None:
    at = context.clock() - FORGOTTEN * 1.01
    context.database[NAME].insert_one({"_id": "00" * 16, "host": "far-away", "process": 1, "at": at})
    write(context, "anybody")
    assert "00" * 16 not in noted(context)


@pytest.mark.parametrize("code", [13, 59, 115])
def test_g11_a_server_that_does_not_end_sessions_stops_no_work(
    context: ServiceContext, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Unauthorized, CommandNotFound, CommandNotSupported: said once, and the work goes on."""
    monkeypatch.setattr(Sessions, "is_refusal_logged", False)
    rows = context.database[NAME]
    ask = type(context.database).command

    def refuse(database: Any, command: Any, *given: Any, **named: Any) -> Any:
        if command == "killSessions":
            raise OperationFailure("no", code=code)
        return ask(database, command, *given, **named)

    monkeypatch.setattr(type(context.database), "command", refuse)
    with capture_logs() as logs:
        for number in range(2):
            context.sessions._has_looked = False
            row = {"_id": f"0{number}" * 16, "host": context.sessions.host, "process": os.getpid()}
            rows.insert_one({**row, "at": context.clock()})
            write(context, f"the successor {number}")
    assert [line["code"] for line in logs if line["event"] == "sessions-not-ended"] == [code]
    assert not noted(context) & {"00" * 16, "01" * 16}


def test_a_session_is_written_down_once(context: ServiceContext) -> None:
    for number in range(5):
        write(context, str(number))
    assert len(noted(context)) == 1


def test_who_lost_the_connection_inside_a_transaction_ends_it_before_the_next(
    database: Database[dict[str, Any]], mongodb: str, proxy: Proxy
) -> None:
    database["rows"].insert_one({"_id": "one"})
    address = mongodb.replace(str(urlsplit(mongodb).port), str(proxy.port))
    context = ServiceContext(database=connect(address, database.name), funds=funds(), keys=keys())

    def cut_off(transaction: Any) -> None:
        row = {"$set": {"by": "the one cut off"}}
        context.database["rows"].update_one({"_id": "one"}, row, session=transaction.session)
        proxy.set(CUT)
        context.database["rows"].update_one({"_id": "one"}, row, session=transaction.session)

    with pytest.raises(DatabaseUnavailable):
        context.transact(cut_off)
    proxy.set(PASS)

    write(context, "itself, later")
    row = database["rows"].find_one({"_id": "one"})
    assert row is not None and row["by"] == "itself, later"
