"""Signing in at the fund by OpenID Connect (code flow with PKCE) for a browser that never sees a token."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from frontends.kit.api import ANSWER_MAX_S, CONNECT_MAX_S, Unreachable, on_behalf_of
from frontends.kit.sessions import Session, Sessions

EARLY_S = 30
"""A token is renewed so long before its end: it has to last for the calls of a page."""
DISCOVERED_S = 600.0
KEYS_S = 60.0
"""The fund's keys are fetched more often than its addresses: a rotated one signs at once."""
PENDING_MAX = 5
"""Sign-ins that one browser began and did not end."""
ALGORITHMS = ["ES256", "RS256"]
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105
VISIT_TICKET = "urn:himaya:token-type:visit-ticket"
TIMEOUT = (CONNECT_MAX_S, ANSWER_MAX_S)


class NotOurs(Exception):
    """The browser came back with an answer that was not asked for here, or is of another fund."""


class SignedOut(Exception):
    """The session at the fund is over: the person has to sign in again."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Of one frontend. `issuer` is how browsers know identity, `address` how this server reaches it."""

    client_id: str
    issuer: str
    address: str
    http: requests.Session
    sessions: Sessions
    scopes: tuple[str, ...]

    def begin(self, session: Session, *, fund: str, redirect_uri: str, return_to: str, language: str) -> str:
        """Where to send the browser; what has to be known when it comes back is kept in its session."""
        state, nonce, verifier = (secrets.token_urlsafe(24), secrets.token_urlsafe(16), secrets.token_urlsafe(48))

        def keep(content: dict[str, Any]) -> None:
            pending = content.setdefault("pending", {})
            pending[state] = {"fund": fund, "nonce": nonce, "verifier": verifier, "return_to": return_to}
            while len(pending) > PENDING_MAX:
                pending.pop(next(iter(pending)))

        self.sessions.change(session, keep)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(["openid", "profile", *self.scopes]),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        return f"{self._discovered(fund)['authorization_endpoint']}?{urlencode(asked)}"

    def finish(self, session: Session, said: Mapping[str, str], *, fund: str, redirect_uri: str, caller: str) -> str:
        """Sign the browser in by the answer that it came back with: where it wanted to go. NotOurs where the answer is
        none to a question of this session, SignedOut where the fund did not let the person in."""
        pending = session.content.get("pending", {}).get(said.get("state", ""))
        discovered = self._discovered(fund)
        if pending is None or pending["fund"] != fund or said.get("iss") != discovered["issuer"]:
            raise NotOurs
        self.sessions.change(session, lambda content: content["pending"].pop(said["state"], None))
        if "error" in said or "code" not in said:
            raise SignedOut(said.get("error", ""))
        tokens = self._tokens(
            fund,
            caller,
            grant_type="authorization_code",
            code=said["code"],
            redirect_uri=redirect_uri,
            code_verifier=pending["verifier"],
        )
        self._check(tokens["id_token"], nonce=pending["nonce"], discovered=discovered)
        user = self._user(discovered, tokens["access_token"])
        self.sessions.change(session, lambda content: content.update(tokens=_kept(tokens), user=user, fund=fund))
        return str(pending["return_to"])

    def token(self, session: Session, *, caller: str) -> str | None:
        """An access token that is good now; None for who never signed in. SignedOut where the session is over."""
        tokens = session.content.get("tokens")
        if tokens is None:
            return None
        if time.time() > tokens["good_until_s"] - EARLY_S:
            self.sessions.alone(session, _is_fresh, lambda: self._refresh(session, caller))
            tokens = session.content.get("tokens")
            if tokens is None:
                raise SignedOut
        return str(tokens["access_token"])

    def renew(self, session: Session, *, caller: str) -> None:
        """Have another access token at once: what somebody may do has just changed."""
        self.sessions.alone(
            session, lambda session: "tokens" not in session.content, lambda: self._refresh(session, caller)
        )

    def at_counter(self, fund: str, ticket: str, *, caller: str) -> dict[str, Any]:
        """The tokens with which an agent acts for the person of a visit (RFC 8693); SignedOut where the visit is over,
        or the agent's session."""
        exchange = {"grant_type": TOKEN_EXCHANGE, "subject_token": ticket, "subject_token_type": VISIT_TICKET}
        return self._tokens(fund, caller, **exchange)

    def sign_out_address(self, session: Session, *, fund: str, afterwards: str) -> str:
        """Where to send the browser to end its session at the fund; it comes back to `afterwards`."""
        tokens = session.content.get("tokens") or {}
        said = {"id_token_hint": tokens.get("id_token", ""), "post_logout_redirect_uri": afterwards}
        said = {name: value for name, value in said.items() if value}
        return f"{self._discovered(fund)['end_session_endpoint']}?{urlencode(said)}"

    def _refresh(self, session: Session, caller: str) -> None:
        content = session.content
        try:
            tokens = self._tokens(
                content["fund"], caller, grant_type="refresh_token", refresh_token=content["tokens"]["refresh_token"]
            )
        except SignedOut:
            self.sessions.change(session, forget_person)
            raise
        kept = {**content["tokens"], **_kept(tokens)}
        try:  # what somebody may do can have changed: an employer delegates, and takes back
            user = self._user(self._discovered(content["fund"]), tokens["access_token"])
        except Unreachable:
            user = content["user"]
        self.sessions.change(session, lambda content: content.update(tokens=kept, user=user))

    def _tokens(self, fund: str, caller: str, /, **form: str) -> dict[str, Any]:
        endpoint = self._inside(self._discovered(fund)["token_endpoint"])
        try:
            response = self.http.post(
                endpoint, data={"client_id": self.client_id, **form}, headers=on_behalf_of(caller), timeout=TIMEOUT
            )
            read = response.json()
        except (requests.RequestException, ValueError) as failed:
            raise Unreachable("identity") from failed
        if response.status_code == 400:
            raise SignedOut(read.get("error", ""))
        if not response.ok:
            raise Unreachable("identity")
        return dict(read)

    def _check(self, id_token: str, *, nonce: str, discovered: Mapping[str, Any]) -> None:
        """NotOurs unless the fund signed it for this frontend, now, for this sign-in."""
        keys = KeySet.import_key_set(_fetched(self.http, self._inside(discovered["jwks_uri"]), for_s=KEYS_S))
        try:
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            rules: dict[str, Any] = {
                "iss": {"essential": True, "value": discovered["issuer"]},
                "aud": {"essential": True, "value": self.client_id},
                "exp": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            }
            jwt.JWTClaimsRegistry(leeway=60, **rules).validate(claims)
        except JoseError as wrong:
            raise NotOurs from wrong

    def _user(self, discovered: Mapping[str, Any], token: str) -> dict[str, Any]:
        try:
            response = self.http.get(
                self._inside(discovered["userinfo_endpoint"]),
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
            )
            response.raise_for_status()
            return dict(response.json())
        except (requests.RequestException, ValueError) as failed:
            raise Unreachable("identity") from failed

    def _discovered(self, fund: str) -> Mapping[str, Any]:
        return _fetched(  # type: ignore[no-any-return]
            self.http, f"{self.address}/v1/{fund}/.well-known/openid-configuration"
        )

    def _inside(self, address: str) -> str:
        """An address of identity as this server reaches it, where browsers go another way."""
        return address.replace(self.issuer, self.address, 1)


def forget_person(content: dict[str, Any]) -> None:
    """What is left of a session whose person is signed out: what they were filling in stays."""
    content.pop("tokens", None)
    content.pop("user", None)


_cached: dict[str, tuple[float, Mapping[str, Any]]] = {}
_caching = threading.Lock()


def _fetched(http: requests.Session, url: str, *, for_s: float = DISCOVERED_S) -> Any:
    """A public document of the fund, kept for a while, and longer where identity does not answer."""
    with _caching:
        kept = _cached.get(url)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    try:
        response = http.get(url, timeout=TIMEOUT)
        response.raise_for_status()
        found: Mapping[str, Any] = response.json()
    except (requests.RequestException, ValueError) as failed:
        if kept is not None:
            return kept[1]
        raise Unreachable("identity") from failed
    with _caching:
        _cached[url] = (time.monotonic() + for_s, found)
    return found


def _kept(tokens: Mapping[str, Any]) -> dict[str, Any]:
    named = ("access_token", "refresh_token", "id_token")
    return {
        **{name: tokens[name] for name in named if name in tokens},
        "good_until_s": time.time() + tokens["expires_in"],
    }


def _is_fresh(session: Session) -> bool:
    tokens = session.content.get("tokens")
    return tokens is None or time.time() <= tokens["good_until_s"] - EARLY_S
