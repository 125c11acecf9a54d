"""The context of a service's process: its database, the funds, its keys, the clock and entropy. Only here is a
transaction opened, rerun on a conflict, and committed.
"""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from shared.encryption.keys import FundKeys
from shared.funds.fund import Fund
from shared.kernel.actors import Actor
from shared.kernel.errors import Failure, Missing, Stale
from shared.kernel.ids import uuid7
from shared.storage import audit
from shared.storage.connection import DatabaseUnavailable, Document, begin, is_gone
from shared.storage.pending_writes import ChangedMeanwhile, Insertion, PendingWrites
from shared.storage.sessions import Sessions
from shared.storage.unit_of_work import UnitOfWork, outbox_documents
from shared.storage.wakeups import Wakeups
from shared.telemetry.database_spans import command_span
from shared.telemetry.failpoints import failpoint

Answer = TypeVar("Answer")

RUNS_MAX = 6
RETRIED_MAX_S = 30.0
"""No rerun starts later than this after the first run: the caller has waited long enough."""
COMMITS_MAX = 3
WAIT_S = 0.02
TOO_LARGE_FOR_CACHE = 388
COMMIT_UNKNOWN = "UnknownTransactionCommitResult"
TRANSIENT = "TransientTransactionError"


class FundUnknown(Missing):
    """No such fund is served here."""

    code = "fund.unknown"


class _NotSaved(Exception):
    """Ends the transaction of a dry run with its answer: whatever leaves the body by an exception is aborted."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class TransactionTooLarge(Failure):
    """More than one transaction of this database can hold; the embedded engine's cache is small."""

    code = "platform.work-too-large"


def now() -> datetime:
    """The instant."""
    return datetime.now(UTC)


def as_stored(instant: datetime) -> datetime:
    """The instant in whole milliseconds, as the database stores it."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@dataclass
class Transaction:
    """An open transaction and the units of work inside it."""

    context: "ServiceContext"
    session: ClientSession
    at: datetime
    uows: list[UnitOfWork] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writes = PendingWrites(self.session)

    def unit_of_work(self, fund_id: str, *, by: Actor, cause: str) -> UnitOfWork:
        """A unit of work in a fund, for one cause."""
        uow = self.context.make_uow(fund_id, by=by, cause=cause, at=self.at, writes=self.writes)
        uow.shared = self.shared
        self.uows.append(uow)
        return uow

    def save(self) -> None:
        """Write the events and the audit beside the state that the actions wrote."""
        context = self.context
        published = {
            "outbox": outbox_documents(self.uows, context.new_id()),
            "audit": audit.documents(self.uows, context.new_id),
        }
        for name, documents in published.items():
            for document in documents:
                self.writes.defer(context.collection(name), str(document["_id"]), Insertion(document))
        self.writes.flush_all()


@dataclass(frozen=True)
class ServiceContext:
    """What a process holds. `clock` and `entropy` are read here and nowhere below."""

    database: Database[Document]
    funds: Mapping[str, Fund]
    keys: Mapping[str, FundKeys]
    clock: Callable[[], datetime] = now
    entropy: Callable[[int], bytes] = os.urandom
    sessions: Sessions = field(init=False, compare=False, repr=False)
    wakeups: Wakeups = field(default_factory=Wakeups, init=False, compare=False, repr=False)
    _collections: dict[str, Collection[Document]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", Sessions(self.database))

    def collection(self, name: str) -> Collection[Document]:
        """One of the service's collections; cached, since creating the object costs more than using it."""
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = self.database[name]
        return found

    def new_id(self) -> str:
        return str(uuid7(self.clock(), self.entropy(10)))

    def make_uow(
        self, fund_id: str, *, by: Actor, cause: str, at: datetime, writes: PendingWrites | None
    ) -> UnitOfWork:
        if fund_id not in self.funds:
            raise FundUnknown(fund=fund_id[:40])
        return UnitOfWork(
            fund=self.funds[fund_id],
            keys=self.keys[fund_id],
            by=by,
            at=at,
            cause=cause,
            raw_collection=self.collection,
            writes=writes,
            entropy=self.entropy,
        )

    def reading(self, fund_id: str, *, by: Actor) -> UnitOfWork:
        """A read without a transaction; it saves and publishes nothing."""
        return self.make_uow(fund_id, by=by, cause="", at=as_stored(self.clock()), writes=None)

    def run(self, fund_id: str, *, by: Actor, cause: str, action: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run an action in one unit of work of its own and save it."""
        return self.transact(lambda transaction: action(transaction.unit_of_work(fund_id, by=by, cause=cause)))

    def dry_run(self, fund_id: str, *, by: Actor, action: Callable[[UnitOfWork], Answer]) -> Answer:
        """What an action would answer if it ran now. It runs as in `run`, and its transaction is aborted: nothing is
        saved or published, and what waits to be written is never sent."""

        def body(transaction: Transaction) -> Answer:
            raise _NotSaved(action(transaction.unit_of_work(fund_id, by=by, cause="dry-run")))

        try:
            return self.transact(body)
        except _NotSaved as done:
            answer: Answer = done.answer
            return answer

    def transact(self, body: Callable[[Transaction], Answer]) -> Answer:
        """Run the body and save all that it changed. On a conflict, or where the primary stepped down or was lost
        inside the transaction, rerun it as a whole, with a limit on runs and time."""
        failpoint("work.begin")
        began_s = time.monotonic()
        for run in range(1, RUNS_MAX + 1):
            try:
                with self.sessions.open() as session:
                    answer = self._once(session, body)
                failpoint("work.committed")
                return answer
            except (DuplicateKeyError, Stale):
                pass
            except PyMongoError as error:
                if isinstance(error, OperationFailure) and error.code == TOO_LARGE_FOR_CACHE:
                    raise TransactionTooLarge from error
                if error.has_error_label(COMMIT_UNKNOWN):  # the caller's next attempt will show the outcome
                    raise DatabaseUnavailable from error
                is_over = run == RUNS_MAX or time.monotonic() - began_s > RETRIED_MAX_S
                if is_gone(error) and (is_over or not _is_transient(error)):
                    raise DatabaseUnavailable from error
                if not error.has_error_label(TRANSIENT):
                    raise
                if is_over:
                    break
            time.sleep(random.uniform(0, WAIT_S * 2**run))  # noqa: S311 (only to keep two racers apart)
        raise ChangedMeanwhile

    def _once(self, session: ClientSession, body: Callable[[Transaction], Answer]) -> Answer:
        transaction = Transaction(self, session, as_stored(self.clock()))
        begin(session)
        try:
            answer = body(transaction)
            transaction.save()
        except BaseException:
            if session.in_transaction:
                session.abort_transaction()
            raise
        failpoint("work.saved")
        self._commit(session)
        self.wakeups.wake(*transaction.writes.touched)
        return answer

    def _commit(self, session: ClientSession) -> None:
        """Commit; if the response to the commit is lost, the same commit is retried, never the work."""
        for last in (False,) * (COMMITS_MAX - 1) + (True,):
            try:
                with command_span("commit", "transaction"):
                    session.commit_transaction()
                return
            except PyMongoError as error:
                if last or not error.has_error_label(COMMIT_UNKNOWN):
                    raise


def _is_transient(error: PyMongoError) -> bool:
    """Whether the error is transient: another server is expected to become primary, unless the election has timed
    out."""
    return error.has_error_label(TRANSIENT) and not isinstance(error, ServerSelectionTimeoutError)
