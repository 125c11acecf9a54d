"""The shapes of runs and of their payments over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.benefits.schemas import ExplainedSumView, OfBenefit, name_of
from services.claims.entitlements.schemas import LawView
from services.claims.runs.actions import RunShown
from services.claims.runs.computing import AWARD_OVER, OTHER_PERIODS, UNDECIDED
from services.claims.runs.run import Change, PaymentLine, PaymentStatus, RunLineKind, Status
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, SignedAmount, fund, paged
from shared.process.access_journal.schemas import PurposeQuery


class RunBody(Schema):
    """Of which benefit, and for which period, everything is to be computed."""

    claim_type = fields.String(required=True, validate=validate.Length(1, 40))
    period = fields.String(required=True, validate=validate.Length(4, 10))


class RejectionBody(Schema):
    """Why the run is not paid."""

    reason = fields.String(required=True, validate=validate.Length(1, 200))


class RunsQuery(PagedQuery):
    """Which runs; all where no benefit is named."""

    claim_type = fields.String(load_default=None, validate=validate.Length(1, 40))


class RunPaymentsQuery(PagedQuery, PurposeQuery):
    """Which payments of a run; all where nothing is named."""

    change = fields.Enum(Change, by_value=True, load_default=None)
    status = fields.Enum(PaymentStatus, by_value=True, load_default=None)


class AwardPaymentsQuery(PagedQuery, PurposeQuery):
    """Which page of an award's payments."""


class TotalsView(Schema):
    """What the run comes to, and how it differs from the last one."""

    payments = fields.Integer(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    before = Amount(required=True, attribute="before_minor")
    arrears = SignedAmount(required=True, attribute="arrears_minor")
    carried = SignedAmount(required=True, attribute="carried_minor")
    new = fields.Integer(required=True)
    ended = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    undecided = fields.Integer(required=True)


class ProgressView(Schema):
    """What became of the payments of an approved run, as far as it is told."""

    due = fields.Integer(required=True)
    due_amount = Amount(required=True)
    withheld = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    paid_amount = Amount(required=True)
    returned = fields.Integer(required=True)
    returned_amount = Amount(required=True)


class RunStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)
    text = fields.Function(lambda step: translate(f"run.step.{step.status}"), required=True, metadata=TEXT)


def _progress(shown: RunShown) -> dict[str, int]:
    counts = {name: shown.sum_of(name) for name in ("due", "withheld", "paid", "returned")}
    amounts = {f"{name}_amount": shown.sum_of(f"{name}_minor") for name in ("due", "paid", "returned")}
    return counts | amounts


class RunView(Schema):
    """A run: what it comes to, how it differs from the last one, who made and approved it, and what became of it."""

    run_id = fields.String(required=True, attribute="run.run_id")
    reference = fields.String(required=True, attribute="run.reference")
    claim_type = fields.String(required=True, attribute="run.claim_type")
    name = fields.Function(lambda it: name_of(it.run.claim_type), required=True, metadata=TEXT)
    period = fields.String(required=True, attribute="run.period")
    status = fields.Enum(Status, by_value=True, required=True, attribute="run.status")
    text = fields.Function(lambda it: translate(f"run.step.{it.run.status}"), required=True, metadata=TEXT)
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    totals = fields.Nested(TotalsView, required=True, attribute="run.totals")
    progress = Derived(ProgressView, of=_progress, required=True)
    timeline = fields.List(fields.Nested(RunStepView), required=True, attribute="run.steps")
    version = fields.Integer(required=True)


RunViews = paged(RunView)


class PaymentLineView(Schema):
    """What is right for a period by now, what was granted for it before, and the difference that is paid or taken."""

    kind = fields.Enum(RunLineKind, by_value=True, required=True)
    text = fields.Function(lambda line: translate(f"run.line.{line.kind}"), required=True, metadata=TEXT)
    period = fields.String(required=True)
    right = Amount(required=True, attribute="right_minor")
    granted = Amount(required=True, attribute="granted_minor")
    amount = SignedAmount(required=True, attribute="amount_minor")
    reason = fields.String(required=True)
    reason_text = fields.Function(lambda line: _reason(line), required=True, metadata={"type": ["string", "null"]})
    sum = fields.Nested(ExplainedSumView, required=True, allow_none=True)
    law = fields.Nested(LawView, required=True, allow_none=True)


class WithheldForView(Schema):
    """What is kept back for another award of the person that was overpaid and has ended."""

    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")


class PaymentStepView(Schema):
    status = fields.Enum(PaymentStatus, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    text = fields.Function(lambda step: translate(f"run.payment.{step.status}"), required=True, metadata=TEXT)


class AwardPaymentView(Schema):
    """What a run pays for one award, line by line; the lines and what was carried before come to the amount and what is
    carried on."""

    payment_id = fields.String(required=True)
    run_id = fields.String(required=True)
    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    person_ref = fields.String(required=True)
    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: name_of(it.claim_type), required=True, metadata=TEXT)
    period = fields.String(required=True)
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    amount = Amount(required=True, attribute="amount_minor")
    before = Amount(required=True, attribute="before_minor")
    taken = Amount(required=True, attribute="taken_minor")
    withheld = Amount(required=True, attribute="withheld_minor")
    withheld_for = fields.List(fields.Nested(WithheldForView), required=True)
    carried_before = SignedAmount(required=True, attribute="carry_before_minor")
    carried_after = SignedAmount(required=True, attribute="carry_after_minor")
    change = fields.Enum(Change, by_value=True, required=True)
    change_text = fields.Function(lambda it: translate(f"run.change.{it.change}"), required=True, metadata=TEXT)
    status = fields.Enum(PaymentStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"run.payment.{it.status}"), required=True, metadata=TEXT)
    ends_on = fields.Date(required=True, allow_none=True)
    lines = OfBenefit(PaymentLineView, claim_type=lambda it: it.claim_type, many=True, required=True)
    timeline = fields.List(fields.Nested(PaymentStepView), required=True, attribute="steps")


AwardPaymentViews = paged(AwardPaymentView)


def _reason(line: PaymentLine) -> str | None:
    """Why a period is not paid, or is not decided: a sentence of ours, or the code of the benefit's own condition."""
    is_ours = line.reason in (UNDECIDED, AWARD_OVER, OTHER_PERIODS)
    return translate(f"run.reason.{line.reason}") if is_ours else line.reason or None
