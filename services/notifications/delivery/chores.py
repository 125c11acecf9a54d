"""Time comes in for messages: what waits is sent, window by window, and what somebody was killed over is sent again.

Not jobs of the due queue: messages are sent by windows of some hundreds, each taken and settled in one transaction, and
the processes of a service ring each other; a job a message would be written three times where now a batch is twice.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial

import structlog

from services.notifications.channels.receipts import Delivery, match_key
from services.notifications.delivery import actions, rules
from services.notifications.delivery.actions import Written
from services.notifications.delivery.letter import Verdict
from services.notifications.delivery.providers import Brought, Provider, SmsProvider
from services.notifications.delivery.rules import ProviderInTrouble
from services.notifications.messages import bell, store
from services.notifications.messages.batch import Batch
from shared.kernel.actors import system
from shared.kernel.errors import Term
from shared.process.chores import Chore, OneByOne
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.steps import passing

EVERY_S = 0.25
IDLE_S_MAX = 8.0
"""Looks into an empty queue come ever less often, down to this. What this process writes down is looked for at once;
what another process or a killed sender left, and the next try of what was put off, may wait for so long."""
RECEIPTS_TOGETHER_MAX = 200
RECEIPTS_WAIT_S = 0.05
SEEN_MAX = 10_000
EARLY_LOOK_S = 60.0
"""How often is looked for receipts that came too early, where none came lately."""
TURN_S_MAX = 10.0
"""After this time of sending one fund's messages it is the next fund's turn."""

BY = system("delivery")

log = structlog.get_logger()


def sending(provider: Provider) -> Chore:
    """The chore of one channel."""
    return Chore(name=f"send-{provider.channel}", every_s=EVERY_S, run=Sending(provider).run)


def receiving(provider: SmsProvider) -> Chore:
    """The chore of delivery receipts."""
    return Chore(name="sms-receipts", every_s=EVERY_S, run=Receiving(provider).run)


@dataclass
class Looking:
    """When to look into a fund's queue again."""

    wait_s: float = 0.0
    not_before_s: float = 0.0
    rung: int = -1

    def is_time(self, *, rung: int, now_s: float) -> bool:
        if rung != self.rung:
            self.rung, self.wait_s, self.not_before_s = rung, 0.0, 0.0
        return now_s >= self.not_before_s

    def has_found(self, messages: int, *, now_s: float) -> None:
        """Nothing found makes the next look come later."""
        self.wait_s = 0.0 if messages else min(IDLE_S_MAX, max(EVERY_S, self.wait_s * 2))
        self.not_before_s = now_s + self.wait_s


@dataclass
class Sending:
    """Sends the messages of one channel, and asks the database only when there may be some."""

    provider: Provider
    _looking: dict[str, Looking] = field(default_factory=dict)
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("delivery"))

    def run(self, context: ServiceContext, fund_id: str) -> int:
        """How many messages were tried. `ProviderInTrouble` where the provider takes no more."""
        looking = self._looking.setdefault(fund_id, Looking())
        if not looking.is_time(rung=bell.rung(fund_id, self.provider.channel), now_s=time.monotonic()):
            return 0
        messages = self.send_waiting(context, fund_id)
        looking.has_found(messages, now_s=time.monotonic())
        return messages

    def send_waiting(self, context: ServiceContext, fund_id: str) -> int:
        """Send the batches that wait, a window at a time; how many messages."""
        until_s = time.monotonic() + TURN_S_MAX
        waiting = actions.waiting(context.reading(fund_id, by=BY), channel=self.provider.channel)
        sent = 0
        for window in rules.windows(waiting, messages_max=min(self.provider.window_max, rules.WINDOW_MESSAGES_MAX)):
            sent += self._send(context, fund_id, window)
            if time.monotonic() > until_s:
                break
        return sent

    def _send(self, context: ServiceContext, fund_id: str, window: list[Batch]) -> int:
        written = self._written(context.reading(fund_id, by=BY), window)
        if not written:
            return 0
        cause = f"chore:send-{self.provider.channel}:{window[0].batch_id}"
        seen = [batch for batch in window if batch.batch_id in written]
        taken = context.run(fund_id, by=BY, cause=cause, action=lambda uow: actions.take(uow, seen=seen))
        return self._deliver(context, fund_id, taken, written, cause=cause) if taken else 0

    def _written(self, reading: UnitOfWork, window: list[Batch]) -> dict[str, Written]:
        """The messages of a window in words, by batch. One that cannot be written leaves its batch where it is, and
        the others go on."""
        written: dict[str, Written] = {}

        def write(*batches: Batch) -> None:
            written.update(actions.write(reading, batches))

        if not self._one_by_one.do({f"window {window[0].batch_id}": partial(write, *window)}):
            self._one_by_one.do({batch.batch_id: partial(write, batch) for batch in window})
        return written

    def _deliver(
        self, context: ServiceContext, fund_id: str, taken: list[Batch], written: dict[str, Written], *, cause: str
    ) -> int:
        """Outside of any transaction: whoever is killed in here leaves batches that are forsaken after the lease."""
        passing("delivery.taken")
        late_at = context.clock() + rules.SENDING_MAX
        ours = [written[batch.batch_id] for batch in taken]
        letters = [letter for each in ours for letter in each.letters]
        answers = {message_id: answer for each in ours for message_id, answer in each.answers.items()}
        answers |= self.provider.send(letters, is_late=lambda: context.clock() > late_at)
        passing("delivery.sent")
        context.run(fund_id, by=BY, cause=cause, action=lambda uow: actions.settle(uow, taken=taken, answers=answers))
        passing("delivery.kept")
        was_left = any(answer.verdict is Verdict.NOT_TRIED for answer in answers.values())
        if was_left and context.clock() <= late_at:
            raise ProviderInTrouble(channel=Term(f"channel.{self.provider.channel}"))
        return len(answers)


@dataclass
class Waiting:
    """A receipt that no message is known for yet, and since when."""

    brought: Brought
    since_s: float


@dataclass
class Receiving:
    """Keeps what the SMS centre says of messages that it took: a lane of its own, so that receipts wait for no message
    and messages for no receipt. The centre hears that a receipt was kept once that is saved."""

    provider: SmsProvider
    _waiting: list[Waiting] = field(default_factory=list)
    _seen_s: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """When a receipt of no known message came first, by the name in it."""
    _early_not_before_s: dict[str, float] = field(default_factory=dict)

    def run(self, context: ServiceContext, fund_id: str) -> int:
        """How many receipts were kept. The centre does not say which fund a receipt is for, so one turn serves all."""
        if fund_id != next(iter(context.funds)):
            return 0
        kept, until_s = 0, time.monotonic() + TURN_S_MAX
        while time.monotonic() < until_s:
            brought = self.provider.receipts(count_max=RECEIPTS_TOGETHER_MAX, wait_s=RECEIPTS_WAIT_S)
            self._waiting += [Waiting(each, time.monotonic()) for each in brought]
            kept += self._keep_all(context)
            if not brought:
                break
        for each in context.funds:
            self._keep_early(context, each)
        return kept

    def _keep_all(self, context: ServiceContext) -> int:
        """Keep what can be kept, fund by fund."""
        kept = 0
        for fund_id in context.funds:
            if not self._waiting:
                break
            meant = self._meant(context, fund_id)
            self._keep(context, fund_id, [(self._waiting[place].brought, key) for place, key in meant.items()])
            kept += len(meant)
            self._waiting = [each for place, each in enumerate(self._waiting) if place not in meant]
        self._turn_away()
        return kept

    def _turn_away(self) -> None:
        """Nobody waits for long in the lane: whose message is not known yet is to come again, until it has come for so
        long that it is nobody's."""
        now_s, waiting = time.monotonic(), []
        for each in self._waiting:
            receipt = each.brought.receipt
            first_s = self._seen_s.setdefault(receipt.provider_id, each.since_s)
            if receipt.delivery is Delivery.UNDER_WAY or now_s - first_s > rules.EARLY.total_seconds():
                log.info("receipt-of-nobody", status=receipt.status)
                each.brought.reply(True)
            elif now_s - each.since_s > rules.GRACE.total_seconds():
                each.brought.reply(False)
            else:
                waiting.append(each)
        self._waiting = waiting
        while len(self._seen_s) > SEEN_MAX:
            self._seen_s.popitem(last=False)

    def _meant(self, context: ServiceContext, fund_id: str) -> dict[int, str]:
        """The messages of a fund that receipts mean, by the place of the receipt: those that this process knows, and
        those that the database does."""
        meant: dict[int, str] = {}
        asked: list[int] = []
        for place, each in enumerate(self._waiting):
            named = self.provider.named(match_key(each.brought.receipt.provider_id))
            if named is None:
                asked.append(place)
            elif named.fund_id == fund_id:
                meant[place] = named.message_id
        if asked:
            reading = context.reading(fund_id, by=BY)
            found = actions.receipts_of(reading, [self._waiting[place].brought.receipt for place in asked])
            meant |= {asked[place]: message_id for place, message_id in found.items()}
        return meant

    def _keep(self, context: ServiceContext, fund_id: str, meant: list[tuple[Brought, str]]) -> None:
        said = {
            message_id: rules.undelivered_reason(brought.receipt.delivery, brought.receipt.status)
            for brought, message_id in meant
            if brought.receipt.delivery is not Delivery.UNDER_WAY
        }
        if said:
            cause = f"chore:sms-receipts:{next(iter(said))}"
            context.run(fund_id, by=BY, cause=cause, action=lambda uow: actions.keep_receipts(uow, said))
            self._early_not_before_s[fund_id] = 0.0
        for brought, _ in meant:
            brought.reply(True)

    def _keep_early(self, context: ServiceContext, fund_id: str) -> None:
        now_s = time.monotonic()
        if now_s < self._early_not_before_s.get(fund_id, 0.0):
            return
        wait_s = EARLY_LOOK_S
        if store.kept_receipts(context.reading(fund_id, by=BY)):
            cause = "chore:sms-receipts:early"
            if context.run(fund_id, by=BY, cause=cause, action=actions.keep_early_receipts):
                wait_s = EVERY_S
        self._early_not_before_s[fund_id] = now_s + wait_s


def send_waiting(context: ServiceContext, fund_id: str, *, provider: Provider) -> int:
    """Send what waits now; how many messages. `ProviderInTrouble` where the provider takes no more."""
    return Sending(provider).send_waiting(context, fund_id)
