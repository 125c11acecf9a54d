"""What a plan by which an employer's debts are paid in instalments would come to, and how one can be paid. A wrong one
cannot be built."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.payments.arrears.penalty import PenaltyForecast
from services.payments.collections.collection import WayToPay
from services.payments.settlements.settlement_plan import SettlementPlan
from shared.funds.arrears import SettlementScheme


@dataclass(frozen=True)
class OfferedScheme:
    """A scheme, by the fund's code."""

    code: str
    scheme: SettlementScheme


@dataclass(frozen=True, kw_only=True)
class PlannedInstalment:
    """What is paid by a day."""

    number: int
    due_on: date
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class PlanSimulation:
    """What a plan under a scheme would come to: the debts that it is for, the penalties of today, how much of these is
    waived after the last instalment, and the instalments."""

    employer_id: str
    offered: OfferedScheme
    as_of: date
    settled: tuple[PenaltyForecast, ...]
    """The debts that it is for."""
    left_minor: int
    penalty_minor: int
    waived_percent: Decimal
    waived_minor: int
    instalments: tuple[PlannedInstalment, ...]

    def __post_init__(self) -> None:
        if sum(each.amount_minor for each in self.instalments) != self.to_pay_minor:
            raise ValueError("the instalments come to what is to be paid")

    @property
    def debts(self) -> int:
        return len(self.settled)

    @property
    def to_pay_minor(self) -> int:
        return self.left_minor + self.penalty_minor - self.waived_minor


@dataclass(frozen=True, kw_only=True)
class PayablePlan(SettlementPlan):
    """A plan with the ways in which what is asked for of it can be paid now, and whether a mandate in force would allow
    each of its instalments to be debited."""

    ways: tuple[WayToPay, ...]
    may_be_debited: bool
