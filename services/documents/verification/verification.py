"""What anybody holding a paper may learn of it: whether it holds, and just enough to compare it with the print."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Whether a paper holds. Where several are true, the one that comes first here is told."""

    REVOKED = "revoked"
    """The fund took it back: what it says was wrong, or has become so by a later fact."""
    SUPERSEDED = "superseded"
    """What it says is so, but no longer all of it: a newer paper would say more."""
    EXPIRED = "expired"
    VALID = "valid"
    UNKNOWN = "unknown"
    """The fund issued no paper of this number."""


@dataclass(frozen=True, kw_only=True)
class PublicRecord:
    """What is kept of an issued paper for verification: no name, no amount, nothing that a stranger could use.

    `kind` is a key of the fund's `paper_types`; `initials` are the holder's (`rules.initials`).
    """

    fund_id: str
    number: str
    kind: str
    initials: str
    issued_on: date
    valid_until_on: date
    superseded_on: date | None = None
    revoked_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The answer for one number on one day. `since_on` is the first day of a status that is no longer valid."""

    number: str
    status: Status
    on: date
    record: PublicRecord | None = None
    since_on: date | None = None

    def __post_init__(self) -> None:
        if (self.status is Status.UNKNOWN) != (self.record is None):
            raise ValueError("a paper is unknown when there is no record of it, and only then")
        if (self.status in (Status.VALID, Status.UNKNOWN)) != (self.since_on is None):
            raise ValueError("a paper that no longer holds says since when")
