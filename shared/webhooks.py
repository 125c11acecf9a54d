"""Signed messages between two machines: Standard Webhooks 1.0, signature scheme v1 (HMAC-SHA256).

Pure: the caller hands in the time, the body as raw bytes and the secrets. Whether a message id was seen before is the
inbox's question, not this module's.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from shared.kernel.errors import Forbidden

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may stand from ours, either way: the window in which a stolen message can be replayed."""

KEY_BYTES_MIN, KEY_BYTES_MAX = 24, 64
ID_CHARACTERS_MAX = 256
SIGNATURES_MAX = 10

_PREFIX = "whsec_"


class HeadersMissing(Forbidden):
    """The message has no readable id, timestamp or signature, so it cannot be verified."""

    code = "webhook.headers-missing"


class OldTimestamp(Forbidden):
    """The message was signed too long ago, or by a clock that runs far ahead."""

    code = "webhook.old-timestamp"


class WrongSignature(Forbidden):
    """No secret that we hold made any of the signatures."""

    code = "webhook.wrong-signature"


@dataclass(frozen=True)
class Secret:
    """A key that both sides hold, never shown by `repr`."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not KEY_BYTES_MIN <= len(self.key) <= KEY_BYTES_MAX:
            raise ValueError(f"a webhook secret has {KEY_BYTES_MIN} to {KEY_BYTES_MAX} bytes")

    @classmethod
    def read(cls, text: str) -> "Secret":
        """The secret as settings write it, `whsec_` and base64. ValueError, without the value, if it is not so."""
        try:
            return cls(b64decode(text.removeprefix(_PREFIX), validate=True))
        except NotBase64:
            raise ValueError("a webhook secret is written as whsec_ and base64") from None


def sign(body: bytes, *, message_id: str, at: datetime, secrets: Sequence[Secret]) -> dict[str, str]:
    """The three headers to send with a body.

    The id stays the same over all attempts to deliver one message; the time is that of the attempt. While a secret is
    being replaced, sign with the new and the old one: the receiver accepts the message if it knows either.
    """
    if not _is_message_id(message_id):
        raise ValueError(f"a webhook id has 1 to {ID_CHARACTERS_MAX} printable characters and no dot")
    timestamp = str(int(at.timestamp()))
    signatures = [f"v1,{_signature(body, message_id, timestamp, secret)}" for secret in secrets]
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def verify(body: bytes, *, headers: Mapping[str, str], secrets: Sequence[Secret], at: datetime) -> str:
    """The id of a message that one of the secrets signed and that is fresh at this time.

    Raises `HeadersMissing`, `OldTimestamp` or `WrongSignature`. Signatures of other schemes than v1 are passed over.
    """
    message_id, timestamp, signatures = _headers(headers)
    if abs(at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise OldTimestamp()
    given = [mark.partition(",")[2].encode() for mark in signatures.split()[:SIGNATURES_MAX] if mark.startswith("v1,")]
    expected = [_signature(body, message_id, timestamp, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in expected):
        raise WrongSignature()
    return message_id


def signed_bytes(body: bytes, *, message_id: str, timestamp: str) -> bytes:
    """What every scheme of Standard Webhooks signs."""
    return b".".join((message_id.encode(), timestamp.encode(), body))


def _signature(body: bytes, message_id: str, timestamp: str, secret: Secret) -> str:
    signed = signed_bytes(body, message_id=message_id, timestamp=timestamp)
    return b64encode(hmac.digest(secret.key, signed, sha256)).decode()


def _headers(headers: Mapping[str, str]) -> tuple[str, str, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (lower.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    is_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("99999999999")
    if not (_is_message_id(message_id) and is_time and signatures):
        raise HeadersMissing()
    return message_id, timestamp, signatures


def _is_message_id(text: str) -> bool:
    # A dot separates id, time and body in what is signed; inside an id it would let one signature fit two messages.
    return 0 < len(text) <= ID_CHARACTERS_MAX and text.isprintable() and "." not in text
