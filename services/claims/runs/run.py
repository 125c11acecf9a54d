"""A run: all awards of one benefit computed for a period, looked at, approved by a second person, and then paid."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from services.claims.benefits.explained import ExplainedSum
from shared.funds.law import Law

PAYMENTS_A_PAGE = 500
PERIODS_BACK_MAX = 60
"""So many periods up to that of the run are computed anew: fifteen years of quarters, five of months."""
LINES_MAX = 2 * PERIODS_BACK_MAX + 2
GRANTED_MAX = 1_200
"""A hundred years of months."""
RUN_STEPS_MAX = 20
PAYMENT_STEPS_MAX = 40


class Status(StrEnum):
    """Where a run stands. Each has a sentence under `run.step.<status>`.

    `computing` and `approved` are worked on by a job, page by page; `computed` waits for a second person.
    """

    COMPUTING = "computing"
    COMPUTED = "computed"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "told"
    """Every payment of it is ordered; what the bank did with each stands in the payments."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.COMPUTING: frozenset({Status.COMPUTED, Status.PUBLISHED, Status.REJECTED}),
    Status.COMPUTED: frozenset({Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.PUBLISHED}),
    Status.REJECTED: frozenset(),
    Status.PUBLISHED: frozenset(),
}

LIVING = frozenset({Status.COMPUTING, Status.COMPUTED, Status.APPROVED})
"""What was granted so far may still change by it, so that no other run of the benefit begins."""


class Change(StrEnum):
    """What differs from the last run. Each has a sentence under `run.change.<change>`."""

    NEW = "new"
    ENDED = "ended"
    CHANGED = "changed"
    SAME = "same"


class PaymentStatus(StrEnum):
    """Where a payment stands. Each has a sentence under `run.payment.<status>`."""

    COMPUTED = "computed"
    WITHHELD = "withheld"
    """The award was suspended, or ended earlier, after it was computed: nothing of it was paid."""
    SETTLED = "settled"
    """Nothing is to be paid: what was overpaid took it up, or the award has ended."""
    DUE = "due"
    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"


PAYMENT_MOVES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.COMPUTED: frozenset({PaymentStatus.WITHHELD, PaymentStatus.SETTLED, PaymentStatus.DUE}),
    PaymentStatus.WITHHELD: frozenset(),
    PaymentStatus.SETTLED: frozenset(),
    PaymentStatus.DUE: frozenset({PaymentStatus.ORDERED}),
    PaymentStatus.ORDERED: frozenset({PaymentStatus.PAID, PaymentStatus.RETURNED}),
    PaymentStatus.RETURNED: frozenset({PaymentStatus.ORDERED}),
    PaymentStatus.PAID: frozenset({PaymentStatus.RETURNED}),
}

OWED = (PaymentStatus.DUE, PaymentStatus.ORDERED, PaymentStatus.PAID, PaymentStatus.RETURNED)
"""What the fund owes, or has paid: what a person is shown."""


class RunLineKind(StrEnum):
    """What a line of a payment is. Each has a sentence under `run.line.<kind>`."""

    PERIOD = "period"
    ARREARS = "arrears"
    """A period that was paid before, or should have been: the difference to what is right by now."""


@dataclass(frozen=True, kw_only=True)
class PaymentLine:
    """What is right for a period, what was granted for it by earlier runs, and the difference, which may be negative.

    `reason` is the code of the condition that refuses it, `undecided` where a fact is not known: then nothing changes.
    `law` is the one that says how the period is paid; None where nothing is right for it, and of an earlier release.
    """

    kind: RunLineKind
    period: str
    right_minor: int
    granted_minor: int
    reason: str = ""
    sum: ExplainedSum | None = None
    law: Law | None = None

    @property
    def amount_minor(self) -> int:
        return self.right_minor - self.granted_minor


@dataclass(frozen=True, kw_only=True)
class PaymentStep:
    status: PaymentStatus
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WithheldFor:
    """What a payment has taken off for another award of the person, which has ended and was overpaid."""

    award_id: str
    reference: str
    amount_minor: int

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError("what is withheld is above nothing")


@dataclass(frozen=True, kw_only=True)
class AwardPayment:
    """What a run pays for one award. Its lines, and what was carried before, add up to the amount, what is withheld for
    other awards, and what is carried on: `carry_after_minor` is zero or negative, since nobody is asked for less than
    nothing.

    `before_minor` is what the last run paid. `ends_on` is the last day of an award that ends with this payment;
    `award_until_on` the end of the award as it was computed with.
    """

    payment_id: str
    run_id: str
    page: int
    award_id: str
    person_ref: str
    claim_id: str
    reference: str
    claim_type: str
    period: str
    amount_minor: int
    carry_before_minor: int
    carry_after_minor: int
    before_minor: int
    change: Change
    status: PaymentStatus
    steps: tuple[PaymentStep, ...]
    lines: tuple[PaymentLine, ...]
    reason: str = ""
    ends_on: date | None = None
    award_until_on: date | None = None
    withheld_for: tuple[WithheldFor, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.lines) > LINES_MAX:
            raise ValueError(f"a payment has at most {LINES_MAX} lines")
        if self.amount_minor < 0 or self.carry_after_minor > 0:
            raise ValueError("nothing negative is paid, and nothing positive is carried on")
        total_minor = sum(line.amount_minor for line in self.lines) + self.carry_before_minor
        if total_minor != self.amount_minor + self.withheld_minor + self.carry_after_minor:
            raise ValueError("the lines and what was carried do not add up to the payment")

    @property
    def withheld_minor(self) -> int:
        """What is kept back for other awards of the person that were overpaid."""
        return sum(each.amount_minor for each in self.withheld_for)

    @property
    def taken_minor(self) -> int:
        """What of it was kept back for what was overpaid before for the award itself, or is taken back by its own
        lines."""
        kept_minor = sum(max(line.amount_minor, 0) for line in self.lines) - self.amount_minor - self.withheld_minor
        return max(kept_minor, 0)


@dataclass(frozen=True, kw_only=True)
class GrantedInRun:
    """What approved runs granted for a period, all together."""

    period: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class AwardAccount:
    """What approved runs have granted for an award, by period, and what was overpaid (`carry_minor`, negative). Above
    zero it is what the person paid back before a run has computed what was overpaid. `settled_minor` is what was
    settled otherwise than by payments of the award, all together. `last_minor` is what the last of them paid."""

    award_id: str
    granted: tuple[GrantedInRun, ...] = ()
    carry_minor: int = 0
    settled_minor: int = 0
    last_minor: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.granted) > GRANTED_MAX:
            raise ValueError(f"an account has at most {GRANTED_MAX} periods")

    def settled(self, amount_minor: int) -> "AwardAccount":
        """So much of what was overpaid is settled otherwise; negative where that was taken back."""
        return replace(
            self, carry_minor=self.carry_minor + amount_minor, settled_minor=self.settled_minor + amount_minor
        )

    def granted_minor(self, period: str) -> int | None:
        """What was granted for a period; None where no run had it."""
        return next((each.amount_minor for each in self.granted if each.period == period), None)


@dataclass(frozen=True, kw_only=True)
class RunTotals:
    """What a run comes to, and how it differs from the last one. Amounts are minor units of the fund's currency."""

    payments: int = 0
    amount_minor: int = 0
    before_minor: int = 0
    arrears_minor: int = 0
    carried_minor: int = 0
    new: int = 0
    ended: int = 0
    changed: int = 0
    same: int = 0
    undecided: int = 0


@dataclass(frozen=True, kw_only=True)
class RunStep:
    status: Status
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run. `after` is the award up to which it is computed, `pages` and `told_pages` count what is computed and
    told. `definition` is a digest of the benefit's rules as it was computed by: another one makes arrears."""

    run_id: str
    reference: str
    claim_type: str
    period: str
    status: Status
    steps: tuple[RunStep, ...]
    definition: str
    after: str = ""
    pages: int = 0
    told_pages: int = 0
    totals: RunTotals = field(default_factory=RunTotals)
    is_living: bool = True
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if self.is_living is not (self.status in LIVING):
            raise ValueError("a run lives until it is told or rejected")

    @property
    def made_by(self) -> str:
        return self.steps[0].by


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """What became of the payments of one page of a run: how many, and how much. Kept by page, so that the many
    payments that a bank books at once do not all wait for one document."""

    page_id: str
    run_id: str
    due: int = 0
    due_minor: int = 0
    withheld: int = 0
    paid: int = 0
    paid_minor: int = 0
    returned: int = 0
    returned_minor: int = 0
    version: int = 0
