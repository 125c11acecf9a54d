"""What anyone asks before there is a declaration: what a wage would make due. Pure; nothing is kept."""

from dataclasses import dataclass
from datetime import date

from services.payments.contributions import rules
from services.payments.contributions.contribution import Contribution
from shared.funds.contributions import Activity, ContributionSide, MinimumWage
from shared.funds.fund import Fund
from shared.funds.law import find_in_force, in_force
from shared.kernel.errors import Invalid

OF_WORKER = frozenset({ContributionSide.EMPLOYEE})
"""The sides that are kept back from the wage; the others come on top of it."""


class ActivityMissing(Invalid):
    """The fund's rates depend on what the firm does."""

    code = "contribution.activity-missing"


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What one worker's wage of a month makes due by the rates of a day. Amounts are minor units of the currency;
    `minimum` is the least lawful wage of a month then, where the fund names one."""

    wage_minor: int
    on: date
    contributions: tuple[Contribution, ...]
    minimum: MinimumWage | None

    @property
    def worker_minor(self) -> int:
        return self._sum_minor(is_of_worker=True)

    @property
    def employer_minor(self) -> int:
        return self._sum_minor(is_of_worker=False)

    @property
    def total_minor(self) -> int:
        return self.worker_minor + self.employer_minor

    @property
    def left_minor(self) -> int:
        """What is left of the wage before tax."""
        return self.wage_minor - self.worker_minor

    @property
    def cost_minor(self) -> int:
        """What the wage costs the employer."""
        return self.wage_minor + self.employer_minor

    @property
    def is_below_minimum(self) -> bool:
        return self.minimum is not None and self.wage_minor < self.minimum.a_month.amount_minor

    @property
    def is_to_be_confirmed(self) -> bool:
        return any(each.law.is_to_be_confirmed for each in self.contributions)

    def _sum_minor(self, *, is_of_worker: bool) -> int:
        return sum(each.amount_minor for each in self.contributions if (each.side in OF_WORKER) is is_of_worker)


@dataclass(frozen=True, kw_only=True)
class OfferedActivity:
    """A kind of business that a firm may name, with the fund's code for it."""

    code: str
    activity: Activity


def simulate(fund: Fund, *, wage_minor: int, activity: str, on: date) -> Simulation:
    """The contributions on one worker's wage of a month, exactly as a declaration of it alone would be assessed.

    Raises `ActivityMissing`, `ActivityUnknown`, `NothingInForce`, and `SectionMissing` of a fund without contributions.
    """
    if not activity and fund.contributions.accident_rates:
        raise ActivityMissing
    rates, rounding = fund.contributions.rates_on(on), fund.rounding.of_contributions(on=on)
    bounded = rules.bounded_shares(rates, wage_minor, months=1, rounding=rounding)
    found = rules.contributions_on(
        fund,
        base_minor=wage_minor,
        on=on,
        activity=activity,
        bounded=bounded,
        capped_minor=rates.capped.of_wage(wage_minor, months=1) if rates.capped else None,
    )
    minimum = find_in_force(fund.contributions.minimum_wages, on=on)
    return Simulation(wage_minor=wage_minor, on=on, contributions=found, minimum=minimum)


def activities(fund: Fund, *, on: date) -> list[OfferedActivity]:
    """The kinds of business that have a rate of their own on a day; none where no rate depends on them."""
    section = fund.sections.contributions
    if section is None or not section.accident_rates:
        return []
    found = in_force(section.accident_rates, on=on).activities
    return [OfferedActivity(code=code, activity=activity) for code, activity in found.items()]
