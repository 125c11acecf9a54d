"""The topics: one per owner of events, made before anybody sends or reads."""

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.kernel.errors import Unavailable


class BrokerUnavailable(Unavailable):
    """The broker does not answer."""

    code = "platform.broker-unavailable"


def ensure(servers: str, topics: tuple[str, ...], *, partitions: int, replicas: int) -> None:
    """Make the topics that are not there yet."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=10_000, bootstrap_timeout_ms=5_000)
    except KafkaError as gone:
        raise BrokerUnavailable from gone
    try:
        present = set(admin.list_topics())
        for topic in set(topics) - present:
            try:
                admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=replicas)])
            except TopicAlreadyExistsError:
                continue
    except KafkaError as gone:
        raise BrokerUnavailable from gone
    finally:
        admin.close()
