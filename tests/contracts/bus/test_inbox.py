"""What the inbox promises: each event at least once, one effect of it, an offset that never runs ahead of the work."""

import pytest
from kafka import KafkaProducer

from shared.bus import dead_letters
from shared.bus.relay import republish
from shared.bus.replaying import replay
from shared.storage.service_context import as_stored
from tests.contracts.bus.ground import Ground, crash_at
from tests.contracts.bus.tallies import BAD, TOPIC, Publisher, tallies
from tests.kit.contexts import DZ, parked, someone
from tests.kit.waiting import until

CLAIMS = [f"c{number}" for number in range(12)]


def test_everything_is_taken_once_and_in_the_order_of_its_key(ground: Ground) -> None:
    Publisher(ground.context, CLAIMS).publish(rounds=30)
    ground.publish_waiting()
    with ground.listening():
        until(ground.lag_is_gone)
    assert tallies(ground.context) == dict.fromkeys(CLAIMS, 30)
    assert ground.context.database["inbox"].count_documents({}) == 360
    assert parked(ground.context) == []


def test_what_is_sent_again_has_no_second_effect(ground: Ground) -> None:
    publisher, began_at = Publisher(ground.context, CLAIMS), as_stored(ground.context.clock())
    publisher.publish(rounds=5)
    ground.publish_waiting()
    with ground.listening():
        until(ground.lag_is_gone)
        assert republish(ground.context, since=began_at) == 5
        ground.publish_waiting()
        publisher.publish()
        ground.publish_waiting()
        until(ground.lag_is_gone)
    assert sum(ground.ends().values()) == 11 * len(CLAIMS)
    assert tallies(ground.context) == dict.fromkeys(CLAIMS, 6)
    assert parked(ground.context) == []


@pytest.mark.parametrize("step", ["inbox.polled", "work.saved", "work.committed", "inbox.taken"])
def test_a_consumer_that_ends_at_a_step_has_committed_nothing_and_its_events_come_again(
    ground: Ground, step: str
) -> None:
    Publisher(ground.context, CLAIMS[:3]).publish(rounds=4)
    ground.publish_waiting()
    crash_at(step)
    with ground.listening() as consumer:
        consumer.join(30)
        assert not consumer.is_alive()
    assert ground.committed() == {}
    is_done = step in {"work.committed", "inbox.taken"}
    assert bool(tallies(ground.context)) == is_done
    with ground.listening():
        until(ground.lag_is_gone)
    assert tallies(ground.context) == dict.fromkeys(CLAIMS[:3], 4)
    assert parked(ground.context) == []


def test_a_bad_event_holds_up_its_own_key_only_and_its_followers_go_on_in_order(ground: Ground) -> None:
    Publisher(ground.context, [*CLAIMS, BAD]).publish(rounds=3)
    ground.publish_waiting()
    with ground.listening():
        until(ground.lag_is_gone)
        assert tallies(ground.context) == dict.fromkeys(CLAIMS, 3)
        assert parked(ground.context) == ["tally.refused", "follows", "follows"]
        ground.context.run(DZ, by=someone(), cause="mend", action=lambda uow: uow.collection("let").insert(BAD, {}))
        assert replay(ground.inbox(), key=f"{DZ}:{BAD}", by="operator") == (3, None)
    assert tallies(ground.context)[BAD] == 3
    assert dead_letters.open_count(ground.context.database, limit=1) == 0


def test_a_record_that_is_no_event_is_put_aside_and_the_next_is_taken(ground: Ground) -> None:
    producer = KafkaProducer(bootstrap_servers=ground.servers, acks="all", enable_idempotence=True)
    for partition in range(6):
        producer.send(TOPIC, value=b"\xff no event", partition=partition)
    producer.send(TOPIC, value=None, key=b"\xff", headers=[("ce_id", b"x"), ("ce_type", b"\xff.v1")], partition=0)
    producer.close(timeout=10)
    Publisher(ground.context, CLAIMS).publish()
    ground.publish_waiting()
    with ground.listening():
        until(ground.lag_is_gone)
    assert tallies(ground.context) == dict.fromkeys(CLAIMS, 1)
    assert parked(ground.context) == ["event.envelope-broken"] * 7
