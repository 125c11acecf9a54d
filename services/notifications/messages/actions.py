"""What notifications does with what others told: messages, by the hundreds where an event speaks of hundreds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from services.notifications.contacts import actions as contacts
from services.notifications.messages import bell, rules, store
from services.notifications.messages.batch import MESSAGES_MAX, Batch, BatchStatus
from services.notifications.messages.message import Message, Status
from services.notifications.messages.rules import Notice
from services.notifications.templates import catalogue
from shared.funds.fund import Channel
from shared.kernel.actors import ActorKind
from shared.storage.paging import Page, Wanted
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.carrying import carried


def say(uow: UnitOfWork, *notices: Notice, part_of: str) -> None:
    """Write down each notice by each channel that reaches its owner, ready to leave; what was said before stays one.

    `ContactUnknown` where the register has not published an owner yet: the event is retried.
    """
    templates = {notice.template: catalogue.newest(notice.template) for notice in notices}
    channels = {channel for template in templates.values() for channel in template.channels}
    to = contacts.addresses(uow, {notice.owner_id for notice in notices}, channels=channels)
    written = {
        message.message_id: message
        for notice in notices
        for message in rules.messages(
            notice, template=templates[notice.template], to=to[notice.owner_id], fund=uow.fund, at=uow.at
        )
    }
    known = store.messages.find_many(uow, written)
    fresh, batches = _batched(uow, [message for key, message in written.items() if key not in known])
    store.messages.save_many(uow, fresh, part_of=part_of)
    store.batches.save_many(uow, batches, part_of=part_of)
    for batch in batches:
        bell.ring(uow.fund.fund_id, batch.channel)


def inbox(uow: UnitOfWork, *, wanted: Wanted) -> Page[Message]:
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
        following = store.of_owners(uow, owners, without=without, wanted=Wanted(limit=1, cursor=beyond))
        if not following.items or following.items[0].notice_id != page.items[-1].notice_id:
            break
        beyond = following.next
    return Page(rules.inbox(page.items), next=beyond)


def _batched(uow: UnitOfWork, messages: Sequence[Message]) -> tuple[list[Message], list[Batch]]:
    """The messages, each that has to leave in a batch of its channel."""
    traceparent = carried()
    due_at = rules.due_at(len(messages), at=uow.at)
    placed, batches = [message for message in messages if message.status is Status.SENT], []
    leaving = [message for message in messages if message.status is Status.QUEUED]
    for (channel, is_urgent), group in groupby(sorted(leaving, key=_lane), key=_lane):
        together = list(group)
        for start in range(0, len(together), MESSAGES_MAX):
            batch = Batch(
                batch_id=uow.new_id(),
                channel=channel,
                is_urgent=is_urgent,
                status=BatchStatus.QUEUED,
                due_at=uow.at if is_urgent else due_at,
                size=len(together[start : start + MESSAGES_MAX]),
                traceparent=traceparent,
            )
            batches.append(batch)
            placed += [replace(each, batch_id=batch.batch_id) for each in together[start : start + MESSAGES_MAX]]
    return placed, batches


def _lane(message: Message) -> tuple[Channel, bool]:
    return message.channel, message.is_urgent
