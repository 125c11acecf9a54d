"""A delegation: what an employer lets an accountant, or another firm's user, do for it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.funds.roles import EmployerScope
from shared.kernel.actors import Delegated

NAME_LENGTH_MAX = 70


class Power(StrEnum):
    """Which scopes of its users an employer may give to somebody else. Whoever may do anything may read what was
    declared and paid."""

    DECLARATIONS_READ = EmployerScope.DECLARATIONS_READ
    DECLARATIONS_FILE = EmployerScope.DECLARATIONS_FILE
    COLLECTIONS_PAY = EmployerScope.COLLECTIONS_PAY
    MESSAGES_READ = EmployerScope.MESSAGES_READ


class Status(StrEnum):
    """Where a delegation stands.

    `offered`: the code is not taken up yet. `lapsed`: nobody did in time. `in-force`: the accountant may act.
    `expired`: its last day is over. `withdrawn`: the employer ended it. `renounced`: the accountant did.
    """

    OFFERED = "offered"
    LAPSED = "lapsed"
    IN_FORCE = "in-force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RENOUNCED = "renounced"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Within what the accountant acts: periods between two days, payments up to an amount, until a day. None sets no
    bound."""

    periods_from: date | None
    periods_until: date | None
    payment_max_minor: int | None
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """One employer's, to one account. `name` is what the employer calls the accountant. Of the code that the accountant
    types only the hash is kept; `account_id` is of who typed it, `given_by` of the employer's user."""

    delegation_id: str
    reference: str
    employer_id: str
    name: str
    powers: tuple[Power, ...]
    bounds: Bounds
    code_hash: str
    code_expires_at: datetime
    given_by: str
    given_at: datetime
    account_id: str | None = None
    taken_at: datetime | None = None
    ended: Status | None = None
    """`withdrawn` or `renounced`."""
    ended_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if Power.DECLARATIONS_READ not in self.powers:
            raise ValueError("who may act may read")
        if (self.ended is None) != (self.ended_at is None) or (self.account_id is None) != (self.taken_at is None):
            raise ValueError("what was taken up or ended knows when")

    @property
    def delegated(self) -> Delegated:
        """As tokens and services have it."""
        return Delegated(
            scopes=frozenset(each.value for each in self.powers),
            periods_from=self.bounds.periods_from,
            periods_until=self.bounds.periods_until,
            payment_max_minor=self.bounds.payment_max_minor,
        )
