"""All private attributes of kafka-python that we use: five, each with the reason why no public one will do. Nothing
else in the repository uses any, and a new version that changes one fails `tests/shared/bus/test_kafka_internals.py`,
which lists what to check before the pin is raised.
"""

from contextlib import suppress

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

VERIFIED_VERSION = "3.0.12"
"""The version with whose source these were last compared."""


def request_rejoin(consumer: KafkaConsumer) -> None:
    """Have a member rejoin its group at its next poll. By itself kafka-python 3.0.12 loses a rejoin for new topics, if
    the poll ends before it does: the member would wait, without a heartbeat, for ever. Java's clients have
    `enforceRebalance` for this, kafka-python has nothing."""
    consumer._coordinator.request_rejoin()


def must_rejoin(consumer: KafkaConsumer) -> bool:
    """Whether a member has noticed a rebalance of its group. Tests wait for it; no public attribute has it."""
    return bool(consumer._coordinator.rejoin_needed)


def close_without_leaving(consumer: KafkaConsumer) -> None:
    """Close a consumer as a crash would: its group notices when the session expires. `close` of kafka-python leaves the
    group, and has no option not to (Java's has since KIP-1092); a member without a generation does not send it.

    When a leader leaves during a rebalance, Tansu waits for its assignment for ever and admits no member any more.
    """
    consumer._coordinator.reset_generation()
    consumer.close(autocommit=False)


def close_without_sending(producer: KafkaProducer, *, wait_s: float) -> None:
    """Close a producer with whatever it still had to send. Its own `close` waits for the broker first (`flush`), and if
    that fails it raises before it closes anything: the producer would go on sending beside its successor."""
    producer._sender.force_close()
    producer._sender.join(wait_s)
    with suppress(KafkaError):
        producer.close(timeout=wait_s)


def is_sending(producer: KafkaProducer) -> bool:
    """Whether its thread is still there. Tests ask."""
    return bool(producer._sender.is_alive())
