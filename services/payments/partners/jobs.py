"""Periodic work of partners' endpoints: each has a job while something waits for it, so that one that does not answer
holds up no other.

A run sends the messages that are due in their order, some at a time, until one try fails. The job is asked for when a
message is written, and looks once more a moment after it sent something.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.payments.partners import actions, rules, signing, store
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import Endpoint, Status
from services.payments.partners.outbound import OutboundClient
from services.payments.partners.signing import FundsKeys
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace
from shared.webhooks import Secret

AT_ONCE_MAX = 16
"""Endpoints of a fund that are called at the same time."""
OF_PARTNER_AT_ONCE_MAX = 2
"""Of one partner, whatever number of endpoints it has."""
RUN_S_MAX = 20.0
"""After this time no further message is sent in a run: with one more call, its lease is kept."""
LEASE_S = 60.0
BUSY_WAIT = timedelta(seconds=1)
"""How long an endpoint waits where as many of its partner's are called as may be."""
FAILED_WAIT = timedelta(seconds=0.5)
"""After a try that failed, before the other messages of its endpoint have their turn."""
SECOND_LOOK_AFTER = timedelta(seconds=1)
"""For messages that were saved while this run looked for the last time."""
FORGET_ROUNDS_MAX = 50
"""A backlog is worked off over several runs, each transaction of them short."""

PARTNERS = system("partners")

log = structlog.get_logger()


def delivering(outbound: OutboundClient, keys: FundsKeys) -> JobKind:
    """Send partners their messages."""
    return JobKind(
        name=store.DELIVER,
        run=WebhookSender(outbound, keys).run,
        lease_s=LEASE_S,
        at_once=AT_ONCE_MAX,
        give_up=give_up,
    )


def give_up(uow: UnitOfWork, endpoint_id: str, reason: str) -> None:
    """The operator's own words stay in the audit of the job."""
    actions.give_up(uow, endpoint_id)


backfills = Backfill(name=store.DELIVER, find=store.without_job, fill=actions.schedule)
"""Messages that an earlier release wrote, and those that were saved beside the last look of their endpoint's job."""


@dataclass
class Shares:
    """How many endpoints of each partner are called at the moment: none takes the threads of all."""

    _calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def of(self, fund_id: str, client: str) -> Iterator[bool]:
        """Hold a share of a partner's for as long as a call lasts; whether there was one left."""
        with self._lock:
            is_free = self._calls[fund_id, client] < OF_PARTNER_AT_ONCE_MAX
            self._calls[fund_id, client] += is_free
        try:
            yield is_free
        finally:
            with self._lock:
                self._calls[fund_id, client] -= is_free


@dataclass
class WebhookSender:
    """Calls endpoints."""

    outbound: OutboundClient
    keys: FundsKeys = field(default_factory=dict)
    _shares: Shares = field(default_factory=Shares)

    def run(self, context: ServiceContext, fund_id: str, endpoint_id: str) -> datetime | None:
        """Send what is due to an endpoint; when it wants to be called again."""
        endpoint = store.endpoints.find(context.reading(fund_id, by=PARTNERS), endpoint_id)
        if endpoint is None or endpoint.status is Status.DISABLED:
            return None
        if endpoint.status is Status.REMOVED:
            return _forget(context, fund_id, endpoint_id)
        with self._shares.of(fund_id, endpoint.client) as is_free:
            if not is_free:
                return context.clock() + BUSY_WAIT
            return self._call(context, fund_id, endpoint)

    def _call(self, context: ServiceContext, fund_id: str, endpoint: Endpoint) -> datetime | None:
        """Until one try fails: the others are worth no call before their next run."""
        until_s, wait, has_sent = time.monotonic() + RUN_S_MAX, timedelta(), False
        uow = context.reading(fund_id, by=PARTNERS)
        for delivery in store.due(uow, endpoint.endpoint_id, at=uow.at):
            if not self._try(context, fund_id, endpoint, delivery):
                wait = FAILED_WAIT
                break
            has_sent = True
            if time.monotonic() > until_s:
                break
        again_at = store.next_try_at(uow, endpoint.endpoint_id)
        if again_at is not None:
            return max(again_at, context.clock() + wait)
        return context.clock() + SECOND_LOOK_AFTER if has_sent else None

    def _try(self, context: ServiceContext, fund_id: str, endpoint: Endpoint, delivery: Delivery) -> bool:
        with continue_trace("partner told", delivery.traceparent):
            answer = self.send(endpoint, delivery, fund_id=fund_id, at=context.clock())
            _keep(context, fund_id, delivery, answer)
            return answer.startswith("2")

    def send(self, endpoint: Endpoint, delivery: Delivery, *, fund_id: str, at: datetime) -> str:
        """The outside half of a try: the same id each time, the time of this one, signed with all that may sign."""
        body = delivery.body.encode()
        signed = signing.headers(
            body,
            message_id=delivery.message_id,
            at=at,
            secrets=[Secret.read(text) for text in endpoint.secrets],
            keys=self.keys.get(fund_id, ()),
        )
        return self.outbound.post(rules.address(endpoint, delivery), body, headers={**delivery.headers, **signed})


def _forget(context: ServiceContext, fund_id: str, endpoint_id: str) -> datetime | None:
    """End what waits for an endpoint that was removed, and delete it; when to continue with the rest."""
    cause, action = f"job:{store.DELIVER}:{endpoint_id}", partial(actions.forget, endpoint_id=endpoint_id)
    for _ in range(FORGET_ROUNDS_MAX):
        if not context.run(fund_id, by=PARTNERS, cause=cause, action=action):
            return None
    return context.clock()


def _keep(context: ServiceContext, fund_id: str, delivery: Delivery, answer: str) -> None:
    def act(uow: UnitOfWork) -> tuple[Endpoint, bool]:
        return actions.take_answer(uow, delivery, answer=answer)

    cause = f"job:{store.DELIVER}:{delivery.delivery_id}"
    endpoint, is_disabled_now = context.run(fund_id, by=PARTNERS, cause=cause, action=act)
    if is_disabled_now and endpoint.reason is not None:
        log.error("endpoint-disabled", endpoint=endpoint.endpoint_id, why=endpoint.reason.value, fund=fund_id)
