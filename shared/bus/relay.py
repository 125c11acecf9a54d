"""The relay: publishes the events of the outbox to the broker, in order per key, at least once.

One relay of a service works at a time (a lease); should two overlap, consumers see an event twice and act once. Sent
documents are kept: `republish` marks them as not sent, which refills a broker that lost everything.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.bus import envelope
from shared.bus.kafka_internals import close_without_sending
from shared.bus.security import UNENCRYPTED, BrokerSecurity
from shared.bus.topics import RECONNECT_MAX_MS, BrokerUnavailable
from shared.kernel.batches import in_batches
from shared.kernel.ids import first_id_at
from shared.storage.connection import DatabaseUnavailable, Document, begin
from shared.storage.engine import chunks
from shared.storage.service_context import ServiceContext, Transaction
from shared.telemetry import metrics
from shared.telemetry.failpoints import failpoint

DOCUMENTS_MAX = 300
SLICE_BYTES_MAX = 8_000_000
"""Sent and marked together: the number of documents that is marked fastest, or as many as their bytes allow."""
MARKED_AT_ONCE_MAX = 1_000
"""Made unsent in one transaction by `republish`."""
PUBLISHED_MAX = 5_000
"""Published from one query, before the next query."""
LEASE = timedelta(seconds=8)
SEND_WAIT_S = 30.0
CLOSE_WAIT_S = 5.0
IDLE_S = 0.1
REST_S = 10.0
"""Between two queries while the outbox is empty; the longer one if new rows end the wait."""


def producer(servers: str, *, security: BrokerSecurity = UNENCRYPTED) -> KafkaProducer:
    """A producer that neither loses nor reorders while it lives. Made in the process that uses it, after any fork."""
    return KafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_block_ms=10_000,
        delivery_timeout_ms=20_000,
        request_timeout_ms=10_000,
        max_request_size=8_000_000,
        reconnect_backoff_max_ms=RECONNECT_MAX_MS,
        **security.options(),
    )


def abandon(producer: KafkaProducer) -> None:
    """Close a producer without waiting for what it has not sent: it is still in the outbox, and the next producer sends
    it."""
    close_without_sending(producer, wait_s=CLOSE_WAIT_S)


class Relay:
    """The relay of one service's outbox."""

    def __init__(
        self, context: ServiceContext, servers: str, *, name: str, security: BrokerSecurity = UNENCRYPTED
    ) -> None:
        self.context = context
        self.servers = servers
        self.name = name
        self.security = security
        self.holder = context.new_id()
        self._producer: KafkaProducer | None = None
        self._sure_until = datetime.min.replace(tzinfo=UTC)
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Publish until it is stopped. Raises if the broker or database is unavailable."""
        self._stop, wakeup = stop, self.context.wakeups.on("outbox")
        try:
            while not stop.is_set():
                if self._may_publish() and self.publish_waiting():
                    self.context.wakeups.note_activity()
                else:
                    wakeup.wait(IDLE_S, watched_s=REST_S)
        finally:
            made, self._producer = self._producer, None
            if made is not None:
                abandon(made)
        self._release()

    def _may_publish(self) -> bool:
        """Whether it has the lease, which it takes only when something waits: an idle relay needs none."""
        if self.context.clock() < self._sure_until:
            return True
        is_any = self.context.collection("outbox").find_one({"is_sent": False}, {"_id": 1}) is not None
        return is_any and self.holds_lease()

    def _release(self) -> None:
        """Let another relay start at once, instead of when the lease expires."""
        self.context.collection("leases").delete_one({"_id": self.name, "holder": self.holder})
        self._sure_until = datetime.min.replace(tzinfo=UTC)

    def publish_waiting(self) -> int:
        """Send what waits, oldest first, and mark it sent, slice by slice; how many documents that were.

        One query serves all slices: on the embedded engine a query costs what it matches, not what it returns.
        """
        waiting = self.context.collection("outbox").find({"is_sent": False}, batch_size=DOCUMENTS_MAX).sort("_id", 1)
        carried = 0
        with waiting:
            for chunk in slices(waiting):
                self._publish(chunk)
                carried += len(chunk)
                if carried >= PUBLISHED_MAX or self._stop.is_set() or not self.holds_lease():
                    break
        return carried

    def _publish(self, documents: Sequence[Document]) -> None:
        failpoint("relay.read")
        self._send([event for document in documents for event in document["events"]])  # type: ignore[attr-defined]
        failpoint("relay.acknowledged")
        self._mark(documents)
        failpoint("relay.marked")

    def _mark(self, documents: Sequence[Document]) -> None:
        """In one transaction, so one journal write, and by parts of as many ids as the engine takes well.

        If another relay marks the same documents, or crashed while doing so, they are sent again after a wait.
        """
        sent: Document = {"$set": {"is_sent": True, "sent_at": self.context.clock()}}
        outbox = self.context.collection("outbox")
        try:
            with self.context.sessions.open() as session, begin(session):
                mark(outbox, documents, sent, session=session)
        except PyMongoError as error:
            if error.has_error_label("TransientTransactionError"):
                raise DatabaseUnavailable from error
            raise

    def _send(self, events: Sequence[Any]) -> None:
        try:
            self._producer = self._producer or producer(self.servers, security=self.security)
            promises = [
                self._producer.send(
                    stored["topic"],
                    value=bytes(stored["body"]),
                    key=stored["key"].encode(),
                    headers=envelope.headers(stored),
                )
                for stored in events
            ]
            for promise in promises:
                promise.get(timeout=SEND_WAIT_S)
        except KafkaError as gone:
            raise BrokerUnavailable from gone
        metrics.EVENTS_SENT.inc(len(events))

    def holds_lease(self) -> bool:
        """Take, renew or be refused the lease; the lease of a process that crashed expires by itself."""
        at = self.context.clock()
        if at < self._sure_until:
            return True
        mine: Document = {"holder": self.holder, "until": at + LEASE}
        leases = self.context.database["leases"]
        free = {"_id": self.name, "$or": [{"holder": self.holder}, {"until": {"$lt": at}}]}
        if leases.update_one(free, {"$set": mine}).matched_count == 0:
            try:
                leases.insert_one({"_id": self.name, **mine})
            except DuplicateKeyError:
                return False
        self._sure_until = at + LEASE / 2
        return True


def slices(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The same documents in order, in parts of a bounded number and size."""

    def size(document: Any) -> int:
        return sum(len(event["body"]) for event in document["events"])

    return in_batches(documents, size=size, count_max=DOCUMENTS_MAX, size_max=SLICE_BYTES_MAX)


def republish(
    context: ServiceContext,
    *,
    since: datetime | None = None,
    key: str | None = None,
    fund_id: str | None = None,
    errand_id: str = "",
) -> int:
    """Make what was published since an instant, of a key or by a fund unsent, so that the relay publishes it again.

    How many documents. They are read once, in the order of their ids, which is that of time, and marked in chunks of a
    transaction each, so that no single command takes long. A command that is stopped and run again skips what it has
    marked before: each document names the last command that marked it. Clocks, which differ, are not used.
    """
    query: Document = {"is_sent": True}
    if errand_id:
        query["errand"] = {"$ne": errand_id}
    if since is not None:
        query |= {"_id": {"$gte": first_id_at(since)}, "at": {"$gte": since}}
    if key is not None:
        query["events.key"] = key
    if fund_id is not None:
        query |= {
            "fund": {"$in": [fund_id, None]},
            "events.fund": fund_id,
        }  # an older release named the fund there only
    outbox, marked = context.collection("outbox"), 0
    found = outbox.find(query, {"fund": 1}, batch_size=MARKED_AT_ONCE_MAX).sort("_id", 1)
    with found:
        for chunk in in_batches(found, size=lambda _: 1, count_max=MARKED_AT_ONCE_MAX, size_max=MARKED_AT_ONCE_MAX):

            def unsend(transaction: Transaction, chunk: Sequence[Document] = chunk) -> int:
                change = {"is_sent": False, **({"errand": errand_id} if errand_id else {})}
                return mark(outbox, chunk, {"$set": change}, session=transaction.session)

            marked += context.transact(unsend)
    return marked


def mark(
    outbox: Collection[Document],
    documents: Sequence[Document],
    change: Document,
    *,
    session: ClientSession,
) -> int:
    """Apply one change to documents of the outbox, by fund; how many it changed."""
    by_fund: dict[object, list[str]] = {}
    for document in documents:  # the fund is missing in those that an older release wrote: as null it finds them
        by_fund.setdefault(document.get("fund"), []).append(str(document["_id"]))
    return sum(
        outbox.update_many({"_id": {"$in": chunk}, "fund": fund_id}, change, session=session).modified_count
        for fund_id, ids in by_fund.items()
        for chunk in chunks(ids, of=outbox)
    )
