"""When a message campaign may start, whom it reaches, and how fast its messages are written. What it says is judged in
`wording.py`. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from services.notifications.contacts.contact import Contact
from services.notifications.message_campaigns import audiences, wording
from services.notifications.message_campaigns.message_campaign import (
    MOVES,
    AudienceAnswer,
    AudiencePage,
    CampaignDraft,
    CampaignStatus,
    MessageCampaign,
    Progress,
    Reach,
    answer_id,
    page_id,
)
from services.notifications.messages.batch import Batch
from services.notifications.messages.message import Message, Status
from services.notifications.messages.rules import NOT_WANTED, Notice, added_up, counted
from services.notifications.waves.rules import RATE_OVER
from services.notifications.waves.wave import WaveChannel, WaveReason
from shared.audiences.joining import Joined, JoinPlace, beginning
from shared.events.audiences import AudienceCondition, AudienceMember, AudienceRequested, AudienceSelected
from shared.funds.fund import Fund
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.errors import Conflict, Forbidden, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

SLICE_MAX = 500
"""Members that are written to in one transaction."""
NOT_ARRIVED = (Status.FAILED, Status.UNDELIVERED, Status.UNKNOWN)
LIMITED_EVERY_S = 10
"""Where a channel has a rate limit, a campaign is written in slices of so many seconds' worth."""


class CampaignUnknown(Missing):
    code = "campaign.unknown"


class NotEditable(Conflict):
    """It was started, or cancelled: its text and audience stand."""

    code = "campaign.not-editable"


class NobodyToWriteTo(Conflict):
    """Nobody is in the audience."""

    code = "campaign.nobody"


class CampaignNeedsSecondPerson(Forbidden):
    """The campaign is for more recipients than one person may start it for (`above`), or goes to everybody by law:
    another than who wrote it starts it."""

    code = "campaign.second-person-needed"


# --- Its steps --------------------------------------------------------------------------------------------------------


def write(draft: CampaignDraft, *, campaign_id: str, fund: Fund, by: str, at: datetime) -> MessageCampaign:
    """A new campaign. Raises what `checked` raises."""
    return MessageCampaign(
        campaign_id=campaign_id,
        draft=wording.checked(draft, fund=fund),
        status=CampaignStatus.DRAFT,
        written_by=by,
        written_at=at,
        is_counted=True,
    )


def rewrite(campaign: MessageCampaign, draft: CampaignDraft, *, fund: Fund, by: str, at: datetime) -> MessageCampaign:
    """Another text, audience or name, before it is started: the audience is selected anew. Raises `NotEditable` and
    what `checked` raises."""
    if CampaignStatus.DRAFT not in MOVES[campaign.status]:
        raise NotEditable
    return replace(
        _unselected(campaign),
        draft=wording.checked(draft, fund=fund),
        status=moved(MOVES, campaign.status, to=CampaignStatus.DRAFT),
        written_by=by,
        written_at=at,
    )


def _unselected(campaign: MessageCampaign) -> MessageCampaign:
    """What was known of its audience holds no more."""
    return replace(campaign, selection_id="", pages=0, answers=(), counted=(), joining=None, reach=Reach(), refused="")


def select(campaign: MessageCampaign, *, selection_id: str, fund: Fund, at: datetime) -> Outcome[MessageCampaign]:
    """Ask for the audience as it is now. Raises `MoveNotAllowed` and what `audiences.asked` raises."""
    first, *also = [
        AudienceCondition(
            audience=each.code,
            parameters=audiences.asked(each.code, each.parameters, fund=fund),
            is_not=each.is_not,
        )
        for each in campaign.draft.audience.conditions
    ]
    selecting = replace(
        _unselected(campaign),
        status=moved(MOVES, campaign.status, to=CampaignStatus.SELECTING),
        selection_id=selection_id,
    )
    asked = AudienceRequested(
        selection_id=selection_id,
        campaign_id=campaign.campaign_id,
        audience=first.audience,
        parameters=first.parameters,
        also=tuple(also),
        requested_at=at,
    )
    return Outcome(selecting, (asked,))


def is_awaited(campaign: MessageCampaign | None, event: AudienceSelected) -> bool:
    """Whether a page belongs to the selection that counts, and is the next one of the service that answers."""
    return (
        campaign is not None
        and campaign.status is CampaignStatus.SELECTING
        and campaign.selection_id == event.selection_id
        and event.page == answer_of(campaign, event).pages + 1
    )


def answer_of(campaign: MessageCampaign, event: AudienceSelected) -> AudienceAnswer:
    """How far the answer is that a page belongs to; `campaign.pages` have come of one that an earlier release began."""
    begun = [each for each in campaign.answers if each.conditions == event.answers]
    new = AudienceAnswer(conditions=event.answers, is_excluding=event.is_excluding, pages=campaign.pages)
    return begun[0] if begun else new


def is_whole(campaign: MessageCampaign, event: AudienceSelected) -> bool:
    """Whether the service that answers knows all the conditions, so that there is nothing to join."""
    return len(event.answers) == len(campaign.draft.audience.conditions)


def with_answer(campaign: MessageCampaign, event: AudienceSelected) -> MessageCampaign:
    """A page came: what it counts of each condition. Where the audience was refused it is a draft again; where this was
    the last page of several services, their answers are joined."""
    before = answer_of(campaign, event)
    answer = replace(before, pages=event.page, is_ended=event.is_last)
    others = [each for each in campaign.answers if each is not before]
    answers = tuple(sorted((*others, answer), key=lambda each: each.conditions))
    added = replace(campaign, answers=answers, counted=_counted(campaign, event))
    if event.refused:
        return replace(added, status=moved(MOVES, campaign.status, to=CampaignStatus.DRAFT), refused=event.refused)
    ended = [number for each in answers if each.is_ended for number in each.conditions]
    is_joined = len(answers) > 1 and len(ended) == len(campaign.draft.audience.conditions)
    return replace(added, joining=beginning(len(answers)) if is_joined else None)


def _counted(campaign: MessageCampaign, event: AudienceSelected) -> tuple[int, ...]:
    conditions = len(campaign.draft.audience.conditions)
    counts = list(campaign.counted or (0 for _ in range(conditions)))
    for number, count in zip(event.answers, event.counted or (len(event.members),), strict=False):
        counts[number] += count
    return tuple(counts)


def with_page(campaign: MessageCampaign, *, reach: Reach, is_last: bool) -> MessageCampaign:
    """A page of its audience is there; with the last one it is ready."""
    added = replace(campaign, pages=campaign.pages + 1, reach=_sum(campaign.reach, reach))
    return ready(added) if is_last else added


def ready(campaign: MessageCampaign) -> MessageCampaign:
    """All of its audience is there."""
    return replace(campaign, status=moved(MOVES, campaign.status, to=CampaignStatus.READY), joining=None)


def with_joined(campaign: MessageCampaign, joined: Joined, *, reach: Reach) -> MessageCampaign:
    """Answers of several services were joined a little further: a page where anybody was found."""
    place = joined.place
    if joined.members:
        return with_page(replace(campaign, joining=place), reach=reach, is_last=place.is_ended)
    return ready(campaign) if place.is_ended else replace(campaign, joining=place)


def excluded(campaign: MessageCampaign) -> frozenset[int]:
    """Of the answers that are joined, by their place, those that name whom to leave out."""
    return frozenset(place for place, each in enumerate(campaign.answers) if each.is_excluding)


def joined_pages(campaign: MessageCampaign, after: JoinPlace) -> list[str]:
    """The pages of answers that a step has joined to their end: nobody reads them any more."""
    before = campaign.joining or after
    found: list[str] = []
    for answer, was, is_now in zip(campaign.answers, before.cursors, after.cursors, strict=True):
        first = answer.pages + 1 if was is None else int(was or 1)
        last = answer.pages if is_now is None else int(is_now or 1) - 1
        of = answer_id(campaign.selection_id, answer)
        found += [page_id(of, number) for number in range(first, last + 1)]
    return found


def reading(
    members: Sequence[AudienceMember], *, languages: Collection[str], known: Mapping[str, Contact], fund: Fund
) -> list[AudienceMember]:
    """Those members who read one of some languages, and those whom the register does not have; all where none is
    named."""
    return [
        each
        for each in members
        if not languages or each.owner_id not in known or _language(known[each.owner_id], fund) in languages
    ]


def _language(contact: Contact, fund: Fund) -> str:
    return contact.language if contact.language in fund.languages else fund.language


def start(campaign: MessageCampaign, *, fund: Fund, by: str, at: datetime) -> MessageCampaign:
    """Begin to write to everybody. Raises `NobodyToWriteTo`, `CampaignNeedsSecondPerson`, `MoveNotAllowed`."""
    status = _sending_from(CampaignStatus.READY, campaign)
    if not campaign.reach.recipients:
        raise NobodyToWriteTo
    if needs_second_person(campaign, fund=fund) and by == campaign.written_by:
        raise CampaignNeedsSecondPerson(above=fund.messages.campaigns.second_person_above)
    return replace(campaign, status=status, started_by=by, started_at=at)


def needs_second_person(campaign: MessageCampaign, *, fund: Fund) -> bool:
    """Whether another than who wrote it has to start it."""
    is_many = campaign.reach.recipients > fund.messages.campaigns.second_person_above
    return is_many or campaign.draft.purpose is MessagePurpose.LEGAL


def stop(campaign: MessageCampaign, *, reason: str) -> MessageCampaign:
    """Nothing more of it is written for now. Raises `MoveNotAllowed`."""
    return replace(campaign, status=moved(MOVES, campaign.status, to=CampaignStatus.STOPPED), reason=reason)


def resume(campaign: MessageCampaign) -> MessageCampaign:
    """Go on with those who were not written to. Raises `MoveNotAllowed`."""
    return replace(campaign, status=_sending_from(CampaignStatus.STOPPED, campaign), reason="")


def _sending_from(status: CampaignStatus, campaign: MessageCampaign) -> CampaignStatus:
    """What is ready is started, what was stopped resumed, and never one for the other: a second person starts."""
    sending = CampaignStatus.SENDING
    table = {here: moves if here is status else moves - {sending} for here, moves in MOVES.items()}
    return moved(table, campaign.status, to=sending)


def cancel(campaign: MessageCampaign, *, reason: str, at: datetime) -> MessageCampaign:
    """It is not sent, or not to the rest. Raises `MoveNotAllowed`."""
    status = moved(MOVES, campaign.status, to=CampaignStatus.CANCELLED)
    return replace(campaign, status=status, reason=reason, ended_at=at)


# --- Whom it reaches --------------------------------------------------------------------------------------------------


def reach(
    members: Sequence[AudienceMember], written: Iterable[Message], *, known: Mapping[str, Contact], selected: int
) -> Reach:
    """How members would be reached, from the messages that would be written to them now and what is known of them;
    `selected` were they before some languages were chosen."""
    all_written = list(written)
    languages = {message.owner_id: message.language for message in all_written}
    alone = [message for message in all_written if message.channel is Channel.INBOX]
    leaving = (message.channel for message in all_written if message.channel is not Channel.INBOX)
    not_wanted = sum(message.reason == NOT_WANTED for message in alone)
    owner_ids = {member.owner_id for member in members}
    return Reach(
        recipients=len(languages),
        by_channel=dict(Counter(leaving)),
        by_language=dict(Counter(languages.values())),
        inbox_only=len(alone) - not_wanted,
        not_wanted=not_wanted,
        dead=sum(owner_id in known and known[owner_id].is_dead for owner_id in owner_ids),
        not_registered=sum(owner_id not in known for owner_id in owner_ids),
        other_language=selected - len(owner_ids),
        selected=selected,
    )


def _sum(one: Reach, other: Reach) -> Reach:
    return Reach(
        recipients=one.recipients + other.recipients,
        by_channel=dict(Counter(one.by_channel) + Counter(other.by_channel)),
        by_language=dict(Counter(one.by_language) + Counter(other.by_language)),
        inbox_only=one.inbox_only + other.inbox_only,
        not_wanted=one.not_wanted + other.not_wanted,
        dead=one.dead + other.dead,
        not_registered=one.not_registered + other.not_registered,
        other_language=one.other_language + other.other_language,
        selected=one.selected + other.selected,
    )


# --- How it is written ------------------------------------------------------------------------------------------------


def notice(campaign: MessageCampaign, member: AudienceMember) -> Notice:
    """What a member is told: once a campaign, however often its audience names them."""
    return Notice(
        template=campaign.campaign_id,
        occasion=campaign.campaign_id,
        about=campaign.campaign_id,
        owner_id=member.owner_id,
        parameters=dict(member.values),
    )


def waits_until(campaign: MessageCampaign, *, fund: Fund, at: datetime) -> datetime | None:
    """Until when nothing more is written, for the quiet hours of one of its channels; None where none are on."""
    ends = [fund.quiet_until(channel, campaign.draft.purpose, at) for channel in campaign.draft.channels]
    return max((end for end in ends if end is not None), default=None)


def slice_of(campaign: MessageCampaign, page: AudiencePage | None, *, fund: Fund) -> Sequence[AudienceMember]:
    """Whom to write to next: of the page that its progress names, as many as the rate limits allow at once."""
    if page is None:
        return ()
    per_minute = [fund.messages.campaigns.per_minute.get(channel) for channel in campaign.draft.channels]
    limited = [max(1, count * LIMITED_EVERY_S // 60) for count in per_minute if count is not None]
    first = campaign.progress.next_member
    return page.members[first : first + min([SLICE_MAX, *limited])]


def advance(
    campaign: MessageCampaign,
    page: AudiencePage | None,
    *,
    members: Sequence[AudienceMember],
    messages: Sequence[Message],
    at: datetime,
) -> MessageCampaign:
    """The campaign after members of a page were written to; it has finished behind its last page."""
    before = campaign.progress
    next_member = before.next_member + len(members)
    is_page_done = page is None or next_member >= len(page.members)
    progress = Progress(
        next_page=before.next_page + is_page_done,
        next_member=0 if is_page_done else next_member,
        members=before.members + len(members),
        messages=before.messages + len(messages),
        inbox=before.inbox + sum(message.channel is Channel.INBOX for message in messages),
        last_owner=members[-1].owner_id if members else before.last_owner,
    )
    written = replace(campaign, progress=progress)
    if progress.next_page > campaign.pages:
        return replace(written, status=moved(MOVES, campaign.status, to=CampaignStatus.FINISHED), ended_at=at)
    return written


def are_new(campaign: MessageCampaign, members: Sequence[AudienceMember]) -> bool:
    """Whether none of these members can have been written to: an audience comes in the order of ids, and all of them
    come behind the last who was. Of one that an earlier release began nobody knows who that is."""
    progress = campaign.progress
    in_order = [progress.last_owner, *(member.owner_id for member in members)]
    is_known = bool(progress.last_owner) or not progress.members
    return is_known and all(one < next_one for one, next_one in pairwise(in_order))


def next_at(messages: Sequence[Message], *, fund: Fund, at: datetime) -> datetime:
    """When the next members may be written to, after these messages were: as the rate limit of each channel allows."""
    per_minute = fund.messages.campaigns.per_minute
    counts = Counter(message.channel for message in messages)
    waits = [60 * count / per_minute[channel] for channel, count in counts.items() if channel in per_minute]
    return at + timedelta(seconds=max(waits, default=0.0))


def ends_at(campaign: MessageCampaign, *, per_minute: float, at: datetime) -> datetime | None:
    """When the last of its messages is written at a pace of those that leave; None while nobody can say."""
    progress = campaign.progress
    leaving = progress.messages - progress.inbox
    if not per_minute or not leaving:
        return None
    left = max(0, campaign.reach.recipients - progress.members)
    return at + timedelta(minutes=left * leaving / progress.members / per_minute)


# --- What became of it ------------------------------------------------------------------------------------------------


def outcome(campaign: MessageCampaign, batches: Iterable[Batch]) -> Counter[tuple[Channel, Status, str]]:
    """Its messages by channel, status and reason, as its batches count them; those in no batch it counts itself."""
    of_batches = list(batches)
    total = added_up((*campaign.earlier, *(count for batch in of_batches for count in batch.counted)))
    for batch in of_batches:
        total[batch.channel, Status.QUEUED, ""] += batch.waiting
    total[Channel.INBOX, Status.SENT, ""] += campaign.progress.inbox
    return total


def channels(outcome: Mapping[tuple[Channel, Status, str], int], *, delivered: int) -> list[WaveChannel]:
    """How the messages of each channel stand; only an SMS centre says that some were delivered."""
    by_status: Counter[tuple[Channel, Status]] = Counter()
    for (channel, status, _), count in outcome.items():
        by_status[channel, status] += count
    return [
        WaveChannel(
            channel=channel,
            queued=by_status[channel, Status.QUEUED],
            sent=by_status[channel, Status.SENT] + by_status[channel, Status.UNDELIVERED],
            delivered=delivered if channel is Channel.SMS else 0,
            undelivered=by_status[channel, Status.UNDELIVERED],
            failed=by_status[channel, Status.FAILED],
            in_doubt=by_status[channel, Status.UNKNOWN],
        )
        for channel in sorted({channel for (channel, _), count in by_status.items() if count})
    ]


def reasons(outcome: Mapping[tuple[Channel, Status, str], int]) -> list[WaveReason]:
    """Why messages did not arrive, the most frequent first."""
    counts: Counter[tuple[Channel, str]] = Counter()
    for (channel, status, reason), count in outcome.items():
        if status in NOT_ARRIVED and reason:
            counts[channel, reason] += count
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [WaveReason(channel=channel, reason=reason, messages=count) for (channel, reason), count in ordered]


def per_minute(campaign: MessageCampaign, batches: Iterable[Batch], *, at: datetime) -> float:
    """How many of its messages that leave were written a minute, over the last ten or since it began."""
    since = max(at - RATE_OVER, campaign.started_at or at)
    written = sum(
        batch.waiting + sum(count.messages for count in batch.counted)
        for batch in batches
        if batch.written_at is not None and batch.written_at >= since
    )
    return round(written / max(1.0, (at - since).total_seconds() / 60), 1)


def counted_once(
    campaign: MessageCampaign, messages: Iterable[Message], *, batches: Mapping[str, Batch]
) -> tuple[MessageCampaign, list[Batch]]:
    """A campaign that an earlier release began, with its batches: each counts its messages from now on; what stands in
    none of them has ended, and the campaign counts it."""
    ended = [message for message in messages if message.status is not Status.QUEUED]
    placed = {
        batch_id: replace(
            batch,
            campaign=campaign.campaign_id,
            counted=counted(message for message in ended if message.batch_id == batch_id),
        )
        for batch_id, batch in batches.items()
    }
    earlier = counted(message for message in ended if message.batch_id not in placed)
    # What was written before stands in `earlier`: the inbox counts what comes from now on.
    progress = replace(campaign.progress, inbox=0)
    return replace(campaign, is_counted=True, earlier=earlier, progress=progress), list(placed.values())
