"""The consumer: passes the records of a service's topics to its inbox, and commits their offset once they are
handled."""

import threading

import structlog
from kafka import KafkaConsumer
from kafka.errors import CommitFailedError, KafkaError

from shared.bus.inbox import Inbox, Stopping
from shared.bus.records import batches, received_record
from shared.bus.security import UNENCRYPTED, BrokerSecurity
from shared.bus.topics import RECONNECT_MAX_MS, BrokerUnavailable, group_of
from shared.bus.watchdog import STALL_MAX_S, Membership, Watchdog
from shared.telemetry.failpoints import failpoint

POLLED_EVENTS_MAX = 500
"""Taken from the broker at once, and committed there once: a commit waits some 7 ms for the broker's own batch."""
POLL_MS = 250
TOPICS_AGE_MAX_MS = 10_000
"""How long a consumer may not know of a topic that was made after it asked a broker that did not know it yet."""

log = structlog.get_logger()


class EventConsumer:
    """One member of a service's consumer group, in one thread.

    A `worker` with a name of its own gets its partitions back at once when it is started again after a kill; two of one
    name would take them from each other for ever. Without a name a successor waits until the session has expired.
    """

    def __init__(
        self,
        inbox: Inbox,
        servers: str,
        *,
        session_timeout_ms: int = 6_000,
        worker: str = "",
        security: BrokerSecurity = UNENCRYPTED,
    ) -> None:
        self.inbox = inbox
        self.servers = servers
        self.session_timeout_ms = session_timeout_ms
        self.worker = worker
        self.security = security
        self.stall_max_s = STALL_MAX_S
        self.has_joined = threading.Event()

    def consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self.servers,
            group_id=group_of(self.inbox.service),
            group_instance_id=self.worker or None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metadata_max_age_ms=TOPICS_AGE_MAX_MS,
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.session_timeout_ms // 3,
            reconnect_backoff_max_ms=RECONNECT_MAX_MS,
            max_poll_records=POLLED_EVENTS_MAX,
            **self.security.options(),
        )

    def run(self, stop: threading.Event) -> None:
        """Consume until it is stopped. Raises if the broker or database is unavailable; the batch stays uncommitted."""
        self.inbox.stop = stop
        self.inbox.dead_letter_limit.wait(stop)
        consumer = self.consumer()
        membership = Membership(consumer, self.has_joined)
        watchdog = Watchdog(consumer, membership, stall_max_s=self.stall_max_s)
        try:
            consumer.subscribe(self.inbox.reactions.topics(), listener=membership)
            while not stop.is_set():
                polled = consumer.poll(timeout_ms=POLL_MS)
                received = [received_record(record) for records in polled.values() for record in records]
                for batch in batches(received):
                    self.inbox.handle(batch)
                if received:
                    _commit(consumer)
                if watchdog.must_reconnect(polled):
                    raise BrokerUnavailable
        except Stopping:
            log.info("batch-left-uncommitted")
        except KafkaError as gone:
            raise BrokerUnavailable from gone
        finally:
            membership.leave()


def _commit(consumer: KafkaConsumer) -> None:
    failpoint("inbox.taken")
    try:
        consumer.commit()
    except CommitFailedError:
        log.info("offset-refused")  # another member has the partition now; events are recognised by their ids
