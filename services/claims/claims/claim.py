"""A claim: a person asks the fund to pay for something. Its lines and decision are health data and rest sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LINES_MAX = 50
PAPERS_MAX = 20
QUANTITY_MAX = 99


class Status(StrEnum):
    """Where a claim stands. The step after it and who must act are in `timeline`."""

    SUBMITTED = "submitted"
    PAPERS_ASKED = "papers-asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"


MOVES: dict[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset({Status.PAPERS_ASKED, Status.APPROVED, Status.REFUSED}),
    Status.PAPERS_ASKED: frozenset({Status.PAPERS_ASKED, Status.SUBMITTED, Status.REFUSED}),
    Status.APPROVED: frozenset({Status.ORDERED}),
    Status.ORDERED: frozenset({Status.PAID, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.ORDERED}),
    Status.PAID: frozenset({Status.RETURNED}),  # a bank may give back what it booked, days later
    Status.REFUSED: frozenset(),
}


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
    """A supporting paper: its kind in the fund's claim type, and where documents keeps it."""

    kind: str
    upload_id: str
    added_at: datetime


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
class Step:
    """One thing that happened to the claim. `about` is the paper or the reason that it was about."""

    status: Status
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim and everything that happened to it. Amounts are minor units of the fund's currency."""

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
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= LINES_MAX or len(self.papers) > PAPERS_MAX:
            raise ValueError("a claim has 1 to 50 lines and at most 20 papers")

    @property
    def submitted_at(self) -> datetime:
        return self.steps[0].at
