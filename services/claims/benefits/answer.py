"""An answer that a person gave to a question of a benefit. Answers are personal data and rest encrypted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue
from shared.funds.benefits import QuestionKind
from shared.funds.facts import is_a_fact
from shared.kernel.money import Currency, Money

ANSWERS_MAX = 40
TEXT_CHARACTERS_MAX = 1000
NUMBER_MAX = 1_000_000


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """What was sent for a question, before it is held against it."""

    code: str
    value: bool | int | str


@dataclass(frozen=True, kw_only=True)
class BenefitAnswer:
    """An answer that fits its question. `value` is text: `true` or `false`, a day as ISO 8601, a whole number, minor
    units of an amount, the code of a choice, the id of a dependant, or the person's own words."""

    code: str
    kind: QuestionKind
    value: str


def fact_of(answer: BenefitAnswer, *, currency: Currency, as_of: date) -> Fact:
    """The answer as the fact `answer.<code>`, or as the fact that the question asks for by its name."""
    name = answer.code if is_a_fact(answer.code) else f"answer.{answer.code}"
    return Fact(name=name, value=_value(answer, currency), source=FactSource.ANSWER, as_of=as_of)


def _value(answer: BenefitAnswer, currency: Currency) -> FactValue:
    if answer.kind is QuestionKind.YES_NO:
        return answer.value == "true"
    if answer.kind is QuestionKind.DATE:
        return date.fromisoformat(answer.value)
    if answer.kind is QuestionKind.NUMBER:
        return Decimal(answer.value)
    if answer.kind is QuestionKind.AMOUNT:
        return Money(int(answer.value), currency)
    return answer.value


def with_answers(facts: Facts, answers: Iterable[BenefitAnswer], *, on: date) -> Facts:
    """The facts, and beside them what was answered on a day."""
    answered = [fact_of(answer, currency=facts.currency, as_of=on) for answer in answers]
    return replace(facts, known={**facts.known, **{fact.name: fact for fact in answered}})
