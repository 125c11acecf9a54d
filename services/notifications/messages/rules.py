"""Which messages are sent to whom, and by which channels. Pure: the template, the addresses and the time are
arguments."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from services.notifications.contacts.contact import Addresses
from services.notifications.messages.batch import Batch, MessageCount
from services.notifications.messages.message import MOVES, Message, Status
from services.notifications.preferences.preferences import Preferences
from services.notifications.templates.template import Template, Value
from shared.funds.fund import Fund
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.errors import Missing
from shared.kernel.moves import moved
from shared.kernel.personal import Encrypted

_OURS = UUID("0c7b1c92-5f7e-5f0e-9a3d-6d1a53e0a7b4")


MANY = 100
LATER = timedelta(seconds=20)
"""Messages of one event that are as many as this leave so much later: a wage file brings thousands, page by page, and
sending them asks four times as much of a database as the cards of a page, for which the employer waits."""


NOT_WANTED = "delivery.not-wanted"
"""Why a message stands in the inbox alone: its owner wants none of this purpose by another channel."""


class MessageUnknown(Missing):
    code = "message.unknown"


class BatchUnknown(Missing):
    code = "batch.unknown"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice to one person or employer.

    `occasion` is what happens once: published twice, or by two events, a notice of one occasion is one message. `about`
    is the case that it is about. `language` is the one asked for just now, where there is one.
    """

    template: str
    occasion: str
    about: str
    owner_id: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    sealed: Mapping[str, Encrypted] = field(default_factory=dict)
    language: str | None = None
    use_until: datetime | None = None


def messages(
    notice: Notice,
    *,
    template: Template,
    to: Addresses,
    chosen: Preferences | None = None,
    fund: Fund,
    at: datetime,
) -> list[Message]:
    """The notice by each channel of its template that the fund has, that reaches its owner and that the owner wants, or
    by the first of them. `chosen` is what the owner said about that; of a legal notice it holds nothing back.

    Where none is left it stands in the inbox only, which shows every notice by whatever channel it went (`inbox`).
    """
    offered = [channel for channel in template.channels if channel in fund.channels]
    reaching = [channel for channel in offered if _reaches(to, channel)]
    leaving = [channel for channel in reaching if _is_wanted(chosen, template.purpose, channel)]
    leaving = leaving[:1] if template.is_sent_by_one else leaving
    language = notice.language if notice.language in fund.languages else to.language
    named = notice_id(notice, fund=fund)
    return [
        Message(
            message_id=message_id(named, channel),
            notice_id=named,
            about=notice.about,
            template=template.name,
            template_version=template.version,
            channel=channel,
            owner_id=notice.owner_id,
            language=language,
            status=Status.QUEUED if leaving else Status.SENT,
            told_at=at,
            settled_at=None if leaving else at,
            reason=NOT_WANTED if reaching and not leaving else None,
            parameters=notice.parameters,
            sealed=notice.sealed,
            purpose=template.purpose,
            is_urgent=template.is_urgent,
            use_until=notice.use_until,
        )
        for channel in leaving or offered
        if leaving or channel is Channel.INBOX
    ]


def due_at(messages: int, *, at: datetime) -> datetime:
    """When so many messages of one event may be sent."""
    return at + LATER if messages >= MANY else at


def after_quiet_hours(batch: Batch, *, fund: Fund) -> Batch:
    """The batch as it may leave: not in hours in which the fund lets messages of its purpose and channel wait."""
    return replace(batch, due_at=fund.quiet_until(batch.channel, batch.purpose, batch.due_at) or batch.due_at)


def notice_id(notice: Notice, *, fund: Fund) -> str:
    """The same for the same occasion, owner and template, whoever asks and however often."""
    return str(uuid5(_OURS, "|".join((fund.fund_id, notice.occasion, notice.owner_id, notice.template))))


def message_id(notice_id: str, channel: Channel) -> str:
    """Of a notice by a channel."""
    return f"{notice_id}.{channel}"


def inbox(messages: Iterable[Message]) -> list[Message]:
    """Of a recipient's messages, each notice once, in the same order."""
    return list({message.notice_id: message for message in messages}.values())


def settled(message: Message, *, to: Status, at: datetime, reason: str | None = None) -> Message:
    """What became of a message that was not sent; the personal values that it carried have served."""
    status = moved(MOVES, message.status, to=to)
    return replace(message, status=status, settled_at=at, reason=reason, sealed={}, batch_id=None)


def counted(messages: Iterable[Message]) -> tuple[MessageCount, ...]:
    """What became of messages, in numbers."""
    return as_counts(Counter((each.channel, each.status, each.reason or "") for each in messages))


def as_counts(numbers: Mapping[tuple[Channel, Status, str], int]) -> tuple[MessageCount, ...]:
    """Numbers by channel, status and reason, as they are kept; those of nobody are left out."""
    return tuple(
        MessageCount(channel=channel, status=status, reason=reason, messages=count)
        for (channel, status, reason), count in sorted(numbers.items())
        if count
    )


def added_up(counts: Iterable[MessageCount]) -> Counter[tuple[Channel, Status, str]]:
    """The same numbers of several places together."""
    total: Counter[tuple[Channel, Status, str]] = Counter()
    for each in counts:
        total[each.channel, each.status, each.reason] += each.messages
    return total


def _is_wanted(chosen: Preferences | None, purpose: MessagePurpose, channel: Channel) -> bool:
    return chosen is None or purpose is MessagePurpose.LEGAL or chosen.wants(purpose, channel)


def _reaches(to: Addresses, channel: Channel) -> bool:
    """Whether the channel can reach them."""
    return (channel is Channel.EMAIL and to.email is not None) or (channel is Channel.SMS and to.mobile is not None)
