"""Periodic work of messages: a job of each channel sends what waits in it, window by window.

One job a channel, not one a message: a message would then be written three times where a window of hundreds is written
twice. A window that fails for a fault of ours is taken apart, so that only what cannot be sent stays behind,
each with a job that operators see.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.notifications.delivery import actions, rules
from services.notifications.delivery.actions import Written
from services.notifications.delivery.outgoing import Verdict
from services.notifications.delivery.providers import Provider
from services.notifications.delivery.rules import ProviderUnavailable
from services.notifications.messages import store
from services.notifications.messages.batch import Batch, BatchStatus, alone_kind, send_kind
from shared.funds.messages import Channel
from shared.jobs import queue
from shared.jobs.job import JobKind, has_failed_before, id_of
from shared.kernel.actors import system
from shared.kernel.errors import Term
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

RUN_S_MAX = 5.0
"""After this time of sending no further window is begun: with one more, the lease of a run is kept."""
LEASE_S = rules.LEASE.total_seconds()
SECOND_LOOK_AFTER = timedelta(seconds=1)
"""For messages that were saved while this run looked for the last time."""

BY = system("delivery")


def jobs(provider: Provider) -> list[JobKind]:
    """The kinds of one channel."""
    sending = MessageSender(provider)
    return [
        JobKind(name=send_kind(provider.channel), run=sending.run, lease_s=LEASE_S, at_once=1),
        JobKind(
            name=alone_kind(provider.channel),
            run=sending.run_alone,
            lease_s=LEASE_S,
            give_up=give_up,
        ),
    ]


def give_up(uow: UnitOfWork, batch_id: str, reason: str) -> None:
    """The operator's own words stay in the audit of the job."""
    actions.give_up(uow, batch_id=batch_id)


def _without_job(uow: UnitOfWork) -> list[str]:
    return [
        channel.value
        for channel in (Channel.EMAIL, Channel.SMS)
        if not store.has_job(uow, channel) and actions.next_at(uow, channel=channel) is not None
    ]


backfills = Backfill(
    name="messages.send", find=_without_job, fill=lambda uow, channel: store.schedule(uow, Channel(channel))
)
"""Batches that an earlier release wrote, and those that were saved beside the last look of their channel's job."""


@dataclass
class MessageSender:
    """Sends the messages of one channel."""

    provider: Provider

    def run(self, context: ServiceContext, fund_id: str, thing_id: str) -> datetime | None:
        """Send what is due; when there is more. `ProviderUnavailable` where the provider takes no more."""
        if _has_failed(context, fund_id, send_kind(self.provider.channel), thing_id):
            self._take_apart(context, fund_id)
        sent = self.send_waiting(context, fund_id)
        next_at = actions.next_at(context.reading(fund_id, by=BY), channel=self.provider.channel)
        return next_at or (context.clock() + SECOND_LOOK_AFTER if sent else None)

    def run_alone(self, context: ServiceContext, fund_id: str, batch_id: str) -> datetime | None:
        """Send one batch that could not be sent with others; where it failed before, each of its messages by itself."""
        batch = store.batches.find(context.reading(fund_id, by=BY), batch_id)
        if batch is None or batch.status is BatchStatus.DONE:
            return None
        if batch.status is BatchStatus.SENDING and not rules.is_lease_expired(batch, at=context.clock()):
            return (batch.taken_at or context.clock()) + rules.LEASE
        is_split = batch.size != 1 and batch.status is not BatchStatus.SENDING
        if is_split and _has_failed(context, fund_id, alone_kind(batch.channel), batch_id):
            cause = f"job:{alone_kind(batch.channel)}:{batch_id}"
            context.run(fund_id, by=BY, cause=cause, action=partial(actions.split, seen=batch))
            return None
        self._send(context, fund_id, [batch])
        left = store.batches.find(context.reading(fund_id, by=BY), batch_id)
        is_done = left is None or left.status is BatchStatus.DONE
        return None if is_done else context.clock() + SECOND_LOOK_AFTER

    def send_waiting(self, context: ServiceContext, fund_id: str) -> int:
        """Send the batches that wait, a window at a time; how many messages."""
        until_s = time.monotonic() + RUN_S_MAX
        sent = 0
        for window in self._windows(context, fund_id):
            sent += self._send(context, fund_id, window)
            if time.monotonic() > until_s:
                break
        return sent

    def _windows(self, context: ServiceContext, fund_id: str) -> list[list[Batch]]:
        waiting = actions.waiting(context.reading(fund_id, by=BY), channel=self.provider.channel)
        messages_max = min(self.provider.window_max, rules.WINDOW_MESSAGES_MAX)
        return list(rules.windows(waiting, messages_max=messages_max))

    def _take_apart(self, context: ServiceContext, fund_id: str) -> None:
        """The window that is next, since the last run failed over it. Each of its batches gets a job of its own."""
        for window in self._windows(context, fund_id)[:1]:
            cause = f"job:{send_kind(self.provider.channel)}:{window[0].batch_id}"
            context.run(fund_id, by=BY, cause=cause, action=partial(actions.set_apart, seen=window))

    def _send(self, context: ServiceContext, fund_id: str, window: list[Batch]) -> int:
        written = actions.write(context.reading(fund_id, by=BY), window)
        cause = f"job:{send_kind(self.provider.channel)}:{window[0].batch_id}"
        taken = context.run(fund_id, by=BY, cause=cause, action=partial(actions.take, seen=window))
        return self._deliver(context, fund_id, taken, written, cause=cause) if taken else 0

    def _deliver(
        self, context: ServiceContext, fund_id: str, taken: list[Batch], written: dict[str, Written], *, cause: str
    ) -> int:
        """Outside of any transaction: after a crash in here the batches are taken over when their lease expires."""
        failpoint("delivery.taken")
        late_at = context.clock() + rules.SENDING_MAX
        ours = [written[batch.batch_id] for batch in taken]
        outgoing = [message for each in ours for message in each.outgoing]
        answers = {message_id: answer for each in ours for message_id, answer in each.answers.items()}
        answers |= self.provider.send(outgoing, is_late=lambda: context.clock() > late_at)
        failpoint("delivery.sent")
        settle = partial(actions.settle, taken=taken, written=written, answers=answers)
        context.run(fund_id, by=BY, cause=cause, action=settle)
        failpoint("delivery.kept")
        was_left = any(answer.verdict is Verdict.NOT_TRIED for answer in answers.values())
        if was_left and context.clock() <= late_at:
            raise ProviderUnavailable(channel=Term(f"channel.{self.provider.channel}"))
        return len(answers)


def _has_failed(context: ServiceContext, fund_id: str, kind: str, thing_id: str) -> bool:
    """Whether the run of a job before this one ended with a fault."""
    job = queue.jobs.find(context.reading(fund_id, by=BY), id_of(kind, thing_id))
    return job is not None and has_failed_before(job)


def send_waiting(context: ServiceContext, fund_id: str, *, provider: Provider) -> int:
    """Send what waits now; how many messages. `ProviderUnavailable` where the provider takes no more."""
    return MessageSender(provider).send_waiting(context, fund_id)
