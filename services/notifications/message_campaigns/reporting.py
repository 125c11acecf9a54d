"""What became of a campaign: as its batches count it, and by recipient."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.contacts import actions as contacts
from services.notifications.contacts.store import contacts as contact_repository
from services.notifications.message_campaigns import actions, rules, store, wording
from services.notifications.message_campaigns.message_campaign import CampaignStatus, MessageCampaign
from services.notifications.messages import store as messages
from services.notifications.messages.rules import message_id, notice_id
from services.notifications.waves import rules as waves
from services.notifications.waves.wave import Recipient, WaveChannel, WaveReason
from shared.events.audiences import AudienceMember
from shared.funds.messages import Channel
from shared.storage.unit_of_work import UnitOfWork

PAGES_A_PART = 40
"""Twenty thousand members: a file of more takes longer than callers wait."""
NOT_WRITTEN, DEAD, UNKNOWN = "not-written", "contact.dead", "contact.unknown"


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    """How a campaign stands. `per_minute` is how many of its messages that leave were written a minute, over the last
    ten; `ends_at` when the last is, at that pace."""

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
    batches = messages.of_campaign(uow, campaign_id)
    outcome = rules.outcome(campaign, batches)
    is_sending = campaign.status is CampaignStatus.SENDING
    per_minute = rules.per_minute(campaign, batches, at=uow.at) if is_sending else 0.0
    return CampaignReport(
        campaign=campaign,
        channels=rules.channels(outcome, delivered=_delivered(uow, campaign)),
        reasons=rules.reasons(outcome),
        per_minute=per_minute,
        ends_at=rules.ends_at(campaign, per_minute=per_minute, at=uow.at),
        waits_until=rules.waits_until(campaign, fund=uow.fund, at=uow.at) if is_sending else None,
    )


def by_recipient(uow: UnitOfWork, *, campaign_id: str, part: int) -> bytes:
    """What became of each message, and who was not written to and why, as CSV with masked addresses: the members of so
    many pages of the audience, a part at a time. `CampaignUnknown`."""
    campaign = actions.read(uow, campaign_id=campaign_id)
    delivered = _arrived(uow, campaign)
    first = (part - 1) * PAGES_A_PART + 1
    pages = _written_pages(uow, campaign, first=first, last=first + PAGES_A_PART - 1)
    return waves.as_csv(line for page in pages for line in _lines(uow, campaign, page, delivered=delivered))


def _lines(
    uow: UnitOfWork, campaign: MessageCampaign, page: Sequence[AudienceMember], *, delivered: frozenset[str]
) -> Iterator[Recipient]:
    channels = wording.template(campaign.draft, name=campaign.campaign_id).channels
    known = contact_repository.find_many(uow, {member.owner_id for member in page})
    to = contacts.of_contacts(uow, known, channels=channels)
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


def _delivered(uow: UnitOfWork, campaign: MessageCampaign) -> int:
    """How many of the campaign's messages arrived, by a receipt."""
    if not (arrived := _arrived(uow, campaign)):
        return 0
    ours = {
        _message_id(uow, campaign, member, Channel.SMS)
        for members in _written_pages(uow, campaign)
        for member in members
    }
    return len(arrived & ours)


def _arrived(uow: UnitOfWork, campaign: MessageCampaign) -> frozenset[str]:
    """The messages, its own and others, of which a receipt since its start said that they arrived: only an SMS centre
    sends any."""
    if Channel.SMS not in campaign.draft.channels or campaign.started_at is None:
        return frozenset()
    return messages.arrived_since(uow, campaign.started_at)


def _written_pages(
    uow: UnitOfWork, campaign: MessageCampaign, *, first: int = 1, last: int | None = None
) -> Iterator[Sequence[AudienceMember]]:
    """The members that were written to, page by page; those of some pages alone where they are named."""
    progress = campaign.progress
    until = progress.next_page if last is None else min(last, progress.next_page)
    for page in store.pages_between(uow, campaign.selection_id, first=first, last=until):
        yield page.members[: progress.next_member] if page.number == progress.next_page else page.members


def _message_id(uow: UnitOfWork, campaign: MessageCampaign, member: AudienceMember, channel: Channel) -> str:
    return message_id(notice_id(rules.notice(campaign, member), fund=uow.fund), channel)
