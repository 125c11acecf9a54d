"""A settlement plan: an employer asks to pay its debts in instalments, the fund agrees, and it is followed to its end.
A wrong one cannot be built."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

STEPS_MAX = 20
REASON_CHARACTERS_MAX = 500
PLAN_DEBTS_MAX = 500


class PlanStatus(StrEnum):
    """Where a plan stands. `proposed`: an agent agrees, and another has to. `agreed`: its schedule is frozen and
    nothing has come for it; `under-way`: something has. `finished`: all came, and penalties are waived."""

    ASKED = "asked"
    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDER_WAY = "under-way"
    BROKEN = "broken"
    FINISHED = "finished"


MOVES: dict[PlanStatus, frozenset[PlanStatus]] = {
    PlanStatus.ASKED: frozenset(
        {PlanStatus.PROPOSED, PlanStatus.AGREED, PlanStatus.REFUSED, PlanStatus.WITHDRAWN},
    ),
    PlanStatus.PROPOSED: frozenset({PlanStatus.AGREED, PlanStatus.REFUSED, PlanStatus.WITHDRAWN}),
    PlanStatus.AGREED: frozenset({PlanStatus.UNDER_WAY, PlanStatus.BROKEN, PlanStatus.FINISHED}),
    PlanStatus.UNDER_WAY: frozenset({PlanStatus.BROKEN, PlanStatus.FINISHED}),
    # Money of it that the bank takes back is to be paid again.
    PlanStatus.FINISHED: frozenset({PlanStatus.UNDER_WAY}),
    PlanStatus.REFUSED: frozenset(),
    PlanStatus.WITHDRAWN: frozenset(),
    PlanStatus.BROKEN: frozenset(),
}

WAITING = frozenset({PlanStatus.ASKED, PlanStatus.PROPOSED})
"""The fund has to decide."""
HOLDING = frozenset({PlanStatus.AGREED, PlanStatus.UNDER_WAY})
"""Its debts are paid by it, and cost no more for coming late."""
OPEN = WAITING | HOLDING
"""An employer has one of these at the most."""


class InstalmentStatus(StrEnum):
    """Where an instalment stands. `missed`: its day has passed, and not all of it came."""

    OPEN = "open"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    MISSED = "missed"


class BreakReason(StrEnum):
    """Why a plan is broken: as many instalments were missed as its scheme allows, not all had come by the last day, or
    what became due since was not paid."""

    MISSED = "missed"
    LAST_DAY = "last-day"
    CURRENT_UNPAID = "current-unpaid"


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """One thing that happened, by whom; `reason` is what an agent tells the employer."""

    status: PlanStatus
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanDebt:
    """A debt that the plan is for, as it stood when the schedule was made; minor units. `spared_minor` of its penalties
    is waived at the end; `paid_before_minor` had come for it and its penalties before."""

    debt_id: str
    declaration_id: str
    form: str
    period: str
    due_on: date
    left_minor: int
    penalty_minor: int
    spared_minor: int
    paid_before_minor: int


@dataclass(frozen=True, kw_only=True)
class PlanInstalment:
    """What is to be paid by a day, and what of it came; what comes for a plan goes to the first that is open."""

    number: int
    due_on: date
    amount_minor: int
    paid_minor: int = 0
    status: InstalmentStatus = InstalmentStatus.OPEN
    paid_on: date | None = None
    """When the whole of it had come."""
    is_reminded: bool = False
    is_missed_noted: bool = False
    """Whether the employer was told that it was missed."""
    collection_id: str = ""
    """The newest try to collect that asks for it."""

    def __post_init__(self) -> None:
        if not 0 <= self.paid_minor <= self.amount_minor or self.amount_minor <= 0:
            raise ValueError("an instalment is of something, and no more than that comes for it")
        is_paid = self.paid_minor == self.amount_minor
        if is_paid != (self.status is InstalmentStatus.PAID) or is_paid != (self.paid_on is not None):
            raise ValueError("an instalment is paid when all of it came, and only then")

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.paid_minor


@dataclass(frozen=True, kw_only=True)
class SettlementPlan:
    """The plan of one employer under a scheme of its fund. Debts and schedule are frozen when the fund agrees; until
    then they are what the employer saw when it asked. `settled_minor` is what came for it; `collection_id` the newest
    try to collect a part of it; `reopened_on` the day on which money that had finished it was found taken back.
    `is_debited`: the employer wants each instalment debited on its day."""

    plan_id: str
    reference: str
    employer_id: str
    scheme: str
    months: int
    status: PlanStatus
    steps: tuple[PlanStep, ...]
    as_of: date
    debts: tuple[PlanDebt, ...]
    instalments: tuple[PlanInstalment, ...]
    waived_percent: Decimal
    settled_minor: int = 0
    broken_because: BreakReason | None = None
    collection_id: str = ""
    reopened_on: date | None = None
    is_debited: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.steps) <= STEPS_MAX or self.steps[-1].status is not self.status:
            raise ValueError("a plan stands where its last step left it")
        if not 0 < len(self.debts) <= PLAN_DEBTS_MAX or not self.instalments:
            raise ValueError("a plan is for some debts, and has instalments")
        if sum(each.amount_minor for each in self.instalments) != self.to_pay_minor:
            raise ValueError("the instalments come to what is to be paid")
        if sum(each.paid_minor for each in self.instalments) != self.settled_minor:
            raise ValueError("what came for a plan is what came for its instalments")
        if (self.status is PlanStatus.BROKEN) != (self.broken_because is not None):
            raise ValueError("a broken plan says why, and no other does")

    @property
    def left_minor(self) -> int:
        return sum(each.left_minor for each in self.debts)

    @property
    def penalty_minor(self) -> int:
        return sum(each.penalty_minor for each in self.debts)

    @property
    def waived_minor(self) -> int:
        """What is waived of the penalties once all is paid."""
        return sum(each.spared_minor for each in self.debts)

    @property
    def to_pay_minor(self) -> int:
        return self.left_minor + self.penalty_minor - self.waived_minor

    @property
    def still_to_pay_minor(self) -> int:
        return self.to_pay_minor - self.settled_minor

    @property
    def next_instalment(self) -> PlanInstalment | None:
        """The first that is not paid; None where all are."""
        return next((each for each in self.instalments if each.left_minor), None)

    @property
    def missed(self) -> int:
        """How many instalments are missed now."""
        return sum(each.status is InstalmentStatus.MISSED for each in self.instalments)

    @property
    def asked_at(self) -> datetime:
        return self.steps[0].at

    @property
    def reason(self) -> str:
        """What an agent told the employer last."""
        return next((step.reason for step in reversed(self.steps) if step.reason), "")
