"""Whether a condition holds, given facts. Pure. A condition over a fact that is not known is neither true nor false."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.claims.benefits.explained import UsedFact, used_fact
from services.claims.benefits.fact import Fact, Facts, FactValue, written
from shared.funds.conditions import Condition
from shared.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Whether a condition holds, None where that cannot be said; what was looked at, and what is `missing` for it."""

    holds: bool | None
    used: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


def evaluate(condition: Condition, facts: Facts) -> Evaluation:
    """Whether a condition holds. What decides it is enough: `all` is false with one that is false, whatever is not
    known beside it, and `any` is true with one that is true."""
    if condition.fact is not None:
        return _tested(condition, facts)
    each = [evaluate(one, facts) for one in condition.joined]
    answers = [one.holds for one in each]
    holds: bool | None
    if condition.all is not None:
        holds = False if False in answers else None if None in answers else True
    else:
        holds = True if True in answers else None if None in answers else False
        if condition.none is not None and holds is not None:
            holds = not holds
    return Evaluation(
        holds=holds,
        used=tuple(fact for one in each for fact in one.used),
        missing=tuple(name for one in each for name in one.missing) if holds is None else (),
    )


def used_facts(facts: tuple[Fact, ...]) -> tuple[UsedFact, ...]:
    """Facts as an explanation names them, each once, with those that they were made of."""
    shown = {fact.name: fact for each in facts for fact in (each, *each.parts)}
    return tuple(used_fact(fact.name, fact.value, source=fact.source, as_of=fact.as_of) for fact in shown.values())


def _tested(condition: Condition, facts: Facts) -> Evaluation:
    name = condition.fact or ""
    fact = facts.get(name)
    if condition.is_known is not None and (fact is not None) is not condition.is_known:
        return Evaluation(holds=False, used=() if fact is None else (fact,))
    if condition.tests == ("is_known",):
        return Evaluation(holds=True, used=() if fact is None else (fact,))
    others = [each for each in (condition.at_least_fact, condition.at_most_fact) if each is not None]
    needed = {each: facts.get(each) for each in (name, *others)}
    if missing := tuple(each for each, found in needed.items() if found is None):
        return Evaluation(holds=None, missing=missing)
    used = tuple(each for each in needed.values() if each is not None)
    return Evaluation(holds=all(_results(condition, used[0].value, facts)), used=used)


def _results(condition: Condition, value: FactValue, facts: Facts) -> Iterator[bool]:
    """Each test that is asked of a value. One that does not fit its kind (an age before a day) does not hold."""
    if condition.is_true is not None:
        yield value is condition.is_true
    if condition.equals is not None:
        yield written(value) == condition.equals
    if condition.one_of is not None:
        yield written(value) in condition.one_of
    if condition.at_least is not None:
        yield isinstance(value, Decimal) and value >= condition.at_least
    if condition.at_most is not None:
        yield isinstance(value, Decimal) and value <= condition.at_most
    if condition.amount_at_least is not None:
        yield isinstance(value, Money) and value >= condition.amount_at_least
    if condition.amount_at_most is not None:
        yield isinstance(value, Money) and value <= condition.amount_at_most
    if condition.at_least_fact is not None:
        yield _is_ordered(facts.value(condition.at_least_fact), value)
    if condition.at_most_fact is not None:
        yield _is_ordered(value, facts.value(condition.at_most_fact))
    if condition.before is not None:
        yield isinstance(value, date) and value < condition.before
    if condition.after is not None:
        yield isinstance(value, date) and value > condition.after


def _is_ordered(less: FactValue | None, more: FactValue | None) -> bool:
    """Whether two values of one kind are in this order, or equal."""
    if isinstance(less, Decimal) and isinstance(more, Decimal):
        return less <= more
    if isinstance(less, Money) and isinstance(more, Money):
        return less.currency is more.currency and less <= more
    return isinstance(less, date) and isinstance(more, date) and less <= more
