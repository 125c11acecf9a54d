"""Where messages and the batches that they wait in are kept.

Each look-up names exactly the fields of one index: the embedded engine scans the whole collection for any other.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.notifications.messages.batch import MESSAGES_MAX, WAITING, Batch, BatchStatus, send_kind
from services.notifications.messages.message import Message, Status
from services.notifications.messages.receipt import Delivered, Receipt
from services.notifications.messages.rules import BatchUnknown, MessageUnknown
from shared.funds.messages import Channel
from shared.jobs import queue
from shared.jobs.job import id_of
from shared.storage.engine import chunks
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.repository import Index, Repository, as_document
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

LONGEST_DUE_FIRST = (("due_at", 1),)
DUE_MAX = 1_000
"""Of one kind in one query; the next query has the rest."""
RECEIPTS_MAX = 500
RECEIPTS_COUNTED_MAX = 20_000
OLDEST = Order("told_at", "message_id")
NEWEST = Order("told_at", "message_id", is_newest_first=True)
"""The messages of one notice are adjacent: they have one time, and their ids begin with the notice's."""

messages = Repository(
    "messages",
    Message,
    key="message_id",
    missing=MessageUnknown,
    retention=for_days(
        400, since="told_at", why="a person's inbox, and proof of what was said, for a year and a month"
    ),
    indexes=[
        Index(("owner_id", "told_at", "message_id")),
        Index(("template", "told_at", "message_id")),
        Index(("batch_id",)),
        Index(("provider_key",)),
    ],
)

batches = Repository(
    "batches",
    Batch,
    key="batch_id",
    missing=BatchUnknown,
    retention=for_days(
        400,
        since="due_at",
        why="the provider's names of its messages, and what became of a campaign's, for as long as the messages",
        status=BatchStatus.DONE.value,
    ),
    indexes=[
        Index(("campaign",)),
        Index(("channel", "status")),
        Index(("channel", "status", "is_urgent", "due_at")),
        Index(("provider_keys",)),
    ],
)

receipts = Repository(
    "receipts",
    Receipt,
    key="message_id",
    missing=MessageUnknown,
    retention=for_days(30, since="received_at", why="it waits for the answer that its message was taken, if any comes"),
)

delivered = Repository(
    "delivered",
    Delivered,
    key="delivered_id",
    missing=MessageUnknown,
    retention=for_days(400, since="delivered_at", why="proof that a message arrived, for as long as the message"),
    indexes=[Index(("message_ids",))],
)


def of_owners(
    uow: UnitOfWork, owner_ids: Collection[str], *, without: Collection[str], wanted: PageRequest
) -> Page[Message]:
    """Messages to persons or employers by any channel, newest first, without some templates."""
    filters = {"owner_id": {"$in": sorted(owner_ids)}, "template": {"$nin": sorted(without)}}
    return messages.page(uow, order=NEWEST, wanted=wanted, **filters)


def of_batches(uow: UnitOfWork, batch_ids: Sequence[str]) -> list[Message]:
    """The messages of batches that are not done."""
    found: list[Message] = []
    for part in chunks(batch_ids, of=uow.raw_collection(messages.name)):
        found += messages.find_all(uow, limit=len(part) * MESSAGES_MAX, batch_id={"$in": part})
    return found


def due(uow: UnitOfWork, channel: Channel) -> list[Batch]:
    """The batches whose time has come: urgent ones first, then the longest due."""
    asked = {"channel": channel.value, "status": BatchStatus.QUEUED.value, "due_at": {"$lte": uow.at}}
    return [
        batch
        for is_urgent in (True, False)
        for batch in batches.find_all(uow, limit=DUE_MAX, sort=LONGEST_DUE_FIRST, is_urgent=is_urgent, **asked)
    ]


def is_full(uow: UnitOfWork, channel: Channel, *, above: int) -> bool:
    """Whether more than so many batches of a channel, none of them urgent, are due and wait."""
    asked = {
        "channel": channel.value,
        "status": BatchStatus.QUEUED.value,
        "is_urgent": False,
        "due_at": {"$lte": uow.at},
    }
    return uow.collection(batches.name).count(asked, limit=above + 1) > above


def put_batch(uow: UnitOfWork, batch: Batch) -> None:
    """Write a new batch, once more for each event of the transaction that adds to it: the last one stands."""
    uow.collection(batches.name).put(batch.batch_id, as_document(replace(batch, version=1)))


def schedule(uow: UnitOfWork, channel: Channel) -> None:
    """Have what waits in a channel sent when its time has come."""
    queue.schedule_if_idle(uow, send_kind(channel), WAITING)


def has_job(uow: UnitOfWork, channel: Channel) -> bool:
    return queue.jobs.find(uow, id_of(send_kind(channel), WAITING)) is not None


def first_due_at(uow: UnitOfWork, channel: Channel) -> datetime | None:
    """When the next of the batches that wait is due; None where none waits."""
    found = [
        batch.due_at
        for is_urgent in (True, False)
        for batch in batches.find_all(
            uow,
            limit=1,
            sort=LONGEST_DUE_FIRST,
            channel=channel.value,
            status=BatchStatus.QUEUED.value,
            is_urgent=is_urgent,
        )
    ]
    return min(found, default=None)


def mark_sent(uow: UnitOfWork, batch: Batch, *, count: int) -> None:
    """Mark the messages that are left in a batch as sent: in one write, by the batch, since on the embedded engine a
    write for each costs more than sending it."""
    change = {"status": Status.SENT.value, "settled_at": uow.at, "sealed": {}}
    matched = uow.collection(messages.name).update_all(
        {"batch_id": batch.batch_id}, {"$set": change, "$inc": {"version": 1}}
    )
    if matched != count:
        raise ChangedMeanwhile
    uow.note("kept-many", messages.name, batch.batch_id, version=count)


def sending(uow: UnitOfWork, channel: Channel) -> list[Batch]:
    """The batches that are being sent."""
    return batches.find_all(uow, channel=channel.value, status=BatchStatus.SENDING.value)


def kept_receipts(uow: UnitOfWork) -> list[Receipt]:
    """The receipts that came before the answer to their message was kept: few, and not for long."""
    return receipts.find_all(uow, limit=RECEIPTS_MAX)


def forget_receipts(uow: UnitOfWork, message_ids: Iterable[str]) -> None:
    for message_id in message_ids:
        uow.collection(receipts.name).remove(message_id)
        uow.note("forgot", receipts.name, message_id)


def batches_by_provider_keys(uow: UnitOfWork, keys: Sequence[str]) -> list[Batch]:
    """Batches of which a provider took messages under one of these names."""
    found: list[Batch] = []
    for part in chunks(keys, of=uow.raw_collection(batches.name)):
        found += batches.find_all(uow, provider_keys={"$in": part})
    return found


def by_provider_keys(uow: UnitOfWork, keys: Sequence[str]) -> list[Message]:
    """Messages that a provider took under one of these names, as an earlier release kept them."""
    found: list[Message] = []
    for part in chunks(keys, of=uow.raw_collection(messages.name)):
        found += messages.find_all(uow, provider_key={"$in": part})
    return found


def arrived(uow: UnitOfWork, message_id: str) -> bool:
    """Whether a receipt reported that a message arrived."""
    return bool(delivered.find_all(uow, limit=1, message_ids=message_id))


def of_wave(uow: UnitOfWork, template: str, day: date, *, limit: int) -> list[Message]:
    """Messages of a template that were written on a day of the fund, the oldest first."""
    order = (("told_at", 1), ("message_id", 1))
    return messages.find_all(uow, limit=limit, sort=order, template=template, told_at=_within(uow, day))


def wave_size(uow: UnitOfWork, template: str, day: date, *, counted_max: int) -> tuple[int, datetime] | None:
    """How many messages of a template were written on a day, and when the first was; None where none was."""
    its = {"template": template, "told_at": _within(uow, day)}
    first = messages.find_all(uow, limit=1, sort=(("told_at", 1), ("message_id", 1)), **its)
    return (uow.collection(messages.name).count(its, limit=counted_max), first[0].told_at) if first else None


def of_campaign(uow: UnitOfWork, campaign_id: str) -> list[Batch]:
    """The batches of a campaign: some hundreds, where it has tens of thousands of messages."""
    return batches.find_all(uow, campaign=campaign_id)


def in_order(uow: UnitOfWork, template: str) -> Iterator[Message]:
    """All messages of a template, the oldest first."""
    return messages.each(uow, order=OLDEST, template=template)


def arrived_since(uow: UnitOfWork, at: datetime) -> frozenset[str]:
    """The messages of which receipts since an instant said that they arrived."""
    found = delivered.find_all(uow, limit=RECEIPTS_COUNTED_MAX, sort=(("delivered_at", 1),), delivered_at={"$gte": at})
    return frozenset(message_id for together in found for message_id in together.message_ids)


def _within(uow: UnitOfWork, day: date) -> dict[str, datetime]:
    begins_at, ends_at = uow.fund.bounds_of(day)
    return {"$gte": begins_at, "$lt": ends_at}
