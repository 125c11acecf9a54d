"""The shapes of overpayments over HTTP, for the person and for the fund's agents."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.awards.award import Status as AwardStatus
from services.claims.awards.schemas import said_of
from services.claims.benefits.schemas import name_of
from services.claims.claims.schemas import AppealTermView
from services.claims.overpayments.actions import Repayment
from services.claims.overpayments.overpayment import DisputeOutcome, Overpayment, RepaymentWay, Status
from services.claims.runs.run import PaymentStatus
from shared.funds.payments import FundAccount
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, SignedAmount, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

STATEMENT_CHARACTERS_MAX = 2_000
BY_TRANSFER = frozenset({RepaymentWay.TRANSFER, RepaymentWay.HEIRS})
TEXT_OR_NULL = {"type": ["string", "null"]}


class OverpaymentsQuery(PagedQuery, PurposeQuery):
    """Overpayments in which state; those to be recovered where none is named. `is_disputed` those that are disputed, or
    are not. Of a person, or of a reference of an award or of a repayment, those in whichever state."""

    status = fields.Enum(Status, by_value=True, load_default=None)
    is_disputed = fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})
    person_ref = fields.String(load_default=None, validate=validate.Length(1, 64))
    reference = Reference(
        load_default=None,
        metadata={"description": "The number of the award, or the reference by which it is paid back."},
    )


class OwnRepaymentsQuery(PagedQuery):
    """Which page of one's own."""


class OverpaymentDisputeBody(Schema):
    """Why the person does not owe it."""

    statement = fields.String(required=True, validate=validate.Length(1, STATEMENT_CHARACTERS_MAX))


class DisputeDecisionBody(Schema):
    """Whether what is disputed stands, and why; the person reads the reason."""

    stands = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class SettlementBody(Schema):
    """What became of an overpayment, with the reason or the reference of the receipt."""

    to = fields.Enum(
        Status,
        by_value=True,
        required=True,
        validate=validate.OneOf([Status.RECOVERED, Status.WAIVED]),
        metadata={"enum": [Status.RECOVERED.value, Status.WAIVED.value]},
    )
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class WaiverBody(Schema):
    """Whether a second person agrees that an overpayment is waived, and why."""

    agrees = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class OverpaidPaymentView(Schema):
    """A payment that holds something for periods after the end."""

    payment_id = fields.String(required=True)
    period = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    status = fields.Enum(PaymentStatus, by_value=True, required=True)


class OverpaymentStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    reason = fields.String(required=True)


class WithheldView(Schema):
    """What a payment of another award of the person had taken off for it."""

    payment_id = fields.String(required=True)
    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    period = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    at = fields.AwareDateTime(required=True)


class RepaidView(Schema):
    """Money of the person that came by the reference, by the day that it counts from. Below zero the bank took it
    back."""

    on = fields.Date(required=True)
    amount = SignedAmount(required=True, attribute="amount_minor")


class OverpaymentDisputeView(Schema):
    """What the person said against it, and what was decided."""

    statement = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    outcome = fields.Enum(DisputeOutcome, by_value=True, required=True, allow_none=True)
    text = fields.Function(lambda it: _dispute_text(it), required=True, metadata=TEXT)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)


class OverpaymentView(Schema):
    """What was paid for an award and was not due, and what became of it. Without `last_on` the award holds."""

    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    person_ref = fields.String(required=True)
    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: name_of(it.claim_type), required=True, metadata=TEXT)
    last_on = fields.Date(required=True, allow_none=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Method("sentence", required=True)
    repayment_reference = fields.String(required=True)
    payments = fields.List(fields.Nested(OverpaidPaymentView), required=True)
    withheld = fields.List(fields.Nested(WithheldView), required=True)
    withheld_amount = Amount(required=True, attribute="withheld_minor")
    taken = Amount(required=True, attribute="taken_minor")
    repaid = fields.List(fields.Nested(RepaidView), required=True)
    repaid_amount = Amount(required=True, attribute="repaid_minor")
    is_disputed = fields.Boolean(required=True)
    disputes = fields.List(fields.Nested(OverpaymentDisputeView), required=True)
    found_at = fields.AwareDateTime(required=True)
    timeline = fields.List(fields.Nested(OverpaymentStepView), required=True, attribute="steps")
    version = fields.Integer(required=True)

    def sentence(self, overpayment: Overpayment) -> str:
        return translate(f"overpayment.step.{overpayment.status.value}")


OverpaymentViews = paged(OverpaymentView)


class ShareView(Schema):
    """How much of each payment is taken at most, and what is always left."""

    percent = fields.String(required=True)
    leaves = Amount(required=True, allow_none=True, attribute="leaves_minor")
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class PayIntoView(Schema):
    """The fund's account that a transfer goes to."""

    number = fields.String(required=True)
    holder = fields.String(required=True)
    bank = fields.String(required=True)


class RepaymentStepView(Schema):
    """What happened to it, as the person reads it."""

    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    text = fields.Function(lambda step: translate(f"overpayment.step.{step.status}"), required=True, metadata=TEXT)


class RepaymentView(Schema):
    """What was paid too much to a person for an award: why, what is still owed, how it is paid back, what was taken off
    so far, and how it may be disputed. `reference_to_pay_by` stands where it is paid back by a transfer."""

    award_id = fields.String(required=True, attribute="overpayment.award_id")
    reference = fields.String(required=True, attribute="overpayment.reference")
    person_ref = fields.String(required=True, attribute="overpayment.person_ref")
    claim_type = fields.String(required=True, attribute="overpayment.claim_type")
    name = fields.Function(lambda it: name_of(it.overpayment.claim_type), required=True, metadata=TEXT)
    last_on = fields.Date(required=True, allow_none=True, attribute="overpayment.last_on")
    amount = Amount(required=True, attribute="overpayment.amount_minor")
    currency = fields.String(required=True, attribute="overpayment.currency")
    status = fields.Enum(Status, by_value=True, required=True, attribute="overpayment.status")
    text = fields.Function(
        lambda it: translate(f"overpayment.step.{it.overpayment.status}"), required=True, metadata=TEXT
    )
    why = fields.Function(lambda it: _why(it), required=True, metadata=TEXT)
    way = fields.Enum(RepaymentWay, by_value=True, required=True)
    way_text = fields.Function(lambda it: translate(f"overpayment.way.{it.way}"), required=True, metadata=TEXT)
    reference_to_pay_by = fields.Function(lambda it: _to_pay_by(it), required=True, metadata=TEXT_OR_NULL)
    pay_into = Derived(PayIntoView, of=lambda it: _pay_into(it), required=True, allow_none=True)
    share = Derived(ShareView, of=lambda it: _share(it), required=True, allow_none=True)
    is_paused = fields.Boolean(required=True)
    payments = fields.List(fields.Nested(OverpaidPaymentView), required=True, attribute="overpayment.payments")
    withheld = fields.List(fields.Nested(WithheldView), required=True, attribute="overpayment.withheld")
    withheld_amount = Amount(required=True, attribute="overpayment.withheld_minor")
    taken = Amount(required=True, attribute="overpayment.taken_minor")
    repaid = fields.List(fields.Nested(RepaidView), required=True, attribute="overpayment.repaid")
    repaid_amount = Amount(required=True, attribute="overpayment.repaid_minor")
    contest = Derived(AppealTermView, of=lambda it: it.appeal_term, required=True, allow_none=True)
    may_be_disputed = fields.Boolean(required=True)
    dispute = Derived(OverpaymentDisputeView, of=lambda it: it.overpayment.dispute, required=True, allow_none=True)
    found_at = fields.AwareDateTime(required=True, attribute="overpayment.found_at")
    timeline = fields.List(fields.Nested(RepaymentStepView), required=True, attribute="overpayment.steps")
    version = fields.Integer(required=True)


RepaymentViews = paged(RepaymentView)


def _why(it: Repayment) -> str:
    """Why it was too much, in a sentence."""
    if it.award.status is AwardStatus.ENDED:
        return said_of(it.award.status, it.award.reason)
    return translate("overpayment.why.changed")


def _to_pay_by(it: Repayment) -> str | None:
    is_owed = it.overpayment.status is Status.OPEN and it.way in BY_TRANSFER
    return it.overpayment.repayment_reference if is_owed and it.overpayment.repayment_reference else None


def _pay_into(it: Repayment) -> FundAccount | None:
    money = fund().sections.payments if _to_pay_by(it) else None
    return money.collections if money is not None else None


def _share(it: Repayment) -> dict[str, Any] | None:
    if it.recovery is None or it.way in BY_TRANSFER:
        return None
    leaves = it.recovery.leaves
    return {
        "percent": str(it.recovery.percent),
        "leaves_minor": leaves.amount_minor if leaves else None,
        "law": it.recovery.law,
    }


def _dispute_text(it: Any) -> str:
    return translate(f"overpayment.dispute.{it.outcome or 'open'}")
