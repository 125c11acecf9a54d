"""What the relay promises: everything that was told, in the order of its key, at least once, again when asked."""

from datetime import timedelta

import pytest

from shared.bus import envelope
from shared.bus.relay import Relay, republish
from tests.contracts.bus.ground import Crash, Ground, crash_at, end
from tests.contracts.bus.tallies import Publisher
from tests.kit.contexts import DZ

CLAIMS = [f"c{number}" for number in range(12)]


def turns(ground: Ground) -> dict[str, list[int]]:
    """By key, the turns as they lie on the topic."""
    found: dict[str, list[int]] = {}
    for record in ground.records():
        event = envelope.event(envelope.parsed(record.headers), record.value)
        found.setdefault(record.key.decode(), []).append(int(event.reference))
    return found


def published(ground: Ground) -> set[str]:
    return {event["id"] for row in ground.context.database["outbox"].find() for event in row["events"]}  # type: ignore[attr-defined]


def test_each_key_s_events_lie_in_the_order_of_their_telling(ground: Ground) -> None:
    Publisher(ground.context, CLAIMS).publish(rounds=30)
    ground.publish_waiting()
    assert turns(ground) == {f"{DZ}:{claim}": list(range(1, 31)) for claim in CLAIMS}


def test_a_key_stays_on_its_partition_whichever_relay_sends_it(ground: Ground) -> None:
    publisher = Publisher(ground.context, CLAIMS)
    for _ in range(3):
        publisher.publish()
        ground.publish_waiting()
    partitions: dict[bytes, set[int]] = {}
    for record in ground.records():
        partitions.setdefault(record.key, set()).add(record.partition)
    assert {len(found) for found in partitions.values()} == {1}


@pytest.mark.parametrize(("step", "times"), [("relay.read", 1), ("relay.acknowledged", 2), ("relay.marked", 1)])
def test_a_relay_that_ends_at_a_step_leaves_nothing_untold(ground: Ground, step: str, times: int) -> None:
    Publisher(ground.context, CLAIMS).publish(rounds=5)
    crash_at(step)
    relay = ground.relay()
    with pytest.raises(Crash):
        relay.publish_waiting()
    end(relay)
    ground.publish_waiting()
    records = ground.records()
    assert {envelope.parsed(record.headers).event_id for record in records} == published(ground)
    assert len(records) == times * 5 * len(CLAIMS)
    assert {tuple(found) for found in turns(ground).values()} == {tuple([*range(1, 6)] * times)}


def test_what_was_told_since_an_instant_is_sent_again(ground: Ground) -> None:
    publisher = Publisher(ground.context, ["a"])
    publisher.publish(rounds=2)
    last = ground.context.database["outbox"].find_one({}, sort=[("_id", -1)])
    assert last is not None
    publisher.publish(rounds=3)
    ground.publish_waiting()
    since = last["at"] + timedelta(milliseconds=1)  # type: ignore[operator]
    again = republish(ground.context, since=since)
    assert again == ground.context.database["outbox"].count_documents({"at": {"$gte": since}})
    ground.publish_waiting()
    assert len(ground.records()) == 5 + again


def test_one_relay_carries_at_a_time_and_a_second_one_follows_it(ground: Ground) -> None:
    first, second = Relay(ground.context, "unused", name="relay"), Relay(ground.context, "unused", name="relay")
    assert first.holds_lease()
    assert not second.holds_lease()
    later = ground.relay()
    assert later.holds_lease()
    assert not second.holds_lease()
