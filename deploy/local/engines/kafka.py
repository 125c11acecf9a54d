"""What is the same for every broker that speaks Kafka's protocol: the question whether it answers, and its topics."""

from collections.abc import Sequence
from contextlib import closing

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from deploy.local.programs import QUESTION_MAX_S

TOPICS_MAX_S = 15.0


def answers(bootstrap_servers: str) -> bool:
    """Whether a broker there tells the members of its cluster."""
    try:
        with closing(_admin(bootstrap_servers, within_s=QUESTION_MAX_S)) as admin:
            return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False


def create_topics(bootstrap_servers: str, *, names: Sequence[str], partitions: int) -> None:
    """Make the topics that are not there yet. Services neither create topics nor let a broker create them."""
    with closing(_admin(bootstrap_servers, within_s=TOPICS_MAX_S)) as admin:
        for name in sorted(set(names) - set(admin.list_topics())):
            try:
                admin.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])
            except TopicAlreadyExistsError:
                continue  # somebody was faster


def _admin(bootstrap_servers: str, *, within_s: float) -> KafkaAdminClient:
    milliseconds = int(within_s * 1000)
    return KafkaAdminClient(
        bootstrap_servers=bootstrap_servers, request_timeout_ms=milliseconds, bootstrap_timeout_ms=milliseconds
    )
