"""An account: what somebody signs in with, and what they may do then."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.funds.fund import Fund
from shared.funds.roles import MANAGE, PERSON
from shared.kernel.actors import ActorKind

PERSON_SCOPES = frozenset(
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
        MANAGE,
    ]
)
"""What an insured person may do, at every fund. What staff and employers' users may do, the fund's roles say."""

CORRECT_CONTACT = "contact:correct"
COUNTER_SCOPES = (PERSON_SCOPES - {MANAGE, "messages:read"}) | {CORRECT_CONTACT}
"""What an agent may do for a person who is present at a counter. Where a person is reached is corrected there alone,
since the links that open accounts go there. Passwords, sessions and messages stay the person's own."""

_EARLIER = {PERSON: ActorKind.PERSON, "employer": ActorKind.EMPLOYER}
"""Whose hand an account of an earlier release is, by its role; of any other role it is of staff."""


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
    """An account. `known_by` is what it is found by: a person's pseudonym, or the blind index of a login. `role` is the
    code of one of the fund's roles, or `person`; `actor` whose hand it is, whatever becomes of the fund's roles.

    `password_serial` counts the passwords that took another's place: a session holds as long as the password that it
    began with. `second_factor` is the secret of the one-time codes (base32), `factor_step` the step of the last code
    that was taken: none is taken twice. `activation` is the link by which a pending account opens, `recovery` the one
    by which its owner chooses a new password; `asked_at` are the last times that either was asked for. `closed_from` is
    what a closed account was before: a death may turn out to be an error.
    """

    account_id: str
    known_by: str
    role: str
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
    actor: ActorKind | None = None
    display_name: str | None = None
    """How colleagues call one of the staff; a person's name is in the register."""

    def __post_init__(self) -> None:
        if self.actor is None:
            object.__setattr__(self, "actor", _EARLIER.get(self.role, ActorKind.STAFF))
        if self.has_second_factor and not self.second_factor:
            raise ValueError("an account of the fund's staff has a second factor")
        if (self.status is Status.CLOSED) != (self.closed_from is not None):
            raise ValueError("a closed account knows what it was, and no other does")

    @property
    def kind(self) -> ActorKind:
        """Whose hand it is."""
        return self.actor or ActorKind.STAFF

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not let it in."""
        return self.kind is ActorKind.STAFF


def scopes_of(account: Account, fund: Fund) -> frozenset[str]:
    """What an account may do at its fund today; nothing where the fund has no such role any more."""
    if account.kind is ActorKind.PERSON:
        return PERSON_SCOPES
    if account.kind is ActorKind.EMPLOYER:
        return fund.roles.employer_scopes(account.role)
    return fund.roles.staff_scopes(account.role)
