"""What notifications does with a batch: take it, put it into words, keep what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.notifications.channels.receipts import Receipt as ChannelReceipt
from services.notifications.channels.receipts import is_same_number, match_keys
from services.notifications.contacts import actions as contacts
from services.notifications.contacts.contact import Addresses
from services.notifications.delivery import rules
from services.notifications.delivery.letter import Answer, Answers, DeadLetter, Verdict
from services.notifications.delivery.rules import Settlement
from services.notifications.messages import store
from services.notifications.messages.batch import Batch
from services.notifications.messages.message import Message, Status
from services.notifications.messages.receipt import Receipt
from services.notifications.templates import catalogue
from services.notifications.templates.rendering import render
from shared.funds.fund import Channel
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.carrying import continued

EXPIRED, NO_ADDRESS = "delivery.expired", "delivery.no-address"


def waiting(uow: UnitOfWork, *, channel: Channel) -> list[Batch]:
    """The batches to send: those that somebody was killed over, then those that are due, urgent ones first."""
    forsaken = [batch for batch in store.sending(uow, channel) if rules.is_forsaken(batch, at=uow.at)]
    return [*forsaken, *store.due(uow, channel)]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A batch in words, and the answers that stand before anybody is asked."""

    letters: list[DeadLetter] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


def write(uow: UnitOfWork, batches: Sequence[Batch]) -> dict[str, Written]:
    """The messages of batches in words, with their addresses opened, by batch."""
    messages = store.of_batches(uow, [batch.batch_id for batch in batches])
    channels = {message.channel for message in messages}
    to = contacts.addresses(uow, {message.owner_id for message in messages}, channels=channels)
    written = {batch.batch_id: Written() for batch in batches}
    for message in messages:
        address, of_batch = _address(to[message.owner_id], message.channel), written[str(message.batch_id)]
        if message.use_until is not None and message.use_until <= uow.at:
            of_batch.answers[message.message_id] = Answer(verdict=Verdict.REFUSED, reason=EXPIRED)
        elif address is None:
            of_batch.answers[message.message_id] = Answer(verdict=Verdict.REFUSED, reason=NO_ADDRESS)
        else:
            of_batch.letters.append(_letter(uow, message, address))
    return written


def take(uow: UnitOfWork, *, seen: Sequence[Batch]) -> list[Batch]:
    """Begin to send batches; without those where another worker was first, or where once more would be no good."""
    found = store.batches.find_many(uow, [batch.batch_id for batch in seen])
    taken: list[Batch] = []
    hopeless: list[Batch] = []
    for batch in (found[each.batch_id] for each in seen if _is_as_seen(each, found.get(each.batch_id))):
        is_forsaken = rules.is_forsaken(batch, at=uow.at)
        if is_forsaken and rules.is_hopeless(batch):
            hopeless.append(batch)
        elif is_forsaken or rules.is_due(batch, at=uow.at):
            taken.append(rules.take(batch, at=uow.at))
    if hopeless:
        messages = _by_batch(store.of_batches(uow, [batch.batch_id for batch in hopeless]))
        _keep(uow, [rules.give_up(batch, messages.get(batch.batch_id, ()), at=uow.at) for batch in hopeless])
    if taken:
        store.batches.save_many(uow, taken, part_of=taken[0].batch_id)
    return [replace(batch, version=batch.version + 1) for batch in taken]


def _is_as_seen(seen: Batch, found: Batch | None) -> bool:
    """The messages of a batch change with it: those that were put into words are those that are sent."""
    return found is not None and found.version == seen.version


def settle(uow: UnitOfWork, *, taken: Sequence[Batch], answers: Answers) -> None:
    """Keep what the provider answered, batch by batch. Where the try of one took so long that another worker has begun
    with it, that one counts."""
    found = store.batches.find_many(uow, [batch.batch_id for batch in taken])
    ours = [batch for batch in taken if _is_as_seen(batch, found.get(batch.batch_id))]
    messages = _by_batch(store.of_batches(uow, [batch.batch_id for batch in ours]))
    settlements = [
        rules.settle(batch, messages.get(batch.batch_id, ()), answers, new_id=uow.new_id, at=uow.at) for batch in ours
    ]
    _keep(uow, settlements)


def receipts_of(uow: UnitOfWork, found: Sequence[ChannelReceipt]) -> dict[int, str]:
    """The ids of the messages that receipts mean, by the place of each receipt; those of other funds are not there."""
    keys = [match_keys(receipt.provider_id) for receipt in found]
    by_key: dict[str, list[Message]] = {}
    for message in store.by_provider_keys(uow, sorted({key for each in keys for key in each})):
        by_key.setdefault(message.provider_key, []).append(message)
    owner_ids = {message.owner_id for messages in by_key.values() for message in messages}
    to = contacts.addresses(uow, owner_ids, channels=[Channel.SMS]) if owner_ids else {}
    meant: dict[int, str] = {}
    for place, receipt in enumerate(found):
        candidates = [message for key in keys[place] for message in by_key.get(key, ())]

        def is_theirs(message: Message, recipient: str = receipt.recipient) -> bool:
            return is_same_number(to[message.owner_id].mobile or "", recipient)

        chosen = rules.meant(candidates, keys=keys[place], is_theirs=is_theirs)
        if chosen is not None:
            meant[place] = chosen.message_id
    return meant


def keep_receipts(uow: UnitOfWork, said: Mapping[str, str | None]) -> None:
    """Keep what receipts say, by message: the code of why it did not arrive, or None where it did.

    Of a message that is still being sent it is put aside: `keep_early_receipts` takes it up.
    """
    messages = store.messages.find_many(uow, said)
    _receive(uow, [(message, said[message_id]) for message_id, message in messages.items()])
    early = [message_id for message_id, message in messages.items() if message.status is Status.QUEUED]
    known = store.receipts.find_many(uow, early)
    for message_id in early:
        if message_id not in known:
            receipt = Receipt(message_id=message_id, reason=said[message_id], received_at=uow.at)
            store.receipts.save(uow, Outcome(receipt))


def keep_early_receipts(uow: UnitOfWork) -> int:
    """Take up receipts that came before their message was settled; how many of them still wait."""
    early = {receipt.message_id: receipt for receipt in store.kept_receipts(uow)}
    messages = store.messages.find_many(uow, early)
    settled = {key: message for key, message in messages.items() if message.status is not Status.QUEUED}
    _receive(uow, [(message, early[key].reason) for key, message in settled.items()])
    gone = [key for key in early if key in settled or key not in messages]
    store.forget_receipts(uow, gone)
    return len(early) - len(gone)


def _receive(uow: UnitOfWork, said: Sequence[tuple[Message, str | None]]) -> None:
    changed = [rules.received(message, reason=reason, at=uow.at) for message, reason in said]
    kept = [message for message in changed if message is not None]
    if kept:
        store.messages.save_many(uow, kept, part_of=kept[0].message_id)
    for message in kept:
        if message.status is Status.UNDELIVERED:
            uow.publish(rules.undelivered(message, at=uow.at), version=message.version + 1)


def _by_batch(messages: Sequence[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(str(message.batch_id), []).append(message)
    return found


def _keep(uow: UnitOfWork, settlements: Sequence[Settlement]) -> None:
    """All of a window's settlements, in as few writes as there are kinds of things."""
    if not settlements:
        return
    part_of = settlements[0].batch.batch_id
    messages = [message for each in settlements for message in (*each.sent, *each.others)]
    if messages:
        store.messages.save_many(uow, messages, part_of=part_of)
    batches = [batch for each in settlements for batch in (each.batch, *each.batches)]
    store.batches.save_many(uow, batches, part_of=part_of)
    for each in settlements:
        with continued(f"{each.batch.channel} batch send", each.batch.traceparent):
            for event in each.events:
                uow.publish(event, version=each.batch.version + 1)


def _letter(uow: UnitOfWork, message: Message, address: str) -> DeadLetter:
    opened = {
        name: uow.keys.open(sealed, as_=DataClass.CONTACT, whose=message.owner_id)
        for name, sealed in message.sealed.items()
    }
    said = render(
        catalogue.said(message.template, version=message.template_version),
        channel=message.channel,
        language=message.language,
        fund=uow.fund,
        parameters={**message.parameters, **opened},
    )
    return DeadLetter(
        message_id=message.message_id,
        fund_id=uow.fund.fund_id,
        address=address,
        language=message.language,
        sender_name=uow.fund.branding.short_names[message.language],
        told_at=message.told_at,
        said=said,
    )


def _address(to: Addresses, channel: Channel) -> str | None:
    return to.email if channel is Channel.EMAIL else to.mobile
