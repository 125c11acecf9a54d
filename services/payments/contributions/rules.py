"""How contributions are computed from wages, by the fund's dated rates. Pure.

Rounding: each side (employer, employee, works fund, sector accident) is one percentage of the period's wages, rounded
once by the fund's rule (half up to the minor unit, where it has none), as its slips do. The branches then share the
rounded side by largest remainder, so that the lines of a side always add up to the side, and no branch is further than
one step of the rule from its exact part.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.payments.contributions.contribution import Assessment, Contribution, Slip
from shared.funds.contributions import ContributionRates, ContributionSide
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.law import Law, in_force
from shared.funds.period import Period
from shared.funds.rounding import RoundingRule
from shared.kernel.errors import Invalid

SECTOR_ACCIDENT_BRANCH = "sector-accident"


class ActivityUnknown(Invalid):
    """The fund has no sector accident rate for the employer's activity."""

    code = "contribution.activity-unknown"


def assess(
    fund: Fund,
    *,
    form: DeclarationForm,
    period: Period,
    by_part: Mapping[int, int],
    activity: str,
    bounded: Mapping[int, Mapping[ContributionSide, int]] | None = None,
    capped: Mapping[int, int] | None = None,
) -> Assessment:
    """What a declaration makes due: one slip for each period that wages are told of (`form.parts`), at the rates of
    that period's last day.

    `by_part` gives the wages in minor units by the number of the period in its year, `bounded` the shares that were
    computed person by person (`bounded_shares`), `capped` the parts of the wages that branches with a ceiling are paid
    on. A fund without contributions is owed nothing. Raises `ActivityUnknown`, `NothingInForce`.
    """
    parts = form.parts(period) if fund.sections.contributions else ()
    slips = tuple(
        slip(
            fund,
            period=part,
            base_minor=by_part.get(part.number, 0),
            activity=activity,
            bounded=(bounded or {}).get(part.number, {}),
            capped_minor=(capped or {}).get(part.number),
        )
        for part in parts
    )
    return Assessment(slips=slips, due_on=form.due_on(period, calendar=fund.calendar))


def nothing_due(fund: Fund, *, form: DeclarationForm, period: Period) -> Assessment:
    """What it makes due that no wages were paid in a period."""
    return Assessment(slips=(), due_on=form.due_on(period, calendar=fund.calendar))


def slip(
    fund: Fund,
    *,
    period: Period,
    base_minor: int,
    activity: str,
    bounded: Mapping[ContributionSide, int] | None = None,
    capped_minor: int | None = None,
) -> Slip:
    """The contributions on the wages of one period."""
    contributions = contributions_on(
        fund,
        base_minor=base_minor,
        on=period.last_on,
        activity=activity,
        bounded=bounded or {},
        capped_minor=capped_minor,
    )
    return Slip(period=period, base_minor=base_minor, contributions=contributions)


def bounded_shares(
    rates: ContributionRates, wage_minor: int, *, months: int, rounding: RoundingRule
) -> dict[ContributionSide, int]:
    """The shares of one person's wage that have a floor or a ceiling a month; none of a person who earned nothing."""
    if not wage_minor:
        return {}
    return {
        side: bounds.within(rounding.share(wage_minor, sum(rates.percents[side].values(), Decimal(0))), months=months)
        for side, bounds in rates.bounds.items()
    }


def contributions_on(
    fund: Fund,
    *,
    base_minor: int,
    on: date,
    activity: str,
    bounded: Mapping[ContributionSide, int] | None = None,
    capped_minor: int | None = None,
) -> tuple[Contribution, ...]:
    """The contributions on a base at the rates of a day, by side and branch, in the order of the fund's definition.

    `activity` counts only where the fund has sector accident rates. Of a side whose share has a floor or a ceiling for
    each person, the sum of the persons' shares (`bounded`) takes the place of the percentage of the sum of the wages.
    Branches with a ceiling of the wage are paid on `capped_minor`, or on all of it where that is not known.
    """
    if base_minor < 0:
        raise ValueError("a base below nought")
    rates, rounding = fund.contributions.rates_on(on), fund.rounding.of_contributions(on=on)
    found = by_rates(rates, _bases(rates, base_minor, capped_minor), bounded or {}, rounding=rounding)
    if fund.contributions.accident_rates:
        accident = in_force(fund.contributions.accident_rates, on=on)
        if activity not in accident.activities:
            raise ActivityUnknown(activity=activity)
        percent = accident.activities[activity].percent
        branches = {SECTOR_ACCIDENT_BRANCH: percent}
        bases = {SECTOR_ACCIDENT_BRANCH: base_minor}
        found += _side(ContributionSide.SECTOR_ACCIDENT, branches, bases, accident.law, rounding=rounding)
    return tuple(found)


def by_rates(
    rates: ContributionRates,
    bases: Mapping[str, int],
    bounded: Mapping[ContributionSide, int],
    *,
    rounding: RoundingRule,
) -> list[Contribution]:
    """The contributions on the base of each branch by some rates; a side in `bounded` comes to what stands there."""
    return [
        contribution
        for side, percents in rates.percents.items()
        for contribution in _side(side, percents, bases, rates.law, rounding=rounding, total_minor=bounded.get(side))
    ]


def _bases(rates: ContributionRates, base_minor: int, capped_minor: int | None) -> dict[str, int]:
    """What each branch is paid on."""
    capped = rates.capped.branches if rates.capped and capped_minor is not None else ()
    branches = {branch for side in rates.percents.values() for branch in side}
    return {branch: (capped_minor or 0) if branch in capped else base_minor for branch in branches}


def _side(
    side: ContributionSide,
    percents: Mapping[str, Decimal],
    bases: Mapping[str, int],
    law: Law,
    *,
    rounding: RoundingRule,
    total_minor: int | None = None,
) -> list[Contribution]:
    percent = sum(percents.values(), Decimal(0))
    if total_minor is None:
        exact = {branch: bases[branch] * each / 100 for branch, each in percents.items()}
        total = rounding.rounded(sum(exact.values(), Decimal(0)))
        amounts_minor = _shared(total, exact, step_minor=rounding.step_minor)
    else:
        exact = {branch: total_minor * each / percent for branch, each in percents.items()}
        amounts_minor = _shared(total_minor, exact, step_minor=rounding.step_minor)
    return [
        Contribution(side=side, branch=branch, percent=percent, amount_minor=amounts_minor[branch], law=law)
        for branch, percent in percents.items()
    ]


def _shared(total_minor: int, exact: Mapping[str, Decimal], *, step_minor: int) -> dict[str, int]:
    """A side's rounded total among its branches: whole steps first, the rest to the largest remainders in turn. A total
    that a floor or a ceiling brought off the step is shared by minor units."""
    unit = 1 if total_minor % step_minor else step_minor
    whole = {branch: int(part / unit) for branch, part in exact.items()}
    left = total_minor // unit - sum(whole.values())
    by_remainder = sorted(exact, key=lambda branch: whole[branch] - exact[branch] / unit)
    return {branch: (whole[branch] + (branch in by_remainder[:left])) * unit for branch in exact}
