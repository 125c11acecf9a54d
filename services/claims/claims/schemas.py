"""The shapes of claims over HTTP."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.benefits.answer import ANSWERS_MAX
from services.claims.benefits.schemas import (
    AnswerBody,
    AnswerView,
    ConditionResultView,
    OfBenefit,
    failed_text,
)
from services.claims.claims import timeline
from services.claims.claims.claim import (
    LINES_MAX,
    PAPERS_MAX,
    QUANTITY_MAX,
    AppealOutcome,
    Claim,
    PaperReason,
    PaymentCheckStatus,
    PaymentHold,
    Status,
)
from services.claims.claims.decision_schemas import DecisionView, decision_shown
from services.claims.claims.offers import answers_shown
from services.claims.claims.timeline import AppealTerm, ResponsibleParty
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Amount, CodeText, Derived, PagedQuery, fund, paged

ID = validate.Length(1, 64)


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
    care_on = fields.Date(load_default=None)
    lines = fields.List(fields.Nested(LineBody), load_default=list, validate=validate.Length(1, LINES_MAX))
    papers = fields.List(fields.Nested(PaperBody), required=True, validate=validate.Length(0, PAPERS_MAX))
    answers = fields.List(fields.Nested(AnswerBody), load_default=list, validate=validate.Length(0, ANSWERS_MAX))


class OwnQuery(PagedQuery):
    """Which of the own claims; all where no status is named."""

    status = fields.Enum(Status, by_value=True, load_default=None)


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
    text = fields.Function(lambda it: translate(f"claim.paper-reason.{it.reason}"), required=True, metadata=TEXT)
    asked_at = fields.AwareDateTime(required=True)


class DifferingView(Schema):
    """A condition as it comes out now, otherwise than at the decision, and what it says."""

    condition = fields.Nested(ConditionResultView, required=True)
    text = fields.String(required=True)


class PaymentCheckView(Schema):
    """What was granted, held against what is known before it is paid. Of one that is held: why, what it would come to
    now (null where nothing), and the conditions that come out otherwise."""

    status = fields.Enum(PaymentCheckStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"claim.payment-check.{it['status']}"), required=True, metadata=TEXT)
    since = fields.AwareDateTime(required=True)
    hold = fields.Enum(PaymentHold, by_value=True, required=True, allow_none=True)
    hold_text = fields.Function(
        lambda it: translate(f"claim.payment-hold.{it['hold']}") if it["hold"] else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    amount = Amount(required=True, allow_none=True, attribute="amount_minor")
    differing = OfBenefit(DifferingView, claim_type=lambda it: it["claim_type"], many=True, required=True)
    looked_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)


class AppealTermView(Schema):
    """Before whom the person may contest what was refused, and until which day, included."""

    body = fields.Function(lambda it: it.body[language()], required=True, metadata=TEXT)
    days = fields.Integer(required=True)
    until_on = fields.Date(required=True)
    law = fields.String(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    text = fields.Function(lambda it: _appeal_term(it), required=True, metadata=TEXT)


class StepView(Schema):
    status = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = CodeText(required=True)


class NextStepView(Schema):
    text = CodeText(required=True)
    who = fields.Enum(ResponsibleParty, by_value=True, required=True)
    who_text = fields.Function(lambda it: translate(f"claim.who.{it.who}"), required=True, metadata=TEXT)
    usually_by_on = fields.Date(allow_none=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    legally_by_on = fields.Date(allow_none=True)
    law = fields.String(allow_none=True)
    is_law_to_be_confirmed = fields.Boolean(required=True)


class AppealLinkView(Schema):
    """The appeal against the decision, which is a claim of its own."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    outcome = fields.Enum(AppealOutcome, by_value=True, required=True, allow_none=True)
    outcome_text = fields.Function(
        lambda it: translate(f"claim.appeal.{it.outcome}") if it.outcome else None, metadata=TEXT, allow_none=True
    )
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class AppealedView(Schema):
    """What an appeal is against."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    approved = Amount(required=True, attribute="approved_minor")


def _payment_check(claim: Claim) -> dict[str, Any] | None:
    if claim.payment_check is None:
        return None
    differing = [
        {"condition": each, "text": failed_text(claim.claim_type, each.code)} for each in claim.payment_check.differing
    ]
    return {**vars(claim.payment_check), "claim_type": claim.claim_type, "differing": differing}


def _appeal_term(found: AppealTerm) -> str:
    return translate("claim.contest", body=found.body[language()], days=found.days, until_on=found.until_on)


def _steps(claim: Claim) -> list[dict[str, Any]]:
    return [{**vars(step), "text": timeline.text_of(step)} for step in claim.steps]


class ClaimView(Schema):
    """A claim with its timeline: what happened, what comes next, who must act."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    claim_type = fields.String(required=True)
    care_on = fields.Date(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    lines = fields.List(fields.Nested(LineView), required=True)
    papers = fields.List(fields.Nested(PaperView), required=True)
    answers = Derived(AnswerView, of=lambda claim: answers_shown(claim, fund()), many=True, required=True)
    requests = fields.List(fields.Nested(PaperRequestView), required=True)
    decision = Derived(DecisionView, of=lambda claim: decision_shown(claim, claim.decision), allow_none=True)
    approved = Amount(required=True, attribute="approved_minor")
    granted = Amount(required=True, attribute="granted_minor")
    overpaid = Amount(required=True, attribute="overpaid_minor")
    currency = fields.Function(lambda claim: fund().currency.value, metadata={"type": "string"}, required=True)
    payment_check = Derived(PaymentCheckView, of=lambda claim: _payment_check(claim), required=True, allow_none=True)
    is_payment_held = fields.Boolean(required=True)
    assigned_to = fields.String(allow_none=True)
    timeline = Derived(StepView, of=_steps, many=True, required=True)
    contest = Derived(AppealTermView, of=lambda claim: timeline.appeal_term(claim, fund()), allow_none=True)
    due_on = fields.Date(required=True, metadata={"description": "The day by which the fund is to decide"})
    legal_due_on = fields.Function(
        lambda claim: claim.legal_due_on.isoformat() if claim.has_legal_delay else None,
        required=True,
        allow_none=True,
        metadata={"type": "string", "format": "date"},
    )
    next = Derived(NextStepView, of=lambda claim: timeline.next_step(claim, fund()), required=True)
    appeal = fields.Nested(AppealLinkView, required=True, allow_none=True)
    appeal_of = fields.Nested(AppealedView, required=True, allow_none=True, attribute="appealed")
    version = fields.Integer(required=True)


ClaimViews = paged(ClaimView)
