"""A claim: a person asks the fund to pay for something. Its lines and decision are health data and rest sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.benefits.answer import Answer

LINES_MAX = 50
PAPERS_MAX = 20
QUANTITY_MAX = 99
SEPARATIONS_MAX = 100


class Status(StrEnum):
    """Where a claim stands. The step after it and who must act are in `timeline`."""

    SUBMITTED = "submitted"
    PAPERS_ASKED = "papers-asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


MOVES: dict[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset({Status.PAPERS_ASKED, Status.APPROVED, Status.REFUSED, Status.WITHDRAWN}),
    Status.PAPERS_ASKED: frozenset({Status.PAPERS_ASKED, Status.SUBMITTED, Status.REFUSED, Status.WITHDRAWN}),
    Status.APPROVED: frozenset({Status.ORDERED}),
    Status.ORDERED: frozenset({Status.PAID, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.ORDERED}),
    Status.PAID: frozenset({Status.RETURNED}),  # a bank may give back what it booked, days later
    Status.REFUSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

UNDECIDED = frozenset({Status.SUBMITTED, Status.PAPERS_ASKED})
"""An agent has yet to decide, and the person may still withdraw."""

DEAD = frozenset({Status.REFUSED, Status.WITHDRAWN})
"""Nothing is paid for such a claim, nor will be: its papers may be filed again."""


class PaperReason(StrEnum):
    """Why an agent asks for a paper."""

    MISSING = "missing"
    ILLEGIBLE = "illegible"
    DIFFERS = "differs"


class RefusalReason(StrEnum):
    """Why the fund does not pay, for a whole claim or for a line of it."""

    NOT_COVERED = "not-covered"
    NOT_PRESCRIBED = "not-prescribed"
    RIGHT_NOT_OPEN = "right-not-open"
    ALREADY_PAID = "already-paid"
    PAPERS_NOT_GIVEN = "papers-not-given"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One act of care: the fund's code for it, how many, and what the person paid for all of them."""

    act: str
    quantity: int
    paid_minor: int

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= QUANTITY_MAX or self.paid_minor <= 0:
            raise ValueError("a line has a quantity of 1 to 99 and an amount above nothing")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A supporting paper: its kind in the fund's claim type, and where documents keeps it.

    `digest` is a keyed digest of its content, by which the same file is found in another claim; empty where documents
    did not tell what the content is.
    """

    kind: str
    upload_id: str
    added_at: datetime
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperRequest:
    """A paper that an agent needs before deciding."""

    kind: str
    reason: PaperReason
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class DecidedLine:
    """What the fund pays of a line, and by which price, percentage and text; a refused line pays nothing."""

    number: int
    reimbursed_minor: int
    price_minor: int
    percent: str
    law: str
    is_to_be_confirmed: bool
    refused_for: RefusalReason | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An agent's decision, line by line; the values that it was made with stay with it."""

    lines: tuple[DecidedLine, ...]
    decided_by: str
    decided_at: datetime
    refused_for: RefusalReason | None = None


@dataclass(frozen=True, kw_only=True)
class Separation:
    """An agent's word that this claim and another, though alike, are two; for two lines alike, the claim itself."""

    claim_id: str
    confirmed_by: str
    confirmed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened to the claim. `about` is the paper or the reason that it was about."""

    status: Status
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim and everything that happened to it. Amounts are minor units of the fund's currency.

    `due_on` is the day by which the fund is to decide: counted from the day on which the claim came in complete.
    A claim of a benefit that is not for care has no lines and `care_on` is the day of filing; its `answers` are what
    the person said to the benefit's questions.
    """

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    care_on: date
    lines: tuple[Line, ...]
    papers: tuple[Paper, ...]
    status: Status
    steps: tuple[Step, ...]
    requests: tuple[PaperRequest, ...] = ()
    decision: Decision | None = None
    approved_minor: int = 0
    assigned_to: str | None = None
    due_on: date = date.max
    separations: tuple[Separation, ...] = ()
    answers: tuple[Answer, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.lines) > LINES_MAX or len(self.papers) > PAPERS_MAX:
            raise ValueError("a claim has at most 50 lines and 20 papers")

    @property
    def digests(self) -> frozenset[str]:
        """Of the papers whose content is known."""
        return frozenset(paper.digest for paper in self.papers if paper.digest)

    @property
    def separate_from(self) -> frozenset[str]:
        """The claims that an agent confirmed to be others than this one, though alike."""
        return frozenset(each.claim_id for each in self.separations)

    @property
    def submitted_at(self) -> datetime:
        return self.steps[0].at
