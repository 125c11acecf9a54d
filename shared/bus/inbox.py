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
from shared.bus.dead_letters import FOLLOWS, AlreadyClosed, DeadLetter
from shared.bus.envelope import Envelope, EnvelopeBroken
from shared.bus.reactions import Reactions
from shared.bus.room import OPEN_MAX, Room
from shared.kernel.actors import system
from shared.kernel.errors import Conflict, Failure, Forbidden, Invalid, Missing, Stale, Unavailable
from shared.storage.connection import Document
from shared.storage.service_context import ServiceContext, Transaction
from shared.storage.tenant_collection import is_duplicate, parts
from shared.telemetry import metrics
from shared.telemetry.carrying import continued
from shared.telemetry.steps import passing

EARLY_WAITS_S: tuple[float, ...] = (0.1, 0.4, 1.5, 3.0)
"""An event may arrive before the one that it depends on, from another topic: wait a little before parking it."""
TAKEN_WAITS_S: tuple[float, ...] = (*EARLY_WAITS_S, 5.0, 10.0, 15.0, 15.0, 15.0)
"""Other transactions hold what the event needs. A process that crashed inside a transaction holds it until the database
aborts the transaction, a minute later (MongoDB's transactionLifetimeLimitSeconds): wait longer than that."""
FAULT_WAITS_S: tuple[float, ...] = (0.1, 0.5, 2.0)

log = structlog.get_logger()


class AlreadyTaken(Exception):
    """An event of the batch was handled before."""


class Stopping(Exception):
    """The process is to stop: the rest of the batch stays uncommitted, for the next process."""


@dataclass(frozen=True)
class Taken:
    """An event with its envelope, and its record."""

    letter: DeadLetter
    envelope: Envelope


@dataclass(frozen=True)
class Failed:
    """Why an event could not be handled, and how long to wait before each further attempt."""

    why: str
    waits_s: tuple[float, ...]


Closing = Callable[[Transaction], None]
"""What else is done in the transaction that handles an event."""


class Inbox:
    """The inbox of one service. Once `stop` is set, no event is begun and no wait goes on."""

    def __init__(
        self, context: ServiceContext, *, service: str, reactions: Reactions, dead_letters_max: int = OPEN_MAX
    ) -> None:
        self.context = context
        self.service = service
        self.reactions = reactions
        self.room = Room(context.database, limit=dead_letters_max)
        self.stop = threading.Event()
        self.taken_at: datetime | None = None

    def take(self, letters: Sequence[DeadLetter]) -> None:
        """Handle records in order. Afterwards each is handled, was handled before, is ignored (no reaction here), or is
        parked."""
        self._stop_here()
        passing("inbox.polled")
        taken: list[Taken] = []
        for letter in letters:
            try:
                opened = envelope.opened(letter.headers)
            except EnvelopeBroken as broken:
                self._take_opened(taken)  # what came before it must not wait behind it
                taken = []
                self._park(letter, why=broken.code, tries=1)
                continue
            if self.reactions.of(opened.type_name, opened.version) or self._is_ours(opened):
                taken.append(Taken(letter, opened))
        self._take_opened(taken)

    def _stop_here(self) -> None:
        if self.stop.is_set():
            raise Stopping

    def _take_opened(self, taken: Sequence[Taken]) -> None:
        parked = dead_letters.parked_ids(self.context.database, (each.envelope.event_id for each in taken))
        taken = [each for each in taken if each.envelope.event_id not in parked]
        if not taken:
            return
        blocked = dead_letters.blocked_keys(self.context.database, (each.letter.key for each in taken))
        if not blocked and self._take_together(taken):
            return
        for each in taken:
            self._stop_here()
            self._take_alone(each)

    def _is_ours(self, opened: Envelope) -> bool:
        """An unknown version of a type that this service reacts to: it must not be ignored."""
        return any(opened.type_name == type_name for type_name, _ in self.reactions.types())

    def _take_together(self, taken: Sequence[Taken]) -> bool:
        if not taken:
            return True
        try:
            self.context.transact(lambda transaction: self._act(transaction, taken))
        except Unavailable:
            raise
        except AlreadyTaken:  # a topic that is read from its start, or published again, holds little else
            new = self._new_of(taken)
            return len(new) < len(taken) and self._take_together(new)
        except Exception as failure:  # handled one by one, the event that fails is found
            log.info("batch-done-singly", events=len(taken), why=_name(failure))
            return False
        self._count(taken, "taken")
        return True

    def _new_of(self, taken: Sequence[Taken]) -> list[Taken]:
        """The events that were not handled yet, each once; the rest is counted as known."""
        ids = [each.envelope.event_id for each in taken]
        inbox = self.context.collection("inbox")
        of_funds = _of_funds(*(each.envelope.fund_id for each in taken))
        known = {
            row["_id"]
            for part in parts(ids, of=inbox)
            for row in inbox.find({"_id": {"$in": part}, **of_funds}, {"_id": 1})
        }
        new: list[Taken] = []
        old: list[Taken] = []
        for each in taken:
            (old if each.envelope.event_id in known else new).append(each)
            known.add(each.envelope.event_id)
        self._count(old, "known")
        return new

    def _take_alone(self, taken: Taken) -> None:
        """One event in a transaction of its own, retried as often as its failure allows."""
        if self._follows(taken):
            return
        for tries in itertools.count(1):
            failed = self.attempt(taken)
            if failed is None:
                return
            if tries > len(failed.waits_s):
                self._park(taken.letter, why=failed.why, tries=tries)
                return
            if self.stop.wait(failed.waits_s[tries - 1]):
                raise Stopping

    def _follows(self, taken: Taken) -> bool:
        """Put an event that was not handled yet behind the open dead letters of its key; whether that was done."""
        database, letter = self.context.database, taken.letter
        if not dead_letters.blocked_keys(database, [letter.key]):
            return False
        its = {"_id": letter.event_id, **_of_funds(taken.envelope.fund_id)}
        if database["inbox"].find_one(its, {"_id": 1}) is not None:
            self._count([taken], "known")
            return True
        if not dead_letters.follow(self.context, letter):
            return False
        log.info("event-parked", event_id=letter.event_id, topic=letter.topic, why=FOLLOWS)
        self.room.stop_at_limit()
        return True

    def attempt(self, taken: Taken, closing: Closing = lambda transaction: None) -> Failed | None:
        """Handle one event, once; the failure, if there was one. `Unavailable` is not the event's failure and is
        raised."""
        try:
            self.act_alone(taken, closing=closing)
        except AlreadyTaken:
            self._count([taken], "known")
            self.context.transact(closing)
        except (Unavailable, AlreadyClosed):
            raise
        except (Invalid, Forbidden) as failure:
            return Failed(failure.code, ())
        except (Missing, Conflict) as failure:
            return Failed(failure.code, EARLY_WAITS_S)
        except Stale as failure:
            return Failed(failure.code, TAKEN_WAITS_S)
        except Exception as failure:
            return Failed(_name(failure), FAULT_WAITS_S)
        return None

    def act_alone(self, taken: Taken, *, closing: Closing = lambda transaction: None) -> None:
        """Handle one event and save; raises what its reactions raise, and `AlreadyTaken` if it was handled before."""

        def act(transaction: Transaction) -> None:
            closing(transaction)
            self._act(transaction, [taken])

        self.context.transact(act)
        self._count([taken], "taken")

    def _act(self, transaction: Transaction, taken: Sequence[Taken]) -> None:
        ids: list[Document] = [
            {"_id": each.envelope.event_id, "fund": each.envelope.fund_id, "at": transaction.at} for each in taken
        ]
        try:
            self.context.collection("inbox").insert_many(ids, session=transaction.session)
        except BulkWriteError as refused:
            if is_duplicate(refused):
                raise AlreadyTaken from refused
            raise
        for each in taken:
            self._react(transaction, each)

    def _react(self, transaction: Transaction, taken: Taken) -> None:
        opened = taken.envelope
        event = envelope.event(opened, taken.letter.body)
        with continued(f"{opened.type_name} react", opened.traceparent, kind=trace.SpanKind.CONSUMER):
            uow = transaction.unit_of_work(opened.fund_id, by=system(self.service), cause=f"event:{opened.event_id}")
            for reaction in self.reactions.of(opened.type_name, opened.version):
                reaction(uow, event)

    def _park(self, letter: DeadLetter, *, why: str, tries: int) -> None:
        dead_letters.park(self.context, letter, why=why, tries=tries)
        log.warning("event-parked", event_id=letter.event_id, topic=letter.topic, why=why)
        self.room.stop_at_limit()

    def _count(self, taken: Sequence[Taken], result: str) -> None:
        self.taken_at = self.context.clock()
        for type_name, count in Counter(each.envelope.type_name for each in taken).items():
            metrics.EVENTS_TAKEN.labels(type_name, result).inc(count)


def _of_funds(*fund_ids: str) -> Document:
    """Rows of these funds, and rows of an older release, which name no fund."""
    return {"fund": {"$in": [*sorted(set(fund_ids)), None]}}


def _name(failure: BaseException) -> str:
    return failure.code if isinstance(failure, Failure) else type(failure).__name__
