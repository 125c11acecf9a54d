"""Quiet hours: from an hour to another, also over midnight, where the fund is."""

from datetime import date, datetime
from typing import Any

import pytest

from shared.funds.law import Confidence, Law
from shared.funds.messages import CampaignTerms, Channel, MessagePurpose, Messages, QuietHours
from tests.kit.contexts import DZ, funds

LAW = Law(valid_from=date(2026, 1, 1), reference="invented", confidence=Confidence("?"))
CAMPAIGN, SERVICE, LEGAL = MessagePurpose.CAMPAIGN, MessagePurpose.SERVICE, MessagePurpose.LEGAL


def hours(begins: str = "20:00", ends: str = "08:00", **facts: Any) -> QuietHours:
    return QuietHours(
        **{"channel": Channel.SMS, "begins": begins, "ends": ends, "holds": (CAMPAIGN,), "law": LAW, **facts}
    )


@pytest.mark.parametrize(
    ("begins", "ends", "now", "over"),
    [
        ("20:00", "08:00", "2026-02-10T19:59", None),
        ("20:00", "08:00", "2026-02-10T20:00", "2026-02-11T08:00"),
        ("20:00", "08:00", "2026-02-10T23:30", "2026-02-11T08:00"),
        ("20:00", "08:00", "2026-02-11T00:00", "2026-02-11T08:00"),
        ("20:00", "08:00", "2026-02-11T07:59", "2026-02-11T08:00"),
        ("20:00", "08:00", "2026-02-11T08:00", None),
        ("12:00", "14:30", "2026-02-10T11:59", None),
        ("12:00", "14:30", "2026-02-10T12:00", "2026-02-10T14:30"),
        ("12:00", "14:30", "2026-02-10T14:30", None),
        ("20:00", "08:00", "2026-12-31T21:00", "2027-01-01T08:00"),
    ],
)
def test_a_message_waits_until_they_are_over(begins: str, ends: str, now: str, over: str | None) -> None:
    zone = funds()[DZ].zone
    ends_at = hours(begins, ends).end(datetime.fromisoformat(now).replace(tzinfo=zone))
    assert ends_at == (datetime.fromisoformat(over).replace(tzinfo=zone) if over else None)


def test_they_hold_their_channel_and_purposes_alone_and_never_what_is_legal() -> None:
    night = datetime(2026, 2, 10, 22, tzinfo=funds()[DZ].zone)
    messages = Messages(quiet_hours=(hours(), hours("21:00", "09:00", holds=(SERVICE,))))
    assert messages.quiet_until(Channel.SMS, CAMPAIGN, night) == night.replace(day=11, hour=8)
    assert messages.quiet_until(Channel.SMS, SERVICE, night) == night.replace(day=11, hour=9)
    assert messages.quiet_until(Channel.EMAIL, CAMPAIGN, night) is None
    assert messages.quiet_until(Channel.SMS, LEGAL, night) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"begins": "8:00"},
        {"begins": "24:00"},
        {"ends": "20:00"},
        {"channel": Channel.INBOX},
        {"holds": ()},
        {"holds": (LEGAL,)},
    ],
)
def test_hours_that_would_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"begins|holds|channel"):
        hours(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"second_person_above": -1}, {"per_minute": {Channel.INBOX: 5}}, {"per_minute": {Channel.SMS: 0}}]
)
def test_terms_that_would_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"second_person_above|per_minute"):
        CampaignTerms(**wrong)
