"""What notifications does with a batch: take it, put it into words, keep what came of it."""

from collections.abc import Sequence

from services.notifications.contacts import actions as contacts
from services.notifications.contacts.contact import Addresses
from services.notifications.delivery import rules
from services.notifications.delivery.letter import Answer, Answers, Letter, Verdict
from services.notifications.delivery.rules import Settlement
from services.notifications.messages import store
from services.notifications.messages.batch import Batch
from services.notifications.messages.message import Message
from services.notifications.templates import catalogue
from services.notifications.templates.rendering import render
from shared.funds.fund import Channel
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.work import Work

BATCHES_MAX = 20
"""How many batches are sent before somebody looks again, so that what is urgent need not wait for all that is not."""

EXPIRED, NO_ADDRESS = "delivery.expired", "delivery.no-address"


def waiting(work: Work, *, channel: Channel) -> list[str]:
    """The batches to send: those that somebody was killed over, then those that are due, urgent ones first."""
    forsaken = [batch for batch in store.sending(work, channel) if rules.is_forsaken(batch, at=work.at)]
    due = [batch for batch in store.queued(work, channel) if rules.is_due(batch, at=work.at)]
    return [batch.batch_id for batch in (*forsaken, *due)][:BATCHES_MAX]


def take(work: Work, *, batch_id: str) -> Batch | None:
    """Begin to send a batch; None where another worker was first, or where sending it once more would be no good."""
    batch = store.batches.load(work, batch_id)
    is_forsaken = rules.is_forsaken(batch, at=work.at)
    if not (is_forsaken or rules.is_due(batch, at=work.at)):
        return None
    if is_forsaken and rules.is_hopeless(batch):
        _keep(work, rules.give_up(batch, store.of_batch(work, batch_id), at=work.at))
        return None
    return store.batches.keep(work, Outcome(rules.take(batch, at=work.at)))


def letters(work: Work, messages: Sequence[Message]) -> tuple[list[Letter], dict[str, Answer]]:
    """The messages in words, with their addresses opened; and the answers that stand before anybody is asked."""
    to = contacts.addresses(work, {message.owner_id for message in messages})
    written, answers = [], {}
    for message in messages:
        address = _address(to[message.owner_id], message.channel)
        if message.use_until is not None and message.use_until <= work.at:
            answers[message.message_id] = Answer(verdict=Verdict.REFUSED, reason=EXPIRED)
        elif address is None:
            answers[message.message_id] = Answer(verdict=Verdict.REFUSED, reason=NO_ADDRESS)
        else:
            written.append(_letter(work, message, address))
    return written, answers


def settle(work: Work, *, taken: Batch, messages: Sequence[Message], answers: Answers) -> None:
    """Keep what the provider answered, unless this try took so long that another has begun: then that one counts."""
    batch = store.batches.load(work, taken.batch_id)
    if batch.version == taken.version:
        _keep(work, rules.settle(batch, messages, answers, new_id=work.new_id, at=work.at))


def _keep(work: Work, settlement: Settlement) -> None:
    batch_id = settlement.batch.batch_id
    if settlement.others:
        store.messages.keep_many(work, settlement.others, part_of=batch_id)
    if settlement.sent:
        store.mark_sent(work, batch_id)
    if settlement.batches:
        store.batches.keep_many(work, settlement.batches, part_of=batch_id)
    store.batches.keep(work, Outcome(settlement.batch, settlement.events))


def _letter(work: Work, message: Message, address: str) -> Letter:
    opened = {
        name: work.keys.open(sealed, as_=DataClass.CONTACT, whose=message.owner_id)
        for name, sealed in message.sealed.items()
    }
    said = render(
        catalogue.said(message.template, version=message.template_version),
        channel=message.channel,
        language=message.language,
        fund=work.fund,
        parameters={**message.parameters, **opened},
    )
    return Letter(
        message_id=message.message_id,
        address=address,
        language=message.language,
        sender_name=work.fund.branding.short_names[message.language],
        told_at=message.told_at,
        said=said,
    )


def _address(to: Addresses, channel: Channel) -> str | None:
    return to.email if channel is Channel.EMAIL else to.mobile
