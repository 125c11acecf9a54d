"""What became of a campaign: counted while it is sent, and by recipient."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.contacts import actions as contacts
from services.notifications.contacts.store import contacts as contact_repository
from services.notifications.message_campaigns import actions, rules, store
from services.notifications.message_campaigns.message_campaign import CampaignStatus, MessageCampaign
from services.notifications.messages import store as messages
from services.notifications.messages.message import Status
from services.notifications.messages.rules import notice_id
from services.notifications.waves import rules as waves
from services.notifications.waves.wave import Recipient, WaveChannel, WaveReason
from shared.events.audiences import AudienceMember
from shared.funds.messages import Channel
from shared.storage.unit_of_work import UnitOfWork

FAILURES_COUNTED_MAX = 20_000
"""Of a campaign's messages that did not arrive; of more, the first of them say why."""
PAGES_A_PART = 40
"""Twenty thousand members: a file of more takes longer than callers wait."""
RATE_OVER = timedelta(minutes=10)
NOT_WRITTEN, DEAD, UNKNOWN = "not-written", "contact.dead", "contact.unknown"


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    """How a campaign stands. `per_minute` is how many of its messages were written a minute, over the last ten;
    `ends_at` when the last is, at that pace."""

    campaign: MessageCampaign
    channels: Sequence[WaveChannel]
    reasons: Sequence[WaveReason]
    per_minute: float
    ends_at: datetime | None
    waits_until: datetime | None
    """Until when quiet hours hold it."""

    @property
    def parts(self) -> int:
        """In how many parts the report by recipient comes."""
        return max(1, math.ceil(min(self.campaign.progress.next_page, self.campaign.pages) / PAGES_A_PART))


def report(uow: UnitOfWork, *, campaign_id: str) -> CampaignReport:
    """What became of it so far. `CampaignUnknown`."""
    campaign = actions.read(uow, campaign_id=campaign_id)
    is_sending = campaign.status is CampaignStatus.SENDING
    per_minute = _per_minute(uow, campaign) if is_sending else 0.0
    return CampaignReport(
        campaign=campaign,
        channels=_channels(uow, campaign),
        reasons=_reasons(uow, campaign),
        per_minute=per_minute,
        ends_at=rules.ends_at(campaign, per_minute=per_minute, at=uow.at),
        waits_until=rules.waits_until(campaign, fund=uow.fund, at=uow.at) if is_sending else None,
    )


def by_recipient(uow: UnitOfWork, *, campaign_id: str, part: int) -> bytes:
    """What became of each message, and who was not written to and why, as CSV with masked addresses: the members of so
    many pages of the audience, a part at a time. `CampaignUnknown`."""
    campaign = actions.read(uow, campaign_id=campaign_id)
    delivered = _arrived(uow, campaign)
    pages = itertools.islice(_written_pages(uow, campaign), (part - 1) * PAGES_A_PART, part * PAGES_A_PART)
    return waves.as_csv(line for page in pages for line in _lines(uow, campaign, page, delivered=delivered))


def _lines(
    uow: UnitOfWork, campaign: MessageCampaign, page: Sequence[AudienceMember], *, delivered: frozenset[str]
) -> Iterator[Recipient]:
    channels = rules.template(campaign.draft, name=campaign.campaign_id).channels
    known = contact_repository.find_many(uow, {member.owner_id for member in page})
    to = contacts.addresses(uow, known.keys(), channels=channels)
    ids = {member.owner_id: [_message_id(uow, campaign, member, each) for each in channels] for member in page}
    found = messages.messages.find_many(uow, [message_id for each in ids.values() for message_id in each])
    for owner_id, message_ids in ids.items():
        written = [found[message_id] for message_id in message_ids if message_id in found]
        for message in written:
            yield waves.recipient(message, to=to.get(owner_id), delivered=delivered)
        if not written:
            yield Recipient(
                message_id="",
                channel=Channel.INBOX,
                address="",
                language="",
                state=NOT_WRITTEN,
                reason=DEAD if owner_id in known else UNKNOWN,
                told_at=campaign.started_at or campaign.written_at,
                settled_at=None,
            )


def _channels(uow: UnitOfWork, campaign: MessageCampaign) -> list[WaveChannel]:
    counts = messages.counts(uow, campaign.campaign_id, purpose=campaign.draft.purpose)
    delivered = len(_arrived(uow, campaign))
    return [
        WaveChannel(
            channel=channel,
            queued=counts[channel, Status.QUEUED],
            sent=counts[channel, Status.SENT] + counts[channel, Status.UNDELIVERED],
            delivered=delivered if channel is Channel.SMS else 0,
            undelivered=counts[channel, Status.UNDELIVERED],
            failed=counts[channel, Status.FAILED],
            in_doubt=counts[channel, Status.UNKNOWN],
        )
        for channel in sorted({channel for channel, _ in counts})
    ]


def _reasons(uow: UnitOfWork, campaign: MessageCampaign) -> list[WaveReason]:
    failed = messages.not_arrived(uow, campaign.campaign_id, limit=FAILURES_COUNTED_MAX)
    counted = Counter((message.channel, str(message.reason)) for message in failed)
    return [
        WaveReason(channel=channel, reason=reason, messages=count)
        for (channel, reason), count in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    ]


def _per_minute(uow: UnitOfWork, campaign: MessageCampaign) -> float:
    since = max(uow.at - RATE_OVER, campaign.started_at or uow.at)
    minutes = max(1.0, (uow.at - since).total_seconds() / 60)
    return round(messages.written_since(uow, campaign.campaign_id, since) / minutes, 1)


def _arrived(uow: UnitOfWork, campaign: MessageCampaign) -> frozenset[str]:
    """The campaign's messages of which a receipt said that they arrived: only an SMS centre sends any."""
    if Channel.SMS not in campaign.draft.channels or campaign.started_at is None:
        return frozenset()
    ours = {
        _message_id(uow, campaign, member, Channel.SMS)
        for members in _written_pages(uow, campaign)
        for member in members
    }
    return messages.arrived_since(uow, campaign.started_at) & ours


def _written_pages(uow: UnitOfWork, campaign: MessageCampaign) -> Iterator[Sequence[AudienceMember]]:
    """The members that were written to, page by page."""
    progress = campaign.progress
    for page in store.pages_until(uow, campaign.selection_id, number=progress.next_page):
        yield page.members[: progress.next_member] if page.number == progress.next_page else page.members


def _message_id(uow: UnitOfWork, campaign: MessageCampaign, member: AudienceMember, channel: Channel) -> str:
    return f"{notice_id(rules.notice(campaign, member), fund=uow.fund)}.{channel}"
