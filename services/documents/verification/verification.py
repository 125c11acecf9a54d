"""What anybody holding a paper may learn of it: whether it holds, and just enough to compare it with the print."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.documents.papers.content import (
    Affiliation,
    EmployerAccount,
    EmployerClearance,
    GrantedAward,
    PaperBody,
    Wages,
)


class Status(StrEnum):
    """Whether a paper is valid. If several are true, the first one here is shown."""

    REVOKED = "revoked"
    """The fund took it back: what it says was wrong, or has become so by a later fact."""
    ENDED = "ended"
    """What it says was so, but the right that it certifies was suspended or ended before the paper would expire."""
    SUPERSEDED = "superseded"
    """What it says is so, but no longer all of it: a newer paper would say more."""
    EXPIRED = "expired"
    VALID = "valid"
    UNKNOWN = "unknown"
    """The fund issued no paper of this number."""


@dataclass(frozen=True, kw_only=True)
class PublicRecord:
    """What is kept of an issued paper for verification: no name, no amount, nothing that others could misuse.

    `kind` is a key of the fund's `paper_types`; `initials` are the holder's (`rules.initials`). `has_code` says whether
    the paper carries a control code, which papers of earlier releases do not.
    """

    fund_id: str
    number: str
    kind: str
    initials: str
    issued_on: date
    valid_until_on: date
    superseded_on: date | None = None
    revoked_on: date | None = None
    ended_on: date | None = None
    has_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Certified:
    """What a paper certifies: shown to whoever has its control code, and so holds it."""

    holder_name: str
    body: PaperBody

    @property
    def wages(self) -> Wages | None:
        return self.body if isinstance(self.body, Wages) else None

    @property
    def affiliation(self) -> Affiliation | None:
        return self.body if isinstance(self.body, Affiliation) else None

    @property
    def award(self) -> GrantedAward | None:
        return self.body if isinstance(self.body, GrantedAward) else None

    @property
    def clearance(self) -> EmployerClearance | None:
        return self.body if isinstance(self.body, EmployerClearance) else None

    @property
    def statement(self) -> EmployerAccount | None:
        return self.body if isinstance(self.body, EmployerAccount) else None


class CodeAnswer(StrEnum):
    """What became of the control code that somebody typed."""

    NOT_GIVEN = "not-given"
    RIGHT = "right"
    WRONG = "wrong"
    """Also of a paper that has none, and of one that was never issued: a guess learns nothing."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The answer for one number on one day. `since_on` is the first day of a status that is no longer valid.

    `is_file_genuine` says that the very bytes were shown which the fund signed.
    """

    number: str
    status: Status
    on: date
    record: PublicRecord | None = None
    since_on: date | None = None
    code: CodeAnswer = CodeAnswer.NOT_GIVEN
    certified: Certified | None = None
    is_file_genuine: bool = False

    def __post_init__(self) -> None:
        if (self.status is Status.UNKNOWN) != (self.record is None):
            raise ValueError("a paper is unknown when there is no record of it, and only then")
        if (self.status in (Status.VALID, Status.UNKNOWN)) != (self.since_on is None):
            raise ValueError("a paper that no longer holds says since when")
        if (self.code is CodeAnswer.RIGHT) != (self.certified is not None):
            raise ValueError("what a paper certifies is shown for its code, and only then")
