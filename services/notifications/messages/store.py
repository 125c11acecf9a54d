"""Where messages and the batches that they wait in are kept.

Each look-up names exactly the fields of one index: the embedded engine scans the whole collection for any other.
"""

from services.notifications.messages.batch import Batch, BatchStatus
from services.notifications.messages.message import Message, Status
from services.notifications.messages.rules import BatchUnknown, MessageUnknown
from shared.funds.fund import Channel
from shared.storage.retention import for_days
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

URGENT_THEN_OLDEST = (("is_urgent", -1), ("due_at", 1))
NEWEST_FIRST = (("told_at", -1),)

messages = Shelf(
    "messages",
    Message,
    key="message_id",
    missing=MessageUnknown,
    retention=for_days(
        400, since="told_at", why="a person's inbox, and proof of what was said, for a year and a month"
    ),
    indexes=[Index(("owner_id",)), Index(("batch_id",))],
)

batches = Shelf(
    "batches",
    Batch,
    key="batch_id",
    missing=BatchUnknown,
    retention=for_days(
        90,
        since="due_at",
        why="the provider's names of its messages, for a talk about one",
        status=BatchStatus.DONE.value,
    ),
    indexes=[Index(("channel", "status"))],
)


def of_owner(work: Work, owner_id: str) -> list[Message]:
    """What was said to a person or an employer by any channel, newest first."""
    return messages.find_all(work, sort=NEWEST_FIRST, owner_id=owner_id)


def of_batch(work: Work, batch_id: str) -> list[Message]:
    """The messages of a batch that is not done."""
    return messages.find_all(work, batch_id=batch_id)


def queued(work: Work, channel: Channel) -> list[Batch]:
    """The batches that wait, now or for their next try: urgent ones first, then the longest due."""
    return batches.find_all(work, sort=URGENT_THEN_OLDEST, channel=channel.value, status=BatchStatus.QUEUED.value)


def sending(work: Work, channel: Channel) -> list[Batch]:
    """The batches that somebody has begun to send."""
    return batches.find_all(work, channel=channel.value, status=BatchStatus.SENDING.value)


def mark_sent(work: Work, batch_id: str) -> None:
    """All messages of a batch were sent: by one equality, which is several times faster than one by one."""
    change = {"$set": {"status": Status.SENT.value, "settled_at": work.at, "sealed": {}}, "$inc": {"version": 1}}
    work.drawer(messages.name).update_all({"batch_id": batch_id}, change)
