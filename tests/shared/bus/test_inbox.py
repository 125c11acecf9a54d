"""Events arrive once in effect: twice, too early, broken, in batches, and behind a parked one of the same key."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest

from shared.bus import dead_letters, envelope, topics
from shared.bus.consumer import EventConsumer
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.bus.reactions import Reactions
from shared.bus.relay import Relay, republish
from shared.bus.replaying import replay
from shared.events.claims.claims import ClaimPaid, ClaimSubmitted
from shared.kernel.errors import Invalid, Missing
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, someone
from tests.shared.storage.test_service_context import submitted

_turn = itertools.count()


class Early(Missing):
    code = "thing.not-there-yet"


class Never(Invalid):
    code = "thing.never"


def counting(uow: UnitOfWork, event: ClaimSubmitted) -> None:
    """The effect: one row an event; the claims named early or bad fail until they are let through."""
    if event.claim_id.startswith("early") and uow.collection("let").find_one(event.claim_id) is None:
        raise Early
    if event.claim_id.startswith("bad") and uow.collection("let").find_one(event.claim_id) is None:
        raise Never
    if event.claim_id.startswith("fault"):
        raise RuntimeError("holds a name that must not be shown")
    uow.collection("effects").insert(f"{next(_turn):06d}", {"claim_id": event.claim_id, "reference": event.reference})


@pytest.fixture
def inbox(context: ServiceContext) -> Inbox:
    reactions = Reactions()
    reactions.to(ClaimSubmitted)(counting)
    return Inbox(context, service="tester", reactions=reactions)


def effects(context: ServiceContext) -> list[str]:
    return [str(row["claim_id"]) for row in context.database["effects"].find().sort("_id", 1)]


def letters(context: ServiceContext, *events: Any) -> list[ReceivedRecord]:
    """The events as the broker would hand them over, by way of a real outbox."""
    context.run(DZ, by=someone(), cause="test", action=lambda uow: [uow.publish(event) for event in events])
    stored = [event for document in context.database["outbox"].find().sort("_id", 1) for event in document["events"]]  # type: ignore[attr-defined]
    return [
        ReceivedRecord(each["id"], each["topic"], 0, offset, each["key"], envelope.headers(each), bytes(each["body"]))
        for offset, each in enumerate(stored[-len(events) :])
    ]


def test_a_batch_is_one_transaction_and_twice_is_once(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("a"), submitted("b"))
    inbox.handle(batch)
    inbox.handle(batch)
    assert effects(context) == ["a", "b"]
    assert context.database["inbox"].count_documents({}) == 2


def test_half_a_batch_known_from_before_leaves_the_other_half(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("a"), submitted("b"), submitted("c"))
    inbox.handle(batch[:2])
    inbox.handle(batch)
    assert effects(context) == ["a", "b", "c"]


def test_what_is_told_again_is_passed_over_together(
    context: ServiceContext, inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broker that is filled again brings every event there ever was: one by one would take hours."""
    batch = letters(context, *(submitted(f"{number}") for number in range(100)))
    inbox.handle(batch[:60])
    capsys.readouterr()
    inbox.handle([*batch, batch[99]])
    inbox.handle(batch)
    assert "batch-done-singly" not in capsys.readouterr().out
    assert len(effects(context)) == context.database["inbox"].count_documents({}) == 100


def test_one_bad_event_parks_its_key_and_lets_the_others_by(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("a"), submitted("bad"), submitted("b"), submitted("bad"), submitted("c"))
    inbox.handle(batch)
    assert effects(context) == ["a", "b", "c"]
    parked = list(context.database["deadletters"].find().sort("offset", 1))
    assert [row["why"] for row in parked] == ["thing.never", "follows"]


def test_replay_goes_on_in_order_once_the_cause_is_mended(context: ServiceContext, inbox: Inbox) -> None:
    inbox.handle(letters(context, submitted("bad"), submitted("bad")))
    assert replay(inbox, key=f"{DZ}:bad", by="operator") == (0, "thing.never")
    context.run(DZ, by=someone(), cause="mend", action=lambda uow: uow.collection("let").insert("bad", {}))
    assert replay(inbox, key=f"{DZ}:bad", by="operator") == (2, None)
    assert effects(context) == ["bad", "bad"]
    assert dead_letters.open_count(context.database, limit=9) == 0


def test_an_early_event_waits_for_what_it_builds_on(context: ServiceContext, inbox: Inbox) -> None:
    let = threading.Timer(
        0.3,
        context.run,
        (DZ,),
        {"by": someone(), "cause": "x", "action": lambda w: w.collection("let").insert("early", {})},
    )
    let.start()
    inbox.handle(letters(context, submitted("early")))
    let.join()
    assert effects(context) == ["early"]


def test_a_fault_of_ours_is_parked_by_its_class_only(context: ServiceContext, inbox: Inbox) -> None:
    inbox.handle(letters(context, submitted("fault")))
    row = context.database["deadletters"].find_one({})
    assert row is not None and row["why"] == "RuntimeError"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda found: ReceivedRecord(**{**vars(found), "body": b"{not json"}), "event.body-broken"),
        (lambda found: ReceivedRecord(**{**vars(found), "body": b'{"claim_id": 7}'}), "event.body-broken"),
        (lambda found: ReceivedRecord(**{**vars(found), "headers": []}), "event.envelope-broken"),
        (
            lambda found: ReceivedRecord(
                **{**vars(found), "headers": [*_without(found, "ce_type"), ("ce_type", b"claims.claim-submitted.v9")]}
            ),
            "event.type-unknown",
        ),
    ],
)
def test_a_broken_record_is_parked(
    context: ServiceContext, inbox: Inbox, change: Callable[[ReceivedRecord], ReceivedRecord], why: str
) -> None:
    inbox.handle([change(found) for found in letters(context, submitted("a"))])
    row = context.database["deadletters"].find_one({})
    assert row is not None and row["why"] == why
    assert effects(context) == []


def _without(letter: ReceivedRecord, name: str) -> list[tuple[str, bytes]]:
    return [(key, value) for key, value in letter.headers if key != name]


def test_what_nobody_here_reacts_to_is_passed_over(context: ServiceContext, inbox: Inbox) -> None:
    paid = ClaimPaid(
        claim_id="a", reference="r", person_ref="p", amount_minor=1, currency="DZD", paid_at=context.clock()
    )
    inbox.handle(letters(context, paid))
    assert context.database["inbox"].count_documents({}) == 0
    assert dead_letters.open_count(context.database, limit=9) == 0


def test_from_outbox_to_effect_over_the_broker_and_again_after_it_forgot(
    context: ServiceContext, inbox: Inbox, broker: str
) -> None:
    topics.ensure(broker, ("claims",), partitions=2, replicas=1)
    relay = Relay(context, broker, name="relay")
    stop = threading.Event()
    threads = [
        threading.Thread(target=relay.run, args=(stop,)),
        threading.Thread(target=EventConsumer(inbox, broker).run, args=(stop,)),
    ]
    started = context.clock()
    for thread in threads:
        thread.start()
    letters(context, *(submitted(f"c{number}") for number in range(30)))
    try:
        _until(lambda: len(effects(context)) == 30)
        assert republish(context, since=started) == 1
        _until(lambda: context.database["outbox"].count_documents({"is_sent": False}) == 0)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert sorted(effects(context)) == sorted(f"c{number}" for number in range(30))


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came")
