"""Messages about the events of other services: hundreds where an event is about hundreds of persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.contacts import actions as contacts
from services.notifications.contacts.contact import Addresses
from services.notifications.messages import rules, store
from services.notifications.messages.batch import MESSAGES_MAX, Batch, BatchStatus
from services.notifications.messages.message import ADDRESSES, InboxMessage, Message, Status
from services.notifications.messages.rules import Notice
from services.notifications.preferences import actions as preferences
from services.notifications.templates import catalogue
from services.notifications.templates import store as texts
from services.notifications.templates.template import Template
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.actors import ActorKind
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

OPENED = "notifications.opened-batches"
"""Under this name the units of work of one transaction share the batches that they fill."""


def notify(uow: UnitOfWork, *notices: Notice, part_of: str) -> None:
    """Queue each notice on each channel that reaches its owner and that the owner wants; a message that was queued
    before is not queued twice. A person who died gets none.

    `ContactUnknown` where the register has not published an owner yet: the event is retried.
    """
    templates = {notice.template: catalogue.newest(notice.template) for notice in notices}
    fresh = unwritten(uow, written(uow, notices, templates=templates))
    keep(uow, fresh, part_of=part_of, due_at=rules.due_at(len(fresh), at=uow.at))


def unwritten(uow: UnitOfWork, due: Sequence[Message]) -> list[Message]:
    """Those messages that were not queued before, each once."""
    by_id = {message.message_id: message for message in due}
    known = store.messages.find_many(uow, by_id)
    return [message for key, message in by_id.items() if key not in known]


def keep(uow: UnitOfWork, fresh: Sequence[Message], *, part_of: str, due_at: datetime) -> list[Message]:
    """Queue messages that are new, in batches that leave at an instant; urgent ones at once."""
    placed = _batched(uow, fresh, due_at=due_at)
    store.messages.save_many(uow, placed, part_of=part_of)
    return placed


def written(
    uow: UnitOfWork,
    notices: Sequence[Notice],
    *,
    templates: Mapping[str, Template],
    to: Mapping[str, Addresses] | None = None,
) -> list[Message]:
    """The messages that notices are now, by the addresses and the wishes of their owners; nothing is kept."""
    owner_ids = {notice.owner_id for notice in notices}
    if to is None:
        channels = {channel for template in templates.values() for channel in template.channels}
        to = contacts.addresses(uow, owner_ids, channels=channels)
    is_chosen = any(template.purpose is not MessagePurpose.LEGAL for template in templates.values())
    chosen = preferences.of_owners(uow, owner_ids) if is_chosen else {}
    return [
        message
        for notice in notices
        if notice.owner_id in to
        for message in rules.messages(
            notice,
            template=templates[notice.template],
            to=_to(uow, notice, to),
            chosen=chosen.get(notice.owner_id),
            fund=uow.fund,
            at=uow.at,
        )
    ]


def _to(uow: UnitOfWork, notice: Notice, to: Mapping[str, Addresses]) -> Addresses:
    """Where a notice goes: as the register says, unless it has addresses of its own."""
    usual, own = to[notice.owner_id], notice.sealed.get(ADDRESSES)
    return usual if own is None else contacts.opened(uow, own, owner_id=notice.owner_id, like=usual)


def inbox(uow: UnitOfWork, *, wanted: PageRequest) -> Page[InboxMessage]:
    """The caller's own messages, newest first, each notice once: a person's, or those of the firms that a user acts
    for. `CursorMalformed`."""
    owner_ids = uow.by.employer_ids if uow.by.kind is ActorKind.EMPLOYER else {uow.by.person_ref} - {None}
    owners = [owner_id for owner_id in owner_ids if owner_id]
    if not owners:
        return Page([])
    without = catalogue.in_no_inbox()
    page = store.of_owners(uow, owners, without=without, wanted=wanted)
    beyond = page.next
    while beyond is not None:  # the messages of one notice by other channels stand behind it: not on the next page
        following = store.of_owners(uow, owners, without=without, wanted=PageRequest(limit=1, cursor=beyond))
        if not following.items or following.items[0].notice_id != page.items[-1].notice_id:
            break
        beyond = following.next
    shown = rules.inbox(page.items)
    templates = texts.said(uow, {message.text_key for message in shown})
    return Page([InboxMessage(message, templates[message.text_key]) for message in shown], next=beyond)


@dataclass(frozen=True)
class Lane:
    """Messages that may leave together."""

    fund_id: str
    channel: Channel
    purpose: MessagePurpose
    is_urgent: bool
    due_at: datetime
    campaign: str


def _batched(uow: UnitOfWork, messages: Sequence[Message], *, due_at: datetime) -> list[Message]:
    """The messages, each that has to leave in a batch of its lane. The events of one transaction fill the same batches:
    where each claim is an event, one for each would cost as much as the message itself."""
    traceparent = current_traceparent()
    opened: dict[Lane, Batch] = uow.shared.setdefault(OPENED, {})
    placed: list[Message] = []
    changed: dict[str, Batch] = {}
    for message in messages:
        if message.status is not Status.QUEUED:
            placed.append(message)
            continue
        leaves_at = uow.at if message.is_urgent else due_at
        campaign = message.template if message.is_of_campaign else ""
        lane = Lane(uow.fund.fund_id, message.channel, message.purpose, message.is_urgent, leaves_at, campaign)
        batch = opened.get(lane)
        if batch is None or batch.size >= MESSAGES_MAX:
            batch = _opened(uow, lane, traceparent=traceparent)
        own = {} if batch.traceparent == traceparent else {message.message_id: traceparent}
        opened[lane] = changed[batch.batch_id] = replace(batch, size=batch.size + 1, traces={**batch.traces, **own})
        placed.append(replace(message, batch_id=batch.batch_id))
    for batch in changed.values():
        store.put_batch(uow, batch)
    return placed


def _opened(uow: UnitOfWork, lane: Lane, *, traceparent: str) -> Batch:
    """A new batch, which the job of its channel is to send."""
    batch = Batch(
        batch_id=uow.new_id(),
        channel=lane.channel,
        purpose=lane.purpose,
        is_urgent=lane.is_urgent,
        status=BatchStatus.QUEUED,
        due_at=lane.due_at,
        campaign=lane.campaign,
        written_at=uow.at if lane.campaign else None,
        traceparent=traceparent,
    )
    batch = rules.after_quiet_hours(batch, fund=uow.fund)
    uow.note("kept", store.batches.name, batch.batch_id, version=1)
    store.schedule(uow, batch.channel)
    return batch
