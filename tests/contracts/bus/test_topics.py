"""Topics are made once, by whoever comes first, and by nobody in passing."""

import os
import threading
import time
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from shared.bus import consumer, topics
from shared.bus.topics import BrokerUnavailable
from tests.contracts.bus.conftest import needs_apache
from tests.contracts.bus.ground import PARTITIONS, Ground
from tests.contracts.bus.tallies import TOPIC, Publisher, tallies
from tests.kit.waiting import until

needs_three = pytest.mark.skipif(os.environ.get("KAFKA_BROKERS") != "3", reason="one broker keeps one of each event")


def names(ground: Ground) -> set[str]:
    with closing(KafkaAdminClient(bootstrap_servers=ground.servers)) as admin:
        return {name for name in admin.list_topics() if not name.startswith("__")}


def test_services_that_start_together_make_each_topic_once(empty: Ground) -> None:
    def make() -> None:
        topics.ensure(empty.servers, (TOPIC, "payments"), partitions=PARTITIONS, replicas=empty.replicas)

    starting = [threading.Thread(target=make) for _ in range(5)]
    for service in starting:
        service.start()
    for service in starting:
        service.join()
    assert names(empty) == {TOPIC, "payments"}
    with closing(KafkaAdminClient(bootstrap_servers=empty.servers)) as admin:
        (found,) = admin.describe_topics([TOPIC])
    assert len(found["partitions"]) == PARTITIONS
    assert {len(partition["replica_nodes"]) for partition in found["partitions"]} == {empty.replicas}


def test_a_topic_that_is_there_keeps_its_events(ground: Ground) -> None:
    Publisher(ground.context, ["a"]).publish(rounds=3)
    ground.publish_waiting()
    ground.ensure_topic()
    assert len(ground.records()) == 3


@needs_three
def test_an_event_counts_as_sent_once_two_of_three_brokers_have_it(ground: Ground) -> None:
    asked = ConfigResource(ConfigResourceType.TOPIC, TOPIC, ["min.insync.replicas"])
    with closing(KafkaAdminClient(bootstrap_servers=ground.servers)) as admin:
        found = admin.describe_configs([asked])["topic"][TOPIC]
    assert found["min.insync.replicas"]["value"] == "2"


@needs_apache
def test_a_sender_s_clock_that_is_ahead_holds_nothing_up(ground: Ground) -> None:
    """Kafka refuses what is an hour from its own time, unless the topic has the broker's time written."""
    ahead_ms = int((time.time() + 2 * 3600) * 1000)
    with closing(KafkaProducer(bootstrap_servers=ground.servers, acks="all")) as producer:
        sent = producer.send(TOPIC, value=b"{}", timestamp_ms=ahead_ms)
        assert sent.get(timeout=20).timestamp < ahead_ms


@needs_apache
@pytest.mark.parametrize("poll_ms", [consumer.POLL_MS, 2], ids=["as it is", "shorter than any join"])
def test_a_consumer_makes_no_topic_and_goes_on_once_it_is_made(
    empty: Ground, poll_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "POLL_MS", poll_ms)
    with empty.listening():
        threading.Event().wait(2)
        assert names(empty) == set()
        empty.ensure_topic()
        Publisher(empty.context, ["a"]).publish()
        empty.publish_waiting()
        until(lambda: tallies(empty.context) == {"a": 1})


@needs_apache
def test_a_relay_makes_no_topic_and_keeps_what_it_could_not_send(empty: Ground) -> None:
    publisher = Publisher(empty.context, ["a"])
    publisher.publish()
    with pytest.raises(BrokerUnavailable):
        empty.publish_waiting()
    assert names(empty) == set()
    assert empty.context.database["outbox"].count_documents({"is_sent": False}) == 1
    empty.ensure_topic()
    empty.publish_waiting()
    assert len(empty.records()) == 1
