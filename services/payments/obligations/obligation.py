"""What an accepted declaration makes an employer owe, and how much of it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ObligationStatus(StrEnum):
    """Where an obligation stands. It is never set: it follows from what the obligation is."""

    OPEN = "open"
    PAID = "paid"
    OVERPAID = "overpaid"
    CANCELLED = "cancelled"


MOVEMENTS_MAX = 400
"""Days on which a debt or what came of it changed; beyond it the two oldest are kept as one."""
FREEZES_MAX = 12
"""One a settlement plan that the debt was in."""
PAUSES_MAX = 12
"""One a dispute about the debt."""


@dataclass(frozen=True, kw_only=True)
class DebtMovement:
    """What a day changed: what is due, and what came of it, which a day on which the bank took money back lessens. The
    day is the one that counts: on which it was declared, or on which the bank booked the money."""

    on: date
    due_minor: int = 0
    paid_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class PenaltyFreeze:
    """A time in which months of lateness that begin cost nothing, because a settlement plan holds: after one day, until
    another (None: it still holds)."""

    plan_id: str
    after_on: date
    until_on: date | None = None

    def is_frozen_on(self, day: date) -> bool:
        """Whether a month of lateness that begins on a day costs nothing."""
        return self.after_on < day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class PenaltyPause:
    """A time in which the employer disputes a part of the debt: after one day, until another (None: it still does).
    Months of lateness that begin in it cost nothing of `amount_minor`, in minor units, which is zero where the fund's
    rule lets penalties run."""

    dispute_id: str
    amount_minor: int
    after_on: date
    until_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether a month of lateness that begins on a day is within it."""
        return self.after_on < day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """The debt of one declaration; minor units of the fund's currency.

    `called_minor` is the most that the employer was ever asked to pay in all, `paid_minor` what came for it and was
    kept for it: what came beyond the debt is a credit of the employer (`credit.py`). A declaration that was replaced
    has a cancelled obligation without money: what had come counts for its successor. `overpaid` are those alone that
    were paid too much before there were credits.

    `penalty_minor` is what was charged for its coming late, beside the debt and never a part of it. `movements` are in
    the order of their days. `first_declaration_id` is the first of the declarations that replaced each other, which
    names the debt through all of them; empty where this is the first.

    `plan_id` is the settlement plan by which it is paid; it stays after the plan is finished, and goes when the plan is
    broken. While the plan holds nobody is asked for `spared_minor` of its penalties, and `freezes` says which months of
    lateness cost nothing. `waived` is what a finished plan took off the penalties, by their reason.

    `disputed_minor` is what of the debt the employer disputes: nobody is asked for it until the fund has decided.
    `relieved_minor` is what the fund decided is not owed, in `reliefs` decisions: `due_minor` is what is left without
    it, and both together are what was declared or assessed.
    """

    declaration_id: str
    revision: int
    employer_id: str
    form: str
    period: str
    due_on: date
    due_minor: int
    opened_at: datetime
    called_minor: int = 0
    paid_minor: int = 0
    replaced_by: str | None = None
    penalty_minor: int = 0
    penalty_paid_minor: int = 0
    movements: tuple[DebtMovement, ...] = ()
    sides: Mapping[str, int] = field(default_factory=dict)
    """What of it each side of the contributions comes to; empty where an earlier release opened it."""
    first_declaration_id: str = ""
    plan_id: str = ""
    spared_minor: int = 0
    freezes: tuple[PenaltyFreeze, ...] = ()
    waived: Mapping[str, int] = field(default_factory=dict)
    is_provisional: bool = False
    """Whether the fund assessed it because nothing was declared; `declaration_id` is then the assessment's."""
    produced_on: date | None = None
    """When the first declaration came, where a provisional assessment stood before it."""
    disputed_minor: int = 0
    relieved_minor: int = 0
    reliefs: int = 0
    pauses: tuple[PenaltyPause, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        amounts = (self.due_minor, self.called_minor, self.paid_minor, self.penalty_paid_minor, self.spared_minor)
        if min(*amounts, self.disputed_minor, self.relieved_minor) < 0:
            raise ValueError("an obligation has no amount below nothing")
        if self.disputed_minor > self.unpaid_minor:
            raise ValueError("no more is disputed than is unpaid")
        if self.disputed_minor and not self.is_disputed:
            raise ValueError("what is disputed is so by a dispute that is open")
        if len(self.pauses) > PAUSES_MAX:
            raise ValueError(f"an obligation keeps {PAUSES_MAX} pauses")
        if self.penalty_paid_minor + self.spared_minor > self.penalty_minor:
            raise ValueError("no more is kept for penalties, or spared of them, than was charged")
        if self.spared_minor and not self.plan_id:
            raise ValueError("penalties are spared by a settlement plan alone")
        if len(self.freezes) > FREEZES_MAX:
            raise ValueError(f"an obligation keeps {FREEZES_MAX} freezes")
        if len(self.movements) > MOVEMENTS_MAX:
            raise ValueError(f"an obligation keeps {MOVEMENTS_MAX} movements")

    @property
    def status(self) -> ObligationStatus:
        if self.replaced_by is not None:
            return ObligationStatus.CANCELLED
        if self.paid_minor < self.due_minor:
            return ObligationStatus.OPEN
        return ObligationStatus.PAID if self.paid_minor == self.due_minor else ObligationStatus.OVERPAID

    @property
    def unpaid_minor(self) -> int:
        """What has not come, whether or not it is disputed: what costs penalties."""
        return max(0, self.due_minor - self.paid_minor)

    @property
    def left_minor(self) -> int:
        """What is still to be paid; not what is disputed."""
        return self.unpaid_minor - self.disputed_minor

    @property
    def is_disputed(self) -> bool:
        """Whether a dispute about it is open."""
        return any(each.until_on is None for each in self.pauses)

    @property
    def penalty_left_minor(self) -> int:
        """What is still to be paid of the penalties; not what a settlement plan spares."""
        return self.penalty_minor - self.penalty_paid_minor - self.spared_minor

    @property
    def waived_minor(self) -> int:
        """What a finished settlement plan took off the penalties."""
        return sum(self.waived.values())

    @property
    def to_pay_minor(self) -> int:
        """What is still to be paid in all, which is what the employer is asked for."""
        return self.left_minor + self.penalty_left_minor

    @property
    def debt_id(self) -> str:
        """What names the debt, whichever declaration stands for it."""
        return self.first_declaration_id or self.declaration_id

    @property
    def history(self) -> tuple[DebtMovement, ...]:
        """The movements; what earlier releases kept none of was declared and paid on the last day in time."""
        due_minor = self.due_minor - sum(each.due_minor for each in self.movements)
        paid_minor = self.paid_minor - sum(each.paid_minor for each in self.movements)
        if not due_minor and not paid_minor:
            return self.movements
        known = DebtMovement(on=self.due_on, due_minor=due_minor, paid_minor=paid_minor)
        return tuple(sorted((known, *self.movements), key=lambda each: each.on))
