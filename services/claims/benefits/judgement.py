"""What the rules of a benefit come to for one person on one day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.claims.benefits.explained import ExplainedSum, UsedFact
from shared.funds.law import Law


class JudgedOutcome(StrEnum):
    """What the rules say. Each has a sentence under `benefit.outcome.<outcome>`."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    """A fact that a condition or the formula needs is not known: an agent decides."""


@dataclass(frozen=True, kw_only=True)
class ConditionResult:
    """Whether a condition of the benefit holds, and by which text it is asked; None where a fact that it needs is not
    known (those are `missing`). `law` is None in what was kept before it was."""

    code: str
    holds: bool | None
    facts: tuple[UsedFact, ...] = ()
    missing: tuple[str, ...] = ()
    law: Law | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`failed` is the code of the first condition that does not hold. `sum` stands where every step could be computed,
    also for a benefit that an agent has to decide; it is None for one that is refused or comes to no amount."""

    outcome: JudgedOutcome
    judged_on: date
    failed: str | None = None
    sum: ExplainedSum | None = None
    conditions: tuple[ConditionResult, ...] = ()
    missing: tuple[str, ...] = ()
    """The facts that are not known and would have to be."""
