"""What the story expects, computed by hand from the fund's definition: which periods are declared, and what is due."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from deploy.local.demo.payroll import wage_minor
from deploy.local.demo.people import Cast, activity
from shared.funds.contributions import Contributions, ShareBounds
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.law import find_in_force, in_force
from shared.funds.period import Period
from shared.funds.rounding import MODES, RoundingRule


def periods(fund: Fund, form: DeclarationForm, *, today: date) -> list[Period]:
    """What the employer declares, in order: a period before the rates last changed, where they have, then as many of
    those that ended last as open the right to care."""
    last = ended(form, today=today)
    declared = [last]
    while len(declared) < _needed(fund, form, last):
        declared.insert(0, _before(declared[0]))
    return [*_earlier(fund, form, before=declared[0]), *declared]


def ended(form: DeclarationForm, *, today: date) -> Period:
    """The last period of a form that has ended."""
    return _before(Period.containing(today, kind=form.period))


def forgotten(form: DeclarationForm, *, declared: Collection[Period], today: date) -> Period:
    """The last period of a form that has ended and was not declared: what comes for it is late, or will be soon."""
    found = ended(form, today=today)
    while found in declared:
        found = _before(found)
    return found


def due(characters: Cast, form: DeclarationForm, period: Period) -> str:
    """What the declaration of a period makes due, as the platform writes it."""
    fund = characters.fund
    owed = fund.sections.contributions
    due_minor = sum(_due_minor(owed, characters, part) for part in form.parts(period)) if owed else 0
    return f"{Decimal(due_minor).scaleb(-fund.currency.decimals):.{fund.currency.decimals}f}"


def _needed(fund: Fund, form: DeclarationForm, last: Period) -> int:
    """How many periods worked in full reach the first threshold of the fund's rule."""
    rules = fund.sections.entitlements
    rule = find_in_force(rules.rules, on=last.last_on) if rules else None
    full = find_in_force(fund.declarations.full_quarter, on=last.last_on)
    if rule is None or full is None:
        return 1
    return -(-rule.thresholds[0].days * 3 // (full.days * form.period.months))


def _earlier(fund: Fund, form: DeclarationForm, *, before: Period) -> Iterator[Period]:
    owed = fund.sections.contributions
    ends = [rates.law.valid_to for rates in owed.rates if rates.law.valid_to] if owed else []
    if ends and (changed := Period.containing(max(ends), kind=form.period)).last_on < before.first_on:
        yield changed


def _before(period: Period) -> Period:
    return Period.containing(period.first_on - timedelta(days=1), kind=period.kind)


def _due_minor(owed: Contributions, characters: Cast, part: Period) -> int:
    """Each side is rounded once, by the fund's rule; where it has a floor or a ceiling, worker by worker."""
    rule = find_in_force(characters.fund.rounding.contributions, on=part.last_on)
    wages = [wage_minor(worker, part) for worker in characters.workers]
    rates = owed.rates_on(part.last_on)
    total_minor = 0
    for side, percents in rates.percents.items():
        percent = sum(percents.values(), Decimal(0))
        if bounds := rates.bounds.get(side):
            total_minor += sum(_bounded(_share(wage, percent, rule), bounds, part.months) for wage in wages)
        elif rates.capped:
            on_all = sum((each for branch, each in percents.items() if branch not in rates.capped.branches), Decimal(0))
            capped = sum(min(wage, rates.capped.a_month.amount_minor * part.months) for wage in wages)
            total_minor += _rounded(sum(wages) * on_all / 100 + capped * (percent - on_all) / 100, rule)
        else:
            total_minor += _share(sum(wages), percent, rule)
    if owed.accident_rates:
        accident = in_force(owed.accident_rates, on=part.last_on).activities[activity(characters.fund)]
        total_minor += _share(sum(wages), accident.percent, rule)
    return total_minor


def _share(amount_minor: int, percent: Decimal, rule: RoundingRule | None) -> int:
    """In steps of the rule, whose way of rounding is decimal's own; half a minor unit up where there is no rule."""
    return _rounded(amount_minor * percent / 100, rule)


def _rounded(exact: Decimal, rule: RoundingRule | None) -> int:
    step, mode = (Decimal(rule.step_minor), MODES[rule.mode]) if rule else (Decimal(1), ROUND_HALF_UP)
    steps = (exact / step).quantize(Decimal(1), rounding=mode)
    return int(steps * step)


def _bounded(share_minor: int, bounds: ShareBounds, months: int) -> int:
    if bounds.ceiling:
        share_minor = min(share_minor, bounds.ceiling.amount_minor * months)
    return max(share_minor, bounds.floor.amount_minor * months) if bounds.floor else share_minor
