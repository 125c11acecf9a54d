"""A sum that explains itself: by which rule and text it came about, from which facts. It is kept with the decision, and
with each payment that follows from it; the person and the agent are shown the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.claims.benefits.fact import FactSource, FactValue, kind_of, written
from shared.funds.benefits import QuestionKind

LINES_MAX = 100
FACTS_MAX = 400
"""Of one line; a career of forty years has 160 quarters."""


@dataclass(frozen=True, kw_only=True)
class UsedFact:
    """A fact that a line was computed from: its value as text, who said so, and of which day it is. `kind` is what the
    value is; None in what was kept before that was."""

    name: str
    value: str
    source: str
    as_of: date
    kind: QuestionKind | None = None


def used_fact(name: str, value: FactValue, *, source: FactSource, as_of: date) -> UsedFact:
    """A value as a line keeps it."""
    return UsedFact(name=name, value=written(value), source=source.value, as_of=as_of, kind=kind_of(value))


@dataclass(frozen=True, kw_only=True)
class ExplainedLine:
    """One step of a sum: the rule and its legal ground, the facts that it used, and what it came to.

    `names` says in each language of the fund what the line is; `is_counted` whether the line is a part of the sum, or
    only leads to one that is (a base that is limited, say).
    """

    rule: str
    article: str
    valid_from: date
    confidence: str
    facts: tuple[UsedFact, ...]
    rounding: str
    amount_minor: int
    names: Mapping[str, str]
    is_counted: bool = True

    def __post_init__(self) -> None:
        if len(self.facts) > FACTS_MAX:
            raise ValueError(f"a line uses at most {FACTS_MAX} facts")


@dataclass(frozen=True, kw_only=True)
class ExplainedSum:
    """What a benefit comes to on a day, with each step of it. The lines that count add up to the amount."""

    lines: tuple[ExplainedLine, ...]
    amount_minor: int
    currency: str
    computed_on: date

    def __post_init__(self) -> None:
        if len(self.lines) > LINES_MAX:
            raise ValueError(f"a sum has at most {LINES_MAX} lines")
        if sum(line.amount_minor for line in self.lines if line.is_counted) != self.amount_minor:
            raise ValueError("the lines that count do not add up to the amount")
