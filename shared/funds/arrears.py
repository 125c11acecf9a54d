"""What a fund does about contributions that come late, as data: penalties by dated rules."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.funds.law import Law, check_no_overlap
from shared.kernel.money import Money

DAYS_MAX = 366
PERCENT_MAX = 100


class PenaltyReason(StrEnum):
    """What a penalty is for, and with it what it is a percentage of and how long it runs."""

    LATE_PAYMENT = "late-payment"
    """Contributions are paid after their day: of what is owed in each month, until it is paid."""
    WAGES_NOT_DECLARED = "wages-not-declared"
    """Wages were declared after the day: of what is owed in each month on these wages, until it is paid. It comes on
    top of the penalty of late payment."""
    DECLARATION_NOT_PRODUCED = "declaration-not-produced"
    """The whole declaration came after its day: of what it made due, until it came."""


@dataclass(frozen=True, kw_only=True)
class PenaltyRule:
    """A penalty, as a law sets it. Each month, and each part of one, counts in full; months are counted from the last
    day in time. What a month costs is said by the rule that holds on its first day."""

    reason: PenaltyReason
    first_percent: Decimal
    """Of the first month or part of one."""
    percent: Decimal
    """Of each further month or part of one; 0 where there is only the first."""
    law: Law
    from_day: int = 1
    """From which day after the last day in time it is owed: the first month counts in full from then on."""
    floor: Money | None = None
    """The least that it comes to where it is owed at all."""
    maximum: Money | None = None
    """The most that it comes to."""
    maximum_percent: Decimal | None = None
    """The most that it comes to, of what the declaration made due."""

    def __post_init__(self) -> None:
        if not all(0 <= each <= PERCENT_MAX for each in (self.first_percent, self.percent)):
            raise ValueError(f"first_percent and percent are from 0 to {PERCENT_MAX}")
        if not self.first_percent and not self.percent:
            raise ValueError("first_percent and percent are both 0: leave the rule out instead")
        if not 1 <= self.from_day <= DAYS_MAX:
            raise ValueError(f"from_day is from 1 to {DAYS_MAX}")
        if self.maximum_percent is not None and self.maximum_percent <= 0:
            raise ValueError("maximum_percent is above 0")
        if self.floor is not None and self.maximum is not None and self.floor.amount_minor > self.maximum.amount_minor:
            raise ValueError("floor is above maximum")


@dataclass(frozen=True, kw_only=True)
class Arrears:
    """The section `arrears` of a fund. A fund without it charges no penalties."""

    penalties: tuple[PenaltyRule, ...] = ()

    def __post_init__(self) -> None:
        for reason in PenaltyReason:
            check_no_overlap(self.of(reason))

    def of(self, reason: PenaltyReason) -> tuple[PenaltyRule, ...]:
        """The dated rules of a reason."""
        return tuple(rule for rule in self.penalties if rule.reason is reason)
