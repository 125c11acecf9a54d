"""I2 to I4: an event that was lost, made up, met by nobody or acted on twice is named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaProducer

from deploy.local.verify import events
from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen
from shared.bus import dead_letters
from shared.kernel.ids import first_id_at
from shared.process import purging
from shared.process.purging import OUTBOX_DAYS
from tests.verify.town import Break, Town, found, resolved, some


def _published_again(town: Town) -> None:
    town["payments"]["outbox"].insert_one({**some(town["payments"], "outbox"), "_id": "again"})


def _never_sent(town: Town) -> None:
    published = some(town["payments"], "outbox")
    events = [{**each, "id": "never-sent"} for each in published["events"]]
    town["payments"]["outbox"].insert_one({**published, "_id": "never-sent", "events": events})


def _on_anothers_topic(town: Town) -> None:
    town["payments"]["outbox"].update_many({}, {"$set": {"events.0.topic": "claims"}})


SENT: dict[str, tuple[Break, str]] = {
    "published twice": (_published_again, "was published 2 times"),
    "published and not sent": (_never_sent, "never-sent, which is not on payments"),
    "sent and not published": (lambda town: town["payments"]["outbox"].delete_one({}), "which nobody published"),
    "published on another's topic": (_on_anothers_topic, "which is not its topic"),
}


@pytest.mark.parametrize("how", SENT)
def test_what_was_published_and_what_was_sent_are_the_same(town: Town, how: str) -> None:
    break_it, named = SENT[how]
    assert found(town.seen(), events.sent) == []
    break_it(town)
    offending = found(town.seen(), events.sent)
    assert any(named in each for each in offending), offending


def test_what_waits_to_be_sent_is_not_lost_and_what_the_broker_may_forget_is_not_missed(town: Town) -> None:
    _never_sent(town)
    town["payments"]["outbox"].update_one({"_id": "never-sent"}, {"$set": {"is_sent": False}})
    assert found(town.seen(), events.sent) == []
    town["payments"]["outbox"].update_one({"_id": "never-sent"}, {"$set": {"is_sent": True}})
    assert found(town.seen(remembered_since=datetime.now(UTC)), events.sent) == []


@pytest.mark.parametrize(("ask", "with_broker"), [(events.sent, True), (events.taken_in, False)])
def test_what_is_published_while_the_rest_is_read_is_not_missed(
    town: Town, ask: Callable[[Seen, Look], None], with_broker: bool
) -> None:
    event_id = some(town["claims"], "inbox")["_id"]
    outboxes = [town[name]["outbox"] for name in town.services]
    [(outbox, published)] = [(each, row) for each in outboxes if (row := each.find_one({"events.id": event_id}))]
    outbox.delete_one({"_id": published["_id"]})
    seen = town.seen(**({} if with_broker else {"broker": ""}))
    assert event_id not in seen.published
    outbox.insert_one(published)
    assert found(seen, ask) == []


def test_what_was_purged_is_not_missed(town: Town) -> None:
    """Outboxes and inboxes forget, while topics and the audit may know of it for longer."""
    old = first_id_at(datetime.now(UTC) - timedelta(days=OUTBOX_DAYS))
    town["claims"]["inbox"].insert_one({"_id": old})
    entry = {"cause": f"event:{old}", "deeds": [], "events": []}
    town["claims"]["audit"].insert_one({"_id": "old", "fund": "dz-cnas", "entries": [entry]})
    assert found(town.seen(), events.taken_in) == []
    town["claims"]["inbox"].delete_one({"_id": old})
    assert found(town.seen(), events.acted_once) == []


def test_every_collection_says_how_long_its_rows_are_kept(town: Town) -> None:
    for name, service in town.services.items():
        stated = {*service.all_retentions(), *purging.OF_FUNDS, *purging.INFRASTRUCTURE}
        found_there = set(town[name].list_collection_names())
        assert found_there <= stated, f"{name}: {found_there - stated}"


def _park_what_was_taken(town: Town) -> None:
    one = some(town["claims"], "inbox")
    letter = dead_letters.ReceivedRecord(one["_id"], "payments", 0, 0, "dz-cnas:x", [], b"")
    dead_letters.park(town.contexts["claims"], letter, why="x", tries=1)


TAKEN: dict[str, tuple[Break, str]] = {
    "an event was not taken in": (lambda town: town["claims"]["inbox"].delete_one({}), "claims has not met"),
    "an event was taken in and parked": (_park_what_was_taken, "both took in and parked"),
    "never published": (
        lambda town: town["claims"]["inbox"].insert_one({"_id": "x"}),
        "which nobody published",
    ),
}


@pytest.mark.parametrize("how", TAKEN)
@pytest.mark.parametrize("with_broker", [True, False])
def test_each_consumer_met_what_is_due_to_it(town: Town, how: str, with_broker: bool) -> None:
    break_it, named = TAKEN[how]
    seen = {} if with_broker else {"broker": ""}
    assert found(town.seen(**seen), events.taken_in) == []
    break_it(town)
    assert any(named in each for each in found(town.seen(**seen), events.taken_in))


def test_a_parked_event_is_met_and_so_is_one_that_was_replayed(town: Town) -> None:
    one = some(town["claims"], "inbox")
    _park_what_was_taken(town)
    town["claims"]["inbox"].delete_one({"_id": one["_id"]})
    assert found(town.seen(), events.taken_in) == []
    town["claims"]["inbox"].insert_one(one)
    resolved(town.contexts["claims"], one["_id"], how="replayed")
    assert found(town.seen(), events.taken_in) == []


@pytest.fixture
def with_rubbish(lived_in: Town) -> Iterator[Seen]:
    """A record on a topic that is no event. It stays there, so it is planted, parked and discarded for later tests."""
    producer = KafkaProducer(bootstrap_servers=lived_in.broker)
    sent = producer.send("documents", b"{", headers=[("ce_id", b"rubbish")]).get(timeout=10)
    producer.close()
    assert sent.topic == "documents"
    lived_in.planted |= {"rubbish"}
    yield lived_in.seen()
    lived_in.take()
    for each in lived_in.contexts.values():
        resolved(each, "rubbish", how="discarded: a test's")


def test_what_is_no_event_is_due_to_all_who_read_its_topic(with_rubbish: Seen, lived_in: Town) -> None:
    missed = found(with_rubbish, events.taken_in)
    readers = [name for name, each in lived_in.services.items() if "documents" in each.all_reactions().topics()]
    assert missed == [f"{name} has not met rubbish" for name in readers]
    lived_in.take()
    assert found(lived_in.seen(), events.taken_in) == []
    assert found(lived_in.seen(planted=frozenset()), events.sent) == ["documents has rubbish, which nobody published"]
    assert found(lived_in.seen(), events.sent) == []


def _act_again(town: Town) -> None:
    effect = some(town["claims"], "audit", **{"entries.cause": {"$regex": "^event:"}})
    town["claims"]["audit"].insert_one({**effect, "_id": "again"})


ACTED: dict[str, tuple[Break, str]] = {
    "acted twice": (_act_again, "claims acted 2 times on"),
    "acted without knowing it": (lambda town: town["claims"]["inbox"].delete_many({}), "which its inbox does not know"),
}


@pytest.mark.parametrize("how", ACTED)
def test_an_event_has_one_effect(town: Town, how: str) -> None:
    break_it, named = ACTED[how]
    assert found(town.seen(), events.acted_once) == []
    break_it(town)
    assert any(named in each for each in found(town.seen(), events.acted_once))
