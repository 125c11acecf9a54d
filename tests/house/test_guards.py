"""Every route of every service, asked by those who may not: nobody, another fund's, one without the scope."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.identity.accounts.account import SCOPES, Role
from shared.http.routes import ANYONE, Route
from shared.storage.platform import Platform, now
from tests.callers import Office, token
from tests.contracts import services
from tests.ground import DZ, TN

ROUTES = [(name, route) for name in services.names() for routes in services.load(name).routes for route in routes.all]
GUARDED = [(name, route) for name, route in ROUTES if route.needs != ANYONE]
OPEN = {
    "accounts.activate",
    "accounts.ask_recovery",
    "accounts.open",
    "accounts.recover",
    "bank.hear",
    "verification.check",
}
"""Routes that need no token; each has a reason in its service's README."""


def ask(client: FlaskClient, route: Route, bearer: str | None) -> TestResponse:
    path = route.rule.replace("<fund>", DZ)
    for part in path.split("<")[1:]:
        path = path.replace(f"<{part.split('>')[0]}>", "x")
    headers = {"Idempotency-Key": "k"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    return client.open(path, method=route.method, headers=headers)


def _wrong_tokens(service: str, route: Route) -> Iterator[tuple[str | None, int, str]]:
    scopes = [route.needs]
    yield None, 401, "token.missing"
    yield "nonsense", 401, "token.invalid"
    yield token(audience=service, scopes=scopes, exp=int(now().timestamp()) - 60), 401, "token.expired"
    yield token(audience="elsewhere", scopes=scopes), 401, "token.invalid"
    yield token(audience=service, scopes=scopes, iss="https://stranger.test/v1/dz-cnas"), 401, "token.invalid"
    yield token(audience=service, scopes=scopes, fund=TN), 403, "access.other-fund"
    yield token(audience=service, scopes=["other:scope"]), 403, "access.scope-missing"


@pytest.mark.parametrize(("service", "route"), GUARDED, ids=lambda it: it if isinstance(it, str) else it.name)
def test_a_guarded_route_refuses_who_may_not(service: str, route: Route, platform: Platform) -> None:
    client = Office(services.load(service), platform).app.test_client()
    for bearer, status, code in _wrong_tokens(service, route):
        refused = ask(client, route, bearer)
        assert (refused.status_code, refused.json["code"]) == (status, code)


def test_what_is_open_is_open_on_purpose() -> None:
    assert {route.name for _, route in ROUTES if route.needs == ANYONE} <= OPEN


OTHERS = {
    "cards.read": "identity/cards/test_routes.py",
    "careers.read": "documents/careers/test_routes.py",
    "claims.add_paper": "claims/claims/test_routes.py",
    "claims.read": "claims/claims/test_routes.py",
    "collections.list_of_declaration": "payments/collections/test_routes.py",
    "collections.read": "payments/collections/test_routes.py",
    "collections.request": "payments/collections/test_routes.py",
    "declarations.findings": "payments/declarations/test_routes.py",
    "declarations.lines": "payments/declarations/test_routes.py",
    "declarations.read": "payments/declarations/test_routes.py",
    "entitlements.read": "claims/entitlements/test_reactions.py",
    "papers.read": "documents/papers/test_routes.py",
    "papers.read_pdf": "documents/papers/test_routes.py",
    "upkeep.end_session": "identity/upkeep/test_routes.py",
    "uploads.read": "documents/uploads/test_routes.py",
    "uploads.read_content": "documents/uploads/test_routes.py",
}
"""Where another person, or another firm, is refused a thing that is not theirs: it takes a thing to be refused one."""


def test_every_route_to_somebody_s_thing_refuses_others() -> None:
    theirs = SCOPES[Role.PERSON] | SCOPES[Role.EMPLOYER]
    assert {route.name for _, route in GUARDED if route.needs in theirs and "<" in route.path} == set(OTHERS)
    for name, path in OTHERS.items():
        text = (Path(__file__).parents[1] / path).read_text(encoding="utf-8")
        assert "access.not-yours" in text, f"{path} refuses nobody what {name} shows"
