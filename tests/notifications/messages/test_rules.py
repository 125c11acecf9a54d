"""What is said to whom, by which channels, and what may become of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.contacts.contact import Addresses
from services.notifications.messages import rules
from services.notifications.messages.message import MOVES, Message, Status
from services.notifications.messages.rules import Notice
from services.notifications.templates import catalogue
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.personal import Encrypted
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds
from tests.kit.people import AMIRA, KARIM

BOTH = Addresses(language="fr", email="a@example.org", mobile="+213550123456")


def notice(**facts: Any) -> Notice:
    parameters = {"reference": "CL260000000197", "amount": 32_000}
    return Notice(
        **{
            "template": "claim-paid",
            "occasion": "c1",
            "about": "c1",
            "owner_id": AMIRA,
            "parameters": parameters,
            **facts,
        }
    )


def messages(said: Notice, to: Addresses = BOTH, fund_id: str = DZ) -> list[Message]:
    return rules.messages(said, template=catalogue.newest(said.template), to=to, fund=funds()[fund_id], at=AT)


@pytest.mark.parametrize(
    ("template", "to", "channels"),
    [
        ("claim-paid", BOTH, {"email", "sms"}),
        ("claim-paid", Addresses(language="fr", mobile="+213550123456"), {"sms"}),
        ("claim-paid", Addresses(language="fr", email="a@example.org"), {"email"}),
        ("claim-paid", Addresses(language="fr"), {"inbox"}),
        ("card-refreshed", BOTH, {"sms"}),
        ("declaration-paid", BOTH, {"email"}),
        ("payment-reversed", BOTH, {"email"}),
        ("account-activation", BOTH, {"email"}),
        ("account-activation", Addresses(language="fr", mobile="+213550123456"), {"sms"}),
        ("account-activation", Addresses(language="fr"), set()),
        ("account-recovery", BOTH, {"email"}),
    ],
)
def test_a_notice_goes_by_the_channels_that_reach(template: str, to: Addresses, channels: set[str]) -> None:
    assert {message.channel.value for message in messages(notice(template=template), to)} == channels


def test_what_stands_in_the_inbox_only_is_sent_by_standing_there() -> None:
    assert {message.status for message in messages(notice())} == {Status.QUEUED}
    (message,) = messages(notice(), Addresses(language="fr"))
    assert (message.status, message.settled_at) == (Status.SENT, AT)


def test_the_inbox_shows_each_notice_once_newest_first() -> None:
    older, newer = messages(notice()), messages(notice(occasion="c2"))
    found = [replace(message, told_at=AT + timedelta(hours=1)) for message in newer] + older
    shown = rules.inbox(found)
    assert [message.notice_id for message in shown] == [newer[0].notice_id, older[0].notice_id]


def test_the_inbox_does_not_show_the_link_that_opens_an_account() -> None:
    assert "account-activation" in catalogue.in_no_inbox() and "claim-paid" not in catalogue.in_no_inbox()


@pytest.mark.parametrize(("asked", "spoken"), [(None, "fr"), ("ar", "ar"), ("de", "fr")])
def test_the_language_asked_for_just_now_counts_first(asked: str | None, spoken: str) -> None:
    assert {message.language for message in messages(notice(language=asked))} == {spoken}


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (notice(parameters={"reference": "x", "amount": 1}), True),
        (notice(about="c2"), True),
        (notice(occasion="c2"), False),
        (notice(owner_id=KARIM), False),
        (notice(template="claim-approved"), False),
    ],
)
def test_one_occasion_is_one_message(other: Notice, is_same: bool) -> None:
    first = {message.channel: message.message_id for message in messages(notice())}
    again = {message.channel: message.message_id for message in messages(other)}
    assert len(set(first.values())) == 2
    assert (first == again) is is_same
    assert is_same or not set(first.values()) & set(again.values())


def test_two_funds_never_share_a_message() -> None:
    assert not {each.message_id for each in messages(notice())} & {
        each.message_id for each in messages(notice(), fund_id=TN)
    }


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", Status)
def test_a_message_is_settled_once(here: Status, to: Status) -> None:
    """Of one that was taken, a receipt may say that it did not arrive."""
    is_settled = here is Status.QUEUED and to in (Status.SENT, Status.FAILED, Status.UNKNOWN)
    is_allowed = is_settled or (here, to) == (Status.SENT, Status.UNDELIVERED)
    assert (to in MOVES[here]) is is_allowed
    message = Message(
        **{**vars(messages(notice())[0]), "status": here, "sealed": {"link": Encrypted("k1.x")}, "batch_id": "b1"}
    )
    if not is_allowed:
        with pytest.raises(MoveNotAllowed):
            rules.settled(message, to=to, at=AT)
        return
    settled = rules.settled(message, to=to, at=AT + timedelta(hours=1), reason="why")
    assert (settled.status, settled.reason, settled.settled_at) == (to, "why", AT + timedelta(hours=1))
    assert (settled.sealed, settled.batch_id) == ({}, None)


@pytest.mark.parametrize(("messages", "waits"), [(1, False), (rules.MANY - 1, False), (rules.MANY, True)])
def test_many_messages_of_one_event_leave_later(messages: int, waits: bool) -> None:
    assert rules.due_at(messages, at=AT) == (AT + rules.LATER if waits else AT)
