"""A clearance: the fund's word that an employer has declared and paid what was due, or why it does not give it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

OBSTACLES_MAX = 60
"""Kept of one answer, the oldest first; the sums count all of them."""
LIVING_MAX = 20
"""Clearances of one employer that are valid at once."""


class ClearanceStatus(StrEnum):
    """What became of a request. `withdrawn`: it was granted, and the fund takes it back because something is unpaid."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES: dict[ClearanceStatus, frozenset[ClearanceStatus]] = {
    ClearanceStatus.GRANTED: frozenset({ClearanceStatus.WITHDRAWN}),
    ClearanceStatus.REFUSED: frozenset(),
    ClearanceStatus.WITHDRAWN: frozenset(),
}


class ObstacleKind(StrEnum):
    """What stands in the way of a clearance."""

    UNPAID = "unpaid"
    """Contributions or penalties are due and not paid."""
    UNDECLARED = "undeclared"
    """A period that is over was not declared."""


@dataclass(frozen=True, kw_only=True)
class ClearanceObstacle:
    """One thing that stands in the way: a period of a form, and the minor units that are unpaid of it."""

    kind: ObstacleKind
    form: str
    period: str
    due_on: date
    declaration_id: str = ""
    """Empty where nothing was declared."""
    contributions_minor: int = 0
    penalties_minor: int = 0

    def __post_init__(self) -> None:
        if (self.kind is ObstacleKind.UNPAID) != (self.to_pay_minor > 0):
            raise ValueError("what is unpaid has an amount, what is undeclared has none")

    @property
    def to_pay_minor(self) -> int:
        return self.contributions_minor + self.penalties_minor


@dataclass(frozen=True, kw_only=True)
class ClearanceStanding:
    """Whether an employer is in order on a day, by the fund's rule. `has_arrangement`: something is unpaid, and counts
    as in order because the fund agreed to wait."""

    employer_id: str
    as_of: date
    obstacles: tuple[ClearanceObstacle, ...]
    has_arrangement: bool

    @property
    def is_in_order(self) -> bool:
        return not self.obstacles

    @property
    def to_pay_minor(self) -> int:
        return sum(each.to_pay_minor for each in self.obstacles)


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """What an employer asked for, and the answer as it was given on that day. `purpose` is a code of the fund's,
    `language` that of the certificate, which documents prints once it is granted. Both days are included."""

    clearance_id: str
    reference: str
    employer_id: str
    purpose: str
    language: str
    status: ClearanceStatus
    asked_at: datetime
    asked_by: str
    judged_on: date
    valid_until_on: date | None = None
    has_arrangement: bool = False
    obstacles: tuple[ClearanceObstacle, ...] = ()
    """Of a refusal, or of its withdrawal."""
    obstacles_in_all: int = 0
    to_pay_minor: int = 0
    withdrawn_at: datetime | None = None
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if (self.status is ClearanceStatus.GRANTED) != (self.obstacles_in_all == 0):
            raise ValueError("what stands in the way of a clearance is why it is not given")
        if (self.status is ClearanceStatus.REFUSED) != (self.valid_until_on is None):
            raise ValueError("a clearance that was granted has a last day, and no other")
        if (self.status is ClearanceStatus.WITHDRAWN) != (self.withdrawn_at is not None):
            raise ValueError("a clearance is withdrawn at some time, and only then")
        if len(self.obstacles) > OBSTACLES_MAX:
            raise ValueError(f"a clearance keeps {OBSTACLES_MAX} obstacles")

    def is_valid_on(self, day: date) -> bool:
        return self.status is ClearanceStatus.GRANTED and self.valid_until_on is not None and day <= self.valid_until_on
