"""A partition that is assigned and silent is noticed, one that is quiet or busy is left alone; a new one goes on."""

import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from shared.bus import topics
from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.bus.topics import BrokerUnavailable
from shared.bus.watchdog import POLLS_MIN, Membership, Stall, Watchdog, lagging, stalled
from shared.storage.service_context import ServiceContext
from shared.telemetry import metrics
from tests.contracts.bus.ground import end
from tests.contracts.bus.tallies import TOPIC, Publisher, reactions, tallies
from tests.engines.cluster import chosen
from tests.kit.waiting import until

A, B = TopicPartition("claims", 0), TopicPartition("claims", 1)
STALL_MAX_S = 30.0


def test_what_has_nothing_to_read_is_not_behind() -> None:
    assert lagging({}, {A: 5, B: 7}, {A: 5, B: 7}, at_s=0, polls=0) == {}


def test_what_moves_begins_anew_and_what_stands_keeps_its_beginning() -> None:
    before = {A: Stall(5, 10.0, 1), B: Stall(7, 10.0, 1)}
    found = lagging(before, {A: 6, B: 7}, {A: 9, B: 9}, at_s=20.0, polls=3)
    assert found == {A: Stall(6, 20.0, 3), B: Stall(7, 10.0, 1)}


@pytest.mark.parametrize(
    ("for_s", "polls", "is_silent"),
    [(31.0, POLLS_MIN, True), (29.0, POLLS_MIN, False), (300.0, POLLS_MIN - 1, False)],
)
def test_silent_is_who_was_asked_long_enough_and_often_enough(for_s: float, polls: int, is_silent: bool) -> None:
    found = stalled({A: Stall(5, 100.0, 7)}, at_s=100.0 + for_s, polls=7 + polls, stall_max_s=STALL_MAX_S)
    assert found == ([A] if is_silent else [])


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[str]:
    """Brokers on whose topics no other test tells anything."""
    with chosen(tmp_path) as (servers, replicas):
        topics.ensure(servers, (TOPIC,), partitions=3, replicas=replicas)
        yield servers


class Watched(EventConsumer):
    """A reader that shows the consumers which it made."""

    def __init__(self, context: ServiceContext, servers: str) -> None:
        super().__init__(Inbox(context, service="watched", reactions=reactions), servers, session_timeout_ms=2_000)
        self.stall_max_s = 1.0
        self.made: list[KafkaConsumer] = []

    def consumer(self) -> KafkaConsumer:
        self.made.append(super().consumer())
        return self.made[-1]


def test_a_consumer_that_has_partitions_and_hears_nothing_is_made_anew(
    context: ServiceContext, own_broker: str
) -> None:
    reader, publisher, stop = (
        Watched(context, own_broker),
        Publisher(context, ["w1", "w2", "w3", "w4"]),
        threading.Event(),
    )
    relay = Relay(context, own_broker, name="relay")
    given_up = metrics.CONSUMERS_RENEWED.labels("silent")
    before = given_up._value.get()

    def listen() -> None:
        while not stop.is_set():
            with suppress(BrokerUnavailable):
                reader.run(stop)

    def publish() -> None:
        publisher.publish()
        relay.publish_waiting()

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        publish()
        until(lambda: publisher.turns.items() <= tallies(context).items())
        threading.Event().wait(POLLS_MIN * 0.25 + 2 * reader.stall_max_s)  # quiet, which is no silence
        assert len(reader.made) == 1
        reader.made[0].pause(*reader.made[0].assignment())
        publish()
        until(lambda: publisher.turns.items() <= tallies(context).items())
        assert len(reader.made) == 2
        assert given_up._value.get() == before + 1
    finally:
        stop.set()
        listening.join()
        end(relay)


def test_a_consumer_that_its_group_keeps_out_is_given_up(broker: str) -> None:
    with closing(KafkaConsumer(bootstrap_servers=broker, group_id="kept-out", enable_auto_commit=False)) as consumer:
        membership = Membership(consumer, threading.Event())
        assert not Watchdog(consumer, membership).must_reconnect({})
        assert Watchdog(consumer, membership, outside_max_s=0.0).must_reconnect({})
        membership.on_partitions_assigned([])
        assert membership.has_joined.is_set()
        assert not Watchdog(consumer, membership, outside_max_s=0.0).must_reconnect({})
