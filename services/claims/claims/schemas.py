"""The shapes of claims over HTTP."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.benefits.answer import ANSWERS_MAX
from services.claims.benefits.rules import NOTHING_DUE
from services.claims.benefits.schemas import (
    AnswerBody,
    AnswerView,
    ConditionResultView,
    ExplainedSumView,
    JudgementView,
    QuestionView,
    When,
    failed_text,
)
from services.claims.claims import timeline
from services.claims.claims.claim import (
    LINES_MAX,
    PAPERS_MAX,
    QUANTITY_MAX,
    AppealOutcome,
    Claim,
    DecidedLine,
    Decision,
    Doubt,
    MedicalAnswer,
    MedicalReason,
    PaperReason,
    PaymentCheckStatus,
    PaymentHold,
    Reduction,
    RefusalReason,
    Status,
)
from services.claims.claims.duplicates import DuplicateFinding, Likeness
from services.claims.claims.offers import ClaimOffer, answers_shown
from services.claims.claims.timeline import Contest, Who
from shared.funds.benefits import DecidedBy, Family, Filer
from shared.funds.calendar import DayCount
from shared.http.problems import language, translate
from shared.http.shapes import Amount, CodeText, Derived, PagedQuery, fund, many, paged
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.schemas import PURPOSE, PurposeQuery

ID = validate.Length(1, 64)
TEXT = {"type": "string"}


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


class OwnQuery(PagedQuery):
    """Which of the own claims; all where no status is named."""

    status = fields.Enum(Status, by_value=True, load_default=None)


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


class SearchBody(Schema):
    """A number that an agent has: a claim's reference or a person's insurance number, and why it is asked for."""

    number = fields.String(required=True, validate=validate.Length(1, 64))
    purpose = fields.Enum(Purpose, by_value=True, required=True, metadata=PURPOSE)


class FoundView(Schema):
    """Whose number it is, and which claim where it is a claim's."""

    person_ref = fields.String(required=True)
    claim_id = fields.String(required=True, allow_none=True)


class OfferQuery(Schema):
    """On which day: that of the care for acts, that of the filing for papers; today where none is named."""

    on = fields.Date(load_default=None)


class PaperOfferView(Schema):
    kind = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    is_required = fields.Boolean(required=True, attribute="requirement.is_required")
    when = When(lambda it: it.requirement.when)
    law = fields.String(required=True, attribute="requirement.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="requirement.law.is_to_be_confirmed")


class ActOfferView(Schema):
    act = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    price = Amount(required=True, attribute="price.price.amount_minor")
    law = fields.String(required=True, attribute="price.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="price.law.is_to_be_confirmed")


class DelaysView(Schema):
    completeness = fields.Integer(required=True)
    decision = fields.Integer(required=True)
    payment = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class FilingTermView(Schema):
    days_max = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class AppealView(Schema):
    body = fields.Function(lambda it: it.body[language()], required=True, metadata=TEXT)
    days = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class LegalDelayView(Schema):
    """Within how many days of a complete claim the law wants a decision."""

    days = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class ReasonView(Schema):
    """A reason for which such a claim may be refused, as a whole or line by line."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class CeilingView(Schema):
    """What is paid at most for the care of a calendar year: for the person alone, with one dependant, with two …"""

    amounts = fields.Function(
        lambda it: [str(amount.decimal()) for amount in it.amounts],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class FilerView(Schema):
    """Who may file such a claim."""

    code = fields.Function(lambda it: it.value, required=True, metadata={"enum": [each.value for each in Filer]})
    text = fields.Function(lambda it: translate(f"claim.filed-by.{it}"), required=True, metadata=TEXT)


class OfferView(Schema):
    """A claim type: what to send with it, what is paid for, and how long it takes. Empty where no law sets it."""

    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    family = fields.Enum(Family, by_value=True, required=True)
    decided_by = fields.Enum(DecidedBy, by_value=True, required=True)
    is_for_care = fields.Boolean(required=True)
    questions = fields.List(fields.Nested(QuestionView), required=True)
    percent = fields.String(required=True, allow_none=True)
    papers = fields.List(fields.Nested(PaperOfferView), required=True)
    acts = fields.List(fields.Nested(ActOfferView), required=True)
    filed_by = fields.List(fields.Nested(FilerView), required=True)
    filing = fields.Nested(FilingTermView, required=True, allow_none=True)
    ceiling = fields.Nested(CeilingView, required=True, allow_none=True)
    usual_days = fields.Nested(DelaysView, required=True, allow_none=True)
    appeal = fields.Nested(AppealView, required=True, allow_none=True)
    legal_delay = fields.Nested(LegalDelayView, required=True, allow_none=True)
    refusal_reasons = Derived(ReasonView, of=lambda offer: _reasons(offer), many=True, required=True)


OfferViews = many(OfferView)


class ActsQuery(PagedQuery):
    """Which acts, and of which day of care; those of today where none is named."""

    on = fields.Date(load_default=None)
    claim_type = fields.String(load_default=None, validate=ID)
    search = fields.String(load_default="", validate=validate.Length(0, 100))


class ActView(Schema):
    """A medical act that the fund reimburses."""

    act = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    claim_type = fields.String(required=True)
    price = Amount(required=True, attribute="price.price.amount_minor")
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    law = fields.String(required=True, attribute="price.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="price.law.is_to_be_confirmed")


ActsPage = paged(ActView)


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


class DecidedLineView(Schema):
    number = fields.Integer(required=True)
    reimbursed = Amount(required=True, attribute="reimbursed_minor")
    price = Amount(required=True, attribute="price_minor")
    percent = fields.String(required=True)
    law = fields.String(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    refused_for = fields.String(allow_none=True)
    refused_text = fields.String(allow_none=True)
    cover = fields.String(required=True, allow_none=True)
    reduced_for = fields.Enum(Reduction, by_value=True, required=True, allow_none=True)
    reduced_text = fields.String(required=True, allow_none=True)


class DecisionView(Schema):
    lines = fields.List(fields.Nested(DecidedLineView), required=True)
    decided_at = fields.AwareDateTime(required=True)
    refused_for = fields.String(allow_none=True)
    refused_text = fields.String(allow_none=True)
    is_by_rules = fields.Boolean(required=True)
    explained = fields.Nested(ExplainedSumView, required=True, allow_none=True)
    conditions = fields.List(fields.Nested(ConditionResultView), required=True)


class HeldPaymentBody(Schema):
    """Why a payment that was held is made, or is not, as the agent says it."""

    reason = fields.String(required=True, validate=validate.Length(1, 200))


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
    differing = fields.List(fields.Nested(DifferingView), required=True)
    looked_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)


class ContestView(Schema):
    """Before whom the person may contest what was refused, and until which day, included."""

    body = fields.Function(lambda it: it.body[language()], required=True, metadata=TEXT)
    days = fields.Integer(required=True)
    until_on = fields.Date(required=True)
    law = fields.String(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    text = fields.Function(lambda it: _contest(it), required=True, metadata=TEXT)


class StepView(Schema):
    status = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = CodeText(required=True)


class NextView(Schema):
    text = CodeText(required=True)
    who = fields.Enum(Who, by_value=True, required=True)
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


def reason_text(reason: str | None, claim_type: str) -> str | None:
    """A reason in the caller's language: the fund's own sentence, or the platform's."""
    if reason is None:
        return None
    definition = fund().claim_types.get(claim_type)
    own = (definition.procedure.refusal_reasons if definition else None) or {}
    if reason in own:
        return own[reason][language()]
    conditions = [each.code for each in definition.conditions] if definition else []
    if reason in conditions or reason == NOTHING_DUE:
        return failed_text(claim_type, reason)
    return translate(f"claim.refused-for.{reason if reason in set(RefusalReason) else 'other'}")


def _payment_check(claim: Claim) -> dict[str, Any] | None:
    if claim.payment_check is None:
        return None
    differing = [
        {"condition": each, "text": failed_text(claim.claim_type, each.code)} for each in claim.payment_check.differing
    ]
    return {**vars(claim.payment_check), "differing": differing}


def _reasons(offer: ClaimOffer) -> list[dict[str, Any]]:
    return [{"code": each, "text": reason_text(each, offer.claim_type)} for each in offer.refusal_reasons]


def _decision(claim: Claim, decision: Decision | None) -> dict[str, Any] | None:
    """A decision with the sentences of its reasons."""
    if decision is None:
        return None
    return {
        **vars(decision),
        "lines": _decided_lines(claim, decision.lines),
        "refused_text": reason_text(decision.refused_for, claim.claim_type),
    }


def _decided_lines(claim: Claim, lines: Iterable[DecidedLine]) -> list[dict[str, Any]]:
    """Decided lines with the sentences of their reasons."""
    return [
        {
            **vars(line),
            "refused_text": reason_text(line.refused_for, claim.claim_type),
            "reduced_text": line.reduced_for and translate(f"claim.reduced-for.{line.reduced_for}"),
        }
        for line in lines
    ]


def _contest(found: Contest) -> str:
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
    decision = Derived(DecisionView, of=lambda claim: _decision(claim, claim.decision), allow_none=True)
    approved = Amount(required=True, attribute="approved_minor")
    granted = Amount(required=True, attribute="granted_minor")
    overpaid = Amount(required=True, attribute="overpaid_minor")
    currency = fields.Function(lambda claim: fund().currency.value, metadata={"type": "string"}, required=True)
    payment_check = Derived(PaymentCheckView, of=lambda claim: _payment_check(claim), required=True, allow_none=True)
    is_payment_held = fields.Boolean(required=True)
    assigned_to = fields.String(allow_none=True)
    timeline = Derived(StepView, of=_steps, many=True, required=True)
    contest = Derived(ContestView, of=lambda claim: timeline.contest(claim, fund()), allow_none=True)
    due_on = fields.Date(required=True, metadata={"description": "The day by which the fund is to decide"})
    legal_due_on = fields.Function(
        lambda claim: claim.legal_due_on.isoformat() if claim.has_legal_delay else None,
        required=True,
        allow_none=True,
        metadata={"type": "string", "format": "date"},
    )
    next = Derived(NextView, of=lambda claim: timeline.next_step(claim, fund()), required=True)
    appeal = fields.Nested(AppealLinkView, required=True, allow_none=True)
    appeal_of = fields.Nested(AppealedView, required=True, allow_none=True, attribute="appealed")
    version = fields.Integer(required=True)


ClaimViews = paged(ClaimView)


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
    shown = _decision(claim, claim.proposal)
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
        of=lambda it: [_decision(it.claim, each) for each in it.claim.earlier_decisions],
        many=True,
        required=True,
    )
    objection = fields.Nested(ObjectionView, required=True, allow_none=True, attribute="claim.objection")
    medical = fields.Nested(ReviewView, required=True, allow_none=True, attribute="claim.medical")
    judgement = fields.Nested(JudgementView, required=True, allow_none=True)
    doubts = Derived(DoubtView, of=lambda it: _doubts(it.claim), many=True, required=True)
    first = fields.Nested(ClaimView, required=True, allow_none=True)
    statement = fields.Function(
        lambda it: it.claim.appealed.statement if it.claim.appealed else None, metadata=TEXT, allow_none=True
    )
    would_pay = Derived(
        DecidedLineView,
        of=lambda it: _decided_lines(it.claim, it.would_pay),
        many=True,
        required=True,
        metadata={"description": "What each line of care comes to now, were all of them granted; empty once decided."},
    )
    beside = fields.List(fields.Nested(BesideView), required=True)
    findings = fields.List(fields.Nested(FindingView), required=True)
    version = fields.Integer(required=True)
