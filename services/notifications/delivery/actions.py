"""What notifications does with a batch: take it, put it into words, keep what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notifications.channels.receipts import DeliveryReceipt as ChannelReceipt
from services.notifications.channels.receipts import is_same_number, match_key, match_keys
from services.notifications.contacts import actions as contacts
from services.notifications.contacts.contact import Addresses
from services.notifications.delivery import rules
from services.notifications.delivery.outgoing import Answers, OutgoingMessage, ProviderAnswer, Verdict
from services.notifications.delivery.rules import MessageEvent, Settlement
from services.notifications.messages import store
from services.notifications.messages.batch import Batch, BatchStatus, alone_kind
from services.notifications.messages.message import ADDRESSES, Message, Status
from services.notifications.messages.receipt import Delivered, Receipt
from services.notifications.messages.rules import after_quiet_hours
from services.notifications.preferences import actions as preferences
from services.notifications.templates import store as texts
from services.notifications.templates.rendering import render
from services.notifications.templates.template import Template
from shared.funds.fund import Fund
from shared.funds.messages import Channel, MessagePurpose
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace

EXPIRED, NO_ADDRESS = "delivery.expired", "delivery.no-address"


def waiting(uow: UnitOfWork, *, channel: Channel) -> list[Batch]:
    """The batches to send: those whose sender crashed, then those that are due, urgent ones first."""
    expired = [batch for batch in store.sending(uow, channel) if rules.is_lease_expired(batch, at=uow.at)]
    return [*expired, *store.due(uow, channel)]


def next_at(uow: UnitOfWork, *, channel: Channel) -> datetime | None:
    """When there is something to send again: a batch is due, or the lease of one ends. None where nothing waits."""
    ends = [batch.taken_at + rules.LEASE for batch in store.sending(uow, channel) if batch.taken_at is not None]
    due_at = store.first_due_at(uow, channel)
    return min([*ends, *([due_at] if due_at else [])], default=None)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A batch rendered, its messages, and the results that are known before anything is sent."""

    messages: list[Message] = field(default_factory=list)
    outgoing: list[OutgoingMessage] = field(default_factory=list)
    answers: dict[str, ProviderAnswer] = field(default_factory=dict)


def write(uow: UnitOfWork, batches: Sequence[Batch]) -> dict[str, Written]:
    """The messages of batches in words, with their addresses opened, by batch."""
    messages = store.of_batches(uow, [batch.batch_id for batch in batches])
    channels = {message.channel for message in messages}
    to = contacts.addresses(uow, {message.owner_id for message in messages}, channels=channels)
    templates = texts.said(uow, {message.text_key for message in messages})
    written = {batch.batch_id: Written() for batch in batches}
    for message in messages:
        usual, own = to[message.owner_id], message.sealed.get(ADDRESSES)
        reached = usual if own is None else contacts.opened(uow, own, owner_id=message.owner_id, like=usual)
        address, of_batch = _address(reached, message.channel), written[str(message.batch_id)]
        of_batch.messages.append(message)
        if message.use_until is not None and message.use_until <= uow.at:
            of_batch.answers[message.message_id] = ProviderAnswer(verdict=Verdict.REFUSED, reason=EXPIRED)
        elif address is None:
            of_batch.answers[message.message_id] = ProviderAnswer(verdict=Verdict.REFUSED, reason=NO_ADDRESS)
        else:
            of_batch.outgoing.append(_outgoing(uow, message, address, template=templates[message.text_key]))
    return written


def take(uow: UnitOfWork, *, seen: Sequence[Batch]) -> list[Batch]:
    """Begin to send batches; without those where another worker was first, or where once more would be no good."""
    found = store.batches.find_many(uow, [batch.batch_id for batch in seen])
    taken: list[Batch] = []
    undeliverable: list[Batch] = []
    for batch in (found[each.batch_id] for each in seen if _is_as_seen(each, found.get(each.batch_id))):
        is_expired = rules.is_lease_expired(batch, at=uow.at)
        if is_expired and rules.is_undeliverable(batch):
            undeliverable.append(batch)
        elif is_expired or rules.is_due(batch, at=uow.at):
            taken.append(rules.take(batch, at=uow.at))
    if undeliverable:
        messages = _by_batch(store.of_batches(uow, [batch.batch_id for batch in undeliverable]))
        _keep(uow, [rules.give_up(batch, messages.get(batch.batch_id, ()), at=uow.at) for batch in undeliverable])
    if taken:
        store.batches.save_many(uow, taken, part_of=taken[0].batch_id)
    return [replace(batch, version=batch.version + 1) for batch in taken]


def _is_as_seen(seen: Batch, found: Batch | None) -> bool:
    """The messages of a batch change with it: those that were put into words are those that are sent."""
    return found is not None and found.version == seen.version


def settle(uow: UnitOfWork, *, taken: Sequence[Batch], written: Mapping[str, Written], answers: Answers) -> None:
    """Keep what the provider answered, batch by batch. Where the try of one took so long that another worker has begun
    with it, that one counts."""
    found = store.batches.find_many(uow, [batch.batch_id for batch in taken])
    ours = [batch for batch in taken if _is_as_seen(batch, found.get(batch.batch_id))]
    settlements = [
        rules.settle(batch, written[batch.batch_id].messages, answers, new_id=uow.new_id, at=uow.at) for batch in ours
    ]
    _keep(uow, settlements)


def set_apart(uow: UnitOfWork, *, seen: Sequence[Batch]) -> None:
    """Give batches that could not be sent together a job each."""
    found = store.batches.find_many(uow, [batch.batch_id for batch in seen])
    apart = [
        rules.set_apart(batch)
        for batch in (found[each.batch_id] for each in seen if _is_as_seen(each, found.get(each.batch_id)))
        if batch.status is BatchStatus.QUEUED
    ]
    if apart:
        store.batches.save_many(uow, apart, part_of=apart[0].batch_id)
    _schedule_alone(uow, apart)


def split(uow: UnitOfWork, *, seen: Batch) -> None:
    """Give each message of a batch that could not be sent a batch and a job of its own."""
    batch = store.batches.load(uow, seen.batch_id)
    if not _is_as_seen(seen, batch):
        return
    settlement = rules.split(batch, store.of_batches(uow, [batch.batch_id]), new_id=uow.new_id)
    _keep(uow, [settlement])
    _schedule_alone(uow, settlement.batches)


def give_up(uow: UnitOfWork, *, batch_id: str) -> None:
    """End a batch that an operator does not want retried: its messages have failed, or their outcome is unknown."""
    batch = store.batches.find(uow, batch_id)
    if batch is not None and batch.status is not BatchStatus.DONE:
        _keep(uow, [rules.give_up(batch, store.of_batches(uow, [batch_id]), at=uow.at)])


def _schedule_alone(uow: UnitOfWork, batches: Sequence[Batch]) -> None:
    for batch in batches:
        queue.schedule(uow, alone_kind(batch.channel), batch.batch_id)


def receipts_of(uow: UnitOfWork, found: Sequence[ChannelReceipt]) -> dict[int, str]:
    """The ids of the messages that receipts mean, by the place of each receipt; those of other funds are not there."""
    keys = [match_keys(receipt.provider_id) for receipt in found]
    by_key: dict[str, list[Message]] = {}
    for message in _taken_under(uow, sorted({key for each in keys for key in each})):
        by_key.setdefault(message.provider_key, []).append(message)
    owner_ids = {message.owner_id for messages in by_key.values() for message in messages}
    to = contacts.addresses(uow, owner_ids, channels=[Channel.SMS]) if owner_ids else {}
    matched: dict[int, str] = {}
    for place, receipt in enumerate(found):
        candidates = [message for key in keys[place] for message in by_key.get(key, ())]

        def is_theirs(message: Message, recipient: str = receipt.recipient) -> bool:
            return is_same_number(to[message.owner_id].mobile or "", recipient)

        chosen = rules.matched(candidates, keys=keys[place], is_theirs=is_theirs)
        if chosen is not None:
            matched[place] = chosen.message_id
    return matched


def _taken_under(uow: UnitOfWork, keys: Sequence[str]) -> list[Message]:
    """Messages that a provider took under one of these names, each with that name."""
    named = {
        message_id: match_key(name)
        for batch in store.batches_by_provider_keys(uow, keys)
        for message_id, name in batch.provider_ids.items()
    }
    wanted = set(keys)
    taken = store.messages.find_many(uow, [message_id for message_id, key in named.items() if key in wanted])
    return [
        *(replace(message, provider_key=named[message.message_id]) for message in taken.values()),
        *store.by_provider_keys(uow, keys),
    ]


def save_receipts(uow: UnitOfWork, said: Mapping[str, str | None]) -> None:
    """Save receipts, by message: the code of why it did not arrive, or None where it did. A negative receipt for a
    message that is still being sent is stored for `save_early_receipts`.
    """
    _arrive(uow, [message_id for message_id, reason in said.items() if reason is None])
    failed = {message_id: reason for message_id, reason in said.items() if reason is not None}
    messages = store.messages.find_many(uow, failed)
    _receive(uow, [(message, failed[message_id]) for message_id, message in messages.items()])
    early = [message_id for message_id, message in messages.items() if message.status is Status.QUEUED]
    known = store.receipts.find_many(uow, early)
    for message_id in early:
        if message_id not in known:
            receipt = Receipt(message_id=message_id, reason=failed[message_id], received_at=uow.at)
            store.receipts.save(uow, Outcome(receipt))


def receive(uow: UnitOfWork, said: Mapping[str, str | None]) -> None:
    """Save receipts that came by HTTP, as `save_receipts` has them. They name messages by our own ids, so that they may
    come before the provider's answer is saved; what names no SMS of this fund that a receipt can change has no effect.
    """
    messages = store.messages.find_many(uow, said)
    may_change = [
        message.message_id
        for message in messages.values()
        if message.channel is Channel.SMS
        and message.status in (Status.QUEUED, Status.SENT)
        and not store.arrived(uow, message.message_id)
    ]
    save_receipts(uow, {message_id: said[message_id] for message_id in may_change})


def save_early_receipts(uow: UnitOfWork) -> int:
    """Take up receipts that came before their message was settled; how many of them still wait."""
    early = {receipt.message_id: receipt for receipt in store.kept_receipts(uow)}
    messages = store.messages.find_many(uow, early)
    settled = {key: message for key, message in messages.items() if message.status is not Status.QUEUED}
    said = [(message, early[key].reason) for key, message in settled.items()]
    _receive(uow, [(message, reason) for message, reason in said if reason is not None])
    _arrive(uow, [message.message_id for message, reason in said if reason is None])
    gone = [key for key in early if key in settled or key not in messages]
    store.forget_receipts(uow, gone)
    return len(early) - len(gone)


def _arrive(uow: UnitOfWork, message_ids: Sequence[str]) -> None:
    """Positive receipts: one row for all that came together, since one for each would cost as much as the message."""
    if message_ids:
        together = Delivered(delivered_id=uow.new_id(), delivered_at=uow.at, message_ids=tuple(message_ids))
        store.delivered.save(uow, Outcome(together))


def _receive(uow: UnitOfWork, said: Sequence[tuple[Message, str]]) -> None:
    """Negative receipts; the first final one counts."""
    changed = [
        rules.not_received(message, reason=reason)
        for message, reason in said
        if not store.arrived(uow, message.message_id)
    ]
    kept = [message for message in changed if message is not None]
    if kept:
        store.messages.save_many(uow, kept, part_of=kept[0].message_id)
        _count_undelivered(uow, [message for message in kept if message.is_of_campaign])
    for message in kept:
        if not message.is_of_campaign:
            uow.publish(rules.undelivered(message, at=uow.at), version=message.version + 1)


def _count_undelivered(uow: UnitOfWork, messages: Sequence[Message]) -> None:
    """What was sent is in a batch that is done: nobody who sends it is told by its version that another was first."""
    by_batch = _by_batch(messages)
    batches = store.batches.find_many(uow, by_batch)
    changed = [rules.with_undelivered(batch, by_batch[batch_id]) for batch_id, batch in batches.items()]
    if changed:
        store.batches.save_many(uow, changed, part_of=changed[0].batch_id)


def _by_batch(messages: Sequence[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(str(message.batch_id), []).append(message)
    return found


def _keep(uow: UnitOfWork, settlements: Sequence[Settlement]) -> None:
    """All of a window's settlements, in as few writes as there are kinds of things. Those that were sent are written by
    their batch, once the others have left it."""
    if not settlements:
        return
    part_of = settlements[0].batch.batch_id
    others = [message for each in settlements for message in each.others]
    if others:
        store.messages.save_many(uow, others, part_of=part_of)
    for each in settlements:
        if each.sent:
            store.mark_sent(uow, each.batch, count=len(each.sent))
    changed = (batch for each in settlements for batch in (each.batch, *each.batches))
    batches = [
        after_quiet_hours(batch, fund=uow.fund) if batch.status is BatchStatus.QUEUED else batch for batch in changed
    ]
    store.batches.save_many(uow, batches, part_of=part_of)
    for channel in {batch.channel for batch in batches if batch.status is BatchStatus.QUEUED}:
        store.schedule(uow, channel)
    for each in settlements:
        _publish(uow, each)


def _publish(uow: UnitOfWork, settlement: Settlement) -> None:
    """The results of a batch's messages, each in the trace of its event."""
    batch = settlement.batch
    by_trace: dict[str, list[MessageEvent]] = {}
    for event in settlement.events:
        by_trace.setdefault(batch.trace_of(event.message_id), []).append(event)
    for trace, events in by_trace.items():
        with continue_trace(f"{batch.channel} batch send", trace):
            for event in events:
                uow.publish(event, version=batch.version + 1)


def _outgoing(uow: UnitOfWork, message: Message, address: str, *, template: Template) -> OutgoingMessage:
    opened = {
        name: uow.keys.decrypt(sealed, data_class=DataClass.CONTACT, associated_data=message.owner_id)
        for name, sealed in message.sealed.items()
        if name != ADDRESSES
    }
    said = render(
        template,
        channel=message.channel,
        language=message.language,
        fund=uow.fund,
        parameters={**message.parameters, **opened},
    )
    return OutgoingMessage(
        message_id=message.message_id,
        fund_id=uow.fund.fund_id,
        address=address,
        language=message.language,
        sender_name=uow.fund.branding.short_names[message.language],
        sender=_sender(uow.fund, message.channel),
        site=uow.fund.bindings.site.settings if uow.fund.bindings.site else "",
        unsubscribe_token=_unsubscribe_token(uow, message),
        written_at=message.told_at,
        said=said,
    )


def _unsubscribe_token(uow: UnitOfWork, message: Message) -> str:
    is_chosen = message.purpose is MessagePurpose.CAMPAIGN and message.channel is Channel.EMAIL
    return preferences.unsubscribe_token(uow, owner_id=message.owner_id) if is_chosen else ""


def _sender(fund: Fund, channel: Channel) -> str:
    senders = fund.bindings.senders
    return (senders.mail_from if channel is Channel.EMAIL else senders.sms_name) or ""


def _address(to: Addresses, channel: Channel) -> str | None:
    return to.email if channel is Channel.EMAIL else to.mobile
