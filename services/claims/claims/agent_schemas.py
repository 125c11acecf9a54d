"""Claims over HTTP as the fund's agents ask for them, decide them and are shown them."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.benefits.schemas import (
    JudgementView,
    OfBenefit,
)
from services.claims.claims.claim import (
    LINES_MAX,
    Claim,
    Doubt,
    MedicalAnswer,
    MedicalReason,
    PaperReason,
    Status,
)
from services.claims.claims.decision_schemas import DecidedLineView, DecisionView, decision_shown, lines_shown
from services.claims.claims.duplicates import DuplicateFinding, Likeness
from services.claims.claims.schemas import ID, ClaimView, LineView, PaperView
from services.claims.claims.timeline import ResponsibleParty, next_step
from services.claims.insured.schemas import DependantView
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, fund, paged
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.schemas import PURPOSE, PurposeQuery


class PaperRequestBody(Schema):
    kind = fields.String(required=True, validate=validate.Length(1, 40))
    reason = fields.Enum(PaperReason, by_value=True, required=True)


class RefusedLineBody(Schema):
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, LINES_MAX))
    reason = fields.String(required=True, validate=validate.Length(1, 40))


class ApprovalBody(Schema):
    """Every line that is not named is approved."""

    refused_lines = fields.List(
        fields.Nested(RefusedLineBody), load_default=list, validate=validate.Length(0, LINES_MAX)
    )


class RefusalBody(Schema):
    reason = fields.String(required=True, validate=validate.Length(1, 40))


class ObjectionBody(Schema):
    """Why a second person does not confirm it."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class ReassignmentBody(Schema):
    """To whom a supervisor gives a claim, and why; nobody means back to the common queue."""

    to = fields.String(required=True, allow_none=True, validate=ID, metadata={"description": "The agent's number"})
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class SeparationBody(Schema):
    """The claim that is another one, though alike; for two lines that are alike, the claim itself."""

    claim_id = fields.String(required=True, validate=ID)


class QueueQuery(PagedQuery, PurposeQuery):
    """Which claims an agent asks for. Without any filter, those that wait for a decision."""

    status = fields.Enum(Status, by_value=True, load_default=None)
    assigned_to = fields.String(
        load_default=None,
        validate=ID,
        metadata={"description": "An agent's number, `me`, or `nobody` for what waits in the common queue."},
    )
    due_before = fields.Date(load_default=None, metadata={"description": "To be decided before this day."})
    is_overdue = fields.Boolean(
        load_default=False,
        metadata={"description": "Those alone whose legal delay is over, the latest first; goes with `status` alone."},
    )
    is_to_recover = fields.Boolean(
        load_default=False,
        metadata={"description": "Appeals alone that found something paid too much, to be recovered; goes alone."},
    )
    is_payment_held = fields.Boolean(
        load_default=False,
        metadata={"description": "Those alone that were granted and wait for an agent before payment; goes alone."},
    )
    reference = fields.String(load_default=None, validate=ID, metadata={"description": "Of one claim; goes alone."})
    person_ref = fields.String(load_default=None, validate=ID)


class QueuedClaimView(Schema):
    """A claim as a row of a list that the fund's people work through; the claim itself is read alone."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    claim_type = fields.String(required=True)
    care_on = fields.Date(required=True)
    has_lines = fields.Function(lambda claim: bool(claim.lines), required=True, metadata={"type": "boolean"})
    papers_count = fields.Function(lambda claim: len(claim.papers), required=True, metadata={"type": "integer"})
    is_appeal = fields.Function(lambda claim: claim.appealed is not None, required=True, metadata={"type": "boolean"})
    status = fields.Enum(Status, by_value=True, required=True)
    in_step_since = fields.AwareDateTime(required=True)
    who = fields.Function(
        lambda claim: next_step(claim, fund()).who.value,
        required=True,
        metadata={"type": "string", "enum": [each.value for each in ResponsibleParty]},
    )
    assigned_to = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True)
    legal_due_on = fields.Function(
        lambda claim: claim.legal_due_on.isoformat() if claim.has_legal_delay else None,
        required=True,
        metadata={"type": ["string", "null"], "format": "date"},
    )
    approved = Amount(required=True, attribute="approved_minor")
    currency = fields.Function(lambda _: fund().currency.value, required=True, metadata={"type": "string"})
    version = fields.Integer(required=True)


QueuedClaimViews = paged(QueuedClaimView)


class SearchBody(Schema):
    """A number that an agent has: a claim's reference or a person's insurance number, and why it is asked for."""

    number = fields.String(required=True, validate=validate.Length(1, 64))
    purpose = fields.Enum(Purpose, by_value=True, required=True, metadata=PURPOSE)


class FoundView(Schema):
    """Whose number it is, and which claim where it is a claim's."""

    person_ref = fields.String(required=True)
    claim_id = fields.String(required=True, allow_none=True)


class HeldPaymentBody(Schema):
    """Why a payment that was held is made, or is not, as the agent says it."""

    reason = fields.String(required=True, validate=validate.Length(1, 200))


class BesideView(Schema):
    """Another claim of the person about the same act on the same day."""

    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    care_on = fields.Date(required=True)
    lines = fields.List(fields.Nested(LineView), required=True)
    papers = fields.List(fields.Nested(PaperView), required=True)
    approved = Amount(required=True, attribute="approved_minor")
    submitted_at = fields.AwareDateTime(required=True)


class FindingView(Schema):
    """In what the claim is like another. One that is not answered keeps the claim from being approved."""

    likeness = fields.Enum(Likeness, by_value=True, required=True)
    claim_id = fields.String(required=True)
    reference = fields.String(required=True)
    is_answered = fields.Boolean(required=True)
    text = fields.Function(lambda it: _likeness(it), required=True, metadata=TEXT)


def _likeness(found: DuplicateFinding) -> str:
    return translate(f"claim.duplicate.{found.likeness}", reference=found.reference)


class ProposalView(DecisionView):
    """A decision that waits for a second person, and whose it is."""

    decided_by = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")


class ObjectionView(Schema):
    """Why a second person did not confirm what was granted."""

    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)


class ReviewView(Schema):
    """What medical control answered; nothing of why, beside the reason's code."""

    asked_at = fields.AwareDateTime(required=True)
    answer = fields.Enum(MedicalAnswer, by_value=True, required=True, allow_none=True)
    answer_text = fields.Function(lambda it: _said("claim.medical-answer", it.answer), metadata=TEXT, allow_none=True)
    reason = fields.Enum(MedicalReason, by_value=True, required=True, allow_none=True)
    reason_text = fields.Function(lambda it: _said("claim.medical-reason", it.reason), metadata=TEXT, allow_none=True)
    refused_lines = fields.List(fields.Integer(), required=True)
    months = fields.Integer(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


def _said(prefix: str, code: str | None) -> str | None:
    return None if code is None else translate(f"{prefix}.{code}")


def _proposal(claim: Claim) -> dict[str, Any] | None:
    shown = decision_shown(claim, claim.proposal)
    return None if shown is None else {**shown, "amount_minor": claim.proposed_minor}


class DoubtView(Schema):
    """Why the rules left a claim to somebody of the fund."""

    code = fields.Enum(Doubt, by_value=True, required=True)
    text = fields.String(required=True)


def _doubts(claim: Claim) -> list[dict[str, Any]]:
    return [{"code": each, "text": translate(f"claim.doubt.{each}")} for each in claim.doubts]


class AgentClaimView(Schema):
    """A claim as an agent needs it to decide: beside what may be the same bill, with what medical control answered,
    what a second person has to confirm, and, of an appeal, the claim whose decision is contested."""

    claim = fields.Nested(ClaimView, required=True)
    proposal = Derived(ProposalView, of=lambda it: _proposal(it.claim), required=True, allow_none=True)
    earlier_decisions = Derived(
        DecisionView,
        of=lambda it: [decision_shown(it.claim, each) for each in it.claim.earlier_decisions],
        many=True,
        required=True,
    )
    objection = fields.Nested(ObjectionView, required=True, allow_none=True, attribute="claim.objection")
    medical = fields.Nested(ReviewView, required=True, allow_none=True, attribute="claim.medical")
    judgement = OfBenefit(JudgementView, claim_type=lambda it: it.claim.claim_type, required=True, allow_none=True)
    doubts = Derived(DoubtView, of=lambda it: _doubts(it.claim), many=True, required=True)
    first = fields.Nested(ClaimView, required=True, allow_none=True)
    statement = fields.Function(
        lambda it: it.claim.appealed.statement if it.claim.appealed else None, metadata=TEXT, allow_none=True
    )
    would_pay = Derived(
        DecidedLineView,
        of=lambda it: lines_shown(it.claim, it.would_pay),
        many=True,
        required=True,
        metadata={"description": "What each line of care comes to now, were all of them granted; empty once decided."},
    )
    dependants = fields.List(
        fields.Nested(DependantView), required=True, metadata={"description": "Whom the answers of the claim name."}
    )
    beside = fields.List(fields.Nested(BesideView), required=True)
    findings = fields.List(fields.Nested(FindingView), required=True)
    version = fields.Integer(required=True)
