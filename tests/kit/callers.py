"""Calling a service as somebody: real tokens signed with a key of the run, over Flask's own client."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from shared.http import problems
from shared.http.app import build
from shared.http.callers import ALGORITHMS, Verifier
from shared.http.limits import DEFAULT_QUOTAS
from shared.process.service import Service
from shared.storage.service_context import ServiceContext, now
from tests.contracts import services
from tests.kit.contexts import DZ, make_unique_indexes

ISSUER = "https://identity.test"
UNCOUNTED = dict.fromkeys(DEFAULT_QUOTAS, "1000000/second")
"""Tests ask as fast as they can; quotas have tests of their own."""


@cache
def signing_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "test"})


class FixedKeys:
    """The public half of the run's key, as the identity service would publish it."""

    def get(self, *, unknown_key: bool) -> KeySet:
        return KeySet([signing_key()])


def token(*, audience: str, scopes: Iterable[str] = (), fund: str = DZ, **claims: Any) -> str:
    """An access token; any claim can be overridden, to be wrong on purpose."""
    at = int(now().timestamp())
    body = {
        "iss": f"{ISSUER}/v1/{fund}",
        "aud": [audience],
        "sub": "someone",
        "iat": at,
        "exp": at + 300,
        "jti": str(uuid4()),
        "fund": fund,
        "scope": " ".join(scopes),
        "actor": "client",
        **claims,
    }
    return jwt.encode({"alg": ALGORITHMS[0], "typ": "at+jwt", "kid": "test"}, body, signing_key())


@cache
def refusals(service: str) -> Mapping[str, frozenset[tuple[int, str]]]:
    """By operation, the status and code of each refusal that the service's document names."""
    document = services.openapi(service)
    shared_answers = document["components"]["responses"]
    return {
        operation["operationId"]: frozenset(
            (int(status), code)
            for status, answer in operation["responses"].items()
            if int(status) >= 400
            for code in _codes(shared_answers[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer)
        )
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def _codes(answer: Mapping[str, Any]) -> list[str]:
    _, of_this = answer["content"][problems.MEDIA_TYPE]["schema"]["allOf"]
    found: list[str] = of_this["properties"]["code"]["enum"]
    return found


def as_documented(answer: TestResponse, client: FlaskClient, service: str) -> TestResponse:
    """The answer; a refusal that the operation's document does not name is a fault of the document."""
    if answer.mimetype == problems.MEDIA_TYPE and service in services.names():
        asked = answer.request
        adapter = client.application.url_map.bind("localhost")
        try:
            name, _ = adapter.match(asked.path, method=asked.method)
        except HTTPException:
            return answer
        named = refusals(service).get(str(name))
        found = (answer.status_code, answer.json["code"])
        assert named is None or found in named, f"{name} answers {found}, which its document does not name"
    return answer


class Caller:
    """Somebody who calls one service in one fund. Paths are those after `/v1/<fund>`."""

    def __init__(self, client: FlaskClient, service: Service[Any], fund: str, scopes: Iterable[str], **claims: Any):
        self.client = client
        self.fund = fund
        self.service = service.name
        self.token = token(audience=service.name, scopes=scopes, fund=fund, **claims)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._held(self.client.get(f"/v1/{self.fund}{path}", headers=self._headers(more), **more))

    def post(self, path: str, json: Any = None, *, key: str | None = "", **more: Any) -> TestResponse:
        """`key` is fresh unless given; None sends none."""
        headers = self._headers(more)
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid4())
        return self._held(self.client.post(f"/v1/{self.fund}{path}", json=json, headers=headers, **more))

    def put(self, path: str, json: Any, **more: Any) -> TestResponse:
        return self._held(self.client.put(f"/v1/{self.fund}{path}", json=json, headers=self._headers(more), **more))

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self._held(self.client.delete(f"/v1/{self.fund}{path}", headers=self._headers(more), **more))

    def _held(self, answer: TestResponse) -> TestResponse:
        return as_documented(answer, self.client, self.service)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "fr", **more.pop("headers", {})}


class Office:
    """A service of a test, and the people who come to it."""

    def __init__(self, service: Service[Any], context: ServiceContext, own: Any = None) -> None:
        self.service = service
        self.context = context
        make_unique_indexes(service, context)
        verifier = Verifier(FixedKeys(), issuer=ISSUER, audience=service.name)
        routes = [route for routes in service.routes for route in routes.all]
        self.app = build(
            service.name,
            routes=routes,
            context=context,
            verifier=verifier,
            texts=service.texts(),
            document=service.openapi,
            blueprints=service.blueprints(own, context) if own is not None else (),
            quotas=UNCOUNTED,
        )
        self.scopes = {route.scope for route in routes if route.scope}

    def person(self, person_ref: str, *, fund: str = DZ, **claims: Any) -> Caller:
        """An insured person; what more the token says, such as whose hand it is at a counter, in `claims`."""
        said = {"actor": "person", "sub": f"account-{person_ref}", "person_ref": person_ref, **claims}
        return self._caller(fund, **said)

    def employer(self, *employer_ids: str, fund: str = DZ, **claims: Any) -> Caller:
        """A user of these firms; what more the token says, such as what others delegated, in `claims`."""
        said = {"actor": "employer", "sub": "user-1", "employers": list(employer_ids), **claims}
        return self._caller(fund, **said)

    def accountant(self, employer_id: str, *, fund: str = DZ, scope: str = "", **bounds: Any) -> Caller:
        """Of no firm of their own, to whom one delegated, within bounds as a token says them: every scope, or some."""
        delegated = {"scope": scope or " ".join(self.scopes), "employers": [employer_id], **bounds}
        return self.employer(fund=fund, sub="accountant-1", delegations=[delegated])

    def staff(self, name: str = "agent-1", *, fund: str = DZ, scopes: Iterable[str] | None = None) -> Caller:
        """Somebody of the fund: with every scope of the service, or with those given alone."""
        return self._caller(fund, scopes, actor="staff", sub=name)

    def machine(self, name: str = "bank-1", *, fund: str = DZ) -> Caller:
        return self._caller(fund, actor="client", sub=name)

    def nobody(self, *, fund: str = DZ) -> FlaskClient:
        return self.app.test_client()

    def _caller(self, fund: str, scopes: Iterable[str] | None = None, **claims: Any) -> Caller:
        claims.setdefault("iat", int(self.context.clock().timestamp()))  # a test's clock may stand in another year
        return Caller(self.app.test_client(), self.service, fund, self.scopes if scopes is None else scopes, **claims)
