"""Who calls: an access token of the fund's identity service (RFC 9068, ES256), read into an actor."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.kernel.actors import Actor, ActorKind
from shared.kernel.errors import Failure, Forbidden, Unavailable

ALGORITHMS = ["ES256"]
TOKEN_TYPE = "at+jwt"  # noqa: S105
KEYS_FRESH_S = 300
KEYS_ASKED_AGAIN_S = 10
TOKEN_LENGTH_MAX = 8_192
TOKENS_KEPT_MAX = 2_000
CLOCK_SKEW_S = 30


class Unauthenticated(Failure):
    """The caller did not show who they are (HTTP 401)."""


class TokenMissing(Unauthenticated):
    """There is no bearer token."""

    code = "token.missing"


class TokenInvalid(Unauthenticated):
    """The token was not issued for this, or was changed."""

    code = "token.invalid"


class TokenExpired(Unauthenticated):
    """The token was good once."""

    code = "token.expired"


class OtherFund(Forbidden):
    """The token is of another fund."""

    code = "access.other-fund"


class ScopeMissing(Forbidden):
    """The token is not for this operation."""

    code = "access.scope-missing"


class KeysUnavailable(Unavailable):
    """The identity service's public keys were never seen and cannot be had now."""

    code = "platform.identity-unavailable"


class PublicKeys(Protocol):
    """Where the identity service's public keys come from."""

    def get(self, *, unknown_key: bool) -> KeySet: ...


@dataclass
class KeysFromUrl:
    """The JWKS at an address, kept while it is fresh, and kept on while the identity service is down."""

    url: str
    _keys: KeySet | None = None
    _asked_s: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, *, unknown_key: bool) -> KeySet:
        """The keys; asked again where they are old or a token names one that is not among them."""
        with self._lock:
            age_s = time.monotonic() - self._asked_s
            if self._keys is None or age_s > KEYS_FRESH_S or (unknown_key and age_s > KEYS_ASKED_AGAIN_S):
                self._ask()
            if self._keys is None:
                raise KeysUnavailable
            return self._keys

    def _ask(self) -> None:
        self._asked_s = time.monotonic()
        try:
            answer = requests.get(self.url, timeout=3)
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        except (requests.RequestException, ValueError):
            return


@dataclass(frozen=True)
class Verifier:
    """Reads the tokens of one service. `issuer` is the identity service's public address, `audience` this service."""

    keys: PublicKeys
    issuer: str
    audience: str
    _read: "OrderedDict[str, jwt.Token]" = field(default_factory=OrderedDict, compare=False, repr=False)
    """Tokens whose signature was found good: they come again with every request, and a signature stays good."""

    def actor(self, authorization: str, *, fund_id: str, at: datetime) -> Actor:
        """The caller behind an Authorization header."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        claims = self._claims(token.strip(), at)
        if claims.get("fund") != fund_id:
            raise OtherFund
        return actor_of(claims)

    def _claims(self, token: str, at: datetime) -> Mapping[str, Any]:
        if len(token) > TOKEN_LENGTH_MAX:
            raise TokenInvalid
        try:
            decoded = self._decoded(token)
        except (JoseError, ValueError, KeyError, TypeError) as refused:
            raise TokenInvalid from refused
        claims = decoded.claims
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if (
            decoded.header.get("typ") != TOKEN_TYPE
            or claims.get("iss") != f"{self.issuer}/v1/{claims.get('fund')}"
            or self.audience not in audiences
            or not isinstance(claims.get("exp"), int)
            or not isinstance(claims.get("sub"), str)
        ):
            raise TokenInvalid
        if claims["exp"] + CLOCK_SKEW_S < at.timestamp():
            raise TokenExpired
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        known = self._read.get(token)
        if known is None:
            known = self._read[token] = self._verified(token)
            if len(self._read) > TOKENS_KEPT_MAX:
                self._read.popitem(last=False)
        return known

    def _verified(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self.keys.get(unknown_key=False), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(token, self.keys.get(unknown_key=True), algorithms=ALGORITHMS)


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """The actor that a token's claims speak of."""
    return Actor(
        kind=ActorKind(claims.get("actor", "client")),
        subject=claims["sub"],
        scopes=frozenset(str(claims.get("scope", "")).split()),
        person_ref=claims.get("person_ref"),
        employer_ids=frozenset(claims.get("employers", ())),
        session_id=claims.get("sid"),
    )
