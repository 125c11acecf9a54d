"""A contact: how the fund reaches a person or an employer. It is stored as the register encrypted it."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.personal import Encrypted


@dataclass(frozen=True, kw_only=True)
class Contact:
    """The contact of the newest import of the register. `sealed` is JSON {email, mobile}, of class contact, the
    owner's.

    `owner_id` is a person_ref or an employer_id: no fund has one that could be taken for the other. Nobody writes to
    an owner who died (`is_dead`); of what is said of that the greatest `death_revision` holds.
    """

    owner_id: str
    sealed: Encrypted | None
    language: str
    registered_at: datetime
    is_dead: bool = False
    death_revision: int = 0
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a person or an employer can be reached, in clear, as `rules.addresses` reads it: for the moment of sending,
    never kept or logged. The channel refuses what is no address."""

    language: str
    email: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)
