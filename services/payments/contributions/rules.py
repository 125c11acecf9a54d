"""How contributions are computed from wages, by the fund's dated rates. Pure.

Rounding: each side (employer, employee, works fund, sector accident) is one percentage of the quarter's wages, rounded
once, half up to the minor unit, as the funds' slips do. The branches then share the rounded side by largest remainder,
so that the lines of a side always add up to the side, and no branch is further than one minor unit from its exact part.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.payments.contributions.contribution import Assessment, Contribution, Slip
from shared.funds.contributions import Side
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.law import Law, in_force
from shared.funds.period import Period
from shared.kernel.errors import Invalid
from shared.kernel.money import share

SECTOR_ACCIDENT_BRANCH = "sector-accident"


class ActivityUnknown(Invalid):
    """The fund has no sector accident rate for the employer's activity."""

    code = "contribution.activity-unknown"


def assess(
    fund: Fund, *, form: DeclarationForm, period: Period, by_quarter: Mapping[int, int], activity: str
) -> Assessment:
    """What a declaration makes due: one slip a quarter, at the rates of that quarter's last day.

    `by_quarter` gives the wages in minor units by quarter (1 to 4). Raises `ActivityUnknown`, `NothingInForce`.
    """
    slips = tuple(
        slip(fund, period=quarter, base_minor=by_quarter.get(quarter.quarter or 0, 0), activity=activity)
        for quarter in period.quarters
    )
    return Assessment(slips=slips, due_on=form.due_on(period))


def slip(fund: Fund, *, period: Period, base_minor: int, activity: str) -> Slip:
    """The contributions on one quarter's wages."""
    contributions = contributions_on(fund, base_minor=base_minor, on=period.last_on, activity=activity)
    return Slip(period=period, base_minor=base_minor, contributions=contributions)


def contributions_on(fund: Fund, *, base_minor: int, on: date, activity: str) -> tuple[Contribution, ...]:
    """The contributions on a base at the rates of a day, by side and branch, in the order of the fund's definition.

    `activity` counts only where the fund has sector accident rates.
    """
    if base_minor < 0:
        raise ValueError("a base below nought")
    rates = fund.contributions.rates_on(on)
    found = [
        contribution
        for side, percents in rates.percents.items()
        for contribution in _side(side, percents, base_minor, rates.law)
    ]
    if fund.contributions.accident_rates:
        accident = in_force(fund.contributions.accident_rates, on=on)
        if activity not in accident.activities:
            raise ActivityUnknown(activity=activity)
        percent = accident.activities[activity].percent
        found += _side(Side.SECTOR_ACCIDENT, {SECTOR_ACCIDENT_BRANCH: percent}, base_minor, accident.law)
    return tuple(found)


def _side(side: Side, percents: Mapping[str, Decimal], base_minor: int, law: Law) -> list[Contribution]:
    amounts_minor = _shared(share(base_minor, sum(percents.values(), Decimal(0))), percents, base_minor)
    return [
        Contribution(side=side, branch=branch, percent=percent, amount_minor=amounts_minor[branch], law=law)
        for branch, percent in percents.items()
    ]


def _shared(total_minor: int, percents: Mapping[str, Decimal], base_minor: int) -> dict[str, int]:
    """A side's rounded total among its branches: whole units first, the rest to the largest remainders in turn."""
    exact = {branch: base_minor * percent / 100 for branch, percent in percents.items()}
    whole = {branch: int(part) for branch, part in exact.items()}
    left = total_minor - sum(whole.values())
    by_remainder = sorted(exact, key=lambda branch: whole[branch] - exact[branch])
    return {branch: whole[branch] + (branch in by_remainder[:left]) for branch in percents}
