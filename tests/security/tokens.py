"""Every way that a token can be wrong: each makes an Authorization header from a service's name and a scope."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from shared.storage.service_context import now
from tests.kit.callers import ISSUER, signing_key, token
from tests.kit.contexts import DZ, TN

Header = Mapping[str, Any]
Forge = Callable[[str, str], str]

HOUR_S = 3600


@cache
def stranger() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "test"})


@cache
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "test"})


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def good(service: str, needed: str, /, **claims: Any) -> str:
    """A token that is good, but for the claims given."""
    return token(audience=service, scopes=[needed], **claims)


def claims_of(shown: str) -> dict[str, Any]:
    found: dict[str, Any] = decoded(shown.split(".")[1])
    return found


def _signed(header: Header, service: str, scope: str, *, by: Any = None) -> str:
    """A token with this header over the claims of a good one, signed with the run's key or another one."""
    whole = {"alg": "ES256", "typ": "at+jwt", "kid": "test", **header}
    algorithms = [whole["alg"], "ES256"]
    return jwt.encode(whole, claims_of(good(service, scope)), by or signing_key(), algorithms=algorithms)


def _raw(header: Header, signature: bytes) -> Forge:
    """A token whose header and signature are written by hand."""

    def forge(service: str, scope: str) -> str:
        return ".".join([encoded({"typ": "at+jwt", "kid": "test", **header}), good(service, scope).split(".")[1]]) + (
            "." + encoded(signature) if signature else "."
        )

    return forge


def _by_hand(header: Header) -> Forge:
    """A good signature over a header that our library would not write."""

    def forge(service: str, scope: str) -> str:
        key = signing_key()
        head = encoded({"alg": "ES256", "typ": "at+jwt", "kid": "test", **header})
        signed = f"{head}.{good(service, scope).split('.')[1]}"
        signature = key.get_op_key("sign")
        r, s = decode_dss_signature(signature.sign(signed.encode(), ECDSA(SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    return forge


def _hmac_with_public_key(service: str, scope: str) -> str:
    """The classic confusion: the public key, which everybody has, as the secret of an HMAC."""
    secret = signing_key().as_pem(private=False)
    signed = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'test'})}.{good(service, scope).split('.')[1]}"
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _hmac_with_jwk(service: str, scope: str) -> str:
    secret = OctKey.import_key(json.dumps(signing_key().as_dict(private=False)))
    return jwt.encode(
        {"alg": "HS256", "typ": "at+jwt", "kid": "test"}, claims_of(good(service, scope)), secret, algorithms=["HS256"]
    )


def _changed(service: str, scope: str) -> str:
    """Somebody else's name under a good signature."""
    head, body, signature = good(service, scope).split(".")
    return f"{head}.{encoded({**decoded(body), 'sub': 'somebody-else', 'actor': 'staff'})}.{signature}"


def _at(**claims: int) -> Forge:
    return lambda service, scope: good(
        service, scope, **{name: int(now().timestamp()) + offset_s for name, offset_s in claims.items()}
    )


def _says(**claims: Any) -> Forge:
    return lambda service, scope: good(service, scope, **claims)


def _with_header(**header: Any) -> Forge:
    return lambda service, scope: _signed(header, service, scope)


INVALID: Mapping[str, Forge] = {
    "nonsense": lambda service, scope: "nonsense",
    "three dots": lambda service, scope: "...",
    "five parts": lambda service, scope: f"{good(service, scope)}.x.y",
    "not yet: nbf": _at(nbf=HOUR_S),
    "not yet: iat": _at(iat=HOUR_S, exp=2 * HOUR_S),
    "nbf that is no number": _says(nbf="tomorrow"),
    "exp missing": _says(exp=None),
    "exp as text": _says(exp="9999999999"),
    "for another service": lambda service, scope: good("elsewhere", scope),
    "for a service of nearly that name": lambda service, scope: good(f"{service}-test", scope),
    "for nobody": _says(aud=[]),
    "another issuer": _says(iss=f"https://stranger.test/v1/{DZ}"),
    "the issuer of another fund": _says(iss=f"{ISSUER}/v1/{TN}"),
    "another environment: its issuer": _says(iss=f"https://staging.identity.test/v1/{DZ}"),
    "another environment: its key under the same kid": lambda service, scope: _signed(
        {}, service, scope, by=stranger()
    ),
    "an id token": _with_header(typ="JWT"),
    "a logout token": _with_header(typ="logout+jwt"),
    "no sub": _says(sub=None),
    "an actor that there is not": _says(actor="god"),
    "employers that are no list": _says(employers=7),
    "scope that is a list": _says(scope=["everything"], actor="staff"),
    "alg none": _raw({"alg": "none"}, b""),
    "alg None, in other letters": _raw({"alg": "NoNe"}, b""),
    "alg missing": _raw({}, b"\x01" * 64),
    "HS256 with the public key": _hmac_with_public_key,
    "HS256 with the public JWK": _hmac_with_jwk,
    "RS256 with a key of the same kid": lambda service, scope: _signed({"alg": "RS256"}, service, scope, by=rsa()),
    "ES384 in the header": _raw({"alg": "ES384"}, b"\x01" * 96),
    "a signature of nothing": _raw({"alg": "ES256"}, b""),
    "a signature of zeros": _raw({"alg": "ES256"}, bytes(64)),
    "a signature cut short": lambda service, scope: good(service, scope)[:-20],
    "claims changed": _changed,
    "a kid that is a path": lambda service, scope: _signed({"kid": "../../../dev/null"}, service, scope, by=stranger()),
    "a kid that is a query": lambda service, scope: _signed({"kid": "x' OR '1'='1"}, service, scope, by=stranger()),
    "a key in the header": lambda service, scope: _signed(
        {"jwk": stranger().as_dict(private=False)}, service, scope, by=stranger()
    ),
    "the address of a key in the header": lambda service, scope: _signed(
        {"jku": "https://stranger.test/jwks.json"}, service, scope, by=stranger()
    ),
    "a certificate in the header": lambda service, scope: _signed(
        {"x5c": ["MIIB"], "x5u": "https://stranger.test/c"}, service, scope, by=stranger()
    ),
    "an extension that must be understood": _by_hand({"crit": ["himaya"], "himaya": True}),
    "a payload that is not encoded": _by_hand({"crit": ["b64"], "b64": False}),
    "a header of brackets": lambda service, scope: f"{encoded(b'[' * 5_000)}.e30.AAAA",
    "too long": lambda service, scope: good(service, scope, filler="x" * 9_000),
}
"""All of these are refused as `token.invalid`; what is signed with the right key is wrong by one fact alone."""
