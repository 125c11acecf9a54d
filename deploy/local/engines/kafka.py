"""What is the same for every broker that speaks Kafka's protocol: the question whether it answers."""

from contextlib import closing

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.programs import QUESTION_MAX_S

QUESTION_MAX_MS = int(QUESTION_MAX_S * 1000)


def answers(bootstrap_servers: str) -> bool:
    """Whether a broker there names the members of its cluster."""
    try:
        with closing(
            KafkaAdminClient(
                bootstrap_servers=bootstrap_servers,
                request_timeout_ms=QUESTION_MAX_MS,
                bootstrap_timeout_ms=QUESTION_MAX_MS,
            )
        ) as admin:
            return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
