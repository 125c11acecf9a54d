"""What is added to a declaration in force: further workers, or supplementary wages of those who are in it. Pure.

A complementary declaration has a number of its own in its period and makes its own contributions due: what the period's
wages together cost more than those declared before. Others are told the wages of the period as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from services.payments.contributions.rules import bounded_shares
from services.payments.declarations.findings import Phrase, Remark, Severity, value
from services.payments.declarations.line_checks import duration_max
from services.payments.declarations.report import Report
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.funds.contributions import ContributionSide
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.period import Period

CODES = frozenset(
    {
        "wage-file.complement-number",
        "wage-file.complement-too-long",
        "wage-file.complement-unit-differs",
        "wage-file.nothing-to-complement",
    }
)
"""Errors of a complementary declaration."""


@dataclass(frozen=True)
class PeriodSoFar:
    """What is in force for a period: whether there is a declaration to add to, its complementary ones in their order,
    and the wages of all of them together, by insurance number."""

    has_base: bool
    complements: tuple[str, ...]
    wages: Mapping[str, WageLine]


def remarks(
    workers: Iterable[WageLine], *, number: int, so_far: PeriodSoFar, parts: tuple[Period, ...]
) -> Iterator[tuple[int, Remark]]:
    """What stands against adding this, and what is seldom meant, each with the line that it is about. `number` is the
    one that the employer gave, 0 for the next free one."""
    if not so_far.has_base:
        yield 0, Remark("wage-file.nothing-to-complement", expected=Phrase("declaration-in-force"))
        return
    if number > len(so_far.complements) + 1:
        yield (
            0,
            Remark("wage-file.complement-number", found=value(number), expected=value(len(so_far.complements) + 1)),
        )
    most = duration_max(parts[0].kind)
    for worker in workers:
        before = so_far.wages.get(worker.insurance_number) if worker.insurance_number else None
        for wage in worker.wages:
            known = _of_part(before, wage.quarter)
            if known is not None:
                yield from ((worker.line, each) for each in _added(known, wage, most=most))


def _added(known: PeriodWage, wage: PeriodWage, *, most: Mapping[Unit, int]) -> Iterator[Remark]:
    field = f"duration_{wage.quarter}"
    if known.unit is not wage.unit and wage.duration:
        yield Remark("wage-file.complement-unit-differs", field, value(wage.unit.value), value(known.unit.value))
    elif (wage.wage_minor, wage.duration) == (known.wage_minor, known.duration):
        yield Remark("wage-file.complement-repeats", f"wage_{wage.quarter}", Phrase("again"), severity=Severity.CONFIRM)
    elif known.duration + wage.duration > most[wage.unit]:
        expected = Phrase("at-most", {"count": most[wage.unit]})
        yield Remark("wage-file.complement-too-long", field, value(known.duration + wage.duration), expected)


def together(*declared: Iterable[WageLine]) -> dict[str, WageLine]:
    """The wages of several declarations of a period as one, by insurance number; those without one are left out."""
    found: dict[str, WageLine] = {}
    for workers in declared:
        for worker in (each for each in workers if each.insurance_number):
            before = found.get(worker.insurance_number)
            found[worker.insurance_number] = worker if before is None else _sum(before, worker)
    return found


def _sum(before: WageLine, added: WageLine) -> WageLine:
    wages = {wage.quarter: wage for wage in before.wages}
    for wage in added.wages:
        known = wages.get(wage.quarter)
        wages[wage.quarter] = (
            wage
            if known is None
            else replace(known, duration=known.duration + wage.duration, wage_minor=known.wage_minor + wage.wage_minor)
        )
    return replace(
        before,
        wages=tuple(wages[quarter] for quarter in sorted(wages)),
        entered_on=before.entered_on or added.entered_on,
        left_on=added.left_on or before.left_on,
        situation=added.situation or before.situation,
    )


def _of_part(worker: WageLine | None, quarter: int) -> PeriodWage | None:
    return next((wage for wage in worker.wages if wage.quarter == quarter), None) if worker is not None else None


def with_shares_of_the_whole(
    report: Report,
    workers: Iterable[WageLine],
    *,
    so_far: PeriodSoFar,
    fund: Fund,
    parts: tuple[Period, ...],
) -> Report:
    """The report with what has a floor or a ceiling for each person computed over the wages of the period together: as
    much as they come to more than those declared before."""
    bounded = {number: Counter(shares) for number, shares in report.bounded.items()}
    capped = Counter(report.capped)
    by_number = {part.number: part for part in parts}
    for worker in workers:
        before = so_far.wages.get(worker.insurance_number) if worker.insurance_number else None
        for wage in worker.wages:
            known = _of_part(before, wage.quarter)
            if known is not None and known.wage_minor:
                part = by_number[wage.quarter]
                capped[wage.quarter] -= _too_much_capped(known, wage, fund=fund, part=part)
                bounded.setdefault(wage.quarter, Counter()).subtract(
                    _too_much_bounded(known, wage, fund=fund, part=part)
                )
    return replace(report, bounded={number: dict(shares) for number, shares in bounded.items()}, capped=dict(capped))


def _too_much_capped(known: PeriodWage, wage: PeriodWage, *, fund: Fund, part: Period) -> int:
    rates = find_in_force(fund.contributions.rates, on=part.last_on) if fund.sections.contributions else None
    if rates is None or rates.capped is None:
        return 0
    alone, before, whole = (
        rates.capped.of_wage(each, months=part.months)
        for each in (wage.wage_minor, known.wage_minor, known.wage_minor + wage.wage_minor)
    )
    return alone - (whole - before)


def _too_much_bounded(known: PeriodWage, wage: PeriodWage, *, fund: Fund, part: Period) -> dict[ContributionSide, int]:
    rates = find_in_force(fund.contributions.rates, on=part.last_on) if fund.sections.contributions else None
    if rates is None or not rates.bounds:
        return {}
    rounding = fund.rounding.of_contributions(on=part.last_on)
    alone, before, whole = (
        bounded_shares(rates, each, months=part.months, rounding=rounding)
        for each in (wage.wage_minor, known.wage_minor, known.wage_minor + wage.wage_minor)
    )
    return {side: alone.get(side, 0) - (whole[side] - before[side]) for side in whole}
