"""What a message to a partner is signed with: the endpoint's own secret (v1), and the fund's own keys (v1a, ed25519).

Both sides have a secret, so either could have signed. A fund's private key signs for all its partners and is never
given out; partners fetch its public half. Both as Standard Webhooks 1.0 has them.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Blueprint, current_app

from shared.webhooks import SIGNATURE, TIMESTAMP, Secret, sign, signed_bytes

KEY_BYTES = 32
KEYS_MAX = 2
"""Of a fund: the one in use, and beside it the one that it replaces."""

_PREFIX, _PUBLIC_PREFIX = "whsk_", "whpk_"
_KEYS = "partner-signing-keys"


@dataclass(frozen=True)
class SigningKey:
    """A fund's private key, never shown by `repr`."""

    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "SigningKey":
        """The key as its file writes it, `whsk_` and base64. ValueError, without the value, if it is not so."""
        try:
            seed = b64decode(text.removeprefix(_PREFIX), validate=True)
        except NotBase64:
            seed = b""
        if not text.startswith(_PREFIX) or len(seed) != KEY_BYTES:
            raise ValueError(f"a signing key is written as {_PREFIX} and {KEY_BYTES} bytes in base64") from None
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> str:
        """The public key."""
        return _PUBLIC_PREFIX + b64encode(self.key.public_key().public_bytes_raw()).decode()


FundsKeys = Mapping[str, Sequence[SigningKey]]
"""By fund. All of a fund's keys sign and are published: a partner believes whichever it knows."""


def from_file(path: Path) -> FundsKeys:
    """The keys of a file: by fund, a list of them. ValueError where it holds something else."""
    held = {
        fund_id: [SigningKey.read(text) for text in texts] for fund_id, texts in json.loads(path.read_text()).items()
    }
    if not all(1 <= len(keys) <= KEYS_MAX for keys in held.values()):
        raise ValueError(f"a fund signs with one key, or with {KEYS_MAX} while one is replaced")
    return held


def headers(
    body: bytes, *, message_id: str, at: datetime, secrets: Sequence[Secret], keys: Sequence[SigningKey]
) -> dict[str, str]:
    """The three headers to send with a body: every secret and every key signs."""
    made = sign(body, message_id=message_id, at=at, secrets=secrets)
    signed = signed_bytes(body, message_id=message_id, timestamp=made[TIMESTAMP])
    marks = [f"v1a,{b64encode(each.key.sign(signed)).decode()}" for each in keys]
    return {**made, SIGNATURE: " ".join([made[SIGNATURE], *marks])}


def keys_for_app(keys: FundsKeys) -> Blueprint:
    """A blueprint without routes that gives its app the public keys: routes are declared on import, settings come
    later."""
    public = {fund_id: [each.public for each in held] for fund_id, held in keys.items()}
    blueprint = Blueprint(_KEYS, __name__)
    blueprint.record(lambda state: state.app.extensions.__setitem__(_KEYS, public))
    return blueprint


def public_keys(fund_id: str) -> Sequence[str]:
    """Those of a fund, in the app that answers now."""
    held: Mapping[str, Sequence[str]] = current_app.extensions.get(_KEYS, {})
    return held.get(fund_id, ())
