"""What the messages of a wave come to. Pure."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.notifications.contacts.contact import Addresses
from services.notifications.messages.message import Message, Status
from services.notifications.templates.template import Template
from services.notifications.waves.wave import Recipient, WaveChannel, WaveReason, WaveReport, WaveStretch
from shared.funds.messages import Channel
from shared.kernel.csv_tables import csv_table
from shared.kernel.errors import Missing

RATE_OVER = timedelta(minutes=10)
"""The pace of a wave is that of so long before now."""
STRETCHES_MAX = 24
STRETCHES_S = (60, 300, 900, 1_800, 3_600)
"""A curve is drawn in the shortest of these stretches that needs no more than `STRETCHES_MAX`."""
DELIVERED = "delivered"
HIDDEN = "…"
COLUMNS = ("message_id", "channel", "address", "language", "state", "reason", "told_at", "settled_at")


class WaveUnknown(Missing):
    """No message of this template was written on this day."""

    code = "wave.unknown"


def report(
    messages: Sequence[Message],
    *,
    delivered: Collection[str],
    template: Template,
    on: date,
    at: datetime,
    is_whole: bool,
) -> WaveReport:
    """What became of the messages of a wave; `delivered` are the ids of those for which a receipt said so."""
    settled = sorted(message.settled_at for message in messages if message.settled_at is not None)
    waiting = sum(message.status is Status.QUEUED for message in messages)
    per_minute = rate(settled, at=at)
    first_at = min((message.told_at for message in messages), default=None)
    stretch_s, curve = stretches(settled, since=first_at)
    return WaveReport(
        template=template.name,
        wordings=template.wordings,
        on=on,
        first_at=first_at,
        last_at=settled[-1] if settled else None,
        channels=_channels(messages, delivered),
        reasons=reasons(messages),
        per_minute=per_minute,
        ends_at=at + timedelta(minutes=waiting / per_minute) if waiting and per_minute else None,
        curve=curve,
        stretch_s=stretch_s,
        is_whole=is_whole,
    )


def rate(settled: Sequence[datetime], *, at: datetime) -> float:
    """Messages a minute over the last minutes, or since the first of them where that was less long ago."""
    recent = [each for each in settled if at - RATE_OVER <= each <= at]
    if not recent:
        return 0.0
    minutes = max(1.0, (at - max(recent[0], at - RATE_OVER)).total_seconds() / 60)
    return round(len(recent) / minutes, 1)


def stretches(settled: Sequence[datetime], *, since: datetime | None) -> tuple[int, list[WaveStretch]]:
    """How many were settled in each stretch from the first message on, in order, and how long a stretch is. What was
    settled beyond the last one counts in it."""
    if not settled or since is None:
        return STRETCHES_S[0], []
    lasted_s = max(0.0, (settled[-1] - since).total_seconds())
    stretch_s = next((each for each in STRETCHES_S if lasted_s < each * STRETCHES_MAX), STRETCHES_S[-1])
    count = min(STRETCHES_MAX, math.floor(lasted_s / stretch_s) + 1)
    places = Counter(min(count - 1, max(0, math.floor((each - since).total_seconds() / stretch_s))) for each in settled)
    return stretch_s, [
        WaveStretch(at=since + timedelta(seconds=stretch_s * place), messages=places[place]) for place in range(count)
    ]


def _channels(messages: Iterable[Message], delivered: Collection[str]) -> list[WaveChannel]:
    found: dict[Channel, WaveChannel] = {}
    for message in messages:
        before = found.get(message.channel, WaveChannel(channel=message.channel))
        found[message.channel] = replace(
            before,
            queued=before.queued + (message.status is Status.QUEUED),
            sent=before.sent + (message.status in (Status.SENT, Status.UNDELIVERED)),
            delivered=before.delivered + is_delivered(message, delivered),
            undelivered=before.undelivered + (message.status is Status.UNDELIVERED),
            failed=before.failed + (message.status is Status.FAILED),
            in_doubt=before.in_doubt + (message.status is Status.UNKNOWN),
        )
    return [found[channel] for channel in sorted(found)]


def reasons(messages: Iterable[Message]) -> list[WaveReason]:
    """Why messages did not arrive, the most frequent first."""
    counted = Counter((message.channel, message.reason) for message in messages if message.reason)
    return [
        WaveReason(channel=channel, reason=str(reason), messages=count)
        for (channel, reason), count in sorted(counted.items(), key=lambda each: (-each[1], each[0][0], each[0][1]))
    ]


def is_delivered(message: Message, delivered: Collection[str]) -> bool:
    """Whether a receipt said that it arrived: that its provider took it is not enough."""
    return message.status is Status.SENT and (message.delivered_at is not None or message.message_id in delivered)


def recipient(message: Message, *, to: Addresses | None, delivered: Collection[str]) -> Recipient:
    """A line of the report by recipient."""
    return Recipient(
        message_id=message.message_id,
        channel=message.channel,
        address=masked(to, message.channel),
        language=message.language,
        state=DELIVERED if is_delivered(message, delivered) else message.status.value,
        reason=message.reason or "",
        told_at=message.told_at,
        settled_at=message.settled_at,
    )


def masked(to: Addresses | None, channel: Channel) -> str:
    """As much of an address as tells two apart and finds a provider's fault: the first letter and the domain of a mail
    address, the last two digits of a number. Empty where there is none any more."""
    if to is not None and channel is Channel.EMAIL and to.email:
        name, _, domain = to.email.rpartition("@")
        return f"{name[:1]}{HIDDEN}@{domain}"
    if to is not None and channel is Channel.SMS and to.mobile:
        return f"{HIDDEN}{to.mobile[-2:]}"
    return ""


def as_csv(recipients: Iterable[Recipient]) -> bytes:
    """The report by recipient as a table."""
    return csv_table(COLUMNS, ([getattr(each, column) for column in COLUMNS] for each in recipients))
