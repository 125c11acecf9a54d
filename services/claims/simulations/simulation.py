"""What a benefit would come to for somebody who says what is so. An estimate: nobody is known, and nothing is kept."""

from dataclasses import dataclass

from services.claims.benefits.judgement import ConditionResult, Judgement
from shared.funds.benefits import ClaimType, Eligibility, Question
from shared.funds.period import PeriodKind


@dataclass(frozen=True, kw_only=True)
class SimulatedBenefit:
    """A benefit that anyone may have estimated, and what is asked for it. `deciding` is as much of its `definition` as
    its conditions and its formula need.

    A question is one of the benefit's own, by its code, or stands for a fact that the fund would know of an insured
    person, by the name of that fact.
    """

    claim_type: str
    definition: ClaimType
    deciding: ClaimType
    questions: tuple[Question, ...]
    every: PeriodKind | None
    """How often it is paid by the law of the day; None where it is paid once."""


@dataclass(frozen=True, kw_only=True)
class BenefitSimulation:
    """What the rules say to the answers, and which questions were left out."""

    benefit: SimulatedBenefit
    judgement: Judgement
    unanswered: tuple[Question, ...]

    @property
    def conditions(self) -> tuple[tuple[Eligibility, ConditionResult], ...]:
        """Each condition of the day, with whether it holds."""
        return tuple(zip(self.benefit.deciding.conditions, self.judgement.conditions, strict=True))
