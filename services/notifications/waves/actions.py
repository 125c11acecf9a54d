"""What notifications tells operators of its waves."""

from collections.abc import Sequence
from datetime import date

from services.notifications.contacts import actions as contacts
from services.notifications.contacts.contact import Addresses
from services.notifications.messages import store
from services.notifications.messages.message import Message
from services.notifications.templates import catalogue
from services.notifications.templates import store as texts
from services.notifications.waves import rules
from services.notifications.waves.wave import WaveReport, WaveSize
from shared.funds.messages import Channel
from shared.kernel.batches import in_batches
from shared.storage.unit_of_work import UnitOfWork

MESSAGES_MAX = 20_000
"""Read of one wave: what is beyond is said to be left out."""
CAMPAIGNS_MAX = 100
"""Campaigns that may have been written on a day: the newest."""
OPENED_AT_ONCE_MAX = 500


def of_day(uow: UnitOfWork, *, on: date | None) -> list[WaveSize]:
    """The waves of a day of the fund, today unless another is named: the largest first."""
    day = on or uow.today
    names = {template.name for template in catalogue.every().values()}
    templates = {name: catalogue.newest(name) for name in sorted(names)} | texts.latest(uow, limit=CAMPAIGNS_MAX)
    found = {name: store.wave_size(uow, name, day, counted_max=MESSAGES_MAX) for name in templates}
    waves = [
        WaveSize(template=name, wordings=templates[name].wordings, on=day, messages=size[0], first_at=size[1])
        for name, size in found.items()
        if size
    ]
    return sorted(waves, key=lambda wave: (-wave.messages, wave.template))


def report(uow: UnitOfWork, *, template: str, on: date | None) -> WaveReport:
    """What became of a wave. `WaveUnknown`."""
    day = on or uow.today
    messages, is_whole = _messages(uow, template, day)
    key = messages[-1].text_key
    return rules.report(
        messages,
        delivered=_delivered(uow, messages),
        template=texts.said(uow, [key])[key],
        on=day,
        at=uow.at,
        is_whole=is_whole,
    )


def by_recipient(uow: UnitOfWork, *, template: str, on: date | None) -> bytes:
    """The same by recipient, as CSV with masked addresses. `WaveUnknown`."""
    messages, _ = _messages(uow, template, on or uow.today)
    delivered, to = _delivered(uow, messages), _addresses(uow, messages)
    return rules.as_csv(
        rules.recipient(message, to=to.get(message.owner_id), delivered=delivered) for message in messages
    )


def _messages(uow: UnitOfWork, template: str, day: date) -> tuple[Sequence[Message], bool]:
    messages = store.of_wave(uow, template, day, limit=MESSAGES_MAX + 1)
    if not messages:
        raise rules.WaveUnknown
    return messages[:MESSAGES_MAX], len(messages) <= MESSAGES_MAX


def _delivered(uow: UnitOfWork, messages: Sequence[Message]) -> frozenset[str]:
    """Those for which a receipt said that they arrived: only an SMS centre sends any."""
    by_sms = [message for message in messages if message.channel is Channel.SMS]
    return store.arrived_since(uow, min(message.told_at for message in by_sms)) if by_sms else frozenset()


def _addresses(uow: UnitOfWork, messages: Sequence[Message]) -> dict[str, Addresses]:
    owners = sorted({message.owner_id for message in messages if message.channel is not Channel.INBOX})
    channels = {message.channel for message in messages}
    found: dict[str, Addresses] = {}
    for batch in in_batches(owners, size=lambda _: 1, count_max=OPENED_AT_ONCE_MAX, size_max=OPENED_AT_ONCE_MAX):
        found |= contacts.addresses(uow, batch, channels=channels)
    return found
