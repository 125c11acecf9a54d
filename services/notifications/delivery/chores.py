"""Time comes in for messages: what waits is sent, batch by batch, and what somebody was killed over is sent again."""

from functools import partial

from services.notifications.delivery import actions, rules
from services.notifications.delivery.letter import Verdict
from services.notifications.delivery.providers import Provider
from services.notifications.delivery.rules import ProviderInTrouble
from services.notifications.messages import store
from services.notifications.messages.batch import Batch
from shared.kernel.actors import system
from shared.process.chores import Chore
from shared.storage.platform import Platform
from shared.telemetry.carrying import continued
from shared.telemetry.steps import passing

EVERY_S = 0.5


def sending(provider: Provider) -> Chore:
    """The chore of one channel."""
    return Chore(name=f"send-{provider.channel}", every_s=EVERY_S, run=partial(send_waiting, provider=provider))


def send_waiting(platform: Platform, fund_id: str, *, provider: Provider) -> int:
    """Send the batches that wait, one by one; how many messages. `ProviderInTrouble` where it takes no more."""
    looking = platform.reading(fund_id, by=system("delivery"))
    return sum(
        _send(platform, fund_id, batch_id, provider=provider)
        for batch_id in actions.waiting(looking, channel=provider.channel)
    )


def _send(platform: Platform, fund_id: str, batch_id: str, *, provider: Provider) -> int:
    by, cause = system("delivery"), f"chore:send-{provider.channel}:{batch_id}"
    batch = platform.work(fund_id, by=by, cause=cause, action=lambda work: actions.take(work, batch_id=batch_id))
    if batch is None:
        return 0
    with continued(f"{provider.channel} batch send", batch.traceparent):
        return _deliver(platform, fund_id, batch, provider=provider)


def _deliver(platform: Platform, fund_id: str, batch: Batch, *, provider: Provider) -> int:
    """Outside of any transaction: whoever is killed in here leaves a batch that is forsaken after the lease."""
    passing("delivery.taken")
    by, cause = system("delivery"), f"chore:send-{provider.channel}:{batch.batch_id}"
    reading, late_at = platform.reading(fund_id, by=by), platform.clock() + rules.SENDING_MAX
    messages = store.of_batch(reading, batch.batch_id)
    letters, answers = actions.letters(reading, messages)
    answers |= provider.send(letters, is_late=lambda: platform.clock() > late_at)
    passing("delivery.sent")
    platform.work(
        fund_id,
        by=by,
        cause=cause,
        action=lambda work: actions.settle(work, taken=batch, messages=messages, answers=answers),
    )
    passing("delivery.kept")
    if any(answer.verdict is Verdict.NOT_TRIED for answer in answers.values()):
        raise ProviderInTrouble(channel=provider.channel.value)
    return len(messages)
