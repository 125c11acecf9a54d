"""An account: what somebody signs in with, and what they may do then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.actors import ActorKind


class Role(StrEnum):
    """What an account may do: one role each."""

    PERSON = "person"
    EMPLOYER = "employer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MEDICAL_OFFICER = "medical-officer"
    OPERATOR = "operator"

    @property
    def actor(self) -> ActorKind:
        return _ACTORS[self]

    @property
    def scopes(self) -> frozenset[str]:
        return SCOPES[self]

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not let this role in."""
        return self.actor is ActorKind.STAFF


_ACTORS = {
    Role.PERSON: ActorKind.PERSON,
    Role.EMPLOYER: ActorKind.EMPLOYER,
    Role.AGENT: ActorKind.STAFF,
    Role.SUPERVISOR: ActorKind.STAFF,
    Role.MEDICAL_OFFICER: ActorKind.STAFF,
    Role.OPERATOR: ActorKind.STAFF,
}

_OWN = "account:manage"
"""What everybody may do: see to their own password and sessions."""

_AGENT = frozenset(
    [
        _OWN,
        "claims:decide",
        "claims:read",
        "awards:read",
        "awards:manage",
        "runs:make",
        "runs:read",
        "rights:read",
        "uploads:read",
        "declarations:read",
        "collections:read",
        "cards:read",
        "careers:read",
        "papers:read",
        "ledger:read",
        "payouts:order",
        "bank:settle",
        "register:read",
        "register:record",
    ]
)

SCOPES: Mapping[Role, frozenset[str]] = {
    Role.PERSON: frozenset(
        [
            "claims:submit",
            "claims:read",
            "awards:read",
            "rights:read",
            "uploads:add",
            "uploads:read",
            "papers:obtain",
            "papers:read",
            "careers:read",
            "cards:read",
            "messages:read",
            _OWN,
        ]
    ),
    Role.EMPLOYER: frozenset(["declarations:file", "declarations:read", "collections:pay", "messages:read", _OWN]),
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _AGENT | {"claims:supervise", "runs:approve"},
    Role.MEDICAL_OFFICER: frozenset([_OWN, "claims:medical", "uploads:read"]),
    Role.OPERATOR: _AGENT | {"operations:act", "operations:read"},
}
"""What each role's tokens may say. A frontend asks for the part that it needs."""


class Status(StrEnum):
    """Whether the account lets anybody in."""

    PENDING = "pending"
    ACTIVE = "active"
    CLOSED = "closed"
    """Its owner died."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link that was sent: good once and for a time. Of its token only the hash is kept."""

    token_hash: str
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account. `known_by` is what it is found by: a person's pseudonym, or the blind index of a login.

    `password_serial` counts the passwords that took another's place: a session holds as long as the password that it
    began with. `second_factor` is the secret of the one-time codes (base32), `factor_step` the step of the last code
    that was taken: none is taken twice. `activation` is the link by which a pending account opens, `recovery` the one
    by which its owner chooses a new password; `asked_at` are the last times that either was asked for. `closed_from` is
    what a closed account was before: a death may turn out to be an error.
    """

    account_id: str
    known_by: str
    role: Role
    status: Status
    password_hash: str
    password_serial: int = 0
    person_ref: str | None = None
    employer_ids: tuple[str, ...] = ()
    second_factor: str | None = None
    factor_step: int = 0
    activation: Link | None = None
    recovery: Link | None = None
    asked_at: tuple[datetime, ...] = ()
    closed_from: Status | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if self.role.has_second_factor and not self.second_factor:
            raise ValueError("an account of the fund's staff has a second factor")
        if (self.status is Status.CLOSED) != (self.closed_from is not None):
            raise ValueError("a closed account knows what it was, and no other does")
