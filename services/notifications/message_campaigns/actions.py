"""What notifications does with message campaigns: keep what staff write, ask for the audience, and write to it page by
page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.notifications.contacts import actions as contacts
from services.notifications.contacts import store as contact_store
from services.notifications.contacts.contact import Addresses, Contact
from services.notifications.message_campaigns import rules, store, wording
from services.notifications.message_campaigns.message_campaign import (
    AudiencePage,
    CampaignDraft,
    CampaignStatus,
    MessageCampaign,
    Reach,
    answer_id,
    page_id,
)
from services.notifications.messages import actions as messages
from services.notifications.messages import store as message_store
from services.notifications.messages.message import Message
from services.notifications.messages.rules import Notice
from services.notifications.templates.store import WrittenText, written_texts
from services.notifications.templates.template import Template
from shared.audiences.joining import MemberPage, join
from shared.events.audiences import AudienceMember, AudienceSelected
from shared.funds.messages import Channel
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.process.backfills import Backfill
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

WAITING_MAX = 10
"""Batches of a channel that are due and wait: while there are more, a campaign writes nothing new, so that what is
written meanwhile about people's cases does not wait behind all of it, and a campaign that is stopped soon stands still.
"""
FULL_FOR = timedelta(seconds=1)
MEMBERS_ENOUGH = 250
"""Of a page that is joined; it may have as many more as a page of an answer has."""
READ_MAX = 20
"""Pages of answers that one page is joined of."""


def write(uow: UnitOfWork, draft: CampaignDraft) -> MessageCampaign:
    """Keep a new campaign as a draft. Raises what `wording.checked` raises."""
    made = rules.write(draft, campaign_id=uow.new_id(), fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.campaigns.save(uow, Outcome(made))


def rewrite(uow: UnitOfWork, draft: CampaignDraft, *, campaign_id: str) -> MessageCampaign:
    """Change one that was not started. Raises `NotEditable` and what `wording.checked` raises."""
    campaign = read(uow, campaign_id=campaign_id)
    changed = rules.rewrite(campaign, draft, fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.campaigns.save(uow, Outcome(changed))


def read(uow: UnitOfWork, *, campaign_id: str) -> MessageCampaign:
    """`CampaignUnknown`."""
    return store.campaigns.load(uow, campaign_id)


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[MessageCampaign]:
    """A page of campaigns, newest first."""
    return store.page(uow, wanted=wanted)


def select(uow: UnitOfWork, *, campaign_id: str) -> MessageCampaign:
    """Ask the service that knows who belongs to the audience now."""
    campaign = read(uow, campaign_id=campaign_id)
    return store.campaigns.save(uow, rules.select(campaign, selection_id=uow.new_id(), fund=uow.fund, at=uow.at))


def take_page(uow: UnitOfWork, event: AudienceSelected) -> None:
    """Keep a page of the audience, and count whom it would reach; where other services answer for conditions too, keep
    it until all have. What is not the next page of the selection that counts is of no interest any more."""
    campaign = store.campaigns.find(uow, event.campaign_id)
    if campaign is None or not rules.is_awaited(campaign, event):
        return
    answered = rules.with_answer(campaign, event)
    if answered.status is not CampaignStatus.SELECTING:
        store.campaigns.save(uow, Outcome(answered))
    elif rules.is_whole(campaign, event):
        reach = _keep_page(uow, answered, event.members)
        store.campaigns.save(uow, Outcome(rules.with_page(answered, reach=reach, is_last=event.is_last)))
    else:
        of = answer_id(event.selection_id, rules.answer_of(answered, event))
        store.pages.save(uow, Outcome(_page(uow, of, event.page, event.members)))
        store.campaigns.save(uow, Outcome(answered))
        if answered.joining is not None:
            queue.schedule(uow, store.JOIN, campaign.campaign_id)


def join_next(uow: UnitOfWork, *, campaign_id: str) -> bool:
    """Join the answers of several services a page further; whether there is more. Pages that were joined to their end
    are removed in the same transaction."""
    campaign = store.campaigns.find(uow, campaign_id)
    if campaign is None or campaign.status is not CampaignStatus.SELECTING or campaign.joining is None:
        return False
    joined = join(
        campaign.joining,
        excluded=rules.excluded(campaign),
        read=partial(_read_answer, uow, campaign),
        enough=MEMBERS_ENOUGH,
        read_max=READ_MAX,
    )
    reach = _keep_page(uow, campaign, joined.members) if joined.members else Reach()
    store.campaigns.save(uow, Outcome(rules.with_joined(campaign, joined, reach=reach)))
    store.remove_pages(uow, rules.joined_pages(campaign, joined.place))
    return not joined.place.is_ended


def _read_answer(uow: UnitOfWork, campaign: MessageCampaign, place: int, cursor: str) -> MemberPage:
    """A page of the answer at this place: cursors are numbers of pages."""
    answer = campaign.answers[place]
    number = int(cursor or 1)
    kept = store.pages.load(uow, page_id(answer_id(campaign.selection_id, answer), number))
    return MemberPage(kept.members, next=str(number + 1) if number < answer.pages else None)


def _keep_page(uow: UnitOfWork, campaign: MessageCampaign, selected: Sequence[AudienceMember]) -> Reach:
    """Keep the next page of the audience: those who are to be written to. How they are reached."""
    known = contact_store.contacts.find_many(uow, {member.owner_id for member in selected})
    members = rules.reading(selected, languages=campaign.draft.audience.languages, known=known, fund=uow.fund)
    store.pages.save(uow, Outcome(_page(uow, campaign.selection_id, campaign.pages + 1, members)))
    recipients = _recipients(uow, campaign, members)
    written = messages.written(uow, recipients.notices, templates=recipients.templates, to=recipients.to)
    return rules.reach(members, written, known=recipients.known, selected=len(selected))


def _page(uow: UnitOfWork, selection_id: str, number: int, members: Sequence[AudienceMember]) -> AudiencePage:
    return AudiencePage(
        page_id=page_id(selection_id, number),
        selection_id=selection_id,
        number=number,
        members=tuple(members),
        selected_at=uow.at,
    )


@dataclass(frozen=True)
class _Recipients:
    """Those of some members whom the register knows, where they are reached, and what each is told."""

    known: Mapping[str, Contact]
    to: Mapping[str, Addresses]
    notices: Sequence[Notice]
    templates: Mapping[str, Template]


def _recipients(uow: UnitOfWork, campaign: MessageCampaign, members: Sequence[AudienceMember]) -> _Recipients:
    """One whom the register does not know any more stops nobody."""
    template = wording.template(campaign.draft, name=campaign.campaign_id)
    known = contact_store.contacts.find_many(uow, {member.owner_id for member in members})
    return _Recipients(
        known=known,
        to=contacts.of_contacts(uow, known, channels=template.channels),
        notices=[rules.notice(campaign, member) for member in members if member.owner_id in known],
        templates={template.name: template},
    )


def start(uow: UnitOfWork, *, campaign_id: str) -> MessageCampaign:
    """Begin to write to the audience: the text stands from now on. Raises `NobodyToWriteTo`, `MoveNotAllowed`,
    `CampaignNeedsSecondPerson`."""
    campaign = read(uow, campaign_id=campaign_id)
    started = rules.start(campaign, fund=uow.fund, by=uow.by.subject, at=uow.at)
    template = wording.template(campaign.draft, name=campaign_id)
    written_texts.save(uow, Outcome(WrittenText(name=campaign_id, template=template, written_at=uow.at)))
    return _act(uow, "campaign-started", started)


def stop(uow: UnitOfWork, *, campaign_id: str, reason: str) -> MessageCampaign:
    """Write nothing more of it for now; what was written already, some seconds' worth, leaves. `MoveNotAllowed`."""
    return _act(uow, "campaign-stopped", rules.stop(read(uow, campaign_id=campaign_id), reason=reason))


def resume(uow: UnitOfWork, *, campaign_id: str) -> MessageCampaign:
    """Go on with those who were not written to. `MoveNotAllowed`."""
    return _act(uow, "campaign-resumed", rules.resume(read(uow, campaign_id=campaign_id)))


def cancel(uow: UnitOfWork, *, campaign_id: str, reason: str) -> MessageCampaign:
    """Do not send it, or not to the rest. `MoveNotAllowed`."""
    cancelled = rules.cancel(read(uow, campaign_id=campaign_id), reason=reason, at=uow.at)
    return _act(uow, "campaign-cancelled", cancelled)


def _act(uow: UnitOfWork, verb: str, campaign: MessageCampaign) -> MessageCampaign:
    kept = store.campaigns.save(uow, Outcome(campaign))
    operator_acts.record(
        uow, verb, store.campaigns.name, campaign.campaign_id, why=campaign.reason, version=kept.version
    )
    is_sending = campaign.status is CampaignStatus.SENDING
    queue.schedule_or_cancel(uow, store.SEND, campaign.campaign_id, due_at=uow.at if is_sending else None)
    return kept


def write_next(uow: UnitOfWork, *, campaign_id: str) -> datetime | None:
    """Write to the next members of a campaign's audience: the messages, and how far it is, in one transaction. When it
    goes on; None where it does not."""
    campaign = store.campaigns.find(uow, campaign_id)
    if campaign is None or campaign.status is not CampaignStatus.SENDING:
        return None
    if (quiet_until := rules.waits_until(campaign, fund=uow.fund, at=uow.at)) is not None:
        return quiet_until
    if any(message_store.is_full(uow, channel, above=WAITING_MAX) for channel in _leaving(campaign)):
        return uow.at + FULL_FOR
    kept = store.pages.find(uow, page_id(campaign.selection_id, campaign.progress.next_page))
    members = rules.slice_of(campaign, kept, fund=uow.fund)
    written = _write_to(uow, campaign, members)
    advanced = rules.advance(campaign, kept, members=members, messages=written, at=uow.at)
    store.campaigns.save(uow, Outcome(advanced))
    is_done = advanced.status is CampaignStatus.FINISHED
    return None if is_done else rules.next_at(written, fund=uow.fund, at=uow.at)


def _leaving(campaign: MessageCampaign) -> list[Channel]:
    return [channel for channel in campaign.draft.channels if channel is not Channel.INBOX]


def _write_to(uow: UnitOfWork, campaign: MessageCampaign, members: Sequence[AudienceMember]) -> list[Message]:
    recipients = _recipients(uow, campaign, members)
    if not recipients.notices:
        return []
    part_of = f"{campaign.campaign_id}/{campaign.progress.members}"
    due = messages.written(uow, recipients.notices, templates=recipients.templates, to=recipients.to)
    fresh = due if rules.are_new(campaign, members) else messages.unwritten(uow, due)
    return messages.keep(uow, fresh, part_of=part_of, due_at=uow.at)


def count_once(uow: UnitOfWork, *, campaign_id: str) -> None:
    """Have the batches of a campaign that an earlier release began count its messages, as those of others do."""
    campaign = read(uow, campaign_id=campaign_id)
    written = list(message_store.in_order(uow, campaign_id))
    batches = message_store.batches.find_many(uow, {each.batch_id for each in written if each.batch_id})
    counted, changed = rules.counted_once(campaign, written, batches=batches)
    message_store.batches.save_many(uow, changed, part_of=campaign_id)
    store.campaigns.save(uow, Outcome(counted))


backfills = Backfill(
    name="message-campaigns.count",
    find=store.uncounted,
    fill=lambda uow, campaign_id: count_once(uow, campaign_id=campaign_id),
)
"""Campaigns whose messages no batch counts."""
