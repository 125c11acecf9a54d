"""Facts that a benefit is decided from: a value, who said so, and of which day it is. What is not known is no fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.funds.benefits import QuestionKind
from shared.kernel.money import Currency, Money

FactValue = bool | Decimal | Money | date | str
"""Whole numbers are decimals, too."""


class FactSource(StrEnum):
    """Who said so. Each has a sentence under `benefit.source.<source>`."""

    REGISTER = "register"
    DECLARATIONS = "declarations"
    ANSWER = "answer"
    PAPER = "paper"
    FUND = "fund"
    CROSS_CHECK = "cross-check"
    COMPUTED = "computed"
    """A step of the formula."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`parts` are the single facts that this one was made of, such as the quarters of a career."""

    name: str
    value: FactValue
    source: FactSource
    as_of: date
    parts: tuple["Fact", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a person for one benefit, by name. A name that is not there is not known."""

    known: Mapping[str, Fact]
    currency: Currency

    def get(self, name: str) -> Fact | None:
        return self.known.get(name)

    def value(self, name: str) -> FactValue | None:
        found = self.known.get(name)
        return None if found is None else found.value


def facts_of(*facts: Fact, currency: Currency) -> Facts:
    return Facts(known={fact.name: fact for fact in facts}, currency=currency)


def kind_of(value: FactValue) -> QuestionKind:
    """What a value is, as an answer of that kind is shown."""
    if isinstance(value, bool):
        return QuestionKind.YES_NO
    if isinstance(value, Money):
        return QuestionKind.AMOUNT
    if isinstance(value, Decimal):
        return QuestionKind.NUMBER
    return QuestionKind.DATE if isinstance(value, date) else QuestionKind.TEXT


def written(value: FactValue) -> str:
    """A value as an explanation shows it: an amount in major units, a day as ISO 8601, yes and no as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Money):
        return str(value.decimal())
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return value.isoformat() if isinstance(value, date) else value
