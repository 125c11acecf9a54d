"""What the messages of a wave come to: delivered only with a receipt, a pace that is that of now, no address in
clear."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.notifications.contacts.contact import Addresses
from services.notifications.messages.message import Message, Status
from services.notifications.templates import catalogue
from services.notifications.waves import rules
from services.notifications.waves.wave import WaveReport
from shared.funds.messages import Channel
from tests.kit.clock import AT


def message(number: int, *, status: Status = Status.SENT, after_s: float | None = 10, **facts: Any) -> Message:
    return Message(
        **{
            "message_id": f"m{number}",
            "notice_id": f"n{number}",
            "about": "d1",
            "template": "card-refreshed",
            "template_version": 1,
            "channel": Channel.SMS,
            "owner_id": f"p{number}",
            "language": "ar",
            "status": status,
            "told_at": AT,
            "settled_at": None if after_s is None else AT + timedelta(seconds=after_s),
            **facts,
        }
    )


def report(*messages: Message, at: datetime = AT + timedelta(minutes=2), delivered: tuple[str, ...] = ()) -> WaveReport:
    template = catalogue.newest("card-refreshed")
    return rules.report(messages, delivered=delivered, template=template, on=date(2026, 2, 10), at=at, is_whole=True)


def test_delivered_is_what_a_receipt_says_and_nothing_else() -> None:
    found = report(
        message(1),
        message(2),
        message(3, status=Status.UNDELIVERED, reason="delivery.undelivered"),
        message(4, status=Status.FAILED, reason="sms.number-refused"),
        message(5, status=Status.UNKNOWN, reason="delivery.outcome-unknown"),
        message(6, status=Status.QUEUED, after_s=None),
        delivered=("m2", "m3"),
    )
    (sms,) = found.channels
    assert (sms.sent, sms.delivered, sms.undelivered) == (3, 1, 1)
    assert (sms.queued, sms.failed, sms.in_doubt, sms.messages) == (1, 1, 1, 6)
    assert [(each.reason, each.messages) for each in found.reasons] == [
        ("delivery.outcome-unknown", 1),
        ("delivery.undelivered", 1),
        ("sms.number-refused", 1),
    ]


def test_channels_stand_apart_and_the_most_frequent_reason_first() -> None:
    refused = {"status": Status.FAILED, "reason": "mail.address-refused", "channel": Channel.EMAIL}
    found = report(
        message(1), message(2, **refused), message(3, **refused), message(4, status=Status.FAILED, reason="x")
    )
    assert [(each.channel, each.messages) for each in found.channels] == [(Channel.EMAIL, 2), (Channel.SMS, 2)]
    assert [each.messages for each in found.reasons] == [2, 1]


def test_the_end_is_reckoned_by_the_pace_of_the_last_minutes() -> None:
    sent = [message(number, after_s=60 * 60 + number) for number in range(60)]
    waiting = [message(100 + number, status=Status.QUEUED, after_s=None) for number in range(90)]
    at = AT + timedelta(hours=1, minutes=2)
    found = report(*sent, *waiting, at=at)
    assert found.per_minute == 30
    assert found.ends_at == at + timedelta(minutes=3)


@pytest.mark.parametrize("messages", [[message(1)], [message(1, status=Status.QUEUED, after_s=None)]])
def test_no_end_is_told_where_none_waits_or_nothing_moves(messages: list[Message]) -> None:
    assert report(*messages, at=AT + timedelta(hours=5)).ends_at is None


def test_a_pace_is_that_of_now_and_not_of_the_morning() -> None:
    assert rules.rate([AT], at=AT + timedelta(hours=1)) == 0
    assert rules.rate([AT, AT], at=AT) == 2


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [
        ([0, 59, 60], (60, [2, 1])),
        ([0, 60 * 24], (300, [1, 0, 0, 0, 1])),
        ([0, 3_600 * 40], (3_600, [1, *[0] * 22, 1])),
        ([], (60, [])),
    ],
)
def test_a_curve_has_few_stretches_however_long_it_took(after_s: list[int], expected: tuple[int, list[int]]) -> None:
    stretch_s, curve = rules.stretches([AT + timedelta(seconds=each) for each in after_s], since=AT)
    assert (stretch_s, [each.messages for each in curve]) == expected


@pytest.mark.parametrize(
    ("to", "channel", "expected"),
    [
        (Addresses(language="fr", email="amira.b@example.org"), Channel.EMAIL, "a…@example.org"),
        (Addresses(language="fr", mobile="+213550123456"), Channel.SMS, "…56"),
        (Addresses(language="fr", mobile="+213550123456"), Channel.EMAIL, ""),
        (Addresses(language="fr", email="amira.b@example.org"), Channel.INBOX, ""),
        (None, Channel.SMS, ""),
    ],
)
def test_an_address_is_shown_by_no_more_than_tells_two_apart(
    to: Addresses | None, channel: Channel, expected: str
) -> None:
    assert rules.masked(to, channel) == expected


def test_no_cell_of_the_report_is_a_formula() -> None:
    line = rules.recipient(message(1, reason="=HYPERLINK(1)"), to=None, delivered=("m1",))
    head, row = rules.as_csv([line]).decode("utf-8-sig").splitlines()
    assert head == "message_id,channel,address,language,state,reason,told_at,settled_at"
    assert row == "m1,sms,,ar,delivered,'=HYPERLINK(1),2026-02-10T09:00:00+00:00,2026-02-10T09:00:10+00:00"
