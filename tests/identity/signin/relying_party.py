"""A client as a frontend or a bank would be: signs people in by the protocol, over Flask's own client."""

import base64
import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from shared.storage.service_context import now
from tests.identity.builders import PASSWORD
from tests.kit.contexts import DZ

ISSUER = "https://identity.test"
CALLBACK = "https://portal.test/callback"
VERIFIER = "v" * 43
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Somebody's browser at the door of one fund. Every parameter of a request can be made wrong on purpose."""

    def __init__(self, app: Flask, *, fund: str = DZ, client_id: str = "portal") -> None:
        self.client = app.test_client()
        self.fund, self.client_id = fund, client_id

    def asked(self, **changes: str | None) -> dict[str, str]:
        """The query of an authorization request; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid claims:read cards:read",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in query.items() if value is not None}

    def url(self, path: str, **query: str) -> str:
        return f"/v1/{self.fund}{path}" + (f"?{urlencode(query)}" if query else "")

    def form(self, headers: dict[str, str] | None = None, **changes: str | None) -> TestResponse:
        return self.client.get(self.url("/authorize", **self.asked(**changes)), headers=headers)

    def submit(self, login: str, password: str = PASSWORD, code: str = "", **changes: str | None) -> TestResponse:
        """Open the form and send it."""
        shown = self.form(**changes)
        found = re.search(r'name="form_token" value="([^"]+)"', shown.text)
        assert found, shown.text
        return self.send(found[1], login, password, code, **changes)

    def send(self, form_token: str, login: str, password: str, code: str = "", **changes: str | None) -> TestResponse:
        typed = {"login": login, "password": password, "one_time_code": code, "form_token": form_token}
        return self.client.post(self.url("/authorize", **self.asked(**changes)), data=typed)

    def code(self, login: str, password: str = PASSWORD, code: str = "", **changes: str | None) -> str:
        """Sign in; the authorization code that the client gets."""
        return landed(self.submit(login, password, code, **changes))["code"]

    def exchange(self, issued: str, **changes: str | None) -> TestResponse:
        sent: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": issued,
            "redirect_uri": CALLBACK,
            "client_id": self.client_id,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.post("/token", **sent)

    def refresh(self, issued: str, **changes: str | None) -> TestResponse:
        sent = {"grant_type": "refresh_token", "refresh_token": issued, "client_id": self.client_id, **changes}
        return self.post("/token", **sent)

    def tokens(self, login: str, password: str = PASSWORD, code: str = "", **changes: str | None) -> dict[str, Any]:
        """Sign in to the end."""
        answer = self.exchange(self.code(login, password, code, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def post(self, path: str, **form: str | None) -> TestResponse:
        sent = {name: value for name, value in form.items() if value is not None}
        return self.client.post(self.url(path), data=sent)

    def get(self, path: str, token: str) -> TestResponse:
        return self.client.get(self.url(path), headers={"Authorization": f"Bearer {token}", "Accept-Language": "fr"})

    def ask(self, path: str, body: dict[str, Any], token: str = "", **more: str) -> TestResponse:
        """A JSON request, with an access token where there is one."""
        headers = {"Accept-Language": "fr"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.client.post(self.url(path), json=body, headers=headers | more)


def landed(answer: TestResponse) -> dict[str, str]:
    """What the client reads from the address that the browser was sent to."""
    assert answer.status_code in {302, 303}, answer.text
    assert answer.location.startswith(f"{CALLBACK}?"), answer.location
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def signed_by_secret(claims: dict[str, Any], secret: bytes, **header: str) -> str:
    """A token by HS256. joserfc makes none with a public key for a secret; those who would forge one do."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    said = ".".join(part(json.dumps(each).encode()) for each in ({"alg": "HS256", **header}, claims))
    return f"{said}.{part(hmac.digest(secret, said.encode(), 'sha256'))}"


def assertion(key: ECKey, *, fund: str = DZ, header: dict[str, str] | None = None, **changes: Any) -> str:
    """A machine's signed statement that it is itself."""
    at = int(now().timestamp())
    claims = {
        "iss": "bank",
        "sub": "bank",
        "aud": f"{ISSUER}/v1/{fund}/token",
        "jti": str(uuid4()),
        "iat": at,
        "exp": at + 60,
        **changes,
    }
    sent = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", **(header or {})}, sent, key)
