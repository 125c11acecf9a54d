"""How far a group is behind: all of a topic before its first commit, what came since after it, nothing at the end."""

from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.local.programs import HOST, free_port
from shared.bus import topics
from shared.bus.lag import Lag
from shared.bus.topics import BrokerUnavailable


def send(broker: str, topic: str, count: int) -> None:
    producer = KafkaProducer(bootstrap_servers=broker)
    for number in range(count):
        producer.send(topic, value=b"x", partition=number % 2).get(10)
    producer.close()


def commit_all(broker: str, topic: str, group: str) -> None:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=broker,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6_000,
    )
    ends = {TopicPartition(topic, number): 2 for number in range(2)}
    for _ in range(60):
        consumer.poll(timeout_ms=500)
        assigned = consumer.assignment()
        if assigned and all(consumer.position(each) == ends[each] for each in assigned):
            break
    consumer.commit()
    consumer.close()


def test_it_counts_what_the_group_has_not_taken_in(broker: str) -> None:
    topic, group = f"lag-{uuid4().hex}", f"group-{uuid4().hex}"
    topics.ensure(broker, (topic,), partitions=2, replicas=1)
    send(broker, topic, 4)
    lag = Lag(broker, group=group, topics=[topic])
    assert lag.measure() == {(topic, 0): 2, (topic, 1): 2}
    commit_all(broker, topic, group)
    assert lag.measure() == {(topic, 0): 0, (topic, 1): 0}
    send(broker, topic, 1)
    assert lag.measure() == {(topic, 0): 1, (topic, 1): 0}
    lag.close()


def test_a_broker_that_is_gone_is_said_to_be_gone() -> None:
    with pytest.raises(BrokerUnavailable):
        Lag(f"{HOST}:{free_port()}", group="g", topics=["t"]).measure()
