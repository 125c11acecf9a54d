"""Room for dead letters: the consumer stops before one too many, stands still, and goes on when there is room again."""

import threading

import pytest

from shared.bus.dead_letter_limit import TooManyDeadLetters
from shared.bus.inbox import Inbox
from shared.storage.service_context import ServiceContext
from tests.shared.bus.test_dead_letters import close, rows
from tests.shared.bus.test_inbox import inbox, letters
from tests.shared.storage.test_service_context import submitted

__all__ = ["inbox"]  # the fixture


def test_the_limit_stops_before_one_letter_too_many(context: ServiceContext, inbox: Inbox) -> None:
    inbox.dead_letter_limit.limit = 2
    with pytest.raises(TooManyDeadLetters):
        inbox.handle(letters(context, submitted("bad"), submitted("bad"), submitted("bad")))
    assert len(rows(context)) == 2


def test_who_stands_still_goes_on_once_there_is_room(context: ServiceContext, inbox: Inbox) -> None:
    inbox.handle(letters(context, submitted("bad")))
    inbox.dead_letter_limit.limit = 1
    standing = threading.Thread(target=inbox.dead_letter_limit.wait, args=(threading.Event(),), daemon=True)
    standing.start()
    assert inbox.dead_letter_limit.is_full.wait(10)
    close(context, str(rows(context)[0]["_id"]))
    standing.join(10)
    assert not standing.is_alive()
    assert not inbox.dead_letter_limit.is_full.is_set()


def test_who_is_to_end_does_not_wait_for_room(context: ServiceContext, inbox: Inbox) -> None:
    inbox.handle(letters(context, submitted("bad")))
    inbox.dead_letter_limit.limit = 1
    stop = threading.Event()
    standing = threading.Thread(target=inbox.dead_letter_limit.wait, args=(stop,), daemon=True)
    standing.start()
    assert inbox.dead_letter_limit.is_full.wait(10)
    stop.set()
    standing.join(10)
    assert not standing.is_alive()
    assert inbox.dead_letter_limit.is_full.is_set()  # its readiness goes on saying why it took nothing
