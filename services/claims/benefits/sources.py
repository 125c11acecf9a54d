"""The facts of a person on a day, made from what claims holds. Pure: what it holds is handed in (`facts`)."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

from services.claims.awards.award import Award
from services.claims.benefits.answer import BenefitAnswer, fact_of
from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue
from services.claims.crosschecks import rules as crosschecks
from services.claims.crosschecks.crosscheck import CrossCheck
from services.claims.entitlements import dependants
from services.claims.entitlements import rules as rights
from services.claims.entitlements.entitlement import Entitlement, Worked, place_of
from services.claims.insured.insured import Dependant, FamilyRecord, ages
from shared.funds import facts as names
from shared.funds.declarations import FullQuarter
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.period import Period, PeriodKind, later
from shared.funds.registers import NO, YES
from shared.kernel import partial_date
from shared.kernel.money import Money

MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3
PERIODS_A_YEAR = {"mean-month": 12, "mean-quarter": 4, "mean-year": 1}


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A claim that was granted: of which day it is, what it was granted, and what was answered; or, of an award that
    runs pay, what they granted for a `period`, whose first day it is of."""

    on: date
    amount_minor: int
    answers: tuple[BenefitAnswer, ...] = ()
    period: Period | None = None

    @property
    def name(self) -> str:
        """How it is named as a part of what was granted in all."""
        return f"granted.on.{self.on}" if self.period is None else f"granted.paid-for.{self.period}"


@dataclass(frozen=True, kw_only=True)
class SurvivorAward:
    """An award of another survivor of the same deceased, and what it comes to for a period, as it was judged last."""

    award: Award
    amount_minor: int

    def counts_on(self, day: date) -> bool:
        """Whether it takes its part of what there is for all: while it holds, and before its first period begins."""
        return self.award.holds_on(max(day, self.award.from_on))


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What claims holds of a person, whatever the day. None is what it does not know; an empty one what it knows to be
    nothing. `granted` are claims of its own type and what runs paid of it, `grants` claims of the types that its facts
    name; `covers` those of any day."""

    fund: Fund
    answers: tuple[BenefitAnswer, ...] = ()
    filed_on: date | None = None
    entitlement: Entitlement | None = None
    family: FamilyRecord | None = None
    dependant_count: int | None = None
    registered_on: date | None = None
    died_on: date | None = None
    granted: tuple[Granted, ...] | None = None
    grants: Mapping[str, tuple[Granted, ...]] = field(default_factory=dict)
    covers: tuple[Award, ...] | None = None
    checks: tuple[CrossCheck, ...] = ()
    """What registers were asked for the claim."""
    earlier_survivors: tuple[SurvivorAward, ...] = ()
    """Of the same benefit and the same deceased, those that were opened before."""
    deceased: "Sources | None" = None
    """What is held of the insured person who died and whom the claim names."""

    def answer_to(self, code: str) -> BenefitAnswer | None:
        """What was answered to a question; None where nothing was."""
        return next((each for each in self.answers if each.code == code), None)

    def dependant_of(self, code: str) -> Dependant | None:
        """The dependant whom the answer to a question names; None where the register has nobody of that id."""
        named, family = self.answer_to(code), self.family
        known = family.dependants or () if named is not None and family is not None else ()
        return next((each for each in known if named and each.dependant_id == named.value), None)


def facts_from(sources: Sources, wanted: Iterable[str], *, on: date) -> Facts:
    """The facts of these names that are known on a day."""
    maker = _Maker(sources, on)
    known = {fact.name: fact for name in wanted for fact in maker.made(name)}
    return Facts(known=known, currency=sources.fund.currency)


class _Maker:
    """Makes single facts of a person on a day."""

    def __init__(self, sources: Sources, on: date) -> None:
        self.sources, self.on = sources, on
        self._made: Mapping[names.FactName, Callable[[str, re.Match[str]], Iterator[Fact]]] = {
            names.ANSWER: self._answer,
            names.ANSWER_DAYS_AGO: self._answer_days_ago,
            names.AGE: self._age,
            names.BIRTH_ON: self._birth_on,
            names.IS_ALIVE: self._is_alive,
            names.DIED_ON: self._died_on,
            names.DEPENDANTS: self._dependants,
            names.DEPENDANT_AGE: self._age_of_dependant,
            names.DEPENDANT_IS: self._is_dependant,
            names.DEPENDANT_WORD: self._word_of_dependant,
            names.RIGHT_IS_OPEN: self._right_is_open,
            names.WORK_QUARTERS: self._work_quarters,
            names.WORK_DAYS: self._work_days,
            names.WORK_DAYS_OF_MONTHS: self._work_days_of_months,
            names.WORKED_QUARTERS: partial(self._worked_periods, kind=PeriodKind.QUARTER),
            names.WORKED_MONTHS: partial(self._worked_periods, kind=PeriodKind.MONTH),
            names.WAGE_LAST_QUARTER: self._wage_last_quarter,
            names.WAGES: self._wages,
            names.GRANTED_AMOUNT: self._granted_amount,
            names.GRANTED_COUNT: self._granted_count,
            names.GRANTED_OF: self._granted_of,
            names.GRANTED_DAYS_AGO: self._granted_days_ago,
            names.COVER: self._cover,
            names.MINIMUM_WAGE: self._minimum_wage,
            names.FILED_ON: self._filed_on,
            names.REGISTER: self._register_answer,
            names.DECEASED: self._deceased,
            names.EARLIER_SURVIVORS: self._earlier_survivors,
        }

    def made(self, name: str) -> Iterator[Fact]:
        """The fact, or nothing where it is not known."""
        for kind, make in self._made.items():
            read = kind.read(name)
            if read is not None:
                yield from make(name, read)
                return

    # --- Answers ----------------------------------------------------------------------------------------------------

    def _answer(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        found = self.sources.answer_to(read["code"])
        if found is not None:
            yield fact_of(found, currency=self.sources.fund.currency, as_of=self.sources.filed_on or self.on)

    def _answer_days_ago(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        for fact in self._answer(name, read):
            if isinstance(fact.value, date):
                yield replace(fact, name=name, value=Decimal((self.on - fact.value).days))

    # --- The register -------------------------------------------------------------------------------------------------

    def _register(self, name: str, value: FactValue) -> Fact:
        return Fact(name=name, value=value, source=FactSource.REGISTER, as_of=self.sources.registered_on or self.on)

    def _age(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        family = self.sources.family
        if family is not None and family.birth_on is not None:
            least, most = (months // MONTHS_A_YEAR for months in ages(family.birth_on, on=self.on))
            if least == most:
                yield self._register(name, Decimal(least))

    def _birth_on(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        family = self.sources.family
        day = partial_date.whole(family.birth_on) if family is not None and family.birth_on is not None else None
        if day is not None:
            yield self._register(name, day)

    def _is_alive(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """As far as the register has said: of who is not said to be dead it is taken that they live."""
        yield self._register(name, self.sources.died_on is None or self.on <= self.sources.died_on)

    def _died_on(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if self.sources.died_on is not None:
            yield self._register(name, self.sources.died_on)

    def _dependants(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """How many there are; not known where of one it cannot be said whether they count."""
        living = self._living()
        if name == "dependants.count" and self.sources.dependant_count is not None:
            yield self._register(name, Decimal(self.sources.dependant_count if living is None else len(living)))
            return
        if living is None:
            return
        of_relation = [each for each in living if is_one_of(each, read["relation"])]
        counted = [self._counts(each, read) for each in of_relation]
        if None not in counted:
            yield self._register(name, Decimal(sum(each is True for each in counted)))

    def _living(self) -> list[Dependant] | None:
        """The dependants who had not died before the day; None where the register names none."""
        family = self.sources.family
        if family is None or family.dependants is None:
            return None
        return [each for each in family.dependants if each.lives_on(self.on)]

    def _dependant_of(self, code: str) -> Dependant | None:
        """The dependant whom the answer to a question names. Who died before the day is there no more."""
        found = self.sources.dependant_of(code)
        return found if found is not None and found.lives_on(self.on) else None

    def _counts(self, dependant: Dependant, read: "re.Match[str]") -> bool | None:
        months = ages(dependant.birth_on, on=self.on)
        if read["condition"]:
            return dependant.condition == read["condition"] and months[1] >= 0
        if read["months"]:
            return _is_between(months, read["months"])
        if read["years"]:
            return _is_between((months[0] // MONTHS_A_YEAR, months[1] // MONTHS_A_YEAR), read["years"])
        return self._is_covered(dependant, months)

    def _is_covered(self, dependant: Dependant, months: tuple[int, int]) -> bool | None:
        """Whether somebody is covered through the person on the day, by any rule of the fund that fits them."""
        return dependants.is_covered(
            self.sources.fund,
            relation=dependant.relation,
            condition=dependant.condition,
            months=months,
            on=self.on,
        )

    def _age_of_dependant(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        found = self._dependant_of(read["question"])
        if found is not None:
            unit = 1 if read["unit"] == "months" else MONTHS_A_YEAR
            least, most = (months // unit for months in ages(found.birth_on, on=self.on))
            if least == most:
                yield self._register(name, Decimal(least))

    def _is_dependant(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """Not known where the register does not name the person's dependants, or nobody is named."""
        family, found = self.sources.family, self._dependant_of(read["question"])
        if family is None or family.dependants is None or self.sources.answer_to(read["question"]) is None:
            return
        holds: bool | None = found is not None
        if found is not None and read["what"] == "covered":
            holds = self._is_covered(found, ages(found.birth_on, on=self.on))
        if holds is not None:
            yield self._register(name, holds)

    def _word_of_dependant(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        found = self._dependant_of(read["question"])
        if found is not None:
            is_relation = read["field"] == "relation"
            yield self._register(name, found.relation if is_relation else found.condition or names.NOTHING_PROVED)

    # --- Other registers ----------------------------------------------------------------------------------------------

    def _register_answer(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """What a register answered, with the day of its records; nothing while it is not known."""
        for check in self.sources.checks:
            if check.fact_name == name:
                known = crosschecks.known_on(check, on=self.on, fund=self.sources.fund)
                if known is not None:
                    value = known.value == YES if known.value in (YES, NO) else known.value
                    yield Fact(name=name, value=value, source=FactSource.CROSS_CHECK, as_of=known.as_of)

    def _deceased(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """A fact of somebody else. Their work and age are those of the day of death; who is covered of their family,
        and whether they live, is of the day that is judged. Of somebody who lives nothing else is said."""
        of_them = self.sources.deceased
        if of_them is None:
            return
        is_of_today = names.DEPENDANTS.read(read["fact"]) or names.IS_ALIVE.read(read["fact"])
        if of_them.died_on is None and not names.IS_ALIVE.read(read["fact"]):
            return
        on = self.on if is_of_today or of_them.died_on is None else min(self.on, of_them.died_on)
        for fact in _Maker(of_them, on).made(read["fact"]):
            yield replace(fact, name=name)

    # --- Declarations -------------------------------------------------------------------------------------------------

    def _declared(self, name: str, value: FactValue, *, parts: tuple[Fact, ...] = ()) -> Fact:
        return Fact(name=name, value=value, source=FactSource.DECLARATIONS, as_of=self.on, parts=parts)

    def _right_is_open(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        found = self.sources.entitlement
        is_open = found is not None and rights.is_open(
            found, fund=self.sources.fund, on=self.on, died_on=self.sources.died_on
        )
        yield self._declared(name, is_open)

    def _work_quarters(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        """Every quarter in which something was worked, shown one by one. Not known where old ones are kept no more."""
        found = self.sources.entitlement
        if found is not None and found.dropped_since_on is not None:
            return
        lengths: dict[tuple[int, int], dict[str, int]] = {}
        for each in self._worked():
            for place in _quarters(each) if each.duration > 0 else ():
                units = lengths.setdefault(place, {})
                units[each.unit] = units.get(each.unit, 0) + each.duration // len(_quarters(each))
        parts = tuple(
            self._declared(
                f"work.quarter.{year}-Q{quarter}",
                "+".join(f"{length}{unit}" for unit, length in sorted(lengths[year, quarter].items())),
            )
            for year, quarter in sorted(lengths)
        )
        yield self._declared(name, Decimal(len(lengths)), parts=parts)

    def _worked_periods(self, name: str, read: "re.Match[str]", *, kind: PeriodKind) -> Iterator[Fact]:
        """In how many of the last periods so much was worked, each that counts shown with its days."""
        least_days = Fraction(int(read["days"] or 0))
        last = Period.containing(self.on, kind=kind).before(int(read[f"{kind}s"]))
        counted = []
        for period in last:
            found = self._days_in({period}, kind=kind)
            reaches = [days >= least_days and days > 0 for days in found] if found is not None else []
            if len(set(reaches)) != 1:
                return
            if found is not None and reaches[0]:
                counted.append(self._declared(f"work.days.{period}", Decimal(int(found[0]))))
        yield self._declared(name, Decimal(len(counted)), parts=tuple(counted))

    def _work_days_of_months(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        this = Period.containing(self.on, kind=PeriodKind.MONTH)
        found = self._days_in({this, *this.before(int(read["months"]))}, kind=PeriodKind.MONTH)
        if found is not None and int(found[0]) == int(found[1]):
            yield self._declared(name, Decimal(int(found[0])))

    def _days_in(self, periods: Collection[Period], *, kind: PeriodKind) -> tuple[Fraction, Fraction] | None:
        """The least and the most days that may have been worked in some periods of a kind: two where they were declared
        for a longer time, which does not say when in it. None where the fund does not say what full work is."""
        full = find_in_force(self.sources.fund.declarations.full_quarter, on=self.on)
        if full is None:
            return None
        full_days = Fraction(full.days * kind.months, MONTHS_A_QUARTER)
        least = most = Fraction(0)
        for each in self._worked():
            parts = each.period.parts(kind) or (Period.containing(each.period.first_on, kind=kind),)
            within, days = sum(part in periods for part in parts), _days(each, full)
            if within == len(parts):
                least, most = least + days, most + days
            elif within:
                least += max(days - full_days * (len(parts) - within), Fraction(0))
                most += min(days, full_days * within)
        return least, most

    def _work_days(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        this = place_of(self.on)
        looked_at = [each for each in self._worked() if this - int(read["quarters"]) <= each.place <= this]
        full = find_in_force(self.sources.fund.declarations.full_quarter, on=self.on)
        if full is not None:
            yield self._declared(name, Decimal(int(sum((_days(each, full) for each in looked_at), Fraction(0)))))

    def _wage_last_quarter(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        quarters = self._paid_quarters(1)
        if quarters:
            yield self._declared(name, quarters[0].value, parts=tuple(quarters))

    def _wages(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        quarters = self._paid_quarters(int(read["quarters"]))
        if quarters:
            total = sum(each.value.amount_minor for each in quarters if isinstance(each.value, Money))
            periods = PERIODS_A_YEAR.get(read["mean"])
            exact = Fraction(total) if periods is None else Fraction(total * 4, len(quarters) * periods)
            amount = Money(int(exact + Fraction(1, 2)), self.sources.fund.currency)
            yield self._declared(name, amount, parts=tuple(quarters))

    def _paid_quarters(self, count: int) -> list[Fact]:
        """The wages of the last quarters that are over and were worked, newest first; none where one's is not known.
        What was declared for a longer time is divided among its quarters."""
        found = self.sources.entitlement
        wages = {each.declared_by: each.wage_minor for each in found.earned} if found is not None else {}
        by_quarter: dict[tuple[int, int], list[Fraction | None]] = {}
        for each in self._worked():
            if each.place < place_of(self.on) and each.duration > 0:
                wage = wages.get(each.declared_by)
                places = _quarters(each)
                for place in places:
                    part = None if wage is None else Fraction(wage, len(places))
                    by_quarter.setdefault(place, []).append(part)
        facts = []
        for year, quarter in sorted(by_quarter, reverse=True)[:count]:
            known = [part for part in by_quarter[year, quarter] if part is not None]
            if len(known) < len(by_quarter[year, quarter]):
                return []
            amount = Money(int(sum(known, Fraction(0)) + Fraction(1, 2)), self.sources.fund.currency)
            facts.append(self._declared(f"wages.quarter.{year}-Q{quarter}", amount))
        return facts

    def _worked(self) -> tuple[Worked, ...]:
        found = self.sources.entitlement
        this = place_of(self.on)
        return tuple(each for each in found.worked if each.place <= this) if found is not None else ()

    # --- The fund -----------------------------------------------------------------------------------------------------

    def _fund(self, name: str, value: FactValue, *, as_of: date, parts: tuple[Fact, ...] = ()) -> Fact:
        return Fact(name=name, value=value, source=FactSource.FUND, as_of=as_of, parts=parts)

    def _granted_amount(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if self.sources.granted is not None:
            counted = [each for each in self.sources.granted if self._is_this_year(each.on)]
            total = Money(sum(each.amount_minor for each in counted), self.sources.fund.currency)
            yield self._fund(name, total, as_of=self.on, parts=self._granted_parts(counted))

    def _earlier_survivors(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        minor = sum(each.amount_minor for each in self.sources.earlier_survivors if each.counts_on(self.on))
        yield self._fund(name, Money(minor, self.sources.fund.currency), as_of=self.on)

    def _is_this_year(self, day: date) -> bool:
        return day.year == self.on.year and day <= self.on

    def _granted_count(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if self.sources.granted is not None:
            since = self.on - timedelta(days=int(read["days"]))
            counted = [each for each in self.sources.granted if since < each.on <= self.on]
            yield self._fund(name, Decimal(len(counted)), as_of=self.on, parts=self._granted_parts(counted))

    def _granted_parts(self, counted: Collection[Granted]) -> tuple[Fact, ...]:
        """What was granted of one day or for one period, newest first; of one day all together."""
        amounts: dict[str, int] = {}
        days = {each.name: each.on for each in counted}
        for each in counted:
            amounts[each.name] = amounts.get(each.name, 0) + each.amount_minor
        return tuple(
            self._fund(name, Money(amounts[name], self.sources.fund.currency), as_of=days[name])
            for name in sorted(amounts, key=lambda name: (days[name], name), reverse=True)
        )

    def _granted_of(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        grants = self._grants(read["claim_type"])
        if grants is None:
            return
        if read["months"]:
            since = later(self.on, months=-int(read["months"]))
            grants = [each for each in grants if each.on > since]
        if read["question"]:
            answer = self.sources.answer_to(read["question"])
            if answer is None:
                return
            grants = [each for each in grants if answer in each.answers]
        yield self._fund(name, Decimal(len(grants)), as_of=self.on)

    def _granted_days_ago(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if grants := self._grants(read["claim_type"]):
            last_on = max(each.on for each in grants)
            yield self._fund(name, Decimal((self.on - last_on).days), as_of=last_on)

    def _grants(self, claim_type: str) -> list[Granted] | None:
        """What was granted of a type by the day; None where that was not looked up."""
        found = self.sources.grants.get(claim_type)
        return None if found is None else [each for each in found if each.on <= self.on]

    def _cover(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if self.sources.covers is not None:
            held = (cover.claim_type for cover in self.sources.covers if cover.holds_on(self.on))
            yield self._fund(name, read["claim_type"] in held, as_of=self.on)

    def _minimum_wage(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        found = find_in_force(self.sources.fund.contributions.minimum_wages, on=self.on)
        if found is not None:
            yield self._fund(name, found.a_month, as_of=found.law.valid_from)

    def _filed_on(self, name: str, read: "re.Match[str]") -> Iterator[Fact]:
        if self.sources.filed_on is not None:
            yield Fact(name=name, value=self.sources.filed_on, source=FactSource.FUND, as_of=self.sources.filed_on)


def _days(worked: Worked, full: FullQuarter) -> Fraction:
    """Hours and months as days, as the fund counts them."""
    units = {"H": Fraction(full.days, full.hours), "D": Fraction(1), "M": Fraction(full.days, MONTHS_A_QUARTER)}
    return worked.duration * units[worked.unit]


def _quarters(worked: Worked) -> tuple[tuple[int, int], ...]:
    """The quarters that a declared period lies in, or that lie in it."""
    within = worked.period.parts(PeriodKind.QUARTER)
    return tuple((each.year, each.number) for each in within) or ((worked.year, worked.quarter),)


def is_one_of(dependant: Dependant, relations: str) -> bool:
    """Whether somebody is of a relation, given in the plural: `children`, `parents`."""
    return relations == names.plural(dependant.relation)


def _is_between(ages: tuple[int, int], written: str) -> bool | None:
    """Whether an age lies between two, both included; None where the least and the most that it may be differ on it."""
    first, _, last = written.partition("-to-")
    least, most = (int(first) <= age <= int(last) for age in ages)
    return least if least is most else None
