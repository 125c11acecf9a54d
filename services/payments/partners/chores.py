"""Rounds over partners' endpoints: each is called by itself, so that one that does not answer holds up no other.

Not jobs of the due queue. A partner has a share of the calls, its endpoints take turns, and the messages of an endpoint
follow each other until one fails: a job a message would have to know of the others, and a job an endpoint would be one
row that every event and every call writes to.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from services.payments.partners import actions, signing, store
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import Endpoint
from services.payments.partners.outbound import OutboundClient
from services.payments.partners.signing import FundsKeys
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.carrying import continued
from shared.webhooks import Secret

POLL_S, REST_S = 0.5, 15.0
ROUND_S = 1.0
"""For as long a round waits for its calls; what takes longer goes on, and its endpoint is passed over until then."""
AT_ONCE_MAX = 16
"""Calls of a fund at the same time."""
OF_PARTNER_AT_ONCE_MAX = 2
"""Of one partner, whatever number of endpoints it has."""

FORGET_EVERY_S = 600.0
FORGET_ROUNDS_MAX = 50
"""A backlog is worked off over several runs, each transaction of them short."""

PARTNERS = system("partners")

log = structlog.get_logger()


def calling(outbound: OutboundClient, keys: FundsKeys) -> Chore:
    """Tell partners what they want to be told."""
    woken_by = ("partner_deliveries", "partner_endpoints")
    return Chore("partners", POLL_S, Calling(outbound, keys).run, rest_s=REST_S, woken_by=woken_by)


def forgetting() -> Chore:
    """End what waits for endpoints that were removed, and forget these. Old messages are purged by their retention."""
    return Chore("partners-forgotten", FORGET_EVERY_S, forget_removed)


def forget_removed(context: ServiceContext, fund_id: str) -> int:
    """How many messages ended and endpoints were forgotten."""
    forgotten = 0
    for _ in range(FORGET_ROUNDS_MAX):
        count = context.run(fund_id, by=PARTNERS, cause="chore:partners:removed", action=actions.forget_removed)
        forgotten += count
        if not count:
            break
    return forgotten


@dataclass
class Lines:
    """The calls of one fund that are under way, one for an endpoint at a time, and who was called last."""

    calls: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE_MAX, "partners"))
    running: dict[str, tuple[str, Future[int]]] = field(default_factory=dict)
    """By endpoint: whose it is, and its call."""
    turns: dict[str, int] = field(default_factory=dict)
    """By endpoint, when it was called last, counted in calls."""
    turn: int = 0

    def has_room(self, client: str) -> bool:
        """Whether a partner may be called once more at the same time: none takes the threads of all."""
        return sum(each == client for each, _ in self.running.values()) < OF_PARTNER_AT_ONCE_MAX

    def in_turn(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Those that were called longest ago first, so that slow ones do not keep the others of their partner out."""
        return sorted(endpoints, key=lambda endpoint: self.turns.get(endpoint.endpoint_id, 0))

    def begin(self, endpoint: Endpoint, call: Callable[[], int]) -> None:
        self.turn += 1
        self.turns[endpoint.endpoint_id] = self.turn
        self.running[endpoint.endpoint_id] = endpoint.client, self.calls.submit(call)

    def ended(self) -> int:
        """How many messages were tried by the calls that came to an end; raises what ended one of them."""
        done = [endpoint_id for endpoint_id, (_, future) in self.running.items() if future.done()]
        return sum(future.result() for _, future in [self.running.pop(endpoint_id) for endpoint_id in done])


@dataclass
class Calling:
    """Calls endpoints, several at a time: each fund with threads of its own, of which no partner has more than its
    share."""

    outbound: OutboundClient
    keys: FundsKeys = field(default_factory=dict)
    round_s: float = ROUND_S
    _lines: dict[str, Lines] = field(default_factory=dict)
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("partners"))

    def run(self, context: ServiceContext, fund_id: str) -> int:
        lines = self._lines.setdefault(fund_id, Lines())
        uow = context.reading(fund_id, by=PARTNERS)
        done = lines.ended()
        for endpoint in lines.in_turn(store.enabled(uow)):
            is_free = endpoint.endpoint_id not in lines.running and lines.has_room(endpoint.client)
            if is_free and store.due(uow, endpoint.endpoint_id, at=uow.at):
                lines.begin(endpoint, partial(self._call, context, fund_id, endpoint))
        wait([future for _, future in lines.running.values()], timeout=self.round_s)
        return done + lines.ended()

    def _call(self, context: ServiceContext, fund_id: str, endpoint: Endpoint) -> int:
        """Send what is due, in turn, until one try fails: the others are worth no call before their next round."""
        uow = context.reading(fund_id, by=PARTNERS)
        tried = 0
        for delivery in store.due(uow, endpoint.endpoint_id, at=uow.at):
            outcome: list[bool] = []
            act: Callable[[], None] = partial(self._try, context, fund_id, endpoint, delivery, outcome)
            tried += self._one_by_one.do({delivery.delivery_id: act})
            if outcome != [True]:
                break
        return tried

    def _try(
        self, context: ServiceContext, fund_id: str, endpoint: Endpoint, delivery: Delivery, outcome: list[bool]
    ) -> None:
        with continued("partner told", delivery.traceparent):
            answer = self.send(endpoint, delivery, fund_id=fund_id, at=context.clock())
            _keep(context, fund_id, delivery, answer)
            outcome.append(answer.startswith("2"))

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
        return self.outbound.post(endpoint.url, body, headers=signed)


def _keep(context: ServiceContext, fund_id: str, delivery: Delivery, answer: str) -> None:
    def act(uow: UnitOfWork) -> tuple[Endpoint, bool]:
        return actions.take_answer(uow, delivery, answer=answer)

    cause = f"chore:partners:{delivery.delivery_id}"
    endpoint, is_disabled_now = context.run(fund_id, by=PARTNERS, cause=cause, action=act)
    if is_disabled_now and endpoint.reason is not None:
        log.error("endpoint-disabled", endpoint=endpoint.endpoint_id, why=endpoint.reason.value, fund=fund_id)
