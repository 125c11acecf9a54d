"""The inbox: takes events from the broker, runs the service's reactions, and saves that it did, effectively once.

A polled batch shares one transaction with the ids of its events; the offset is committed after it. Where one of the
batch fails, the batch is done again one by one and only the bad one is parked, with the later events of its key.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from kafka import KafkaConsumer
from kafka.errors import CommitFailedError, KafkaError
from opentelemetry import trace
from pymongo.errors import BulkWriteError

from shared.bus import deadletters, envelope
from shared.bus.deadletters import Letter, TooManyDeadLetters
from shared.bus.envelope import Envelope, EnvelopeBroken
from shared.bus.reactions import Reactions
from shared.bus.topics import BrokerUnavailable
from shared.bus.watchdog import SILENCE_MAX_S, Membership, Watchdog
from shared.kernel.actors import system
from shared.kernel.errors import Conflict, Failure, Forbidden, Invalid, Missing, Stale, Unavailable
from shared.storage.platform import Platform, Transaction
from shared.telemetry import metrics
from shared.telemetry.carrying import continued
from shared.telemetry.steps import passing

BATCH_EVENTS_MAX = 100
BATCH_BYTES_MAX = 64_000
"""A transaction takes a hundred small events, or one page of hundreds of lines: a long one holds up what follows."""
POLLED_EVENTS_MAX = 500
"""Taken from the broker at once, and committed there once: a commit waits some 7 ms for the broker's own batch."""
POLL_MS = 250
TOPICS_AGE_MAX_MS = 10_000
"""How long a consumer may not know of a topic that was made after it asked a broker that did not know it yet."""
EARLY_WAITS_S: tuple[float, ...] = (0.1, 0.4, 1.5, 3.0)
"""An event may come before the one that it builds on, from another topic: wait a little before giving it up."""
TAKEN_WAITS_S: tuple[float, ...] = (*EARLY_WAITS_S, 5.0, 10.0, 15.0, 15.0, 15.0)
"""Others hold what the event needs. One who was killed inside a transaction holds it until the database gives the
transaction up, a minute later (MongoDB's transactionLifetimeLimitSeconds): wait longer than that."""
FAULT_WAITS_S: tuple[float, ...] = (0.1, 0.5, 2.0)

log = structlog.get_logger()


class AlreadyTaken(Exception):
    """An event of the batch was taken in before."""


@dataclass(frozen=True)
class Taken:
    """An event with its envelope, and the record that it came in."""

    letter: Letter
    envelope: Envelope


class Inbox:
    """The inbox of one service. One consumer, in one thread.

    A `worker` with a name of its own gets its partitions back at once when it is started again after a kill; two of one
    name would take them from each other without end. Without a name a successor waits until the session has run out.
    """

    def __init__(
        self,
        platform: Platform,
        servers: str,
        *,
        service: str,
        reactions: Reactions,
        session_timeout_ms: int = 6_000,
        worker: str = "",
    ) -> None:
        self.platform = platform
        self.servers = servers
        self.service = service
        self.reactions = reactions
        self.session_timeout_ms = session_timeout_ms
        self.worker = worker
        self.silence_max_s = SILENCE_MAX_S
        self.has_joined = threading.Event()

    def consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self.servers,
            group_id=f"himaya.{self.service}",
            group_instance_id=self.worker or None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metadata_max_age_ms=TOPICS_AGE_MAX_MS,
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.session_timeout_ms // 3,
            max_poll_records=POLLED_EVENTS_MAX,
        )

    def run(self, stop: threading.Event) -> None:
        """Take events until told to stop. Leaves by exception where the broker or database is gone: uncommitted."""
        consumer, membership = self.consumer(), Membership(self.has_joined)
        watchdog = Watchdog(consumer, membership, silence_max_s=self.silence_max_s)
        try:
            consumer.subscribe(self.reactions.topics(), listener=membership)
            while not stop.is_set():
                polled = consumer.poll(timeout_ms=POLL_MS)
                letters = [_letter(record) for records in polled.values() for record in records]
                for batch in batches(letters):
                    self.take(batch)
                if letters:
                    self._commit(consumer)
                if watchdog.has_enough(polled):
                    raise BrokerUnavailable
        except KafkaError as gone:
            raise BrokerUnavailable from gone
        finally:
            consumer.close(autocommit=False)

    def take(self, letters: Sequence[Letter]) -> None:
        """Act on records in order. Afterwards each is taken, known from before, of no interest here, or parked."""
        passing("inbox.polled")
        taken: list[Taken] = []
        for letter in letters:
            try:
                opened = envelope.opened(letter.headers)
            except EnvelopeBroken as broken:
                self._park(letter, why=broken.code)
                continue
            if self.reactions.of(opened.type_name, opened.version) or self._is_ours(opened):
                taken.append(Taken(letter, opened))
        if not taken:
            return
        blocked = deadletters.blocked_keys(self.platform.database, (each.envelope.key for each in taken))
        if not blocked and self._take_together(taken):
            return
        for each in taken:
            self._take_alone(each)

    def _is_ours(self, opened: Envelope) -> bool:
        """A version that nobody here knows of a type that somebody here reacts to: not to be passed over in silence."""
        return any(opened.type_name == type_name for type_name, _ in self.reactions.types())

    def _take_together(self, taken: Sequence[Taken]) -> bool:
        try:
            self.platform.transact(lambda transaction: self._act(transaction, taken))
        except Unavailable:
            raise
        except Exception as failure:  # whatever it is, one by one will find whose it is and say so
            log.info("batch-done-singly", events=len(taken), why=_name(failure))
            return False
        self._count(taken, "taken")
        return True

    def _take_alone(self, taken: Taken) -> None:
        """One event in a transaction of its own, with the patience that its failure deserves."""
        database, event_id = self.platform.database, taken.envelope.event_id
        if deadletters.is_parked(database, event_id):
            return
        if deadletters.blocked_keys(database, [taken.envelope.key]):
            self._park(taken.letter, why="follows")
            return
        waits: tuple[float, ...]
        for tries in itertools.count():
            try:
                self.act_alone(taken)
                return
            except AlreadyTaken:
                self._count([taken], "known")
                return
            except Unavailable:
                raise
            except (Invalid, Forbidden) as failure:
                waits, why = (), failure.code
            except (Missing, Conflict) as failure:
                waits, why = EARLY_WAITS_S, failure.code
            except Stale as failure:
                waits, why = TAKEN_WAITS_S, failure.code
            except Exception as failure:
                waits, why = FAULT_WAITS_S, _name(failure)
            if tries == len(waits):
                self._park(taken.letter, why=why)
                return
            time.sleep(waits[tries])

    def act_alone(self, taken: Taken) -> None:
        """Act on one event and save; raises what its reactions raise, `AlreadyTaken` where that was done before."""
        self.platform.transact(lambda transaction: self._act(transaction, [taken]))
        self._count([taken], "taken")

    def _act(self, transaction: Transaction, taken: Sequence[Taken]) -> None:
        ids = [{"_id": each.envelope.event_id, "at": transaction.at} for each in taken]
        try:
            self.platform.collection("inbox").insert_many(ids, session=transaction.session)
        except BulkWriteError as refused:
            if any(error.get("code") == 11000 for error in refused.details["writeErrors"]):
                raise AlreadyTaken from refused
            raise
        for each in taken:
            self._react(transaction, each)

    def _react(self, transaction: Transaction, taken: Taken) -> None:
        opened = taken.envelope
        event = envelope.event(opened, taken.letter.body)
        with continued(f"{opened.type_name} react", opened.traceparent, kind=trace.SpanKind.CONSUMER):
            work = transaction.work(opened.fund_id, by=system(self.service), cause=f"event:{opened.event_id}")
            for reaction in self.reactions.of(opened.type_name, opened.version):
                reaction(work, event)

    def _park(self, letter: Letter, *, why: str) -> None:
        open_now = deadletters.park(self.platform.database, letter, why=why, at=self.platform.clock())
        metrics.DEAD_LETTERS_OPEN.set(open_now)
        log.warning("event-parked", event_id=letter.event_id, topic=letter.topic, why=why)
        if open_now > deadletters.OPEN_MAX:
            raise TooManyDeadLetters(f"{self.service} has more than {deadletters.OPEN_MAX} open dead letters")

    def _count(self, taken: Sequence[Taken], result: str) -> None:
        for type_name, count in Counter(each.envelope.type_name for each in taken).items():
            metrics.EVENTS_TAKEN.labels(type_name, result).inc(count)

    def _commit(self, consumer: KafkaConsumer) -> None:
        passing("inbox.taken")
        try:
            consumer.commit()
        except CommitFailedError:
            log.info("offset-refused")  # another member has the partition now; the ids make its second look harmless


def batches(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """The same records in order, in as few parts as a transaction's size allows."""
    batch: list[Letter] = []
    size = 0
    for letter in letters:
        length = len(letter.body or b"")
        if batch and (len(batch) == BATCH_EVENTS_MAX or size + length > BATCH_BYTES_MAX):
            yield batch
            batch, size = [], 0
        batch.append(letter)
        size += length
    if batch:
        yield batch


def replay(inbox: Inbox, *, key: str, by: str) -> tuple[int, str | None]:
    """Try the open letters of a key again, in order; how many went through, and the failure that stopped it."""
    done = 0
    for letter in deadletters.waiting(inbox.platform.database, key=key):
        try:
            inbox.act_alone(Taken(letter, envelope.opened(letter.headers)))
        except AlreadyTaken:
            pass
        except Failure as failure:
            return done, failure.code
        deadletters.resolve(inbox.platform.database, letter.event_id, how="replayed", by=by, at=inbox.platform.clock())
        done += 1
    return done, None


def _letter(record: Any) -> Letter:
    found = dict(reversed(record.headers or []))
    name = found.get("ce_id") or f"{record.topic}/{record.partition}/{record.offset}".encode()
    return Letter(
        event_id=name.decode("utf-8", "replace"),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        headers=list(record.headers or []),
        body=record.value,
    )


def _name(failure: BaseException) -> str:
    return failure.code if isinstance(failure, Failure) else type(failure).__name__
