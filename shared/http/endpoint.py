"""From a route to an answer: may, read, act in one unit of work, show. The same key again gives the same answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Response, g, json, request
from pymongo.errors import PyMongoError

from shared.http import bodies
from shared.http.callers import ScopeMissing, Verifier
from shared.http.routes import ANYONE, BODY_BYTES_MAX, Download, Route
from shared.kernel.actors import Actor, ActorKind
from shared.kernel.errors import Conflict
from shared.storage.platform import ChangedMeanwhile, FundUnknown, Platform, Transaction
from shared.storage.work import Drawer, Work

PUBLIC = Actor(kind=ActorKind.CLIENT, subject="public")


class TwinRunning(Conflict):
    """The same request is being carried out by another process right now."""

    code = "request.twin-running"


@dataclass
class Endpoint:
    """One route, ready to be called by Flask."""

    route: Route
    platform: Platform
    verifier: Verifier

    def __post_init__(self) -> None:
        shows = self.route.shows
        self._view = shows() if isinstance(shows, type) else None  # making a schema costs more than using it

    def __call__(self, fund: str, **path: str) -> Response:
        if fund not in self.platform.funds:
            raise FundUnknown(fund=fund[:40])
        g.fund = self.platform.funds[fund]
        structlog.contextvars.bind_contextvars(fund=fund, route=self.route.name)
        actor = self._caller(fund)
        inputs = self._inputs(fund)
        if self.route.method == "GET":
            work = self.platform.reading(fund, by=actor)
            return self._shown(self.route.handler(work, *inputs, **path))
        return self._changed(fund, actor, inputs, path)

    def _caller(self, fund: str) -> Actor:
        if self.route.needs == ANYONE:
            return PUBLIC
        authorization = request.headers.get("Authorization", "")
        actor = self.verifier.actor(authorization, fund_id=fund, at=self.platform.clock())
        if self.route.needs not in actor.scopes:
            raise ScopeMissing
        return actor

    def _inputs(self, fund: str) -> list[Any]:
        """The query and the body, where the route takes them."""
        route = self.route
        inputs: list[Any] = []
        if route.query is not None:
            inputs.append(bodies.query(route.query))
        if isinstance(route.takes, type):
            request.max_content_length = BODY_BYTES_MAX
            inputs.append(bodies.body(route.takes))
        elif route.takes is not None:
            request.max_content_length = route.takes.size_max
            inputs.append(route.takes.read(self.platform, fund))
        return inputs

    def _changed(self, fund: str, actor: Actor, inputs: list[Any], path: dict[str, str]) -> Response:
        key = bodies.key(is_required=self.route.is_keyed)
        cause = f"request:{key or g.request_id}"

        def act(transaction: Transaction) -> Response:
            work = transaction.work(fund, by=actor, cause=cause)
            if key is None:
                return self._shown(self.route.handler(work, *inputs, **path))
            return self._once(work, key, inputs, lambda: self.route.handler(work, *inputs, **path))

        return self.platform.transact(act)

    def _once(self, work: Work, key: str, inputs: list[Any], act: Callable[[], object]) -> Response:
        """Act and remember the answer under the key, or give the answer that is remembered."""
        requests = work.drawer("requests")
        print_ = work.keys.blind_index(bodies.fingerprint(inputs), of="request")  # a body may hold a password
        local_id = f"{work.by.subject}:{self.route.name}:{key}"
        before = requests.find_one(local_id)
        if before is not None:
            if before["fingerprint"] != print_:
                raise bodies.KeyReused
            return _remembered(before)
        self._claim(requests, local_id, print_, work)
        answer = self._shown(act())
        kept = {"status": answer.status_code, "body": answer.get_data(), "headers": list(answer.headers.items())}
        requests.update(local_id, {"$set": kept})
        return answer

    def _claim(self, requests: Drawer, local_id: str, print_: str, work: Work) -> None:
        """Stand first under the key. Whoever holds it in an open transaction makes this one wait, then give up."""
        try:
            requests.insert(local_id, {"fingerprint": print_, "at": work.at})
        except PyMongoError:
            g.has_twin = True
            raise

    def _shown(self, result: object) -> Response:
        if isinstance(result, Download):
            answer = Response(result.content, self.route.status, mimetype=result.media_type)
            answer.headers.set("Content-Disposition", "attachment", filename=result.file_name)
            return answer
        if self._view is not None:
            body = json.dumps(self._view.dump(result), ensure_ascii=False)
            answer = Response(body, self.route.status, mimetype="application/json")
            version = getattr(result, "version", None)
            if version is not None:
                answer.set_etag(str(version))
            return answer
        return Response(status=204)


def answered(endpoint: Endpoint) -> Callable[..., Response]:
    """The endpoint as Flask calls it; a conflict that is a twin's is named so."""

    def call(**path: str) -> Response:
        try:
            return endpoint(**path)
        except ChangedMeanwhile:
            if getattr(g, "has_twin", False):
                raise TwinRunning from None
            raise

    return call


def _remembered(stored: dict[str, Any]) -> Response:
    answer = Response(bytes(stored["body"]), stored["status"])
    for name, value in stored["headers"]:
        answer.headers[name] = value
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
