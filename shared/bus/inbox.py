"""The inbox: handles events, runs the service's reactions and saves the events' ids, effectively once.

A batch and the ids of its events share one transaction. If an event of the batch fails, the events are handled again
one by one, and only the failing one is parked, with the later events of its key.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from opentelemetry import trace
from pymongo.errors import BulkWriteError

from shared.bus import dead_letters, envelope
from shared.bus.dead_letter_limit import OPEN_MAX, DeadLetterLimit
from shared.bus.dead_letters import FOLLOWS, AlreadyClosed, ReceivedRecord
from shared.bus.envelope import Envelope, EnvelopeMalformed
from shared.bus.reactions import Reactions
from shared.kernel.actors import system
from shared.kernel.errors import Conflict, Failure, Forbidden, Invalid, Missing, Stale, Unavailable
from shared.storage.connection import Document
from shared.storage.engine import chunks
from shared.storage.pending_writes import is_duplicate
from shared.storage.service_context import ServiceContext, Transaction
from shared.telemetry import metrics
from shared.telemetry.failpoints import failpoint
from shared.telemetry.propagation import continue_trace

EARLY_WAITS_S: tuple[float, ...] = (0.1, 0.4, 1.5, 3.0)
"""An event may arrive before the one that it depends on, from another topic: wait a little before parking it."""
CONFLICT_WAITS_S: tuple[float, ...] = (*EARLY_WAITS_S, 5.0, 10.0, 15.0, 15.0, 15.0)
"""Other transactions hold what the event needs. A process that crashed inside a transaction holds it until the database
aborts the transaction, a minute later (MongoDB's transactionLifetimeLimitSeconds): wait longer than that."""
FAULT_WAITS_S: tuple[float, ...] = (0.1, 0.5, 2.0)

log = structlog.get_logger()


class AlreadyHandled(Exception):
    """An event of the batch was handled before."""


class Stopping(Exception):
    """The process is to stop: the rest of the batch stays uncommitted, for the next process."""


@dataclass(frozen=True)
class IncomingEvent:
    """An event with its envelope, and its record."""

    record: ReceivedRecord
    envelope: Envelope


@dataclass(frozen=True)
class Failed:
    """Why an event could not be handled, and how long to wait before each further attempt."""

    why: str
    waits_s: tuple[float, ...]


InTransaction = Callable[[Transaction], None]
"""What else is done in the transaction that handles an event."""


class Inbox:
    """The inbox of one service. Once `stop` is set, no event is begun and no wait goes on."""

    def __init__(
        self, context: ServiceContext, *, service: str, reactions: Reactions, dead_letters_max: int = OPEN_MAX
    ) -> None:
        self.context = context
        self.service = service
        self.reactions = reactions
        self.dead_letter_limit = DeadLetterLimit(context.database, limit=dead_letters_max)
        self.stop = threading.Event()
        self.taken_at: datetime | None = None

    def handle(self, received: Sequence[ReceivedRecord]) -> None:
        """Handle records in order. Afterwards each is handled, was handled before, is ignored (no reaction here), or is
        parked."""
        self._stop_here()
        failpoint("inbox.polled")
        incoming: list[IncomingEvent] = []
        for record in received:
            try:
                parsed = envelope.parsed(record.headers)
            except EnvelopeMalformed as broken:
                self._handle_parsed(incoming)  # what came before it must not wait behind it
                incoming = []
                self._park(record, why=broken.code, tries=1)
                continue
            if self.reactions.of(parsed.type_name, parsed.version) or self._is_ours(parsed):
                incoming.append(IncomingEvent(record, parsed))
        self._handle_parsed(incoming)

    def _stop_here(self) -> None:
        if self.stop.is_set():
            raise Stopping

    def _handle_parsed(self, incoming: Sequence[IncomingEvent]) -> None:
        parked = dead_letters.parked_ids(self.context.database, (each.envelope.event_id for each in incoming))
        incoming = [each for each in incoming if each.envelope.event_id not in parked]
        if not incoming:
            return
        blocked = dead_letters.blocked_keys(self.context.database, (each.record.key for each in incoming))
        if not blocked and self._handle_batch(incoming):
            return
        for each in incoming:
            self._stop_here()
            self._handle_alone(each)

    def _is_ours(self, parsed: Envelope) -> bool:
        """An unknown version of a type that this service reacts to: it must not be ignored."""
        return any(parsed.type_name == type_name for type_name, _ in self.reactions.types())

    def _handle_batch(self, incoming: Sequence[IncomingEvent]) -> bool:
        if not incoming:
            return True
        try:
            self.context.transact(lambda transaction: self._act(transaction, incoming))
        except Unavailable:
            raise
        except AlreadyHandled:  # a topic that is read from its start, or published again, holds little else
            new = self._not_yet_handled(incoming)
            return len(new) < len(incoming) and self._handle_batch(new)
        except Exception as failure:  # handled one by one, the event that fails is found
            log.info("batch-done-singly", events=len(incoming), why=_name(failure))
            return False
        self._count(incoming, "taken")
        return True

    def _not_yet_handled(self, incoming: Sequence[IncomingEvent]) -> list[IncomingEvent]:
        """The events that were not handled yet, each once; the rest is counted as known."""
        ids = [each.envelope.event_id for each in incoming]
        inbox = self.context.collection("inbox")
        of_funds = _of_funds(*(each.envelope.fund_id for each in incoming))
        known = {
            row["_id"]
            for chunk in chunks(ids, of=inbox)
            for row in inbox.find({"_id": {"$in": chunk}, **of_funds}, {"_id": 1})
        }
        new: list[IncomingEvent] = []
        old: list[IncomingEvent] = []
        for each in incoming:
            (old if each.envelope.event_id in known else new).append(each)
            known.add(each.envelope.event_id)
        self._count(old, "known")
        return new

    def _handle_alone(self, incoming: IncomingEvent) -> None:
        """One event in a transaction of its own, retried as often as its failure allows."""
        if self._park_behind(incoming):
            return
        for tries in itertools.count(1):
            failed = self.attempt(incoming)
            if failed is None:
                return
            if tries > len(failed.waits_s):
                self._park(incoming.record, why=failed.why, tries=tries)
                return
            if self.stop.wait(failed.waits_s[tries - 1]):
                raise Stopping

    def _park_behind(self, incoming: IncomingEvent) -> bool:
        """Put an event that was not handled yet behind the open dead letters of its key; whether that was done."""
        database, record = self.context.database, incoming.record
        if not dead_letters.blocked_keys(database, [record.key]):
            return False
        its = {"_id": record.event_id, **_of_funds(incoming.envelope.fund_id)}
        if database["inbox"].find_one(its, {"_id": 1}) is not None:
            self._count([incoming], "known")
            return True
        if not dead_letters.park_behind(self.context, record):
            return False
        log.info("event-parked", event_id=record.event_id, topic=record.topic, why=FOLLOWS)
        self.dead_letter_limit.stop_at_limit()
        return True

    def attempt(self, incoming: IncomingEvent, closing: InTransaction = lambda transaction: None) -> Failed | None:
        """Handle one event, once; the failure, if there was one. `Unavailable` is not the event's failure and is
        raised."""
        try:
            self.handle_one(incoming, closing=closing)
        except AlreadyHandled:
            self._count([incoming], "known")
            self.context.transact(closing)
        except (Unavailable, AlreadyClosed):
            raise
        except (Invalid, Forbidden) as failure:
            return Failed(failure.code, ())
        except (Missing, Conflict) as failure:
            return Failed(failure.code, EARLY_WAITS_S)
        except Stale as failure:
            return Failed(failure.code, CONFLICT_WAITS_S)
        except Exception as failure:
            return Failed(_name(failure), FAULT_WAITS_S)
        return None

    def handle_one(self, incoming: IncomingEvent, *, closing: InTransaction = lambda transaction: None) -> None:
        """Handle one event and save; raises what its reactions raise, and `AlreadyHandled` if it was handled before."""

        def act(transaction: Transaction) -> None:
            closing(transaction)
            self._act(transaction, [incoming])

        self.context.transact(act)
        self._count([incoming], "taken")

    def _act(self, transaction: Transaction, incoming: Sequence[IncomingEvent]) -> None:
        ids: list[Document] = [
            {"_id": each.envelope.event_id, "fund": each.envelope.fund_id, "at": transaction.at} for each in incoming
        ]
        try:
            self.context.collection("inbox").insert_many(ids, session=transaction.session)
        except BulkWriteError as refused:
            if is_duplicate(refused):
                raise AlreadyHandled from refused
            raise
        for each in incoming:
            self._react(transaction, each)

    def _react(self, transaction: Transaction, incoming: IncomingEvent) -> None:
        parsed = incoming.envelope
        event = envelope.event(parsed, incoming.record.body)
        with continue_trace(f"{parsed.type_name} react", parsed.traceparent, kind=trace.SpanKind.CONSUMER):
            uow = transaction.unit_of_work(parsed.fund_id, by=system(self.service), cause=f"event:{parsed.event_id}")
            for reaction in self.reactions.of(parsed.type_name, parsed.version):
                reaction(uow, event)

    def _park(self, record: ReceivedRecord, *, why: str, tries: int) -> None:
        dead_letters.park(self.context, record, why=why, tries=tries)
        log.warning("event-parked", event_id=record.event_id, topic=record.topic, why=why)
        self.dead_letter_limit.stop_at_limit()

    def _count(self, incoming: Sequence[IncomingEvent], result: str) -> None:
        self.taken_at = self.context.clock()
        for type_name, count in Counter(each.envelope.type_name for each in incoming).items():
            metrics.EVENTS_HANDLED.labels(type_name, result).inc(count)


def _of_funds(*fund_ids: str) -> Document:
    """Rows of these funds, and rows of an older release, which name no fund."""
    return {"fund": {"$in": [*sorted(set(fund_ids)), None]}}


def _name(failure: BaseException) -> str:
    return failure.code if isinstance(failure, Failure) else type(failure).__name__
