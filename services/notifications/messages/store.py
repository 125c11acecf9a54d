"""Where messages and the batches that they wait in are kept."""

from datetime import datetime

from services.notifications.messages.batch import Batch, BatchStatus
from services.notifications.messages.message import Message, Status
from services.notifications.messages.rules import BatchUnknown, MessageUnknown
from shared.funds.fund import Channel
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

INBOX_SHOWN_MAX = 100
DUE_MAX = 50
NEWEST_FIRST = (("told_at", -1),)
OLDEST_FIRST = (("due_at", 1),)

messages = Shelf(
    "messages",
    Message,
    key="message_id",
    missing=MessageUnknown,
    indexes=[Index(("owner_id", "channel")), Index(("batch_id",)), Index(("about",))],
)

batches = Shelf(
    "batches",
    Batch,
    key="batch_id",
    missing=BatchUnknown,
    indexes=[Index(("channel", "status", "is_urgent", "due_at"))],
)


def inbox(work: Work, owner_id: str) -> list[Message]:
    """What was said to a person or an employer, newest first."""
    return messages.find_all(
        work, limit=INBOX_SHOWN_MAX, sort=NEWEST_FIRST, owner_id=owner_id, channel=Channel.INBOX.value
    )


def of_batch(work: Work, batch_id: str) -> list[Message]:
    """The messages that still wait in a batch."""
    return messages.find_all(work, batch_id=batch_id, status=Status.QUEUED.value)


def due(work: Work, channel: Channel) -> list[str]:
    """The batches to send now, urgent ones first, then the longest due."""
    found = [batch for is_urgent in (True, False) for batch in _queued(work, channel, is_urgent=is_urgent)]
    return [batch.batch_id for batch in found[:DUE_MAX]]


def _queued(work: Work, channel: Channel, *, is_urgent: bool) -> list[Batch]:
    return batches.find_all(
        work,
        limit=DUE_MAX,
        sort=OLDEST_FIRST,
        channel=channel.value,
        status=BatchStatus.QUEUED.value,
        is_urgent=is_urgent,
        due_at={"$lte": work.at},
    )


def forsaken(work: Work, channel: Channel, *, taken_before: datetime) -> list[str]:
    """The batches that somebody began to send and never settled."""
    sending = batches.find_all(work, channel=channel.value, status=BatchStatus.SENDING.value)
    return [batch.batch_id for batch in sending if batch.taken_at is not None and batch.taken_at < taken_before]


def mark_sent(work: Work, batch_id: str) -> None:
    """All that still wait in a batch were sent: by one equality, which is several times faster than one by one."""
    waiting = {"batch_id": batch_id, "status": Status.QUEUED.value}
    change = {"$set": {"status": Status.SENT.value, "settled_at": work.at, "sealed": {}}, "$inc": {"version": 1}}
    work.drawer(messages.name).update_all(waiting, change)
