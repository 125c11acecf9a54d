"""The keys that tokens are signed with: a JWK set of private keys. All are published.

P-256 keys sign by ES256, RSA keys by RS256; of each kind the first signs. Access tokens are always signed by ES256, and
id tokens too, save for clients that registered for RS256, which OpenID Connect Discovery wants every provider to offer.

To change the key without anybody noticing: add the new one at the end; once every service has fetched the set again
(five minutes), move it to the front; once the last token of the old one has expired, take that away. `rotation` does
each step in the file; docs/keys.md says how a running identity learns of it.

Beside `keys` the file may hold `retired`: public halves of keys that were taken away. They are not published and no
access token is good by them. They only verify the id token by which somebody signs out of a session that is older than
the rotation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from services.identity.signin.client import SigningAlgorithm

CURVE = "P-256"
RSA_BITS_MIN, RSA_BITS_MAX = 3_072, 4_096
"""As strong as the curve: 128 bits (NIST SP 800-57, part 1, table 2)."""
Key = ECKey | RSAKey
RETIRED_AT = "retired_at"
"""Seconds since 1970, as times in tokens are."""


class SigningKeysInvalid(ValueError):
    """The file is no set of private P-256 and RSA keys with a `kid` each."""


@dataclass(frozen=True)
class RetiredKey:
    """The public half of a key that signs no more."""

    key: Key
    retired_at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), RETIRED_AT: int(self.retired_at.timestamp())}


@dataclass(frozen=True)
class SigningKeys:
    """The keys, of each kind the signing one first. Read as `PublicKeys` by this service's own verifier."""

    keys: tuple[Key, ...]
    retired: tuple[RetiredKey, ...] = ()

    @cached_property
    def _set(self) -> KeySet:
        return KeySet([key for key in self.keys if isinstance(key, ECKey)])

    @cached_property
    def _all(self) -> KeySet:
        return KeySet([*self.keys, *(each.key for each in self.retired)])

    def get(self, *, unknown_key: bool) -> KeySet:
        return self._set

    def published(self) -> dict[str, Any]:
        """The public halves, as anybody may read them."""
        own = [(key.as_dict(private=False), algorithm_of(key)) for key in self.keys]
        return {"keys": [{**key, "use": "sig", "alg": algorithm.value} for key, algorithm in own]}

    @cached_property
    def algorithms(self) -> tuple[SigningAlgorithm, ...]:
        """Those that there are keys for."""
        return tuple(each for each in SigningAlgorithm if each in {algorithm_of(key) for key in self.keys})

    def signing(self, algorithm: SigningAlgorithm) -> Key:
        """The key that signs by an algorithm."""
        return next(key for key in self.keys if algorithm_of(key) is algorithm)

    def sign(self, claims: Mapping[str, Any], *, typ: str, algorithm: SigningAlgorithm = SigningAlgorithm.ES256) -> str:
        """A token. `typ` distinguishes an access token from an id token."""
        key = self.signing(algorithm)
        header = {"alg": algorithm.value, "typ": typ, "kid": key.kid}
        return jwt.encode(header, dict(claims), key, algorithms=[algorithm.value])

    def read(self, token: str, *, typ: str) -> Mapping[str, Any] | None:
        """The claims of a token that was signed here, expired or not, by a retired key too; None for anything else."""
        try:
            decoded = jwt.decode(token, self._all, algorithms=[each.value for each in SigningAlgorithm])
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        return decoded.claims if decoded.header.get("typ") == typ else None


def algorithm_of(key: Key) -> SigningAlgorithm:
    return SigningAlgorithm.RS256 if isinstance(key, RSAKey) else SigningAlgorithm.ES256


def read(path: Path) -> SigningKeys:
    """The keys in a file, or `SigningKeysInvalid`."""
    try:
        found = msgspec.json.decode(path.read_bytes())
        keys = tuple(imported(each) for each in found["keys"])
        retired = tuple(_retired(each) for each in found.get("retired", ()))
    except (OSError, OverflowError, ValueError, KeyError, TypeError, AttributeError, JoseError) as fault:
        raise SigningKeysInvalid(f"no JWK set can be read from it ({type(fault).__name__})") from fault
    kinds = f"of the curve {CURVE} or RSA of {RSA_BITS_MIN} to {RSA_BITS_MAX} bits"
    if not all(key.is_private and _is_good(key) for key in keys):
        raise SigningKeysInvalid(f"each key must be private, {kinds}, and have a kid")
    if any(each.key.is_private or not _is_good(each.key) for each in retired):
        raise SigningKeysInvalid(f"each retired key must be public, {kinds}, and have a kid")
    if not any(isinstance(key, ECKey) for key in keys):
        raise SigningKeysInvalid(f"there is no key of the curve {CURVE}, which access tokens are signed with")
    return SigningKeys(keys, retired)


def imported(block: Mapping[str, Any]) -> Key:
    """A key by its JWK."""
    return RSAKey.import_key(dict(block)) if block["kty"] == "RSA" else ECKey.import_key(dict(block))


def _is_good(key: Key) -> bool:
    if isinstance(key, ECKey):
        return bool(key.kid) and key.curve_name == CURVE
    return bool(key.kid) and RSA_BITS_MIN <= key.public_key.key_size <= RSA_BITS_MAX


def _retired(block: Mapping[str, Any]) -> RetiredKey:
    public = {name: value for name, value in block.items() if name != RETIRED_AT}
    return RetiredKey(imported(public), datetime.fromtimestamp(block[RETIRED_AT], UTC))
