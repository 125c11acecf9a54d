"""The topics: one per owner of events, created before anything is published or consumed."""

from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.bus.security import UNENCRYPTED, BrokerSecurity
from shared.kernel.errors import Unavailable

REPLICAS_SAFE = 3
IN_SYNC_MIN = 2
"""Of three brokers two have an event before it counts as sent: any one may be lost, and the others go on."""
TIME_OF_BROKER = "LogAppendTime"
"""Kafka refuses a record whose sender's clock is an hour ahead of its own. A header says when an event was
published."""

RECONNECT_MAX_MS = 1_000
"""How long a client waits at most before it reconnects to a broker that was lost: kafka-python would wait 30 s."""


def group_of(service: str) -> str:
    """The consumer group of a service's workers."""
    return f"himaya.{service}"


class BrokerUnavailable(Unavailable):
    """The broker does not answer."""

    code = "platform.broker-unavailable"


def ensure(
    servers: str, topics: tuple[str, ...], *, partitions: int, replicas: int, security: BrokerSecurity = UNENCRYPTED
) -> None:
    """Create the topics that do not exist yet."""
    configs = {"message.timestamp.type": TIME_OF_BROKER}
    if replicas >= REPLICAS_SAFE:
        configs["min.insync.replicas"] = str(IN_SYNC_MIN)
    made: dict[str, Any] = {"num_partitions": partitions, "replication_factor": replicas, "configs": configs}
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=servers, request_timeout_ms=10_000, bootstrap_timeout_ms=5_000, **security.options()
        )
    except KafkaError as gone:
        raise BrokerUnavailable from gone
    try:
        present = set(admin.list_topics())
        for topic in set(topics) - present:
            try:
                admin.create_topics({topic: made}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue
    except KafkaError as gone:
        raise BrokerUnavailable from gone
    finally:
        admin.close()
