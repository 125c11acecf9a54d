"""A formula, step by step: every block computes one amount or number and says how it came about. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from services.claims.benefits.conditions import evaluate, used_facts
from services.claims.benefits.explained import ExplainedLine, UsedFact, used_fact
from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue
from shared.funds.formula import RANKS_MAX, Block, Step, StepValue, as_fraction
from shared.funds.law import find_in_force
from shared.funds.rounding import USUAL_RULE, Rounding, RoundingRule
from shared.kernel.money import Money

_OfRank = TypeVar("_OfRank")


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What a formula came to: its lines, the facts that its steps are (`formula.<code>`), and what is not known.

    `missing` are facts that steps which count lack; without them there is no sum.
    """

    lines: tuple[ExplainedLine, ...]
    facts: Facts
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Quantity:
    """An exact number, or an exact amount in minor units."""

    exact: Fraction
    is_amount: bool

    def with_exact(self, exact: Fraction) -> "_Quantity":
        return _Quantity(exact, self.is_amount)


class _Unknown(Exception):
    """A step cannot be computed: these facts are not known."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = tuple(names)


def compute(formula: Sequence[Step], facts: Facts, *, on: date, rounding: RoundingRule) -> Computed:
    """Each step of a formula on a day, rounded as it says or by the fund's rule. A step whose condition does not hold
    is left out; one that lacks a fact, and what is computed from it, is not known."""
    known: dict[str, Fact] = dict(facts.known)
    exact: dict[str, _Quantity] = {}
    lines: list[ExplainedLine] = []
    missing: list[str] = []
    for step in formula:
        try:
            made = _Computing(step, replace(facts, known=known), exact, on, rounding).made()
        except _Unknown as unknown:
            missing += unknown.names if step.is_counted else ()
            continue
        if made is not None:
            fact, quantity, explained = made
            known[step.fact_name], exact[step.fact_name] = fact, quantity
            lines += explained
    return Computed(lines=tuple(lines), facts=replace(facts, known=known), missing=tuple(dict.fromkeys(missing)))


class _Computing:
    """One step on a day."""

    def __init__(
        self, step: Step, facts: Facts, exact: Mapping[str, _Quantity], on: date, rounding: RoundingRule
    ) -> None:
        self.step, self.facts, self.exact, self.on = step, facts, exact, on
        self.rule = _rule_of(step, rounding)

    def made(self) -> tuple[Fact, _Quantity, list[ExplainedLine]] | None:
        """The step as a fact for later ones, its exact quantity, and its lines; None where it is left out."""
        step = self.step
        condition = evaluate(step.when, self.facts) if step.when is not None else None
        if condition is not None and condition.holds is None:
            raise _Unknown(condition.missing)
        if condition is not None and not condition.holds:
            # a later sum counts nothing for it, and a condition over it finds nothing
            return (
                Fact(name=step.fact_name, value=Decimal(0), source=FactSource.COMPUTED, as_of=self.on),
                _Quantity(Fraction(0), is_amount=False),
                [],
            )
        value = find_in_force(step.values, on=self.on)
        if value is None:
            raise _Unknown([step.fact_name])
        used = [*(condition.used if condition else ()), *self._parts()]
        parts = list(self._blocks()[step.step](value))
        rounded = [self._rounded(each) for each, _ in parts]
        lines = [
            self._line(value, amount, used=used, given=given) for (_, given), amount in zip(parts, rounded, strict=True)
        ]
        total = self._total([each for each, _ in parts] if step.rounding is Rounding.LATER else rounded)
        fact = Fact(
            name=step.fact_name,
            value=self._value(self._rounded(total)),
            source=FactSource.COMPUTED,
            as_of=value.law.valid_from,
        )
        return fact, total, lines

    def _blocks(self) -> Mapping[Block, Callable[[StepValue], Iterator[tuple[_Quantity, Mapping[str, FactValue]]]]]:
        return {
            Block.AMOUNT: self._amount,
            Block.FACT: self._fact,
            Block.PERCENT_OF: self._percent_of,
            Block.SHARE_OF: self._share_of,
            Block.PERCENT_BY_RANK: self._percent_by_rank,
            Block.AMOUNT_BY_RANK: self._amount_by_rank,
            Block.AMOUNT_BY_COUNT: self._amount_by_count,
            Block.SHARE_BY_COUNT: self._share_by_count,
            Block.RATE_BY_COUNT: self._rate_by_count,
            Block.TIMES: self._times,
            Block.DIVIDED_BY: self._divided_by,
            Block.CAPPED: self._capped,
            Block.AT_LEAST: self._at_least,
            Block.MINUS: self._minus,
            Block.SUM_OF: self._sum_of,
        }

    # --- The blocks: each yields its quantities, with the values of the law that it used --------------------------

    def _amount(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        yield _of(value.amount), {"amount": value.amount or ""}

    def _fact(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        yield self._of, {}

    def _percent_of(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        percent = value.percent or Decimal(0)
        yield self._of.with_exact(self._of.exact * Fraction(percent) / 100), {"percent": percent}

    def _share_of(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        share = value.share or "0"
        yield self._of.with_exact(self._of.exact * as_fraction(share)), {"share": share}

    def _percent_by_rank(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        for rank, percent in self._ranked(value.percents or (), value.further_percent):
            exact = self._of.exact * Fraction(percent) / 100
            yield self._of.with_exact(exact), {"rank": Decimal(rank), "percent": percent}

    def _amount_by_rank(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        for rank, amount in self._ranked(value.amounts or (), value.further_amount):
            yield _of(amount), {"rank": Decimal(rank), "amount": amount}

    def _amount_by_count(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        amounts = value.amounts or ()
        if self._count > 0:
            amount = amounts[min(self._count, len(amounts)) - 1]
            yield _of(amount), {"amount": amount}

    def _share_by_count(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        shares = value.shares or ()
        if self._count > 0:
            share = shares[min(self._count, len(shares)) - 1]
            yield self._of.with_exact(self._of.exact * as_fraction(share)), {"share": share}

    def _rate_by_count(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        percent, before = Decimal(0), 0
        for band in value.bands or ():
            until = self._count if band.up_to is None else min(band.up_to, self._count)
            percent += band.percent * max(until - before, 0)
            before = max(until, before)
        if value.percent_max is not None:
            percent = min(percent, value.percent_max)
        exact = self._of.exact * Fraction(percent) / 100
        yield self._of.with_exact(exact), {"rate": percent}

    def _times(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        count = self._quantity(self.step.count or "")
        if self._of.is_amount and count.is_amount:
            raise _Unknown([self.step.count or ""])
        yield _Quantity(self._of.exact * count.exact, self._of.is_amount or count.is_amount), {}

    def _divided_by(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        number = value.number or Decimal(1)
        yield self._of.with_exact(self._of.exact / Fraction(number)), {"divided-by": number}

    def _capped(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        limit, shown = self._limit(value)
        if self.step.less is not None:
            limit = limit.with_exact(max(limit.exact - self._same(self.step.less).exact, Fraction(0)))
        yield self._of.with_exact(min(self._of.exact, limit.exact)), {} if shown is None else {"at-most": shown}

    def _at_least(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        limit, shown = self._limit(value)
        yield self._of.with_exact(max(self._of.exact, limit.exact)), {} if shown is None else {"at-least": shown}

    def _minus(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        less = Fraction(value.number) if value.number is not None else self._same(self.step.less or "").exact
        shown = {} if value.number is None else {"less": value.number}
        yield self._of.with_exact(max(self._of.exact - less, Fraction(0))), shown

    def _sum_of(self, value: StepValue) -> Iterator[tuple[_Quantity, Mapping[str, FactValue]]]:
        yield self._total([self._quantity(name) for name in self.step.of_each or ()]), {}

    # --- What they are computed from ------------------------------------------------------------------------------

    @property
    def _of(self) -> _Quantity:
        return self._quantity(self.step.of or "")

    @property
    def _count(self) -> int:
        """A count of whole things, as far as it is complete; never below zero."""
        return max(int(self._quantity(self.step.count or "").exact), 0)

    def _ranked(self, each: Sequence[_OfRank], further: _OfRank | None) -> Iterator[tuple[int, _OfRank]]:
        """The ranks of those that are counted, with what each is given. An agent looks at more than can be."""
        after = max(int(self._quantity(self.step.after).exact), 0) if self.step.after is not None else 0
        if further is not None and after + self._count > RANKS_MAX:
            raise _Unknown([self.step.count or ""])
        for rank in range(after + 1, after + self._count + 1):
            given = each[rank - 1] if rank <= len(each) else further
            if given is None:
                return
            yield rank, given

    def _limit(self, value: StepValue) -> tuple[_Quantity, FactValue | None]:
        if value.amount is not None:
            return _of(value.amount), value.amount
        if value.number is not None:
            return _Quantity(Fraction(value.number), is_amount=False), value.number
        return self._same(self.step.limit or ""), None

    def _same(self, name: str) -> _Quantity:
        """A quantity of the kind that `of` has; an amount is not held against a number."""
        found, of = self._quantity(name), self._of
        if found.is_amount is not of.is_amount and found.exact != 0 and of.exact != 0:
            raise _Unknown([name])
        return found

    def _quantity(self, name: str) -> _Quantity:
        if name in self.exact:
            return self.exact[name]
        value = self.facts.value(name)
        if isinstance(value, Money):
            return _Quantity(Fraction(value.amount_minor), is_amount=True)
        if isinstance(value, Decimal):
            return _Quantity(Fraction(value), is_amount=False)
        raise _Unknown([name])

    def _total(self, each: Sequence[_Quantity]) -> _Quantity:
        """The sum of amounts, or of numbers; nothing is an amount where the step makes none."""
        makes_amounts = self.step.step in (Block.PERCENT_BY_RANK, Block.AMOUNT_BY_RANK, Block.AMOUNT_BY_COUNT)
        return _Quantity(
            sum((one.exact for one in each), Fraction(0)),
            is_amount=any(one.is_amount for one in each) or (makes_amounts and not each),
        )

    def _parts(self) -> Iterator[Fact]:
        for name in self.step.part_names():
            fact = self.facts.get(name)
            if fact is None:
                raise _Unknown([name])
            yield fact

    # --- What comes out -------------------------------------------------------------------------------------------

    def _rounded(self, quantity: _Quantity) -> _Quantity:
        """An amount in whole minor units, by the step's rounding. Numbers stay as they are."""
        return quantity.with_exact(Fraction(self.rule.rounded(quantity.exact))) if quantity.is_amount else quantity

    def _value(self, quantity: _Quantity) -> Money | Decimal:
        if quantity.is_amount:
            return Money(int(quantity.exact), self.facts.currency)
        return Decimal(quantity.exact.numerator) / Decimal(quantity.exact.denominator)

    def _line(
        self, value: StepValue, quantity: _Quantity, *, used: Sequence[Fact], given: Mapping[str, FactValue]
    ) -> ExplainedLine:
        law, step = value.law, self.step
        from_law = [
            used_fact(name, shown, source=FactSource.FUND, as_of=law.valid_from) for name, shown in given.items()
        ]
        number = [] if quantity.is_amount else [self._number(quantity)]
        return ExplainedLine(
            rule=step.code,
            article=law.reference,
            valid_from=law.valid_from,
            confidence=law.confidence.value,
            facts=(*used_facts(tuple(used)), *from_law, *number),
            rounding=self._rounding if quantity.is_amount else "",
            amount_minor=int(quantity.exact) if quantity.is_amount else 0,
            names=step.names,
            is_counted=step.is_counted and quantity.is_amount,
        )

    @property
    def _rounding(self) -> str:
        return Rounding.LATER.value if self.step.rounding is Rounding.LATER else str(self.rule)

    def _number(self, quantity: _Quantity) -> UsedFact:
        """What a step that makes a number came to: it has no amount to show."""
        return used_fact(self.step.fact_name, self._value(quantity), source=FactSource.COMPUTED, as_of=self.on)


def _rule_of(step: Step, rounding: RoundingRule) -> RoundingRule:
    """How a step is rounded: as it says itself, else by the fund's rule; only what counts takes the rule's own step."""
    if step.rounding is Rounding.LATER:  # as it is shown; the steps after it use the exact amount
        return USUAL_RULE
    if step.rounding is not None:
        return replace(USUAL_RULE, mode=step.rounding)
    return rounding if step.is_counted else rounding.to_minor_unit


def _of(amount: Money | None) -> _Quantity:
    if amount is None:
        raise TypeError("a step of this block has an amount: its definition was checked")
    return _Quantity(Fraction(amount.amount_minor), is_amount=True)
