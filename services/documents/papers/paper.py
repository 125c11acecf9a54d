"""A paper that the fund issues to a person or an employer: asked, printed and signed, and perhaps withdrawn by later
facts."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.documents.papers.content import (
    Affiliation,
    DebitedAccount,
    EmployerAccount,
    EmployerClearance,
    GrantedAward,
    Holder,
    MandateForm,
    PaperBody,
    PaperKind,
    PaperLanguage,
    Wages,
)

WAITING_MAX = 5
"""Papers of one person that may wait for printing at once."""


class Status(StrEnum):
    """Where a paper stands. Expired is never kept: it follows from the day."""

    ASKED = "asked"
    VALID = "valid"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"


MOVES: dict[Status, frozenset[Status]] = {
    Status.ASKED: frozenset({Status.VALID, Status.FAILED, Status.SUPERSEDED, Status.REVOKED}),
    Status.FAILED: frozenset(),
    Status.VALID: frozenset({Status.SUPERSEDED, Status.REVOKED}),
    Status.SUPERSEDED: frozenset({Status.REVOKED}),
    Status.REVOKED: frozenset(),
    Status.EXPIRED: frozenset(),
}


class WithdrawalReason(StrEnum):
    """Why a paper no longer holds; each has a sentence under `paper.reason.<reason>`."""

    WAGES_ADDED = "wages-added"
    """All that it says is still so, but more was declared for its period."""
    WAGES_CHANGED = "wages-changed"
    """Something that it says was declared otherwise since."""
    AWARD_SUSPENDED = "award-suspended"
    """Nothing follows for now from the right that it certifies."""
    AWARD_ENDED = "award-ended"
    """The right that it certifies has ended before the paper would expire."""
    AMOUNT_CHANGED = "amount-changed"
    """Another amount is paid now than the one that it certifies."""
    NOT_IN_ORDER = "not-in-order"
    """What has become due since, the employer has not paid or not declared."""
    MANDATE_OVER = "mandate-over"
    """The mandate whose form it is was refused, cancelled, or has expired."""


class FailureReason(StrEnum):
    """Why a paper was not printed; each has a sentence under `paper.reason.<reason>`."""

    LETTERS_NOT_PRINTABLE = "letters-not-printable"
    """A name holds letters for which the printer has no font."""
    PRINTING_FAILED = "printing-failed"
    """The printer refuses what it says, or an operator gave it up."""


@dataclass(frozen=True, kw_only=True)
class PaperText:
    """What the paper says of its holder, as it was on the day of the request; one of the bodies.

    `code` is printed on the paper: whoever types it sees the text of the paper. Papers of earlier releases have none.
    """

    holder: Holder
    code: str = ""
    wages: Wages | None = None
    affiliation: Affiliation | None = None
    award: GrantedAward | None = None
    clearance: EmployerClearance | None = None
    mandate: MandateForm | None = None
    statement: EmployerAccount | None = None

    def __post_init__(self) -> None:
        if sum(body is not None for body in self._bodies) != 1:
            raise ValueError("a paper has one body")

    @property
    def _bodies(self) -> tuple[PaperBody | None, ...]:
        return (self.wages, self.affiliation, self.award, self.clearance, self.mandate, self.statement)

    @property
    def body(self) -> PaperBody:
        body = next((body for body in self._bodies if body is not None), None)
        assert body is not None  # noqa: S101  # for the type checker: __post_init__ saw to it
        return body


@dataclass(frozen=True, kw_only=True)
class Issue:
    """The printed and signed paper; both days are included. `sha256` (hex) and `size` (bytes) are those of its PDF."""

    issued_at: datetime
    issued_on: date
    valid_until_on: date
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """Since when and why a paper no longer holds."""

    reason: WithdrawalReason
    withdrawn_at: datetime
    withdrawn_on: date


@dataclass(frozen=True, kw_only=True)
class PrintingFailure:
    """Since when and why a paper will not be printed."""

    reason: FailureReason
    failed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper; its number is what people read, and its identity. `said` is personal and stored encrypted.
    `award` is the number of the award that it certifies, empty for other papers. It is a person's (`person_ref`) or an
    employer's (`employer_id`); of an employer's, `about` is the number of what it is about.

    `is_scheduled` is false only of papers that a release without the due queue left waiting for the printer.
    """

    number: str
    person_ref: str
    kind: PaperKind
    language: PaperLanguage
    said: PaperText
    status: Status
    asked_at: datetime
    traceparent: str = ""
    issue: Issue | None = None
    withdrawal: Withdrawal | None = None
    failure: PrintingFailure | None = None
    is_scheduled: bool = False
    award: str = ""
    employer_id: str = ""
    about: str = ""
    account: DebitedAccount | None = None
    """Of the form of a mandate: stored encrypted by itself, as accounts are."""
    version: int = 0

    def __post_init__(self) -> None:
        if bool(self.person_ref) == bool(self.employer_id):
            raise ValueError("a paper is a person's or an employer's")

    @property
    def is_living(self) -> bool:
        """Whether it is, or will be, a paper that holds."""
        return self.status in (Status.ASKED, Status.VALID)

    def seen_on(self, day: date) -> "Paper":
        """The paper as people see it on a day of the fund's calendar: for showing, not for keeping."""
        is_over = self.issue is not None and day > self.issue.valid_until_on
        return replace(self, status=Status.EXPIRED) if self.status is Status.VALID and is_over else self
