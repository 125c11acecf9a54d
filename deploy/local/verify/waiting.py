"""I12: nothing waits: every event is sent, every consumer has read to the end, no dead letter is open, no job has
failed."""

import time
from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen
from shared.jobs import queue
from shared.jobs.job import JobStatus

BROKER_WAIT_MS = 10_000
BROKER_FOUND_MS = 2_000
"""How long a broker that does not listen is looked for. Who needs more patience asks again."""
TRIES, BETWEEN_S = 5, 1.0
"""A broker that has just started looks for the groups' offsets first."""


def ask(seen: Seen, look: Look) -> None:
    for name, database in seen.databases.items():
        look.at("outboxes")
        for row in database["outbox"].find({"is_sent": False}, {"at": 1}):
            look.offends(f"{name} has not sent {row['_id']}, published {seen.at - row['at']} ago")
        look.at("dead letters", database["deadletters"].estimated_document_count())
        for row in database["deadletters"].find({"is_open": True}, {"why": 1, "key": 1}):
            look.offends(f"{name} parked {row['_id']} of {row['key']}: {row['why']}")
        look.at("jobs", database[queue.NAME].estimated_document_count())
        for row in database[queue.NAME].find({"status": JobStatus.FAILED.value}, {"last_error": 1}):
            look.offends(f"{name} failed {row['_id']}: {row['last_error']}")
    for name in seen.databases if seen.broker else ():
        _of_group(seen, look, name)


def _of_group(seen: Seen, look: Look, name: str) -> None:
    topics = seen.services[name].all_reactions().topics()
    try:
        behind = lag(seen.broker, group=f"himaya.{name}", topics=topics, seen_ends=seen.records.ends)
    except KafkaError as silent:
        look.offends(f"the broker does not say how far {name} has read ({type(silent).__name__})")
        return
    look.at("partitions read", len(behind))
    for partition, records in behind.items():
        if records:
            look.offends(f"{name} is {records} records behind on {partition.topic}/{partition.partition}")


def lag(
    servers: str, *, group: str, topics: tuple[str, ...], seen_ends: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    """By partition, how many records a group has not committed; KafkaError where the broker does not say.

    `seen_ends` are the ends that a reader saw: Tansu names the first record of its last batch as the last.
    """
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, bootstrap_timeout_ms=BROKER_FOUND_MS)
    try:
        partitions = [
            TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()
        ]
        if not partitions:
            return {}
        committed = _committed(servers, group, partitions)
        ends, begins = consumer.end_offsets(partitions), consumer.beginning_offsets(partitions)
        return {
            partition: max(
                0, max(end, seen_ends.get(partition, 0)) - max(committed.get(partition, 0), begins[partition])
            )
            for partition, end in ends.items()
        }
    finally:
        consumer.close()


def _committed(servers: str, group: str, partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
    admin = KafkaAdminClient(
        bootstrap_servers=servers, request_timeout_ms=BROKER_WAIT_MS, bootstrap_timeout_ms=BROKER_FOUND_MS
    )
    try:
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                offsets = admin.list_group_offsets({group: partitions})[group]
                break
            except KafkaError as not_yet:
                if last or not not_yet.retriable:
                    raise
                time.sleep(BETWEEN_S)
    finally:
        admin.close()
    return {partition: offset.offset for partition, offset in offsets.items()}
