"""Who calls: an access token of the fund's identity service (RFC 9068, ES256), read into an actor."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec
import requests
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared import responses
from shared.kernel.actors import Actor, ActorKind, delegations_of_claim
from shared.kernel.errors import Failure, Forbidden, Unavailable

ALGORITHMS = ["ES256"]
TOKEN_TYPE = "at+jwt"  # noqa: S105
KEYS_FRESH_S = 300
KEYS_ASKED_AGAIN_S = 10
KEYS_MISSED_AGAIN_S = 1
"""Where there are none yet."""
KEYS_TIMEOUT_S = 3
FIRST_KEYS_WAIT_S = 0.5
"""For how long a caller waits for the first keys, which another's request is fetching."""
KEY_ID_LENGTH_MAX = 200
ABSENT_KEPT_MAX = 1_000
KEYS_BYTES_MAX = 64 * 1024
"""Some two hundred keys; identity publishes two or three."""
NO_KEYS = (requests.RequestException, JoseError, ValueError, KeyError, TypeError, RecursionError)
"""Identity did not answer, or what answered in its place gave no keys."""
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

    def get(self, *, unknown_key: bool) -> KeySet:
        """The keys: the same object until they are fetched again."""
        ...


@dataclass
class KeysFromUrl:
    """The JWKS at an address, kept while it is fresh, and kept on while the identity service is down. One request at a
    time asks for it; the others use what is there, since identity may take its time."""

    url: str
    clock_s: Callable[[], float] = time.monotonic
    _keys: KeySet | None = None
    _asked_s: float = float("-inf")
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def get(self, *, unknown_key: bool) -> KeySet:
        """The keys; asked again where they are old or a token names one that is not among them."""
        if self._is_due(unknown_key) and self._asking.acquire(timeout=0 if self._keys else FIRST_KEYS_WAIT_S):
            try:
                if self._is_due(unknown_key):
                    self._ask()
            finally:
                self._asking.release()
        if self._keys is None:
            raise KeysUnavailable
        return self._keys

    def _is_due(self, unknown_key: bool) -> bool:
        age_s = self.clock_s() - self._asked_s
        if self._keys is None:
            return age_s > KEYS_MISSED_AGAIN_S
        return age_s > (KEYS_ASKED_AGAIN_S if unknown_key else KEYS_FRESH_S)

    def _ask(self) -> None:
        try:
            with requests.get(self.url, timeout=KEYS_TIMEOUT_S, stream=True) as answer:
                answer.raise_for_status()
                body = responses.read(answer, bytes_max=KEYS_BYTES_MAX)
            self._keys = KeySet.import_key_set(msgspec.json.decode(body))
        except NO_KEYS:
            return
        finally:
            self._asked_s = self.clock_s()


@dataclass(frozen=True)
class VerifiedToken:
    """A verified token: by which keys, for which fund, its validity, and whose it is."""

    keys: KeySet
    fund_id: object
    begins_s: int
    ends_s: int
    actor: Actor


@dataclass(frozen=True)
class Verifier:
    """Reads the tokens of one service. `issuer` is the identity service's public address, `audience` this service."""

    keys: PublicKeys
    issuer: str
    audience: str
    _read: "OrderedDict[str, VerifiedToken]" = field(default_factory=OrderedDict, compare=False, repr=False)
    """Tokens come again with every request. Their content stays valid as long as the key that signed them is published;
    their fund and their time are held against each request."""
    _absent: "OrderedDict[str, KeySet]" = field(default_factory=OrderedDict, compare=False, repr=False)
    """Ids of keys that were not found, and the keys among which they were searched."""

    def actor(self, authorization: str, *, fund_id: str, at: datetime) -> Actor:
        """The caller behind an Authorization header."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        read, at_s = self._reading(token.strip()), at.timestamp()
        if read.begins_s - CLOCK_SKEW_S > at_s:
            raise TokenInvalid
        if read.ends_s + CLOCK_SKEW_S < at_s:
            raise TokenExpired
        if read.fund_id != fund_id:
            raise OtherFund
        return read.actor

    def _reading(self, token: str) -> VerifiedToken:
        if len(token) > TOKEN_LENGTH_MAX:
            raise TokenInvalid
        keys = self.keys.get(unknown_key=False)
        known = self._read.get(token)
        if known is None or known.keys is not keys:
            try:
                known = self._read[token] = self._verified(token, keys)
            except (JoseError, ValueError, KeyError, TypeError, RecursionError) as refused:
                raise TokenInvalid from refused
            if len(self._read) > TOKENS_KEPT_MAX:
                self._read.popitem(last=False)
        return known

    def _verified(self, token: str, keys: KeySet) -> VerifiedToken:
        """The token by these keys, or by newer ones where its own is not among them."""
        named = jws.extract_compact(token.encode()).headers().get("kid")
        if named is not None and not _has(keys, named):
            keys = self._newer(str(named), keys)
        return self._believed(jwt.decode(token, keys, algorithms=ALGORITHMS), keys)

    def _newer(self, named: str, keys: KeySet) -> KeySet:
        """Keys of which one has the name. One that was not found is not asked for again while the keys are the same."""
        if len(named) > KEY_ID_LENGTH_MAX or self._absent.get(named) is keys:
            raise TokenInvalid
        newer = self.keys.get(unknown_key=True)
        if _has(newer, named):
            return newer
        if newer is not keys:
            self._absent[named] = newer
            if len(self._absent) > ABSENT_KEPT_MAX:
                self._absent.popitem(last=False)
        raise TokenInvalid

    def _believed(self, decoded: jwt.Token, keys: KeySet) -> VerifiedToken:
        """The content of a token with a valid signature, if it was issued for this service."""
        claims = decoded.claims
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if (
            decoded.header.get("typ") != TOKEN_TYPE
            or claims.get("iss") != f"{self.issuer}/v1/{claims.get('fund')}"
            or self.audience not in audiences
            or not _is_well_formed(claims)
        ):
            raise TokenInvalid
        begins_s = max(claims.get("nbf", 0), claims.get("iat", 0))
        return VerifiedToken(keys, claims.get("fund"), begins_s, claims["exp"], actor_of(claims))


def _has(keys: KeySet, named: object) -> bool:
    return any(key.kid == named for key in keys.keys)


def _is_well_formed(claims: Mapping[str, Any]) -> bool:
    """Whether the claims that are read here are of the kinds that they must be of."""
    employers = claims.get("employers", [])
    return (
        isinstance(claims.get("exp"), int)
        and isinstance(claims.get("sub"), str)
        and all(isinstance(claims.get(name, 0), int) for name in ("nbf", "iat"))
        and isinstance(claims.get("scope", ""), str)
        and claims.get("actor", "client") in set(ActorKind)
        and isinstance(claims.get("person_ref", ""), str)
        and isinstance(claims.get("visit", ""), str)
        and _is_act_well_formed(claims)
        and isinstance(employers, list)
        and all(isinstance(each, str) for each in employers)
    )


def _is_act_well_formed(claims: Mapping[str, Any]) -> bool:
    """Who acts for another (RFC 8693, 4.1) is named, and only for a person at a counter."""
    if "act" not in claims:
        return "visit" not in claims
    acting = claims["act"]
    is_named = isinstance(acting, dict) and isinstance(acting.get("sub"), str) and bool(acting["sub"])
    return is_named and claims.get("actor") == ActorKind.PERSON and bool(claims.get("visit"))


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """The actor that a token's claims speak of: an accountant acts for the employers that delegated something to them,
    beside their own."""
    delegated = delegations_of_claim(claims.get("delegations", []))
    return Actor(
        kind=ActorKind(claims.get("actor", "client")),
        subject=claims["sub"],
        scopes=frozenset(claims.get("scope", "").split()),
        person_ref=claims.get("person_ref"),
        employer_ids=frozenset(claims.get("employers", ())) | delegated.keys(),
        session_id=claims.get("sid"),
        agent=claims["act"]["sub"] if "act" in claims else None,
        visit_id=claims.get("visit"),
        delegated={each: bounds for each, bounds in delegated.items() if each not in claims.get("employers", ())},
    )
