"""Who comes to the platform in the story, each through its public face only."""

import base64
import hashlib
import html.parser
import os
import secrets
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyotp
import requests
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local import addresses
from deploy.local.demo.reporter import Reporter, StepFailed

FRONTEND = "demo-frontend"
RETURN_TO = "http://127.0.0.1:8080/callback"
ASSERTION_S = 60


@dataclass
class World:
    """Where everything is."""

    ports: Mapping[str, int]
    reporter: Reporter

    def service(self, name: str, fund: str) -> str:
        return f"{addresses.public(name, os.environ, self.ports)}/v1/{fund}"

    @property
    def bank(self) -> str:
        return f"http://127.0.0.1:{self.ports['BANK_PORT']}"

    @property
    def messages(self) -> str:
        return f"http://127.0.0.1:{self.ports['MESSAGES_PORT']}"

    @property
    def zipkin(self) -> str:
        return f"http://127.0.0.1:{self.ports['ZIPKIN_PORT']}"


@dataclass
class Visitor:
    """Somebody with a browser, in one fund, who reads one language."""

    world: World
    fund: str
    language: str = "fr"
    token: str = ""
    clock: Callable[[], float] = time.time  # for one-time codes
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, service: str, path: str, *, expect: int = 200, language: str = "") -> Any:
        return self._read(self.raw("GET", service, path, language=language), expect)

    def post(self, service: str, path: str, body: Any = None, *, expect: int = 200, **more: Any) -> Any:
        return self._read(self.raw("POST", service, path, json=body, **more), expect)

    def put(self, service: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        return self._read(self.raw("PUT", service, path, json=body), expect)

    def raw(
        self,
        method: str,
        service: str,
        path: str,
        *,
        language: str = "",
        key: str = "",
        media_type: str = "",
        **more: Any,
    ) -> Any:
        """Any request, as an answer to look at."""
        headers = {
            "Accept-Language": language or self.language,
            "traceparent": self.world.reporter.traceparent(),
            "Idempotency-Key": key or secrets.token_hex(8),
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if media_type:
            headers["Content-Type"] = media_type
        url = self.world.service(service, self.fund) + path
        return self.session.request(method, url, headers=headers, timeout=30, **more)

    def sign_in(self, name: str, password: str, *, totp_secret: str = "", scope: str) -> None:
        """OpenID Connect, authorisation code with PKCE, as a public frontend does it."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        base = self.world.service("identity", self.fund)
        query = {
            "response_type": "code",
            "client_id": FRONTEND,
            "redirect_uri": RETURN_TO,
            "scope": f"openid {scope}",
            "state": state,
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        page = self.session.get(f"{base}/authorize", params=query, timeout=30)
        sent = self._answered(page, name, password, totp_secret=totp_secret)
        returned = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.headers.get("Location", "")).query)
        if returned.get("state") != [state] or "code" not in returned:
            raise StepFailed(f"signing in as {name} gave {sent.status_code} and no code")
        tokens = self.session.post(
            f"{base}/token",
            data={
                "grant_type": "authorization_code",
                "code": returned["code"][0],
                "redirect_uri": RETURN_TO,
                "client_id": FRONTEND,
                "code_verifier": verifier,
            },
            timeout=30,
        )
        self.token = self._read(tokens, 200)["access_token"]

    def prove(self, client_id: str, key: ECKey, *, scope: str) -> None:
        """Get a token as a partner's program does: by an assertion that it signs, good once (RFC 7523)."""
        url, at = f"{self.world.service('identity', self.fund)}/token", int(self.clock())
        claims = {"iss": client_id, "sub": client_id, "aud": url, "jti": secrets.token_hex(16)}
        asked = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256"}, {**claims, "iat": at, "exp": at + ASSERTION_S}, key),
            "scope": scope,
        }
        self.token = self._read(self.session.post(url, data=asked, timeout=30), 200)["access_token"]

    def enter(self, frontend: str, name: str, password: str, *, totp_secret: str = "") -> None:
        """Sign in at a frontend, by the fund's form and back: its cookie is in `session` then."""
        page = self.session.get(f"{frontend}/sign-in", timeout=30)
        sent = self._answered(page, name, password, totp_secret=totp_secret)
        if not self.session.get(sent.headers.get("Location", ""), timeout=30).ok:
            raise StepFailed(f"signing in as {name} at {frontend} gave {sent.status_code}")

    def _answered(self, page: requests.Response, name: str, password: str, *, totp_secret: str) -> requests.Response:
        """The fund's form, filled in and sent."""
        form = _Form.read(page.text)
        answers = {"login": name, "password": password}
        if totp_secret:
            answers["one_time_code"] = pyotp.TOTP(totp_secret).at(int(self.clock()))
        url = urllib.parse.urljoin(page.url, form.action)
        return self.session.post(url, data={**form.fields, **answers}, allow_redirects=False, timeout=30)

    @staticmethod
    def _read(answer: requests.Response, expect: int) -> Any:
        if answer.status_code != expect:
            url = urllib.parse.urlsplit(answer.url).path
            raise StepFailed(f"{url} answered {answer.status_code} where {expect} was due: {answer.text[:400]}")
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.json() if is_json else answer.content


class _Form(html.parser.HTMLParser):
    """The first form of a page: where it goes and what it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    @classmethod
    def read(cls, page: str) -> "_Form":
        form = cls()
        form.feed(page)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")


@dataclass
class Mailbox:
    """What reached people, as the message centre saw it."""

    world: World

    def of(self, to: str, *, channel: str, containing: str = "") -> list[dict[str, Any]]:
        """Messages to an address or number, oldest first."""
        found = requests.get(
            f"{self.world.messages}/messages", params={"to": to, "channel": channel}, timeout=10
        ).json()["messages"]
        return [message for message in found if containing in f"{message['subject'] or ''} {message['text'] or ''}"]


@dataclass
class BankCustomer:
    """A customer of the partner bank, who pays."""

    world: World
    account: str = ""

    def open_account(self, *, holder: str, currency: str, balance: str | None = None) -> None:
        """With as much as the bank gives to everybody, where nothing is said."""
        body = {"holder": holder, "currency": currency, **({"balance": balance} if balance else {})}
        opened = requests.post(f"{self.world.bank}/customers/accounts", json=body, timeout=10)
        self.account = opened.json()["account"]

    def transfer(self, *, to_account: str, amount: str, currency: str, reference: str) -> requests.Response:
        body = {
            "account": self.account,
            "to_account": to_account,
            "amount": amount,
            "currency": currency,
            "reference": reference,
        }
        return requests.post(f"{self.world.bank}/transfers", json=body, timeout=10)

    def have_signed(self, fund_id: str, reference: str) -> bool:
        """Have the bank's officer agree to a mandate, on their page, once the bank was asked about it."""
        page = f"{self.world.bank}/officer/{fund_id}/{reference}"
        shown = requests.get(page, timeout=10)
        if shown.status_code != 200:
            return False
        form = {**_Form.read(shown.text).fields, "decision": "agree"}
        return requests.post(page, data=form, allow_redirects=False, timeout=10).status_code == 303

    def have_returned(self, collection_id: str, *, reason: str) -> requests.Response:
        """Have the money of a debit given back, as the holder of an account may for days after it."""
        url = f"{self.world.bank}/_debits/{collection_id.replace('-', '')}/return"
        return requests.post(url, json={"reason": reason}, timeout=10)

    def pay_by_card(self, checkout_url: str, *, card: str) -> requests.Response:
        """Fill the bank's payment page."""
        page = requests.get(checkout_url, timeout=10)
        form = _Form.read(page.text)
        url = urllib.parse.urljoin(page.url, form.action)
        return requests.post(url, data={**form.fields, "card": card}, allow_redirects=False, timeout=10)
