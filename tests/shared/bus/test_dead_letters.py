"""A row of dead letters: who joins it, who leaves it, and that nobody overtakes or is left behind between the two."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from shared.bus import dead_letters
from shared.bus.dead_letters import AlreadyClosed, ReceivedRecord
from shared.bus.inbox import Inbox
from shared.bus.replaying import replay, replay_requested
from shared.storage.service_context import ServiceContext, as_stored
from tests.kit.contexts import DZ, TN, someone
from tests.shared.bus.test_inbox import effects, inbox, letters
from tests.shared.storage.test_service_context import submitted

__all__ = ["inbox"]  # the fixture

KEY = f"{DZ}:bad"


def let(context: ServiceContext, claim_id: str = "bad") -> None:
    """Mend what made the claim's events fail."""
    context.run(DZ, by=someone(), cause="mend", action=lambda uow: uow.collection("let").insert(claim_id, {}))


def rows(context: ServiceContext) -> list[Any]:
    return list(context.database["deadletters"].find().sort("place", 1))


def close(
    context: ServiceContext, event_id: str, *, session: ClientSession | None = None, how: str = "discarded: x"
) -> None:
    dead_letters.close(context.database, event_id, how=how, by="op", at=as_stored(context.clock()), session=session)


@pytest.fixture
def session(context: ServiceContext) -> Iterator[ClientSession]:
    """A transaction that stays open for as long as a test wants."""
    with context.database.client.start_session() as opened:
        opened.start_transaction()
        yield opened
        if opened.in_transaction:
            opened.abort_transaction()


def follow_meanwhile(context: ServiceContext, letter: ReceivedRecord, session: ClientSession) -> bool:
    """Join the row while the transaction is open; commit it when the other has had time to meet it."""
    answers: list[bool] = []
    joining = threading.Thread(target=lambda: answers.append(dead_letters.park_behind(context, letter)))
    joining.start()
    joining.join(0.2)
    session.commit_transaction()
    joining.join(20)
    return answers[0]


def test_places_are_kept_when_a_letter_fails_again_and_its_tries_are_counted(
    context: ServiceContext, inbox: Inbox
) -> None:
    inbox.handle(letters(context, submitted("bad"), submitted("bad"), submitted("bad")))
    assert [(row["place"], row["why"], row["tries"]) for row in rows(context)] == [
        (1, "thing.never", 1),
        (2, "follows", 0),
        (3, "follows", 0),
    ]
    assert replay(inbox, key=KEY, by="op") == (0, "thing.never")
    head = rows(context)[0]
    assert (head["place"], head["why"], head["tries"]) == (1, "thing.never", 2)


def test_after_a_discard_the_letters_behind_go_on_in_order(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("bad"), submitted("bad"), submitted("bad"))
    inbox.handle(batch)
    close(context, batch[0].event_id)
    assert [row["is_asked"] for row in rows(context)] == [False, True, False]
    assert replay_requested(context, TN, inbox=inbox) == 0  # another fund's worker round does not touch them
    assert replay_requested(context, DZ, inbox=inbox) == 0  # nothing is mended: the next one fails by itself
    assert [row["why"] for row in rows(context)] == ["thing.never", "thing.never", "follows"]
    let(context)
    assert replay_requested(context, DZ, inbox=inbox) == 0  # nobody asked again
    dead_letters.request_replay(context.database, batch[1].event_id, by="op", at=context.clock(), session=None)
    assert replay_requested(context, DZ, inbox=inbox) == 2
    assert effects(context) == ["bad", "bad"]
    assert [row["resolved"] for row in rows(context)] == ["discarded: x", "replayed", "replayed"]


def test_a_discarded_event_that_comes_again_is_not_acted_on(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("bad"))
    inbox.handle(batch)
    close(context, batch[0].event_id)
    let(context)
    inbox.handle(batch)
    assert effects(context) == []


def test_an_event_taken_in_before_does_not_join_a_row_when_it_comes_again(
    context: ServiceContext, inbox: Inbox
) -> None:
    let(context)
    before = letters(context, submitted("bad"))
    inbox.handle(before)
    context.database["let"].delete_many({})
    inbox.handle(letters(context, submitted("bad")))
    inbox.handle(before)
    assert [row["why"] for row in rows(context)] == ["thing.never"]


def test_who_joins_while_the_last_letter_is_closed_finds_the_row_empty(
    context: ServiceContext, inbox: Inbox, session: ClientSession
) -> None:
    head, late = letters(context, submitted("bad"), submitted("bad"))
    inbox.handle([head])
    close(context, head.event_id, session=session)
    assert follow_meanwhile(context, late, session) is False
    assert [row["_id"] for row in rows(context)] == [head.event_id]


def test_who_closes_the_last_letter_while_another_joins_sees_it_and_has_it_tried(
    context: ServiceContext, inbox: Inbox, session: ClientSession
) -> None:
    head, late = letters(context, submitted("bad"), submitted("bad"))
    inbox.handle([head])
    context.database["deadletters"].update_one({"_id": head.event_id}, {"$inc": {"joined": 1}}, session=session)
    context.database["deadletters"].insert_one(
        {"_id": late.event_id, "key": KEY, "place": 2, "is_open": True, "is_asked": False}, session=session
    )
    closing = threading.Thread(
        target=context.transact, args=(lambda t: close(context, head.event_id, session=t.session),)
    )
    closing.start()
    closing.join(0.2)
    session.commit_transaction()
    closing.join(20)
    assert [(row["is_open"], row["is_asked"]) for row in rows(context)] == [(False, False), (True, True)]


def test_a_letter_is_closed_once(context: ServiceContext, inbox: Inbox) -> None:
    batch = letters(context, submitted("bad"))
    inbox.handle(batch)
    close(context, batch[0].event_id)
    with pytest.raises(AlreadyClosed):
        close(context, batch[0].event_id)


def test_two_who_replay_while_events_come_keep_the_order_and_leave_nobody(
    context: ServiceContext, inbox: Inbox
) -> None:
    """The consumer takes a key's events one by one; two operators replay its row over and over beside it."""
    events = letters(context, *(replace(submitted("bad"), reference=f"{number:03d}") for number in range(60)))
    inbox.handle(events[:5])
    let(context)
    done = threading.Event()

    def replay_on() -> None:
        other = Inbox(context, service="tester", reactions=inbox.reactions)
        while not done.is_set():
            replay(other, key=KEY, by="op")

    replaying = [threading.Thread(target=replay_on) for _ in range(2)]
    for thread in replaying:
        thread.start()
    try:
        for event in events[5:]:
            inbox.handle([event])
    finally:
        done.set()
        for thread in replaying:
            thread.join(30)
    replay(inbox, key=KEY, by="op")
    assert dead_letters.open_count(context.database, limit=9) == 0
    acted = [row["reference"] for row in context.database["effects"].find().sort("_id", 1)]
    assert acted == [f"{number:03d}" for number in range(60)]


@pytest.mark.parametrize(
    ("key", "headers", "fund"),
    [
        (f"{DZ}:a", [("ce_fund", DZ.encode())], DZ),
        (f"{DZ}:a", [("ce_fund", TN.encode())], ""),
        (f"{DZ}:a", [], DZ),
        ("a", [("ce_fund", DZ.encode())], ""),
        ("", [], ""),
    ],
)
def test_a_letter_is_the_fund_s_that_key_and_header_agree_on(
    key: str, headers: list[tuple[str, bytes]], fund: str
) -> None:
    assert ReceivedRecord("e", "claims", 0, 0, key, headers, None).fund_id == fund
