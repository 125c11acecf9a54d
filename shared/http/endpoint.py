"""From a route to a response: authorize, parse, act in one unit of work, serialize. The same idempotency key gets the
same response."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from flask import Response, g, request

from shared.http import bodies, conditions, limits, problems
from shared.http.callers import ScopeMissing, Verifier
from shared.http.routes import ANYONE, BODY_BYTES_MAX, Download, Route
from shared.kernel.actors import Actor, ActorKind
from shared.kernel.errors import Conflict, Failure, Invalid
from shared.storage.connection import Document
from shared.storage.service_context import FundUnknown, ServiceContext
from shared.storage.unit_of_work import UnitOfWork

PUBLIC = Actor(kind=ActorKind.CLIENT, subject="public")


class RequestInProgress(Conflict):
    """A request with the same key is in progress."""

    code = "request.twin-running"


class KeyUsed(Exception):
    """The key was used before: `stored` is the response of that request."""

    def __init__(self, stored: Document) -> None:
        super().__init__()
        self.stored = stored


@dataclass(frozen=True)
class KeyedRequest:
    """A request with an idempotency key: the id of its stored response, and the fingerprint of its inputs."""

    local_id: str
    fingerprint: str

    def fingerprint_in(self, uow: UnitOfWork) -> str:
        """The fingerprint as it is stored: keyed, since a body may hold a password."""
        return uow.keys.blind_index(self.fingerprint, of="request")


@dataclass
class RouteEndpoint:
    """One route, ready to be called by Flask."""

    route: Route
    context: ServiceContext
    verifier: Verifier

    def __post_init__(self) -> None:
        response = self.route.response
        self._running: set[str] = set()
        self._is_reference = self.route.is_reference
        self._serialize = bodies.made(response).dump if isinstance(response, type) else None

    def __call__(self, fund: str, **path: str) -> Response:
        try:
            return self._answer(fund, path)
        except (Invalid, problems.Malformed) as refused:
            if self.route.refusal is None:
                raise
            return problems.in_foreign_words(refused, self.route.refusal)

    def _answer(self, fund: str, path: dict[str, str]) -> Response:
        if fund not in self.context.funds:
            raise FundUnknown(fund=fund[:40])
        g.fund = self.context.funds[fund]
        structlog.contextvars.bind_contextvars(fund=fund, route=self.route.name)
        actor = self._caller(fund)
        g.is_to_staff = actor.kind is ActorKind.STAFF
        inputs = self._inputs(fund)
        if self.route.is_saving:
            return self._changed(fund, actor, inputs, path)
        if self.route.is_dry_run:
            return self.context.dry_run(
                fund, by=actor, action=lambda uow: self._response(self.route.handler(uow, *inputs, **path))
            )
        if self.route.is_sent_later or (self.route.is_journaled and actor.agent_id is not None):

            def read(uow: UnitOfWork) -> Response:
                return self._response(self.route.handler(uow, *inputs, **path))

            return self.context.run(fund, by=actor, cause=f"request:{g.request_id}", action=read)
        uow = self.context.reading(fund, by=actor)
        shown = self._response(self.route.handler(uow, *inputs, **path))
        return conditions.cacheable(shown, is_public=self.route.scope == ANYONE) if self._is_reference else shown

    def _caller(self, fund: str) -> Actor:
        if self.route.scope == ANYONE:
            return PUBLIC
        authorization = request.headers.get("Authorization", "")
        actor = self.verifier.actor(authorization, fund_id=fund, at=self.context.clock())
        limits.count(actor)
        if self.route.scope not in actor.scopes:
            raise ScopeMissing
        return actor.asking_with(self.route.scope)

    def _inputs(self, fund: str) -> list[Any]:
        """The query, the body and the headers, where the route takes them."""
        route = self.route
        inputs: list[Any] = []
        if route.query is not None:
            inputs.append(bodies.query(route.query))
        if isinstance(route.request, type):
            request.max_content_length = BODY_BYTES_MAX
            inputs.append(bodies.body(route.request))
        elif route.request is not None:
            request.max_content_length = route.request.size_max
            inputs.append(route.request.read(self.context, fund))
        if route.headers is not None:
            inputs.append(bodies.headers(route.headers))
        return inputs

    def _changed(self, fund: str, actor: Actor, inputs: list[Any], path: dict[str, str]) -> Response:
        key = bodies.key(self.route.key_header, is_required=self.route.is_keyed)

        def act(uow: UnitOfWork) -> Response:
            if self.route.edits is not None and conditions.is_conditional():
                conditions.must_match(self.route.edits(uow, **path))
            return self._response(self.route.handler(uow, *inputs, **path))

        if key is None:
            return self.context.run(fund, by=actor, cause=f"request:{g.request_id}", action=act)
        keyed = KeyedRequest(f"{actor.subject}:{self.route.name}:{key}", bodies.fingerprint(inputs))
        before = self.context.reading(fund, by=actor)
        if (stored := _stored(before, keyed)) is not None:
            return self._replayed(before, keyed, stored)
        runs = itertools.count()

        def once(uow: UnitOfWork) -> Response:
            if next(runs) and (stored := _stored(uow, keyed)) is not None:
                raise KeyUsed(stored)  # retried: the same request in another process committed first
            answer = act(uow)
            _keep(uow, keyed, answer)
            return answer

        try:
            with self._exclusively(f"{fund}:{keyed.local_id}"):
                return self.context.run(fund, by=actor, cause=f"request:{key}", action=once)
        except KeyUsed as known:
            return self._replayed(self.context.reading(fund, by=actor), keyed, known.stored)

    @contextmanager
    def _exclusively(self, request_id: str) -> Iterator[None]:
        """Refuse the same request while it runs in this process. In another process it conflicts at the commit, and
        gets the same response."""
        if request_id in self._running:
            raise RequestInProgress
        self._running.add(request_id)
        try:
            yield
        finally:
            self._running.discard(request_id)

    @staticmethod
    def _replayed(uow: UnitOfWork, keyed: KeyedRequest, stored: Any) -> Response:
        """The response that the same request got before."""
        if stored["fingerprint"] != keyed.fingerprint_in(uow):
            raise bodies.IdempotencyKeyReused
        body = uow.keys.decrypt_bytes(stored["body"], data_class=uow.keys.strictest, associated_data=keyed.local_id)
        answer = Response(body, stored["status"])
        for name, value in stored["headers"]:
            answer.headers[name] = value
        answer.headers["Idempotent-Replayed"] = "true"
        return answer

    def _response(self, result: object) -> Response:
        """The handler's result as a response. A failure that is returned instead of raised is refused like any other,
        but what was saved stays: a wrong password counts."""
        if isinstance(result, Failure):
            return problems.of_failure(result)
        if isinstance(result, Download):
            answer = Response(result.content, self.route.status, mimetype=result.media_type)
            answer.headers.set("Content-Disposition", "attachment", filename=result.file_name)
            return answer
        if self._serialize is not None:
            body = msgspec.json.encode(self._serialize(result))
            answer = Response(body, self.route.status, mimetype="application/json")
            version = getattr(result, "version", None)
            if version is not None:
                answer.set_etag(str(version))
            return answer
        return Response(status=204)


def _stored(uow: UnitOfWork, keyed: KeyedRequest) -> Document | None:
    """The response stored under the key, with its fingerprint."""
    return uow.collection("requests").find_one(keyed.local_id)


def _keep(uow: UnitOfWork, keyed: KeyedRequest, answer: Response) -> None:
    """Store the response under its key, in the same transaction; encrypted, since it may hold health data."""
    row = {
        "fingerprint": keyed.fingerprint_in(uow),
        "at": uow.at,
        "status": answer.status_code,
        "body": uow.keys.encrypt(answer.get_data(), data_class=uow.keys.strictest, associated_data=keyed.local_id),
        "headers": list(answer.headers.items()),
    }
    uow.collection("requests").insert(keyed.local_id, row)
