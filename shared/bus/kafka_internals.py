"""All that we use of kafka-python beyond what it promises: five things, each with the reason why nothing public does.

Nothing else in the repository reaches into its clients, and a new version that changes one of these fails
`tests/shared/bus/test_kafka_internals.py`, which says what to look at before the pin is raised.
"""

from contextlib import suppress

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

VERIFIED_VERSION = "3.0.12"
"""The version whose source these were last compared with."""


def request_rejoin(consumer: KafkaConsumer) -> None:
    """Have a member join its group at its next poll. By itself kafka-python 3.0.12 forgets a join that new topics asked
    for, where a poll ends before the join does: the member would wait, without a heartbeat, for ever. Java's clients
    have `enforceRebalance` for this, kafka-python has nothing."""
    consumer._coordinator.request_rejoin()


def must_rejoin(consumer: KafkaConsumer) -> bool:
    """Whether a member has learned that its group is being divided anew. Tests wait for it; nothing public says it."""
    return bool(consumer._coordinator.rejoin_needed)


def close_without_leaving(consumer: KafkaConsumer) -> None:
    """Close a consumer as a kill would: its group learns it from the end of the session. `close` of kafka-python tells
    the group, and has no option not to (Java's has since KIP-1092); a member without a generation has nothing to tell.

    Where a leader takes its leave while others join, Tansu waits for its plan for ever and lets nobody in any more.
    """
    consumer._coordinator.reset_generation()
    consumer.close(autocommit=False)


def close_without_sending(producer: KafkaProducer, *, wait_s: float) -> None:
    """Close a producer with whatever it still had to send. Its own `close` waits for the broker first (`flush`),
    and where that is in vain it raises before it closes anything: the producer would go on, behind the back of whoever
    begins anew."""
    producer._sender.force_close()
    producer._sender.join(wait_s)
    with suppress(KafkaError):
        producer.close(timeout=wait_s)


def is_sending(producer: KafkaProducer) -> bool:
    """Whether its thread is still there. Tests ask."""
    return bool(producer._sender.is_alive())
