"""What a trial of an invented claim shows."""

from dataclasses import dataclass
from datetime import date

from services.claims.benefits.explained import ExplainedSum
from services.claims.benefits.fact import FactValue
from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.claims import rule_decisions
from services.claims.claims.claim import Claim, Doubt, Status
from services.claims.trials.case import CaseReview
from shared.funds.benefits import ClaimType, DecidedBy, Question, Requirement
from shared.funds.fund import Fund
from shared.funds.procedure import OnePersonLimit
from shared.funds.registers import RegisterQuestion
from shared.kernel.errors import Failure


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question, and whether it is asked: None where that cannot be said."""

    question: Question
    is_asked: bool | None
    answer: FactValue | None


@dataclass(frozen=True, kw_only=True)
class AskedPaper:
    """A paper of the day, and whether its condition holds: None where that cannot be said."""

    kind: str
    requirement: Requirement
    is_asked: bool | None


@dataclass(frozen=True, kw_only=True)
class AskedRegister:
    """A question to another register, and whether it is put."""

    question: RegisterQuestion
    is_asked: bool | None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a case. `review` is what it says of medical control. `unknown` are the facts that the benefit
    looks at and nobody said. `judgement` is of one that is decided from facts, `sum` what it comes to, step by step, or
    line by line. `doubts` say why rules left it to a person, where rules decide such claims. `granted` is the claim as
    it was granted; where it is not, `refused` says why."""

    definition: ClaimType
    fund: Fund
    claim: Claim
    review: CaseReview | None
    decided_on: date
    questions: tuple[AskedQuestion, ...]
    papers: tuple[AskedPaper, ...]
    registers: tuple[AskedRegister, ...]
    unknown: tuple[str, ...]
    judgement: Judgement | None
    sum: ExplainedSum | None
    is_right_open: bool | None
    doubts: tuple[Doubt, ...]
    limit: OnePersonLimit | None
    granted: Claim | None
    refused: Failure | None

    @property
    def is_by_rules(self) -> bool:
        """Whether rules decide it without anybody of the fund."""
        return self.definition.decided_by is DecidedBy.RULES and not self.doubts

    @property
    def is_by_medical_control(self) -> bool:
        """Whether the answer of medical control decides it, without an agent: it does not agree, or all else holds."""
        if self.definition.decided_by is not DecidedBy.MEDICAL or self.judgement is None:
            return False
        return self.is_medically_refused or self.judgement.outcome is JudgedOutcome.GRANTED

    @property
    def is_medically_refused(self) -> bool:
        return self.review is not None and not self.review.agrees

    @property
    def needs_second_person(self) -> bool:
        return self.granted is not None and self.granted.status is Status.TO_CONFIRM

    @property
    def award_days(self) -> tuple[date, date | None]:
        """The first day of what it opens, and the last where one is known."""
        from_on = rule_decisions.award_from_on(self.definition, filed_on=self.fund.day_of(self.claim.submitted_at))
        return from_on, rule_decisions.award_until_on(self.granted or self.claim, self.definition, from_on=from_on)
