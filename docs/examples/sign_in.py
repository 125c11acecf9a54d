"""Signing in with OpenID Connect: authorisation code with PKCE, for a public client, one fund at a time."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from himaya import URL

CLIENT_ID = "demo-frontend"
RETURN_TO = "http://127.0.0.1:8080/callback"
AFTERWARDS = "http://127.0.0.1:8080/"
EARLY_S = 30


def discover(fund: str) -> dict[str, Any]:
    """All addresses of a fund's sign-in. Keep them for some hours."""
    found = requests.get(f"{URL}/identity/v1/{fund}/.well-known/openid-configuration", timeout=30)
    found.raise_for_status()
    return found.json()


def begin(fund: str, *, scope: str, language: str = "fr") -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to keep until it comes back: on the server, or in `sessionStorage`."""
    kept = {"fund": fund, "verifier": secrets.token_urlsafe(48), "state": secrets.token_urlsafe(16)}
    kept["nonce"] = secrets.token_urlsafe(16)
    challenge = hashlib.sha256(kept["verifier"].encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": RETURN_TO,
        "scope": f"openid {scope}",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "ui_locales": language,
    }
    return f"{discover(fund)['authorization_endpoint']}?{urlencode(asked)}", kept


def finish(came_back_to: str, kept: dict[str, str]) -> "Session":
    """The session that the code in the address is good for, once it is known that the answer is ours."""
    fund = discover(kept["fund"])
    said = {name: values[0] for name, values in parse_qs(urlsplit(came_back_to).query).items()}
    if said.get("state") != kept["state"] or said.get("iss") != fund["issuer"]:
        raise ValueError("an answer to nobody's question, or of another fund")
    if "error" in said:
        raise ValueError(said["error"])
    tokens = _tokens(
        fund,
        grant_type="authorization_code",
        code=said["code"],
        redirect_uri=RETURN_TO,
        code_verifier=kept["verifier"],
    )
    # It came straight from the fund over TLS, which may stand for its signature (OpenID Connect Core, 3.1.3.7);
    # a library checks the signature too.
    claims = json.loads(_decoded(tokens["id_token"].split(".")[1]))
    if (claims["iss"], claims["aud"], claims["nonce"]) != (fund["issuer"], CLIENT_ID, kept["nonce"]):
        raise ValueError("not the id token that was asked for")
    return Session(fund, tokens)


class Session:
    """Somebody who is signed in. Its tokens belong on the frontend's server, never in a page."""

    def __init__(self, fund: dict[str, Any], tokens: dict[str, Any]) -> None:
        self.fund, self.tokens = fund, tokens
        self.good_until_s = time.time() + tokens["expires_in"]

    def token(self) -> str:
        """An access token that is good now. One caller at a time: a refresh token that comes twice ends the session."""
        if time.time() > self.good_until_s - EARLY_S:
            self.refresh()
        return str(self.tokens["access_token"])

    def refresh(self) -> None:
        self.tokens |= _tokens(self.fund, grant_type="refresh_token", refresh_token=self.tokens["refresh_token"])
        self.good_until_s = time.time() + self.tokens["expires_in"]

    def sign_out_address(self) -> str:
        """Where to send the browser to sign out; it comes back to `AFTERWARDS`."""
        said = {"id_token_hint": self.tokens["id_token"], "post_logout_redirect_uri": AFTERWARDS}
        return f"{self.fund['end_session_endpoint']}?{urlencode(said)}"


class SignedOut(Exception):
    """The session is over: the person signs in again, and finds their draft where it was."""


def _tokens(fund: dict[str, Any], **form: str) -> dict[str, Any]:
    answer = requests.post(fund["token_endpoint"], data={"client_id": CLIENT_ID, **form}, timeout=30)
    if answer.status_code == 400 and answer.json()["error"] == "invalid_grant":
        raise SignedOut
    answer.raise_for_status()
    return answer.json()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
