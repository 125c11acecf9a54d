"""The shapes of claims over HTTP."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.claims import timeline
from services.claims.claims.claim import LINES_MAX, PAPERS_MAX, QUANTITY_MAX, Claim, PaperReason, RefusalReason
from shared.http.shapes import Amount, Derived, Said, fund, many


class LineBody(Schema):
    act = fields.String(required=True, validate=validate.Length(1, 40))
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, QUANTITY_MAX))
    paid = Amount(required=True, attribute="paid_minor")


class PaperBody(Schema):
    kind = fields.String(required=True, validate=validate.Length(1, 40))
    upload_id = fields.String(required=True, validate=validate.Length(1, 64))


class FilingBody(Schema):
    """A new claim."""

    claim_type = fields.String(required=True, validate=validate.Length(1, 40))
    care_on = fields.Date(required=True)
    lines = fields.List(fields.Nested(LineBody), required=True, validate=validate.Length(1, LINES_MAX))
    papers = fields.List(fields.Nested(PaperBody), required=True, validate=validate.Length(0, PAPERS_MAX))


class PaperRequestBody(Schema):
    kind = fields.String(required=True, validate=validate.Length(1, 40))
    reason = fields.Enum(PaperReason, by_value=True, required=True)


class RefusedLineBody(Schema):
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, LINES_MAX))
    reason = fields.Enum(RefusalReason, by_value=True, required=True)


class ApprovalBody(Schema):
    """Every line that is not named is approved."""

    refused_lines = fields.List(
        fields.Nested(RefusedLineBody), load_default=list, validate=validate.Length(0, LINES_MAX)
    )


class RefusalBody(Schema):
    reason = fields.Enum(RefusalReason, by_value=True, required=True)


class LineView(Schema):
    act = fields.String(required=True)
    quantity = fields.Integer(required=True)
    paid = Amount(required=True, attribute="paid_minor")


class PaperView(Schema):
    kind = fields.String(required=True)
    upload_id = fields.String(required=True)
    added_at = fields.AwareDateTime(required=True)


class PaperRequestView(Schema):
    kind = fields.String(required=True)
    reason = fields.Enum(PaperReason, by_value=True, required=True)
    asked_at = fields.AwareDateTime(required=True)


class DecidedLineView(Schema):
    number = fields.Integer(required=True)
    reimbursed = Amount(required=True, attribute="reimbursed_minor")
    price = Amount(required=True, attribute="price_minor")
    percent = fields.String(required=True)
    law = fields.String(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    refused_for = fields.Enum(RefusalReason, by_value=True, allow_none=True)


class DecisionView(Schema):
    lines = fields.List(fields.Nested(DecidedLineView), required=True)
    decided_at = fields.AwareDateTime(required=True)
    refused_for = fields.Enum(RefusalReason, by_value=True, allow_none=True)


class StepView(Schema):
    status = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = Said(required=True)


class NextView(Schema):
    text = Said(required=True)
    who = fields.String(required=True)
    usually_by_on = fields.Date(allow_none=True)
    is_to_be_confirmed = fields.Boolean(required=True)


def _steps(claim: Claim) -> list[dict[str, Any]]:
    return [{**vars(step), "text": timeline.text_of(step)} for step in claim.steps]


class ClaimView(Schema):
    """A claim with its timeline: what happened, what comes next, who must act."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    claim_type = fields.String(required=True)
    care_on = fields.Date(required=True)
    status = fields.String(required=True)
    lines = fields.List(fields.Nested(LineView), required=True)
    papers = fields.List(fields.Nested(PaperView), required=True)
    requests = fields.List(fields.Nested(PaperRequestView), required=True)
    decision = fields.Nested(DecisionView, allow_none=True)
    approved = Amount(required=True, attribute="approved_minor")
    currency = fields.Function(lambda claim: fund().currency.value, metadata={"type": "string"}, required=True)
    assigned_to = fields.String(allow_none=True)
    timeline = Derived(StepView, of=_steps, many=True, required=True)
    next = Derived(NextView, of=lambda claim: timeline.next_step(claim, fund()), required=True)
    version = fields.Integer(required=True)


ClaimViews = many(ClaimView)
