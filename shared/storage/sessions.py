"""The database sessions in which a process opens transactions, and how those that crashed processes left open are
killed.

A process that crashes inside a transaction blocks what it wrote until the database aborts the transaction, a minute
later by default: until then its successor waits, and requests are answered by 503. So a process records each session
before it opens a transaction in it, and ends those of its host whose process has crashed. Likewise a process whose own
connection was lost inside a transaction ends that one before it opens the next.

If the process is alive after all, its transaction is only retried.

On MongoDB this would not be needed: there `transactionLifetimeLimitSeconds` is set to 20 (`deploy/k8s/README.md`). The
embedded engine aborts a transaction after 60 s and takes no such parameter (DECISIONS 79). This file goes when its next
version does, or ends the transactions of a connection that is gone.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import structlog
from bson.binary import Binary
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, OperationFailure

from shared.storage.connection import Document

log = structlog.get_logger()

NAME = "database_sessions"
NOTED_AGAIN = timedelta(days=1)
FORGOTTEN = timedelta(days=7)
"""Rows of hosts that never came back. A session in use is recorded again each day."""


@dataclass
class Sessions:
    """The sessions of one process with one database: `host` and `process` are what its successors know it by."""

    noted: ClassVar[dict[Binary, datetime]] = {}
    """All of this process, and when each was written down: none that was not used for a day."""
    is_refusal_logged: ClassVar[bool] = False

    database: Database[Document]
    host: str = field(default_factory=socket.gethostname)
    process: int = field(default_factory=os.getpid)
    _lost: set[Binary] = field(default_factory=set)
    _has_looked: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def open(self) -> Iterator[ClientSession]:
        """A session to open a transaction in; sessions of crashed processes are killed first."""
        with self.database.client.start_session() as session:
            self._end_orphaned()
            session_id: Binary = session.session_id["id"]
            self._note(session_id)
            try:
                yield session
            except ConnectionFailure:
                self._lost.add(session_id)
                raise

    def _end_orphaned(self) -> None:
        if self._has_looked and not self._lost:
            return
        with self._lock:
            lost = set(self._lost)
            self._end(lost)
            self._lost -= lost
            if not self._has_looked:
                self._end(self._orphaned())
                self._has_looked = True

    def _orphaned(self) -> set[Binary]:
        rows = self.database[NAME].find({"host": self.host})
        dead = [row for row in rows if not self._lives(int(str(row["process"])))]
        return {Binary(bytes.fromhex(str(row["_id"])), 4) for row in dead} - self.noted.keys()

    def _lives(self, process: int) -> bool:
        """Whether such a process runs on this host. A row with our own process id is of an earlier process."""
        if process == self.process:
            return False
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return not _is_zombie(process)

    def _end(self, sessions: set[Binary]) -> None:
        if sessions:
            self._kill(sessions)
            self.database[NAME].delete_many({"_id": {"$in": [each.hex() for each in sessions]}})

    def _kill(self, sessions: set[Binary]) -> None:
        """Have the server end them. One that has no such command, or refuses it, ends them itself after a minute."""
        try:
            self.database.command("killSessions", [{"id": each} for each in sessions])
        except OperationFailure as refused:
            if not Sessions.is_refusal_logged:
                log.warning("sessions-not-ended", code=refused.code)
            Sessions.is_refusal_logged = True

    def _note(self, session_id: Binary) -> None:
        at = datetime.now(UTC)
        noted_at = self.noted.get(session_id)
        if noted_at is None or at - noted_at > NOTED_AGAIN:
            self._write_down(session_id, at)
            self.noted[session_id] = at

    def _write_down(self, session_id: Binary, at: datetime) -> None:
        """The row of a session; what is too old goes, here and in the database."""
        for old, noted_at in list(self.noted.items()):
            if at - noted_at > NOTED_AGAIN:
                self.noted.pop(old, None)
        rows = self.database[NAME]
        rows.delete_many({"at": {"$lt": at - FORGOTTEN}})
        row: Document = {"_id": session_id.hex(), "host": self.host, "process": self.process, "at": at}
        rows.replace_one({"_id": row["_id"]}, row, upsert=True)


def _is_zombie(process: int) -> bool:
    """Whether it has ended and its parent has not yet waited for it (a zombie, on Linux)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False
