"""The keys that tokens are signed with: a JWK set of private P-256 keys. The first signs; all are published.

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
from joserfc.jwk import ECKey, KeySet

from shared.http.callers import ALGORITHMS

CURVE = "P-256"
RETIRED_AT = "retired_at"
"""Seconds since 1970, as times in tokens are."""


class SigningKeysInvalid(ValueError):
    """The file is no set of private P-256 keys with a `kid` each."""


@dataclass(frozen=True)
class RetiredKey:
    """The public half of a key that signs no more."""

    key: ECKey
    retired_at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), RETIRED_AT: int(self.retired_at.timestamp())}


@dataclass(frozen=True)
class SigningKeys:
    """The keys, the signing one first. Read as `PublicKeys` by this service's own verifier."""

    keys: tuple[ECKey, ...]
    retired: tuple[RetiredKey, ...] = ()

    @cached_property
    def _set(self) -> KeySet:
        return KeySet(list(self.keys))

    @cached_property
    def _all(self) -> KeySet:
        return KeySet([*self.keys, *(each.key for each in self.retired)])

    def get(self, *, unknown_key: bool) -> KeySet:
        return self._set

    def published(self) -> dict[str, Any]:
        """The public halves, as anybody may read them."""
        own = [key.as_dict(private=False) for key in self.keys]
        return {"keys": [{**key, "use": "sig", "alg": ALGORITHMS[0]} for key in own]}

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """A token. `typ` tells an access token from an id token, whoever reads it."""
        key = self.keys[0]
        return jwt.encode({"alg": ALGORITHMS[0], "typ": typ, "kid": key.kid}, dict(claims), key, algorithms=ALGORITHMS)

    def read(self, token: str, *, typ: str) -> Mapping[str, Any] | None:
        """The claims of a token that was signed here, expired or not, by a retired key too; None for anything else."""
        try:
            decoded = jwt.decode(token, self._all, algorithms=ALGORITHMS)
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        return decoded.claims if decoded.header.get("typ") == typ else None


def read(path: Path) -> SigningKeys:
    """The keys in a file, or `SigningKeysInvalid`."""
    try:
        found = msgspec.json.decode(path.read_bytes())
        keys = tuple(ECKey.import_key(each) for each in found["keys"])
        retired = tuple(_retired(each) for each in found.get("retired", ()))
    except (OSError, OverflowError, ValueError, KeyError, TypeError, AttributeError, JoseError) as fault:
        raise SigningKeysInvalid(f"no JWK set can be read from it ({type(fault).__name__})") from fault
    if not keys or not all(key.is_private and key.kid and key.curve_name == CURVE for key in keys):
        raise SigningKeysInvalid(f"each key must be private, of the curve {CURVE}, and have a kid")
    if any(each.key.is_private or not each.key.kid or each.key.curve_name != CURVE for each in retired):
        raise SigningKeysInvalid(f"each retired key must be public, of the curve {CURVE}, and have a kid")
    return SigningKeys(keys, retired)


def _retired(block: Mapping[str, Any]) -> RetiredKey:
    public = {name: value for name, value in block.items() if name != RETIRED_AT}
    return RetiredKey(ECKey.import_key(public), datetime.fromtimestamp(block[RETIRED_AT], UTC))
