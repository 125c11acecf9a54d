"""What payments does with partners' endpoints and with the messages for them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from services.payments.partners import rules, store
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import Endpoint, Status, WebhookKind
from shared.jobs import queue
from shared.kernel.actors import NotYours
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How many messages are sent again. Where there were more, `next_since` says from when on to ask for the rest."""

    queued: int
    next_since: datetime | None


# --- Endpoints --------------------------------------------------------------------------------------------------------


def register(uow: UnitOfWork, *, url: str, kinds: Collection[WebhookKind]) -> Endpoint:
    """Register an endpoint of the caller. The secret is in this response only."""
    _check_kinds(uow, kinds)
    endpoint = rules.register(
        endpoint_id=uow.new_id(),
        client=uow.by.subject,
        url=url,
        kinds=kinds,
        secret=_new_secret(uow),
        others=store.count_of_client(uow, uow.by.subject),
        at=uow.at,
    )
    return store.endpoints.save(uow, Outcome(endpoint))


def own(uow: UnitOfWork, *, endpoint_id: str) -> Endpoint:
    """An endpoint of the caller's."""
    endpoint = store.endpoints.load(uow, endpoint_id)
    if endpoint.client != uow.by.subject:
        raise NotYours
    if endpoint.status is Status.REMOVED:
        raise rules.EndpointUnknown
    return endpoint


def change(uow: UnitOfWork, *, endpoint_id: str, url: str, kinds: Collection[WebhookKind]) -> Endpoint:
    _check_kinds(uow, kinds)
    return _change(uow, endpoint_id, lambda it: rules.change(it, url=url, kinds=kinds, at=uow.at))


def remove(uow: UnitOfWork, *, endpoint_id: str) -> None:
    """The caller listens there no more; what still waits for it ends with it."""
    _change(uow, endpoint_id, lambda it: rules.remove(it, at=uow.at))
    schedule(uow, endpoint_id)


def change_secret(uow: UnitOfWork, *, endpoint_id: str) -> Endpoint:
    secret = _new_secret(uow)
    return _change(uow, endpoint_id, lambda it: rules.change_secret(it, secret=secret, at=uow.at))


def retire_secret(uow: UnitOfWork, *, endpoint_id: str) -> Endpoint:
    return _change(uow, endpoint_id, lambda it: rules.retire_secret(it, at=uow.at))


def enable(uow: UnitOfWork, *, endpoint_id: str) -> Endpoint:
    enabled = _change(uow, endpoint_id, lambda it: rules.enable(it, at=uow.at))
    schedule(uow, endpoint_id)
    return enabled


def replay(uow: UnitOfWork, *, endpoint_id: str, since: datetime, until: datetime) -> Replay:
    """Send again what happened in a time, each under the id that it had."""
    if own(uow, endpoint_id=endpoint_id).status is Status.DISABLED:
        raise rules.EndpointIsDisabled
    if since >= until:
        raise rules.RangeEmpty
    found = store.between(uow, endpoint_id, since=since, until=until)
    chosen = _whole_instants(found)
    for delivery in chosen:
        store.deliveries.save(uow, Outcome(rules.again(delivery, at=uow.at)))
    if chosen:
        schedule(uow, endpoint_id)
    rest = found[len(chosen) :]
    return Replay(queued=len(chosen), next_since=rest[0].happened_at if rest else None)


def _whole_instants(found: list[Delivery]) -> list[Delivery]:
    """What one replay takes: never a part of one instant, unless that instant alone is more than it takes."""
    if len(found) <= store.REPLAYED_MAX:
        return found
    whole = [each for each in found if each.happened_at < found[-1].happened_at]
    return whole or found[: store.REPLAYED_MAX]


def _change(uow: UnitOfWork, endpoint_id: str, rule: Callable[[Endpoint], Endpoint]) -> Endpoint:
    return store.endpoints.save(uow, Outcome(rule(own(uow, endpoint_id=endpoint_id))))


def _check_kinds(uow: UnitOfWork, kinds: Collection[WebhookKind]) -> None:
    operators = {each.client for each in uow.fund.bindings.mobile_operators.values()}
    rules.check_kinds(kinds, is_operator=uow.by.subject in operators)


def _new_secret(uow: UnitOfWork) -> str:
    return rules.new_secret(uow.entropy(rules.SECRET_BYTES))


# --- Messages ---------------------------------------------------------------------------------------------------------


def announce(uow: UnitOfWork, kind: WebhookKind, *, happened_at: datetime, facts: Mapping[str, str]) -> None:
    """Write a message for every endpoint that wants this kind; one that is disabled may have it replayed later.

    `facts` are ids and amounts, never what is known of a person.
    """
    message_id = f"msg_{uow.cause.removeprefix('event:')}"
    said = {"type": kind.value, "timestamp": happened_at.isoformat(), "data": {"fund": uow.fund.fund_id, **facts}}
    body = msgspec.json.encode(said).decode()
    for endpoint in store.of_fund(uow):
        if kind in endpoint.kinds:
            _write(uow, endpoint, message_id=message_id, kind=kind, happened_at=happened_at, body=body)


def answer(
    uow: UnitOfWork,
    endpoints: Iterable[Endpoint],
    *,
    message_id: str,
    body: Mapping[str, Any],
    path: str,
    headers: Mapping[str, str],
) -> None:
    """Write the answer to a request of a partner's program for endpoints of its own, in the form of a foreign standard:
    once, however often the same is asked."""
    content = msgspec.json.encode(body).decode()
    for endpoint in endpoints:
        if store.deliveries.find(uow, _delivery_id(endpoint, message_id)) is None:
            _write(
                uow,
                endpoint,
                message_id=message_id,
                kind=WebhookKind.BILL_ANSWERED,
                happened_at=uow.at,
                body=content,
                path=path,
                headers=headers,
            )


def _write(
    uow: UnitOfWork,
    endpoint: Endpoint,
    *,
    message_id: str,
    kind: WebhookKind,
    happened_at: datetime,
    body: str,
    path: str = "",
    headers: Mapping[str, str] = NO_HEADERS,
) -> None:
    delivery = Delivery(
        delivery_id=_delivery_id(endpoint, message_id),
        endpoint_id=endpoint.endpoint_id,
        message_id=message_id,
        kind=kind,
        happened_at=happened_at,
        body=body,
        next_try_at=uow.at,
        traceparent=current_traceparent(),
        path=path,
        headers=dict(headers),
    )
    store.deliveries.save(uow, Outcome(delivery))
    if endpoint.status is Status.ENABLED:
        schedule(uow, endpoint.endpoint_id)


def _delivery_id(endpoint: Endpoint, message_id: str) -> str:
    return f"{endpoint.endpoint_id}/{message_id}"


def schedule(uow: UnitOfWork, endpoint_id: str) -> None:
    """Have what waits for an endpoint sent, or ended where it was removed."""
    queue.schedule_if_idle(uow, store.DELIVER, endpoint_id)


def take_answer(uow: UnitOfWork, seen: Delivery, *, answer: str) -> tuple[Endpoint, bool]:
    """What came of a try; the endpoint, and whether this made it one that is called no more. Where the message was
    asked for anew meanwhile, the try does not count."""
    endpoint = store.endpoints.load(uow, seen.endpoint_id)
    delivery = store.deliveries.load(uow, seen.delivery_id)
    if delivery.version != seen.version:
        return endpoint, False
    entropy = int.from_bytes(uow.entropy(2), "big") / 2**16
    tried = store.deliveries.save(uow, Outcome(rules.answered(delivery, answer=answer, at=uow.at, entropy=entropy)))
    judged = rules.judge(endpoint, tried, at=uow.at)
    return (endpoint, False) if judged is None else (store.endpoints.save(uow, judged), True)


def give_up(uow: UnitOfWork, endpoint_id: str) -> None:
    """An operator gave an endpoint's job up: it is called no more, and what waits for it waits until it is enabled."""
    outcome = rules.give_up(store.endpoints.load(uow, endpoint_id), at=uow.at)
    if outcome is not None:
        store.endpoints.save(uow, outcome)


def forget(uow: UnitOfWork, *, endpoint_id: str) -> int:
    """End what waits for an endpoint that was removed, some hundreds at a time, then delete it; how many messages
    ended."""
    waiting = store.waiting(uow, endpoint_id)
    for delivery in waiting:
        store.deliveries.save(uow, Outcome(rules.end(delivery, at=uow.at)))
    if not waiting:
        store.forget_endpoint(uow, store.endpoints.load(uow, endpoint_id))
    return len(waiting)
