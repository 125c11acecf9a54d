"""What anyone asks before there is a record: whether work would open the right to care, and whether somebody of a
family would be covered. Decided by the rules that decide for those who are insured. Pure; nothing is kept."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from services.claims.entitlements import dependants, rules
from services.claims.entitlements.entitlement import (
    Entitlement,
    EntitlementRight,
    RightStatus,
    SelfPaidMonth,
    Worked,
)
from services.claims.entitlements.terms import EntitlementTerms, ThresholdProgress
from services.claims.insured.insured import ages
from shared.funds.entitlements import DependantRule, EntitlementRule, Lifetime, SelfPaidMonths
from shared.funds.fund import Fund
from shared.funds.law import Law, find_in_force, in_force
from shared.funds.period import MONTHS_A_YEAR, Period, PeriodKind, later
from shared.kernel import partial_date
from shared.kernel.errors import Invalid

NEVER_ASKED = datetime(1, 1, 1, tzinfo=UTC)
"""Of a month that nobody booked: it stands for none that payments told of."""
DAYS_A_MONTH_MAX = 31
HOURS_A_DAY_MAX = 24


class NoRightByWork(Invalid):
    """The fund opens no right by work: what it gives depends on other things."""

    code = "right.not-by-work"


class PeriodNotBegun(Invalid):
    """Work that is not done yet was named."""

    code = "right.period-not-begun"


class PeriodTwice(Invalid):
    """The same period was named twice, or one that lies in another."""

    code = "right.period-twice"


class DurationTooLong(Invalid):
    """More was worked in a period than it has days, hours or months."""

    code = "right.duration-too-long"


class SelfPaidNotCounted(Invalid):
    """Months that a person pays alone open no right at this fund."""

    code = "right.self-paid-not-counted"


class RelationUnknown(Invalid):
    """The fund covers nobody of that relation."""

    code = "right.relation-unknown"


class NotBornYet(Invalid):
    code = "right.not-born-yet"


class BirthMissing(Invalid):
    """Whether somebody of that relation is covered depends on their age."""

    code = "right.birth-missing"


ANY_AGE = (0, 200 * MONTHS_A_YEAR)
"""In months, of somebody whose birth is not named."""


@dataclass(frozen=True, kw_only=True)
class RightTerms:
    """What the fund asks for on a day, and what may therefore be told to it; without a `rule` no work opens a right."""

    on: date
    rule: EntitlementRule | None
    lifetime: Lifetime | None
    self_paid: SelfPaidMonths | None
    dependants: tuple[DependantRule, ...]

    @property
    def quarters(self) -> tuple[str, ...]:
        """The quarters that some threshold looks at, the one of the day first."""
        if self.rule is None:
            return ()
        most = max(each.quarters for each in (*self.rule.thresholds, *self.rule.newcomers))
        this = Period.containing(self.on, kind=PeriodKind.QUARTER)
        return tuple(str(each) for each in (this, *this.before(most)))

    @property
    def units(self) -> tuple[str, ...]:
        """The units in which work may be named: hours where the law counts them."""
        if self.rule is None:
            return ()
        has_hours = any(each.hours for each in (*self.rule.thresholds, *self.rule.newcomers))
        return ("D", "H", "M") if has_hours else ("D", "M")


def terms(fund: Fund, *, on: date) -> RightTerms:
    """What the fund asks for on a day; nothing but that of a fund without rights."""
    section = fund.sections.entitlements
    if section is None:
        return RightTerms(on=on, rule=None, lifetime=None, self_paid=None, dependants=())
    return RightTerms(
        on=on,
        rule=find_in_force(section.rules, on=on),
        lifetime=find_in_force(section.lifetime, on=on),
        self_paid=find_in_force(section.self_paid_months, on=on),
        dependants=tuple(each for each in section.dependants if each.law.holds_on(on)),
    )


@dataclass(frozen=True, kw_only=True)
class WorkNamed:
    """What somebody says of their work: how many units of one kind in which periods, which months they paid alone, and
    since when they are insured, where they say it."""

    worked: tuple[tuple[Period, int], ...] = ()
    unit: str = "D"
    self_paid: tuple[Period, ...] = ()
    insured_since_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RightSimulation:
    """The right that the fund would decide on a day, by which terms, and how far each threshold is reached."""

    right: EntitlementRight
    terms: EntitlementTerms
    lifetime: Lifetime
    progress: tuple[ThresholdProgress, ...]
    unit: str

    @property
    def on(self) -> date:
        return self.right.decided_on

    @property
    def from_on(self) -> date | None:
        """The first day of the right; none where it is not open."""
        return self.on if self.right.status is RightStatus.OPEN else None

    @cached_property
    def nearest(self) -> ThresholdProgress | None:
        """The threshold that the least is missing for; none where the right is open."""
        if self.right.status is RightStatus.OPEN:
            return None
        return min(self.progress, key=lambda each: each.days_missing, default=None)


def simulate(fund: Fund, named: WorkNamed, *, on: date) -> RightSimulation:
    """The right that the fund would decide on a day if employers had declared what is named, and nothing else.

    Who does not say since when they are insured is taken for no newcomer. Raises `NoRightByWork`, and what is wrong
    with the work that is named.
    """
    section = fund.sections.entitlements
    if section is None or not section.rules:
        raise NoRightByWork
    _check(named, fund=fund, on=on)
    record = _record(named)
    found = rules.terms_of(record, fund=fund, on=on)
    rows = rules.counted(record, fund=fund)
    return RightSimulation(
        right=rules.decide(record, fund=fund, on=on),
        terms=found,
        lifetime=in_force(section.lifetime, on=on),
        progress=tuple(found.progress(each, rows, on=on) for each in found.thresholds),
        unit=named.unit,
    )


def _check(named: WorkNamed, *, fund: Fund, on: date) -> None:
    periods = [period for period, _ in named.worked]
    if any(each.first_on > on for each in (*periods, *named.self_paid)):
        raise PeriodNotBegun
    if _overlap(periods) or _overlap(named.self_paid):
        raise PeriodTwice
    for period, duration in named.worked:
        if duration > _most(period, named.unit):
            most = _most(period, named.unit)
            raise DurationTooLong(duration_max=most, first_on=period.first_on, last_on=period.last_on)
    if any(not rules.counts_self_paid(fund, each) for each in named.self_paid):
        raise SelfPaidNotCounted


def _overlap(periods: Iterable[Period]) -> bool:
    ordered = sorted(periods, key=lambda each: each.first_on)
    return any(after.first_on <= before.last_on for before, after in itertools.pairwise(ordered))


def _most(period: Period, unit: str) -> int:
    days = period.months * DAYS_A_MONTH_MAX
    return {"M": period.months, "D": days, "H": days * HOURS_A_DAY_MAX}[unit]


def _record(named: WorkNamed) -> Entitlement:
    """The record as declarations would have made it, of nobody."""
    worked = tuple(
        Worked(
            employer_id="",
            year=period.year,
            quarter=period.ends_in_quarter,
            kind=period.kind,
            number=period.number,
            duration=duration,
            unit=named.unit,
        )
        for period, duration in named.worked
    )
    since_on = named.insured_since_on
    if since_on is not None:
        since_on = min([since_on, *(each.insured_since_on for each in worked if each.insured_since_on)])
    months = tuple(SelfPaidMonth(month=str(each), is_paid=True, as_of=NEVER_ASKED) for each in named.self_paid)
    return Entitlement(person_ref="", worked=worked, insured_since_on=since_on, self_paid=months)


@dataclass(frozen=True, kw_only=True)
class DependantCover:
    """That somebody is covered by a rule: until when, no day where it has no age, and what has to be proved for it."""

    condition: str | None
    until_on: date | None
    law: Law


@dataclass(frozen=True, kw_only=True)
class DependantSimulation:
    """Whether somebody would be covered through an insured person on a day, by what, and what else would cover them."""

    on: date
    relation: str
    is_covered: bool
    cover: DependantCover | None
    otherwise: tuple[DependantCover, ...]


def simulate_dependant(
    fund: Fund, *, relation: str, birth_on: date | None, condition: str | None, on: date
) -> DependantSimulation:
    """Whether somebody of this relation, birth and proof would be covered on a day through a person whose right is
    open. The birth may be left out where no age counts."""
    if birth_on is not None and birth_on > on:
        raise NotBornYet
    section = fund.sections.entitlements
    known = [each for each in (section.dependants if section else ()) if each.relation == relation]
    if not known:
        raise RelationUnknown
    months = ANY_AGE if birth_on is None else ages(partial_date.of(birth_on), on=on)
    conditions = {each.condition for each in known} - {None, condition}
    is_covered = dependants.is_covered(fund, relation=relation, condition=condition, months=months, on=on)
    if is_covered is None:
        raise BirthMissing
    by = [
        _cover(rule, birth_on)
        for rule in dependants.rules_for(fund, relation=relation, condition=condition, on=on)
        if dependants.is_under(rule, months)
    ]
    otherwise = [
        _cover(rule, birth_on)
        for other in sorted(filter(None, conditions))
        for rule in dependants.rules_for(fund, relation=relation, condition=other, on=on)
        if rule.condition == other and dependants.is_under(rule, months)
    ]
    return DependantSimulation(
        on=on,
        relation=relation,
        is_covered=is_covered,
        cover=max(by, key=lambda each: each.until_on or date.max, default=None),
        otherwise=() if by else tuple(otherwise),
    )


def _cover(rule: DependantRule, birth_on: date | None) -> DependantCover:
    until_on = None
    if birth_on is not None and rule.until_age is not None:
        until_on = later(birth_on, months=rule.until_age * MONTHS_A_YEAR, days=-1)
    return DependantCover(condition=rule.condition, until_on=until_on, law=rule.law)
