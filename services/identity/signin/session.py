"""A session: one sign-in of one account through one client, from the code that it began with to its last token."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.identity.signin.device import UNKNOWN, Device


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    CODE_REPLAYED = "code-replayed"
    REFRESH_REUSED = "refresh-reused"
    SIGNED_OUT = "signed-out"
    REVOKED = "revoked"
    CLOSED = "closed"
    DIED = "died"


@dataclass(frozen=True, kw_only=True)
class Session:
    """A sign-in. Of the code and the refresh tokens only hashes are kept; the last of the hashes is the one in force.

    `password_serial` is that of the password it began with: the session is over once the account has another.
    `scope` is what was granted, `challenge` the S256 code challenge (RFC 7636), `methods` how the account was proved
    (RFC 8176). `used_at` is when its client was last given a new token.
    """

    session_id: str
    account_id: str
    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    challenge: str
    nonce: str | None
    methods: tuple[str, ...]
    signed_in_at: datetime
    code_hash: str
    password_serial: int = 0
    device: Device = UNKNOWN
    used_at: datetime | None = None
    code_used_at: datetime | None = None
    refresh_hashes: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_for: SessionEnd | None = None
    version: int = 0
