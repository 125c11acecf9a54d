"""The shapes of reassessments over HTTP."""

from marshmallow import Schema, fields

from services.claims.benefits.judgement import JudgedOutcome
from services.claims.benefits.schemas import ExplainedSumView, OfBenefit, definition_spoken_of
from services.claims.reassessments.reassessment import Cause, Conclusion, LastJudged, ReassessmentStep
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Amount, SignedAmount

TEXT_OR_NULL = {"type": ["string", "null"]}


class NotedCauseView(Schema):
    """A fact that changed."""

    cause = fields.Enum(Cause, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"reassessment.cause.{it.cause}"), required=True, metadata=TEXT)
    at = fields.AwareDateTime(required=True)


class ReassessmentStepView(Schema):
    """One time that the award was judged again: for what, and what came of it."""

    at = fields.AwareDateTime(required=True)
    causes = fields.List(fields.Nested(NotedCauseView), required=True)
    conclusion = fields.Enum(Conclusion, by_value=True, required=True)
    text = fields.Function(
        lambda it: translate(f"reassessment.conclusion.{it.conclusion}"), required=True, metadata=TEXT
    )
    before = Amount(required=True, attribute="before_minor")
    amount = Amount(required=True, attribute="amount_minor")
    difference = SignedAmount(required=True, attribute="difference_minor")
    failed = fields.String(required=True)
    failed_text = fields.Function(lambda it: _failed(it), required=True, metadata=TEXT_OR_NULL)


class LastJudgedView(Schema):
    """What the rules say of the award by what was known when it was last judged."""

    outcome = fields.Enum(JudgedOutcome, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"benefit.outcome.{it.outcome}"), required=True, metadata=TEXT)
    on = fields.Date(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    difference = SignedAmount(required=True, attribute="difference_minor")
    failed_text = fields.Function(lambda it: _failed(it), required=True, metadata=TEXT_OR_NULL)
    sum = fields.Nested(ExplainedSumView, required=True, allow_none=True)


class ReassessmentView(Schema):
    """When and why an award was judged again since it was granted, what came of it, and what it comes to by now."""

    award_id = fields.String(required=True)
    last = OfBenefit(LastJudgedView, claim_type=lambda it: it.claim_type, required=True)
    waiting = fields.List(fields.Nested(NotedCauseView), required=True, attribute="causes")
    next_look_at = fields.AwareDateTime(required=True, allow_none=True)
    steps = OfBenefit(ReassessmentStepView, claim_type=lambda it: it.claim_type, many=True, required=True)


def _failed(it: LastJudged | ReassessmentStep) -> str | None:
    """The sentence of the condition that does not hold, as the fund says it; None where none fails."""
    definition = definition_spoken_of()
    own = definition.conditions if definition else ()
    found = next((each.sentence[language()] for each in own if each.code == it.failed), None)
    return found or it.failed or None
