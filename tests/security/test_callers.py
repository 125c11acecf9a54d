"""Every route of every service, asked by everybody who may not: without a token, with a wrong one, in a lower role."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.identity.accounts.account import COUNTER_SCOPES
from shared.http.callers import TokenInvalid, Verifier
from shared.storage.service_context import now
from tests.kit.callers import ISSUER, FixedKeys
from tests.kit.contexts import DZ, TN
from tests.kit.roles import SCOPES, Role
from tests.security import tokens
from tests.security.conftest import Holdings
from tests.security.matrix import ALL, GUARDED, Operation
from tests.security.tokens import INVALID, good

PUBLIC: Mapping[str, str] = {
    "accounts.open": "who has no account cannot sign in; the answer is the same whoever asks, a job decides later",
    "accounts.activate": "the link that the register's address received is the proof, once",
    "accounts.ask_recovery": "who forgot the password cannot sign in; the answer is the same whoever asks",
    "accounts.recover": "the link that the register's address received is the proof, once",
    "preferences.unsubscribe": "the token of a mail that its recipient received is the proof",
    "sms_receipts.receive": "a secret in the header that the provider of SMS sends is the proof; it says what arrived",
    "bank.hear": "the bank's signature over the body is the proof (Standard Webhooks)",
    "partners.list_keys": "public keys",
    "codes.list_sets": "the words of the API, the same for every fund",
    "contributions.list_activities": "rates that stand in a law",
    "contributions.simulate": "computed from what is asked and what stands in a law; it knows nobody",
    "entitlements.read_terms": "what the fund asks for before care is covered, as its law has it",
    "entitlements.simulate": "decided from the work that is named and what stands in a law; it knows nobody",
    "entitlements.simulate_dependant": "decided from a relation and a birth that are named; it knows nobody",
    "simulations.read_terms": "what the fund's benefits ask about, as its definition has it",
    "simulations.simulate": "computed from what is said and what stands in a law; it knows nobody",
    "register.list_holidays": "the days on which the fund is closed; a form that counts days needs them",
    "register.read_fund": "what the fund says of itself; a form to open an account needs it before anybody signs in",
    "verification.check": "whoever is shown a paper may check it; the number is not to be guessed and the answer thin",
    "verification.check_code": "the control code on the paper, 40 random bits, is the proof",
    "verification.check_file": "whoever shows the signed file has it already",
    "awards.check_cover": "whoever is shown a cover may check it; the number is not to be guessed and the answer thin",
    "awards.check_cover_code": "the code that the person was given with the number, 40 random bits, is the proof",
    "verify.ask": "the same, as a page for people",
    "verify.check": "the same, as a page for people",
    "verify.check_code": "the same, as a page for people",
    "verify.check_file": "the same, as a page for people",
    "oidc.metadata": "OpenID Connect Discovery: where one signs in",
    "oidc.keys": "public keys",
    "oidc.ask": "the form at which one proves who one is",
    "oidc.sign_in": "the same, filled in",
    "oidc.token": "a code with its PKCE verifier, a refresh token or a machine's signature is the proof",
    "oidc.revoke": "the refresh token itself is the proof",
    "oidc.sign_out": "the id token is the proof; without a good one nothing ends",
    "live": "asked by the platform that runs the process",
    "ready": "asked by the platform that runs the process",
    "openapi_document": "what a frontend is written against",
    "docs": "the same, as a page for people",
    "docs_file": "the script and the style of that page",
}
"""Everything that needs no token, and what stands in its place. `docs/security.md` shows this list."""

NOW_S = int(now().timestamp())
ROUTES_FOR_ALL = 8
"""Over how many routes of a service the forged tokens are spread: one place of the code judges them for all routes."""


def forged_for(operation: Operation) -> list[str]:
    """The forged tokens that a route is tried with, by its place among those of its service."""
    of_service = [each for each in GUARDED if each.service == operation.service]
    return list(INVALID)[of_service.index(operation) % ROUTES_FOR_ALL :: ROUTES_FOR_ALL]


@pytest.mark.parametrize("service", sorted({each.service for each in GUARDED}))
def test_each_forged_token_is_tried_on_each_service(service: str) -> None:
    assert {name for each in GUARDED if each.service == service for name in forged_for(each)} == set(INVALID)


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_guarded_route_lets_in_no_wrong_token(operation: Operation, holding: Holdings) -> None:
    here, service, scope = holding(operation.service), operation.service, str(operation.scope)
    wrong = {
        "none": (None, 401, "token.missing"),
        "expired": (good(service, scope, iat=NOW_S - 700, exp=NOW_S - 60), 401, "token.expired"),
        "another fund's": (good(service, scope, fund=TN), 403, "access.other-fund"),
        "without the scope": (good(service, "other:scope"), 403, "access.scope-missing"),
        "a scope of nearly that name": (good(service, f"{scope}-all"), 403, "access.scope-missing"),
        **{name: (INVALID[name](service, scope), 401, "token.invalid") for name in forged_for(operation)},
    }
    for name, (bearer, status, code) in wrong.items():
        refused = here.ask(operation, bearer)
        assert (refused.status_code, refused.json["code"]) == (status, code), name
        assert refused.mimetype == "application/problem+json"
        assert status != 401 or refused.headers["WWW-Authenticate"].startswith("Bearer"), name


@pytest.mark.parametrize("name", INVALID)
def test_a_wrong_token_is_refused_by_what_is_wrong_with_it(name: str) -> None:
    """The verifier alone, on a token that would be good: what is made wrong is what it is refused for."""
    verifier = Verifier(FixedKeys(), issuer=ISSUER, audience="claims")
    assert verifier.actor(f"Bearer {good('claims', 'claims:read')}", fund_id=DZ, at=now()).subject == "someone"
    with pytest.raises(TokenInvalid):
        verifier.actor(f"Bearer {INVALID[name]('claims', 'claims:read')}", fund_id=DZ, at=now())


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_token_counts_only_where_tokens_are_read(operation: Operation, holding: Holdings) -> None:
    here, token = holding(operation.service), good(operation.service, str(operation.scope), actor="staff")
    url = operation.url(DZ, here.parts)
    headers: list[dict[str, Any]] = [
        {"Authorization": f"Basic {token}"},
        {"Authorization": token},
        {"Authorization": "Bearer "},
        {"Proxy-Authorization": f"Bearer {token}"},
        {"X-Authorization": f"Bearer {token}"},
        {"X-Access-Token": token},
        {"Cookie": f"access_token={token}; Authorization=Bearer {token}"},
    ]
    client = here.office.app.test_client()
    for each in headers:
        assert client.open(url, method=operation.method, headers=each).status_code == 401, each
    assert client.open(f"{url}?access_token={token}", method=operation.method).status_code == 401
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {tokens.good('claims', 'x', fund=TN)}")]
    for order in (twice, twice[::-1]):
        assert client.open(url, method=operation.method, headers=order).status_code == 401, "two tokens are none"


SPOOFED = {
    "X-User": "operator",
    "X-Forwarded-User": "operator",
    "X-Remote-User": "operator",
    "Remote-User": "operator",
    "X-Auth-Request-User": "operator",
    "X-Auth-Request-Groups": "operators",
    "X-Scopes": "operations:act",
    "X-Person-Ref": "pamiraaaaaaaaaaaaaaaaaaaa",
    "X-Fund": DZ,
    "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;proto=https",
    "X-Forwarded-Host": "stranger.test",
    "X-Forwarded-Prefix": "/v1/tn-cnss",
    "X-Forwarded-Client-Cert": "By=spiffe://operator",
    "X-SSL-Client-Verify": "SUCCESS",
    "X-SSL-Client-S-DN": "CN=operator",
    "X-Original-URL": "/health/live",
    "X-Rewrite-URL": "/health/live",
    "X-Original-Method": "GET",
    "X-HTTP-Method-Override": "GET",
}


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_headers_that_a_proxy_might_set_open_nothing(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    refused = here.ask(operation, None, headers=SPOOFED)
    assert (refused.status_code, refused.json["code"]) == (401, "token.missing")
    low = here.ask(operation, good(operation.service, "other:scope"), headers=SPOOFED)
    assert (low.status_code, low.json["code"]) == (403, "access.scope-missing")
    assert "stranger.test" not in f"{low.headers}{low.text}"


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_role_opens_what_its_scopes_say_and_nothing_else(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    for role in (each for each in Role if operation.scope not in SCOPES[each] | {"openid"}):
        refused = here.ask(operation, here.caller(role, is_owner=True).token)
        assert (refused.status_code, refused.json["code"]) == (403, "access.scope-missing"), role
        assert not [mark for mark in here.marks if mark in refused.text], role


def test_each_scope_that_guards_a_route_is_some_caller_s() -> None:
    """A route whose scope nobody has cannot be reached: a slip of the pen, which reads as safety."""
    machines = {"bank:read", "bank:webhooks", "mobile-money:read", "mobile-money:pay"}
    unknown = {each.scope for each in GUARDED} - set().union(*SCOPES.values()) - COUNTER_SCOPES - machines - {"openid"}
    assert unknown == set()


def test_what_is_open_is_open_on_purpose(holding: Holdings) -> None:
    guarded = {each.name for each in GUARDED}
    found = {
        rule.endpoint
        for service in {each.service for each in ALL}
        for rule in holding(service).office.app.url_map.iter_rules()
    }
    assert found - guarded <= set(PUBLIC)
