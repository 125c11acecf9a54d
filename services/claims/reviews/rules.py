"""What medical control may answer about a claim that was sent there. Pure: the time is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.claims.claims.claim import (
    Claim,
    MedicalAnswer,
    MedicalReason,
    MedicalReview,
    Status,
    StepKind,
)
from services.claims.claims.decisions import must_be_another
from services.claims.claims.steps import moved_to
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.outcome import Outcome

MONTHS_MAX = 120


class NotWithMedicalControl(Conflict):
    """Medical control is not asked about this claim, or has answered."""

    code = "review.not-with-medical-control"


class AnswerIncomplete(Invalid):
    """An answer in part says which lines, or for how long; any other names no lines."""

    code = "review.answer-incomplete"


@dataclass(frozen=True, kw_only=True)
class ReviewAnswer:
    """What a medical officer answers. `refused_lines` are numbered from 1; `months` limits for how long."""

    answer: MedicalAnswer
    reason: MedicalReason
    refused_lines: tuple[int, ...] = ()
    months: int | None = None


def answer(claim: Claim, given: ReviewAnswer, *, by: Actor, at: datetime) -> Outcome[Claim]:
    """A medical officer answers; the claim is back with the agents, whom the answer binds."""
    asked = open_review(claim)
    must_be_another(claim, by)
    _must_be_whole(given, lines=claim.lines)
    review = replace(
        asked,
        answer=given.answer,
        reason=given.reason,
        refused_lines=tuple(sorted(given.refused_lines)),
        months=given.months,
        answered_by=by.subject,
        answered_at=at,
    )
    answered = moved_to(claim, Status.SUBMITTED, at=at, happening=StepKind.MEDICAL_ANSWER)
    return Outcome(replace(answered, medical=review))


def open_review(claim: Claim) -> MedicalReview:
    """What medical control is asked about a claim that is with it. Raises `NotWithMedicalControl`."""
    if claim.status is not Status.MEDICAL_CONTROL or claim.medical is None or not claim.medical.is_open:
        raise NotWithMedicalControl
    return claim.medical


def _must_be_whole(given: ReviewAnswer, *, lines: Sequence[object]) -> None:
    is_part = given.answer is MedicalAnswer.IN_PART
    if is_part != bool(given.refused_lines) and not (is_part and given.months):
        raise AnswerIncomplete
    if not set(given.refused_lines) <= set(range(1, len(lines) + 1)):
        raise AnswerIncomplete
    if given.months is not None and given.answer is MedicalAnswer.NO:
        raise AnswerIncomplete
