"""When a batch is sent, how often, and what becomes of its messages after the provider's answers. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from services.notifications.channels.receipts import DeliveryState, match_key
from services.notifications.delivery.outgoing import Answers, ProviderAnswer, Verdict
from services.notifications.messages.batch import BATCH_MOVES, MESSAGES_MAX, Batch, BatchStatus
from services.notifications.messages.message import MOVES, Message, Status
from services.notifications.messages.rules import added_up, as_counts, counted, settled
from shared.events.notifications import MessageFailed, MessageSent, MessageUndelivered
from shared.funds.messages import Channel
from shared.kernel.errors import Unavailable
from shared.kernel.moves import moved
from shared.kernel.schedule import RetrySchedule

WINDOW_MESSAGES_MAX = 250
"""How many messages are marked, sent and settled together: as few transactions as that, and a lease that is kept. A
full batch is one."""

RETRY_WAITS = RetrySchedule((30, 120, 600, 3_600, 21_600))
"""How long after each try the next one comes; after the last one a message has failed."""

SENDING_MAX = timedelta(seconds=10)
"""After this time no further message of a batch is begun; the one under way has its channel's time-outs."""

LEASE = timedelta(seconds=45)
"""The sender of a batch has saved its results within this time, or crashed."""

DOUBTS_MAX = 1
"""How often a message is sent again that may have arrived: once, under the same id, then its outcome is unknown."""

GIVEN_UP, NOBODY_KNOWS = "delivery.given-up", "delivery.outcome-unknown"
BY_OPERATOR = "delivery.given-up-by-operator"
"""It could not be sent for a fault of ours, and an operator decided that it is not tried again."""


UNDELIVERED = {
    "UNDELIV": "delivery.undelivered",
    "EXPIRED": "delivery.expired-on-the-way",
    "DELETED": "delivery.deleted",
    "REJECTD": "delivery.rejected",
    "REJECTED": "delivery.rejected",
}
"""The codes of why a message did not arrive, by the words of receipts."""

GRACE = timedelta(seconds=1)
"""How long a receipt whose message is not known waits here; then the centre is asked to send it again."""

EARLY = timedelta(seconds=15)
"""How long a receipt may arrive before its message's result is saved; after it, the receipt is dropped."""

IN_DOUBT = ProviderAnswer(verdict=Verdict.DOUBTFUL)


class ProviderUnavailable(Unavailable):
    """The channel's provider does not take what waits; nothing of it is lost."""

    code = "delivery.provider-in-trouble"


MessageEvent = MessageSent | MessageFailed
"""The event that is published about a message when its batch is settled."""


class End(NamedTuple):
    """How a message ends that was not sent, and the code of why."""

    status: Status
    reason: str


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a round with the provider changes: the batch, its messages, and the batches that some of them move to.

    `others` have failed, are unknown, or wait in one of `batches`.
    """

    batch: Batch
    sent: tuple[Message, ...] = ()
    others: tuple[Message, ...] = ()
    batches: tuple[Batch, ...] = ()
    events: tuple[MessageEvent, ...] = ()


def windows(batches: Iterable[Batch], *, messages_max: int) -> Iterator[list[Batch]]:
    """Batches in order, together as many as have so many messages; one that has more goes by itself."""
    together: list[Batch] = []
    messages = 0
    for batch in batches:
        size = batch.size or MESSAGES_MAX
        if together and messages + size > messages_max:
            yield together
            together, messages = [], 0
        together.append(batch)
        messages += size
    if together:
        yield together


def is_due(batch: Batch, *, at: datetime) -> bool:
    return batch.status in (BatchStatus.QUEUED, BatchStatus.APART) and batch.due_at <= at


def is_lease_expired(batch: Batch, *, at: datetime) -> bool:
    """A worker began to send it and crashed before it saved the result."""
    return batch.status is BatchStatus.SENDING and batch.taken_at is not None and batch.taken_at + LEASE < at


def is_undeliverable(batch: Batch) -> bool:
    """Whether one more doubt is one too many."""
    return batch.doubts >= DOUBTS_MAX


def take(batch: Batch, *, at: datetime) -> Batch:
    """Begin to send a batch, or begin again after the lease of a sender that crashed: the outcome of all of it is then
    unknown."""
    doubts = batch.doubts + (batch.status is BatchStatus.SENDING)
    status = moved(BATCH_MOVES, batch.status, to=BatchStatus.SENDING)
    return replace(batch, status=status, tries=batch.tries + 1, doubts=doubts, taken_at=at)


def settle(
    batch: Batch, messages: Sequence[Message], answers: Answers, *, new_id: Callable[[], str], at: datetime
) -> Settlement:
    """What the answers to a batch mean. A message without an answer is in doubt.

    A batch of which nothing left the house goes back as it was: a provider that is down costs no try.
    """
    judged = [(message, answers.get(message.message_id, IN_DOUBT)) for message in messages]
    if judged and all(answer.verdict is Verdict.NOT_TRIED for _, answer in judged):
        return Settlement(batch=_put_back(batch, at=at))
    sent = tuple(_taken(message, at=at) for message, answer in judged if answer.verdict is Verdict.TAKEN)
    others: list[Message] = []
    again: dict[Verdict, Batch] = {}
    for message, answer in judged:
        if answer.verdict is Verdict.TAKEN:
            continue
        if end := _end(batch, answer):
            others.append(settled(message, to=end.status, at=at, reason=end.reason))
            continue
        if answer.verdict not in again:
            again[answer.verdict] = _again(batch, answer.verdict, batch_id=new_id(), at=at)
        waits_in = again[answer.verdict]
        again[answer.verdict] = replace(waits_in, size=waits_in.size + 1)
        others.append(replace(message, batch_id=waits_in.batch_id))
    provider_ids = {key: answer.provider_id for key, answer in answers.items() if answer.provider_id}
    events: list[MessageEvent] = [_sent(message, at=at) for message in _of_cases(sent)]
    return Settlement(
        batch=replace(
            _ended(batch, (*sent, *(each for each in others if each.settled_at is not None))),
            provider_ids=provider_ids,
            provider_keys=_keys(batch, provider_ids),
        ),
        sent=sent,
        others=tuple(others),
        batches=tuple(_with_traces(each, others) for each in again.values()),
        events=(*events, *(_failed(message, at=at) for message in _of_cases(others) if message.settled_at)),
    )


def _keys(batch: Batch, provider_ids: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({match_key(each) for each in provider_ids.values()})) if batch.channel is Channel.SMS else ()


def undelivered_reason(delivery: DeliveryState, status: str) -> str | None:
    """The code of why a message did not arrive, by its receipt; None where it arrived."""
    return None if delivery is DeliveryState.DELIVERED else UNDELIVERED.get(status, UNDELIVERED["UNDELIV"])


def not_received(message: Message, *, reason: str) -> Message | None:
    """The effect of a negative receipt on a message that was sent. None where it changes nothing: the first final
    receipt counts."""
    if message.status is not Status.SENT or message.delivered_at is not None:
        return None
    status = moved(MOVES, message.status, to=Status.UNDELIVERED)
    return replace(message, status=status, reason=reason)


def undelivered(message: Message, *, at: datetime) -> MessageUndelivered:
    return MessageUndelivered(
        message_id=message.message_id,
        about=message.about,
        channel=message.channel.value,
        template=message.template,
        reason=message.reason or UNDELIVERED["UNDELIV"],
        undelivered_at=at,
    )


def matched(
    candidates: Sequence[Message], *, keys: Sequence[str], is_theirs: Callable[[Message], bool]
) -> Message | None:
    """Of the messages that a receipt may mean, the one that it does; None where none is sure.

    `keys` are the names under which it may be kept, the likeliest first; `is_theirs` says whether it went to the number
    that the receipt names. A number that a centre counts on meets others: one that is written in another base was meant
    only where the recipient is the same, and of several it is the one that was sent last.
    """
    by_likelihood = sorted(candidates, key=lambda each: each.settled_at or each.told_at, reverse=True)
    theirs = [each for each in by_likelihood if is_theirs(each)]
    exact = [each for each in by_likelihood if each.provider_key == keys[0]]
    return (
        next((each for each in theirs if each in exact), None)
        or next(iter(theirs), None)
        or (exact[0] if len(by_likelihood) == 1 and exact else None)
    )


def set_apart(batch: Batch) -> Batch:
    """It is not sent together with others any more: the fault of one message would hold up all."""
    return replace(batch, status=moved(BATCH_MOVES, batch.status, to=BatchStatus.APART))


def split(batch: Batch, messages: Sequence[Message], *, new_id: Callable[[], str]) -> Settlement:
    """Each message by itself, so that only those stay behind that cannot be sent."""
    singles = tuple(
        replace(
            batch,
            batch_id=new_id(),
            status=BatchStatus.APART,
            size=1,
            traceparent=batch.trace_of(message.message_id),
            traces={},
            version=0,
        )
        for message in messages
    )
    others = tuple(
        replace(message, batch_id=single.batch_id) for message, single in zip(messages, singles, strict=True)
    )
    return Settlement(batch=_done(batch), others=others, batches=singles)


def give_up(batch: Batch, messages: Sequence[Message], *, at: datetime) -> Settlement:
    """A batch that is not sent again. Where sending had begun, it is unknown what of it arrived."""
    is_unknown = batch.status is BatchStatus.SENDING
    status, reason = (Status.UNKNOWN, NOBODY_KNOWS) if is_unknown else (Status.FAILED, BY_OPERATOR)
    ended = tuple(settled(message, to=status, at=at, reason=reason) for message in messages)
    return Settlement(
        batch=_ended(batch, ended),
        others=ended,
        events=tuple(_failed(message, at=at) for message in _of_cases(ended)),
    )


def _end(batch: Batch, answer: ProviderAnswer) -> End | None:
    """The end of a message, where its answer means one."""
    if answer.verdict is Verdict.REFUSED:
        return End(Status.FAILED, answer.reason or GIVEN_UP)
    if answer.verdict is Verdict.LATER and batch.tries >= RETRY_WAITS.tries_max:
        return End(Status.FAILED, GIVEN_UP)
    if answer.verdict is Verdict.DOUBTFUL and is_undeliverable(batch):
        return End(Status.UNKNOWN, NOBODY_KNOWS)
    return None


def _done(batch: Batch) -> Batch:
    return replace(batch, status=moved(BATCH_MOVES, batch.status, to=BatchStatus.DONE))


def _ended(batch: Batch, messages: Iterable[Message]) -> Batch:
    """Done, with these of its messages settled: a campaign's are counted."""
    return replace(_done(batch), counted=counted(messages) if batch.campaign else ())


def with_undelivered(batch: Batch, messages: Sequence[Message]) -> Batch:
    """The counts of a campaign's batch, after receipts said that some of what was sent did not arrive."""
    total = added_up((*batch.counted, *counted(messages)))
    for each in messages:
        total[each.channel, Status.SENT, ""] -= 1
    return replace(batch, counted=as_counts(total))


def _put_back(batch: Batch, *, at: datetime) -> Batch:
    """The batch as it was before it was taken."""
    status = moved(BATCH_MOVES, batch.status, to=BatchStatus.QUEUED)
    return replace(batch, status=status, tries=batch.tries - 1, due_at=at, taken_at=None)


def _again(batch: Batch, verdict: Verdict, *, batch_id: str, at: datetime) -> Batch:
    """The batch in which messages of one verdict wait for their next try."""
    is_new = verdict is Verdict.NOT_TRIED
    return replace(
        batch,
        batch_id=batch_id,
        status=BatchStatus.QUEUED,
        size=0,
        tries=batch.tries - is_new,
        doubts=batch.doubts + (verdict is Verdict.DOUBTFUL),
        due_at=at if is_new else RETRY_WAITS.next_at(at, tries=batch.tries),
        taken_at=None,
        version=0,
    )


def _with_traces(again: Batch, messages: Iterable[Message]) -> Batch:
    """Only those of the messages that moved to it."""
    moved_ids = {message.message_id for message in messages if message.batch_id == again.batch_id}
    return replace(again, traces={key: trace for key, trace in again.traces.items() if key in moved_ids})


def _taken(message: Message, *, at: datetime) -> Message:
    """A message that its provider took. It stays with its batch; the personal values that it carried have served."""
    return replace(message, status=moved(MOVES, message.status, to=Status.SENT), settled_at=at, sealed={})


def _of_cases(messages: Iterable[Message]) -> Iterator[Message]:
    """Those that are published: what became of a campaign's messages its own report says, thirty thousand at a time."""
    return (message for message in messages if not message.is_of_campaign)


def _sent(message: Message, *, at: datetime) -> MessageSent:
    return MessageSent(
        message_id=message.message_id,
        about=message.about,
        channel=message.channel.value,
        template=message.template,
        sent_at=at,
    )


def _failed(message: Message, *, at: datetime) -> MessageFailed:
    return MessageFailed(
        message_id=message.message_id,
        about=message.about,
        channel=message.channel.value,
        template=message.template,
        reason=message.reason or GIVEN_UP,
        failed_at=at,
    )
