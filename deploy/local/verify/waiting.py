"""I12: nothing waits: every event is sent, every consumer has read to the end, no dead letter is open."""

from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen

BROKER_WAIT_MS = 10_000


def ask(seen: Seen, look: Look) -> None:
    for name, database in seen.databases.items():
        look.at("outboxes")
        for row in database["outbox"].find({"is_sent": False}, {"at": 1}):
            look.offends(f"{name} has not sent {row['_id']}, told {seen.at - row['at']} ago")
        look.at("dead letters", database["deadletters"].estimated_document_count())
        for row in database["deadletters"].find({"is_open": True}, {"why": 1, "key": 1}):
            look.offends(f"{name} parked {row['_id']} of {row['key']}: {row['why']}")
    if seen.broker:
        for name in seen.databases:
            topics = seen.services[name].hears().topics()
            behind = lag(seen.broker, group=f"himaya.{name}", topics=topics, seen_ends=seen.records.ends)
            look.at("partitions read", len(behind))
            for partition, records in behind.items():
                if records:
                    look.offends(f"{name} is {records} records behind on {partition.topic}/{partition.partition}")


def lag(
    servers: str, *, group: str, topics: tuple[str, ...], seen_ends: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    """By partition, how many records a group has not committed. Empty where the broker does not tell of groups.

    `seen_ends` are the ends that a reader saw: Tansu names the first record of its last batch as the last.
    """
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    try:
        partitions = [
            TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()
        ]
        if not partitions:
            return {}
        committed = _committed(servers, group, partitions)
        if committed is None:
            return {}
        ends, begins = consumer.end_offsets(partitions), consumer.beginning_offsets(partitions)
        return {
            partition: max(
                0, max(end, seen_ends.get(partition, 0)) - max(committed.get(partition, 0), begins[partition])
            )
            for partition, end in ends.items()
        }
    finally:
        consumer.close()


def _committed(servers: str, group: str, partitions: list[TopicPartition]) -> Mapping[TopicPartition, int] | None:
    admin = KafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=BROKER_WAIT_MS)
    try:
        offsets = admin.list_group_offsets({group: partitions})[group]
    except KafkaError:
        return None
    finally:
        admin.close()
    return {partition: offset.offset for partition, offset in offsets.items()}
