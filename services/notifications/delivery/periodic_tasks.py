"""Receives the SMS centre's receipts. A periodic task, since no thing here waits for a job: receipts arrive on the
connection when the centre has some.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from services.notifications.channels.receipts import DeliveryState, match_key
from services.notifications.delivery import actions, rules
from services.notifications.delivery.providers import IncomingReceipt, SmsProvider
from services.notifications.messages import store
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S = 0.25
RECEIPTS_TOGETHER_MAX = 200
RECEIPTS_WAIT_S = 0.05
SEEN_MAX = 10_000
EARLY_LOOK_S = 60.0
"""How often is looked for receipts that came too early, where none came lately."""
TURN_S_MAX = 10.0
"""For so long receipts are kept in one round."""

BY = system("delivery")

log = structlog.get_logger()


def receiving(provider: SmsProvider) -> PeriodicTask:
    """The periodic task of delivery receipts."""
    return PeriodicTask(name="sms-receipts", every_s=EVERY_S, run=ReceiptReader(provider).run)


@dataclass
class Waiting:
    """A receipt that no message is known for yet, and since when."""

    incoming: IncomingReceipt
    since_s: float


@dataclass
class ReceiptReader:
    """Saves the SMS centre's receipts: a thread of its own, so that receipts and messages do not wait for each other. A
    receipt is acknowledged once it is saved."""

    provider: SmsProvider
    _waiting: list[Waiting] = field(default_factory=list)
    _seen_s: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """When a receipt of no known message came first, by the name in it."""
    _early_not_before_s: dict[str, float] = field(default_factory=dict)

    def run(self, context: ServiceContext, fund_id: str) -> int:
        """How many receipts were saved. A receipt does not name its fund, so one round serves all."""
        if fund_id != next(iter(context.funds)):
            return 0
        kept, until_s = 0, time.monotonic() + TURN_S_MAX
        while time.monotonic() < until_s:
            incoming = self.provider.receipts(count_max=RECEIPTS_TOGETHER_MAX, wait_s=RECEIPTS_WAIT_S)
            self._waiting += [Waiting(each, time.monotonic()) for each in incoming]
            kept += self._keep_all(context)
            if not incoming:
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
            matched = self._matched(context, fund_id)
            self._keep(context, fund_id, [(self._waiting[place].incoming, key) for place, key in matched.items()])
            kept += len(matched)
            self._waiting = [each for place, each in enumerate(self._waiting) if place not in matched]
        self._turn_away()
        return kept

    def _turn_away(self) -> None:
        """No receipt waits here for long: one whose message is not known yet is refused and sent again, until it is too
        old and dropped."""
        now_s, waiting = time.monotonic(), []
        for each in self._waiting:
            receipt = each.incoming.receipt
            first_s = self._seen_s.setdefault(receipt.provider_id, each.since_s)
            if receipt.delivery is DeliveryState.UNDER_WAY or now_s - first_s > rules.EARLY.total_seconds():
                log.info("receipt-of-nobody", status=receipt.status)
                each.incoming.reply(True)
            elif now_s - each.since_s > rules.GRACE.total_seconds():
                each.incoming.reply(False)
            else:
                waiting.append(each)
        self._waiting = waiting
        while len(self._seen_s) > SEEN_MAX:
            self._seen_s.popitem(last=False)

    def _matched(self, context: ServiceContext, fund_id: str) -> dict[int, str]:
        """The messages of a fund that receipts mean, by the place of the receipt: those that this process knows, and
        those that the database does."""
        matched: dict[int, str] = {}
        asked: list[int] = []
        for place, each in enumerate(self._waiting):
            named = self.provider.named(match_key(each.incoming.receipt.provider_id))
            if named is None:
                asked.append(place)
            elif named.fund_id == fund_id:
                matched[place] = named.message_id
        if asked:
            reading = context.reading(fund_id, by=BY)
            found = actions.receipts_of(reading, [self._waiting[place].incoming.receipt for place in asked])
            matched |= {asked[place]: message_id for place, message_id in found.items()}
        return matched

    def _keep(self, context: ServiceContext, fund_id: str, matched: list[tuple[IncomingReceipt, str]]) -> None:
        said = {
            message_id: rules.undelivered_reason(incoming.receipt.delivery, incoming.receipt.status)
            for incoming, message_id in matched
            if incoming.receipt.delivery is not DeliveryState.UNDER_WAY
        }
        if said:
            cause = f"chore:sms-receipts:{next(iter(said))}"
            context.run(fund_id, by=BY, cause=cause, action=lambda uow: actions.save_receipts(uow, said))
            self._early_not_before_s[fund_id] = 0.0
        for incoming, _ in matched:
            incoming.reply(True)

    def _keep_early(self, context: ServiceContext, fund_id: str) -> None:
        now_s = time.monotonic()
        if now_s < self._early_not_before_s.get(fund_id, 0.0):
            return
        wait_s = EARLY_LOOK_S
        if store.kept_receipts(context.reading(fund_id, by=BY)):
            cause = "chore:sms-receipts:early"
            if context.run(fund_id, by=BY, cause=cause, action=actions.save_early_receipts):
                wait_s = EVERY_S
        self._early_not_before_s[fund_id] = now_s + wait_s
