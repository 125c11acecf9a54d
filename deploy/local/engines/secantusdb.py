"""SecantusDB, the embedded document engine: MongoDB's wire protocol over WiredTiger. A program of its own (GPL-2.0)."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.programs import HOST, QUESTION_MAX_S, Program, is_listening, running

IN_MEMORY = Path(":memory:")  # a directory that the server removes when it ends
FAST: Sequence[str] = ()  # acknowledged writes may be lost by kill -9: for tests of anything but durability
DURABLE: Sequence[str] = ("--sync-on-commit",)
DURABLE_WITH_USERS: Sequence[str] = (*DURABLE, "--auth")

OPLOG: Sequence[str] = ("--oplog-retention-seconds", "300", "--oplog-max-entries", "10000")
"""What is kept of each write for change streams, in the same cache: by default an hour and 100,000 writes. Ours are
opened at rest and read at once."""
ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""It works for each client in a thread; with memory of their own (glibc) they would hold a tenth more."""

USER_EXISTS = 51003


def program(*, port: int, storage: Path, options: Sequence[str], setting: str = "MONGODB_PORT") -> Program:
    """The server over the files in `storage`."""
    # A small cache: an idle gigabyte is the default, and the run has its memory to answer for.
    command = [str(Path(sys.executable).with_name("secantusd-py")), "--host", HOST, "--port", str(port)]
    command += ["--storage-path", str(storage), "--cache-size", "256M", "--log-level", "WARNING", *OPLOG, *options]

    def is_ready() -> (
        bool
    ):  # listening is asked first: a refused MongoClient sleeps half a second before it looks again
        return is_listening(port) and answers(uri(port=port))

    return Program(
        name="SecantusDB",
        command=command,
        ports={setting: port},
        answers=is_ready,
        environment=ARENAS,
        may_restart=False,
    )


def answers(uri: str) -> bool:
    """Whether a server there, this one or MongoDB, answers a ping."""
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=int(QUESTION_MAX_S * 1000)) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


def uri(*, port: int, database: str = "", user: str = "", password: str = "") -> str:
    """How a client reaches it: every write majority and journaled, no retryable writes (their record slows it).

    There is one server and so no election: a client that does not find it within five seconds gets an error. Each
    client asks seldom how the server is: a thread there for every client that is notified at once costs more.
    """
    sign_in = f"{quote_plus(user)}:{quote_plus(password)}@" if user else ""
    options = "directConnection=true&retryWrites=false&w=majority&journal=true&readConcernLevel=majority"
    seldom = "serverMonitoringMode=poll&heartbeatFrequencyMS=30000&serverSelectionTimeoutMS=5000"
    return f"mongodb://{sign_in}{HOST}:{port}/{database}?{options}&{seldom}"


def provision(*, port: int, storage: Path, log: Path, users: Mapping[str, tuple[str, str]]) -> None:
    """Create each user (name → its database and password) with readWrite on that database and on nothing else.

    Users are created on a server without sign-in, which runs for this only and listens on 127.0.0.1.
    """
    server = program(port=port, storage=storage, options=DURABLE)
    with running(server, log=log), MongoClient[dict[str, Any]](uri(port=port)) as client:
        for user, (database, password) in users.items():
            asked: dict[str, Any] = {"pwd": password, "roles": [{"role": "readWrite", "db": database}]}
            try:
                client[database].command("createUser", user, **asked)
            except OperationFailure as refusal:
                if refusal.code != USER_EXISTS:
                    raise
                client[database].command("updateUser", user, **asked)
