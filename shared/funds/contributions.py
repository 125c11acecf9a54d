"""What employers and workers owe on wages, as data: shares, branches, rates and least wages, all dated."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.funds.declarations import Due
from shared.funds.faults import refuse
from shared.funds.law import Law, in_force, overlaps
from shared.funds.texts import Texts
from shared.kernel.money import Money

PERCENT_MAX = 100


class ContributionSide(StrEnum):
    """The headings of a contribution slip. Each is rounded once, by itself."""

    EMPLOYER = "employer"
    EMPLOYEE = "employee"
    WORKS_FUND = "works-fund"
    SECTOR_ACCIDENT = "sector-accident"
    """Paid by the employer on top, at the rate of its activity."""


@dataclass(frozen=True, kw_only=True)
class ShareBounds:
    """The least and the most that one person's share comes to for a month."""

    floor: Money | None = None
    ceiling: Money | None = None

    def __post_init__(self) -> None:
        if self.floor is not None and self.ceiling is not None and self.floor.amount_minor > self.ceiling.amount_minor:
            raise ValueError("floor is above ceiling")

    def within(self, amount_minor: int, *, months: int) -> int:
        """A person's share for so many months, raised to the floor or cut at the ceiling."""
        least = self.floor.amount_minor * months if self.floor else 0
        most = self.ceiling.amount_minor * months if self.ceiling else amount_minor
        return max(least, min(amount_minor, most))


@dataclass(frozen=True, kw_only=True)
class CappedBranches:
    """Branches that are paid on a person's wage up to so much a month; the others are paid on all of it."""

    branches: tuple[str, ...]
    a_month: Money

    def of_wage(self, wage_minor: int, *, months: int) -> int:
        """The part of a wage for so many months that they are paid on."""
        return min(wage_minor, self.a_month.amount_minor * months)


@dataclass(frozen=True, kw_only=True)
class ContributionRates:
    """Percent of the base, by side and branch. `totals` repeats each side's sum, so that a slip of the pen is found.
    The shares in `bounds` are computed person by person, the others on the sum of the wages."""

    percents: Mapping[ContributionSide, Mapping[str, Decimal]]
    totals: Mapping[ContributionSide, Decimal]
    law: Law
    bounds: Mapping[ContributionSide, ShareBounds] = field(default_factory=dict)
    capped: CappedBranches | None = None
    """Branches with a ceiling of the wage; None: each is paid on the whole wage."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        branches = {branch for side in self.percents.values() for branch in side}
        if self.capped and (unpaid := set(self.capped.branches) - branches):
            yield f"capped has no percentages for {', '.join(sorted(unpaid))}"
        if self.capped and self.bounds:
            yield "capped and bounds together are not known of any fund"
        if strange := set(self.bounds) - set(self.percents):
            yield f"bounds has no percentages for {', '.join(sorted(strange))}"
        sums = {side: sum(branches.values(), Decimal(0)) for side, branches in self.percents.items()}
        if sums != self.totals:
            yield f"totals differ from the sums, which are {_written(sums)}"
        if over := {side: percent for side, percent in sums.items() if percent > PERCENT_MAX}:
            yield f"percents are more than the whole wage: {_written(over)}"


@dataclass(frozen=True, kw_only=True)
class Activity:
    """A kind of business, with its rate of sector accident contribution."""

    names: Texts
    percent: Decimal

    def __post_init__(self) -> None:
        if self.percent > PERCENT_MAX:
            raise ValueError(f"percent is from 0 to {PERCENT_MAX}")


@dataclass(frozen=True, kw_only=True)
class AccidentRates:
    """The sector accident rate by kind of business."""

    activities: Mapping[str, Activity]
    law: Law


@dataclass(frozen=True, kw_only=True)
class MinimumWage:
    """The least lawful wage for a full month."""

    a_month: Money
    law: Law


@dataclass(frozen=True, kw_only=True)
class SelfPayers:
    """Persons who pay their contributions themselves, month by month: both shares, on a base that the fund's agents
    record."""

    grounds: Mapping[str, Texts]
    """Who may be admitted, by the fund's codes."""
    base: Texts
    """What the base is, such as the last salary."""
    due: Due
    """Until when a month is paid, counted from its end."""
    rates: tuple[ContributionRates, ...]
    """Percent of the base, by the sides that the person bears, with the least and the most of each for a month."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.grounds:
            yield "grounds is empty: nobody could be admitted"
        if any(rates.capped for rates in self.rates):
            yield "rates: capped is for wages that employers declare"
        yield from overlaps(self.rates, of="rates")


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """The section `contributions` of a fund."""

    sides: Mapping[ContributionSide, Texts]
    branches: Mapping[str, Texts]
    rates: tuple[ContributionRates, ...]
    accident_rates: tuple[AccidentRates, ...] = ()
    minimum_wages: tuple[MinimumWage, ...] = ()
    self_payers: SelfPayers | None = None
    """Persons who pay their contributions themselves; None where the fund admits nobody to that."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file; what names a part that could not be read is taken to fit."""
        rates = (*self.rates, *(self.self_payers.rates if self.self_payers else ()))
        branches = {branch for each in rates for side in each.percents.values() for branch in side}
        if (unnamed := branches - set(self.branches)) and "branches" not in unread:
            yield f"branches does not name {', '.join(sorted(unnamed))}"
        sides = {side for each in rates for side in each.percents}
        if (nameless := sides - set(self.sides)) and "sides" not in unread:
            yield f"sides does not name {', '.join(sorted(nameless))}"
        for name in ("rates", "accident_rates", "minimum_wages"):
            yield from overlaps(getattr(self, name), of=name)

    def rates_on(self, day: date) -> ContributionRates:
        return in_force(self.rates, on=day)


def _written(percents: Mapping[ContributionSide, Decimal]) -> str:
    return ", ".join(f"{side} {percent}" for side, percent in percents.items())
