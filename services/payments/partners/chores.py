"""Rounds over partners' endpoints: each is called by itself, so that one that does not answer holds up no other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from services.payments.partners import actions, signing, store
from services.payments.partners.delivery import Delivery
from services.payments.partners.door import Door
from services.payments.partners.endpoint import Endpoint
from services.payments.partners.endpoint import Status as EndpointStatus
from services.payments.partners.signing import FundsKeys
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry.carrying import continued
from shared.webhooks import Secret

POLL_S = 0.5
ROUND_S = 1.0
"""For as long a round waits for its calls; what takes longer goes on, and its endpoint is passed over until then."""
AT_ONCE_MAX = 8

FORGET_EVERY_S = 600.0
FORGET_ROUNDS_MAX = 50
"""A backlog is worked off over several runs, each transaction of them short."""

PARTNERS = system("partners")

log = structlog.get_logger()


def calling(door: Door, keys: FundsKeys) -> Chore:
    """Tell partners what they want to be told."""
    return Chore("partners", POLL_S, Calling(door, keys).run)


def forgetting() -> Chore:
    """Remove messages that nobody will ask for any more."""
    return Chore("partners-forgotten", FORGET_EVERY_S, forget_old)


def forget_old(platform: Platform, fund_id: str) -> int:
    forgotten = 0
    for _ in range(FORGET_ROUNDS_MAX):
        count = platform.work(fund_id, by=PARTNERS, cause="chore:partners:forget", action=actions.forget_old)
        forgotten += count
        if count < store.FORGOTTEN_AT_ONCE_MAX:
            break
    return forgotten


@dataclass
class Calling:
    """Calls endpoints, several at a time, each in a line of its own."""

    door: Door
    keys: FundsKeys = field(default_factory=dict)
    round_s: float = ROUND_S
    _running: dict[tuple[str, str], Future[int]] = field(default_factory=dict)
    _executor: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE_MAX, "partners"))
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("partners"))

    def run(self, platform: Platform, fund_id: str) -> int:
        work = platform.reading(fund_id, by=PARTNERS)
        done = self._ended(fund_id)
        for endpoint in store.endpoints.find_all(work, limit=store.OF_FUND_MAX, status=EndpointStatus.ENABLED):
            line = (fund_id, endpoint.endpoint_id)
            if line not in self._running and store.due(work, endpoint.endpoint_id, at=work.at):
                self._running[line] = self._executor.submit(self._call, platform, fund_id, endpoint)
        wait([future for line, future in self._running.items() if line[0] == fund_id], timeout=self.round_s)
        return done + self._ended(fund_id)

    def _ended(self, fund_id: str) -> int:
        """How many messages were tried by the calls that came to an end; raises what ended one of them."""
        ended = [line for line, future in self._running.items() if line[0] == fund_id and future.done()]
        return sum(future.result() for future in [self._running.pop(line) for line in ended])

    def _call(self, platform: Platform, fund_id: str, endpoint: Endpoint) -> int:
        """Send what is due, in turn, until one try fails: the others are worth no call before their next round."""
        work = platform.reading(fund_id, by=PARTNERS)
        tried = 0
        for delivery in store.due(work, endpoint.endpoint_id, at=work.at):
            outcome: list[bool] = []
            act: Callable[[], None] = partial(self._try, platform, fund_id, endpoint, delivery, outcome)
            tried += self._one_by_one.do({delivery.delivery_id: act})
            if outcome != [True]:
                break
        return tried

    def _try(
        self, platform: Platform, fund_id: str, endpoint: Endpoint, delivery: Delivery, outcome: list[bool]
    ) -> None:
        with continued("partner told", delivery.traceparent):
            answer = self.send(endpoint, delivery, fund_id=fund_id, at=platform.clock())
            _keep(platform, fund_id, delivery, answer)
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
        return self.door.post(endpoint.url, body, headers=signed)


def _keep(platform: Platform, fund_id: str, delivery: Delivery, answer: str) -> None:
    def act(work: Work) -> tuple[Endpoint, bool]:
        return actions.take_answer(work, delivery, answer=answer)

    cause = f"chore:partners:{delivery.delivery_id}"
    endpoint, is_disabled_now = platform.work(fund_id, by=PARTNERS, cause=cause, action=act)
    if is_disabled_now and endpoint.reason is not None:
        log.error("endpoint-disabled", endpoint=endpoint.endpoint_id, why=endpoint.reason.value, fund=fund_id)
