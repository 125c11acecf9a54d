"""What a debt costs for coming late: line by line, and what was charged of it. A wrong one cannot be built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shared.funds.arrears import PenaltyReason
from shared.funds.law import Law


@dataclass(frozen=True, kw_only=True)
class PenaltyLine:
    """What some months in a row cost, of one reason, on one base, at one rate: from the first day of the first until
    the last day of the last. Each month is rounded by itself (`amount_minor` is their sum)."""

    reason: PenaltyReason
    from_on: date
    until_on: date
    months: int
    base_minor: int
    percent: Decimal
    amount_minor: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Penalties:
    """What the lateness of a debt comes to as of a day, if nothing more comes for it."""

    as_of: date
    lines: tuple[PenaltyLine, ...]

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def by_reason(self) -> dict[PenaltyReason, int]:
        sums: dict[PenaltyReason, int] = {}
        for line in self.lines:
            sums[line.reason] = sums.get(line.reason, 0) + line.amount_minor
        return sums

    @property
    def is_to_be_confirmed(self) -> bool:
        """Whether any rule in it has yet to be confirmed by the fund."""
        return any(line.law.is_to_be_confirmed for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class PenaltyAccount:
    """What was charged for the lateness of one debt, by reason, in minor units; the ledger has each charge by its cause
    `penalty:<debt>:<number>`. `due_on` is the last day in time by which it was charged: a decree may put it off."""

    debt_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    due_on: date
    charged: Mapping[PenaltyReason, int] = field(default_factory=dict)
    charges: int = 0
    """How many times something was charged or given back."""
    charged_on: date | None = None
    reminded_on: date | None = None
    """The newest of the days to which the debt was put off of which the employer was reminded."""
    version: int = 0

    def __post_init__(self) -> None:
        if any(minor < 0 for minor in self.charged.values()):
            raise ValueError("no more is given back than was charged")

    @property
    def total_minor(self) -> int:
        return sum(self.charged.values())


@dataclass(frozen=True, kw_only=True)
class DeferredPart:
    """A part of a debt that a measure lets the employer pay by a later day, and what is left of it; minor units."""

    due_on: date
    amount_minor: int
    left_minor: int

    def __post_init__(self) -> None:
        if not 0 <= self.left_minor <= self.amount_minor or self.amount_minor <= 0:
            raise ValueError("a part is of something, and no more than that is left of it")


@dataclass(frozen=True, kw_only=True)
class PenaltyForecast:
    """What a debt costs today and what it will cost: tomorrow, and from the next day on which it costs more
    (`next_on`; None where it never will). `deferred_parts` of it are put off by a measure, each to its day;
    `spared_minor` of its penalties nobody is asked for, because of the settlement plan `plan_id`. A provisional
    one is of an assessment, whose id stands for that of a declaration."""

    employer_id: str
    declaration_id: str
    form: str
    period: str
    due_on: date
    left_minor: int
    charged_minor: int
    penalty_paid_minor: int
    today: Penalties
    tomorrow_minor: int
    next_on: date | None
    next_minor: int
    deferred_parts: tuple[DeferredPart, ...] = ()
    plan_id: str = ""
    spared_minor: int = 0
    is_provisional: bool = False
    disputed_minor: int = 0
    """What of the debt the employer disputes: it is not in `left_minor`."""

    @property
    def place(self) -> str:
        """Its place in a list: what was due first comes first."""
        return f"{self.due_on.isoformat()} {self.declaration_id}"

    @property
    def deferred_minor(self) -> int:
        """What of it is put off in all."""
        return sum(each.amount_minor for each in self.deferred_parts)

    @property
    def deferred_until_on(self) -> date | None:
        """The last day to which something is put off; None where nothing is."""
        return self.deferred_parts[-1].due_on if self.deferred_parts else None

    def put_off_minor(self, *, on: date) -> int:
        """What of it need not be paid on a day yet."""
        return sum(each.amount_minor for each in self.deferred_parts if on <= each.due_on)

    def is_late(self, *, on: date) -> bool:
        """Whether something of it should have been paid before a day; what a measure puts off need not."""
        return self.due_on < on and self.to_pay_minor > self.put_off_minor(on=on)

    @property
    def pay_by_on(self) -> date | None:
        """The last day on which it costs what it costs today."""
        return self.next_on - timedelta(days=1) if self.next_on else None

    @property
    def penalty_left_minor(self) -> int:
        """What is still to be paid of the penalties, those of today that are not charged yet among them."""
        return self._penalty_left_minor(self.today.total_minor)

    @property
    def to_pay_minor(self) -> int:
        """What the debt costs today."""
        return self.left_minor + self.penalty_left_minor

    @property
    def to_pay_tomorrow_minor(self) -> int:
        return self.left_minor + self._penalty_left_minor(self.tomorrow_minor)

    @property
    def to_pay_next_minor(self) -> int:
        return self.left_minor + self._penalty_left_minor(self.next_minor)

    def _penalty_left_minor(self, total_minor: int) -> int:
        return max(0, total_minor - self.penalty_paid_minor - self.spared_minor)
