"""Three brokers, of which one, two and all go away under load: nothing acknowledged is lost, nothing acts twice."""

import signal
import threading
from contextlib import closing

from kafka import KafkaAdminClient

from shared.bus import envelope
from shared.bus.relay import republish
from shared.storage.service_context import as_stored
from tests.contracts.bus.ground import Ground
from tests.contracts.bus.load import publishing
from tests.contracts.bus.tallies import TOPIC, Publisher, tallies
from tests.engines.cluster import Cluster
from tests.kit.contexts import parked
from tests.kit.waiting import until

CLAIMS = [f"c{number}" for number in range(24)]
WAIT_MAX_S = 120.0
OUTAGE_S = 15.0


def goes_on(ground: Ground, *, turns: int = 5) -> None:
    """Wait until each claim has been counted some turns further than now."""
    goal = min(tallies(ground.context).values(), default=0) + turns
    until(lambda: min(tallies(ground.context).values(), default=0) >= goal, max_s=WAIT_MAX_S)


def in_sync(ground: Ground) -> bool:
    """Whether every broker has every event."""
    with closing(KafkaAdminClient(bootstrap_servers=ground.servers)) as admin:
        (found,) = admin.describe_topics([TOPIC])
    return all(len(partition["isr_nodes"]) == ground.replicas for partition in found["partitions"])


def all_is_published_and_counted_once(ground: Ground, publisher: Publisher) -> None:
    ground.publish_waiting()
    until(lambda: tallies(ground.context) == publisher.turns, max_s=WAIT_MAX_S)
    until(ground.lag_is_gone, max_s=WAIT_MAX_S)
    assert parked(ground.context) == []
    rows = list(ground.context.database["outbox"].find())
    assert all(row["is_sent"] for row in rows)
    published = {event["id"] for row in rows for event in row["events"]}  # type: ignore[attr-defined]
    assert {envelope.parsed(record.headers).event_id for record in ground.records()} == published


def test_f14_each_broker_in_turn_killed_and_started_again_under_load_on_three_brokers(
    brokers: Cluster, ground: Ground
) -> None:
    publisher = Publisher(ground.context, CLAIMS)
    for _ in range(2):
        ground.member()
    with ground.relaying(), publishing(publisher):
        goes_on(ground)
        for number in brokers.numbers:
            brokers.kill(number)
            goes_on(ground)
            brokers.start(number)
            until(lambda: in_sync(ground), max_s=WAIT_MAX_S)
    all_is_published_and_counted_once(ground, publisher)


def test_f14_with_one_of_three_brokers_left_events_wait_and_units_of_work_do_not(
    brokers: Cluster, ground: Ground
) -> None:
    publisher = Publisher(ground.context, CLAIMS)
    ground.member()
    with ground.relaying(), publishing(publisher):
        goes_on(ground)
        brokers.kill(2, 3)
        kept = dict(publisher.turns)
        threading.Event().wait(OUTAGE_S)
        assert min(publisher.turns.values()) > kept[CLAIMS[0]] + 10
        assert ground.context.database["outbox"].count_documents({"is_sent": False}) > 10
        brokers.start(2, 3)
        goes_on(ground)
    all_is_published_and_counted_once(ground, publisher)


def test_f14_a_cluster_wiped_under_a_living_consumer_is_filled_again_by_republish_on_three_brokers(
    brokers: Cluster, ground: Ground
) -> None:
    publisher, began_at = Publisher(ground.context, CLAIMS), as_stored(ground.context.clock())
    member = ground.member()
    publisher.publish(rounds=10)
    ground.publish_waiting()
    until(ground.lag_is_gone)
    member.send_signal(signal.SIGSTOP)  # it lives through all of it, and knows where it stood
    publisher.publish(rounds=10)
    ground.publish_waiting()
    brokers.wipe()
    publisher.publish(rounds=3)
    member.send_signal(signal.SIGCONT)
    with ground.relaying():
        goes_on(ground, turns=0)
        assert republish(ground.context, since=began_at) >= 20
        until(lambda: tallies(ground.context) == publisher.turns, max_s=WAIT_MAX_S)
    all_is_published_and_counted_once(ground, publisher)
