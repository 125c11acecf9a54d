"""The shapes of payouts over HTTP."""

from marshmallow import Schema, fields

from services.payments.payouts.payout import Status
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, fund, paged


class PayoutsQuery(PagedQuery):
    """Which payouts: those that wait for a bank account, where nothing is asked for; of a reference or an amount, those
    in whichever state."""

    status = fields.Enum(Status, by_value=True, load_default=None)
    reference = Reference(
        load_default=None, metadata={"description": "The number of the claim or the award that is paid."}
    )
    amount = Amount(load_default=None)


class PayoutStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = fields.Function(
        lambda step: translate(f"payout.step.{step.status}"), metadata={"type": "string"}, required=True
    )


class PayoutView(Schema):
    """The money of an approved claim, or of an award for a period, on its way to the person."""

    payout_id = fields.String(required=True)
    claim_id = fields.String(required=True)
    award_id = fields.String(
        required=True,
        metadata={"description": "The award that is paid for a period; empty where a claim is paid.", "examples": [""]},
    )
    payment_id = fields.String(
        required=True,
        metadata={"description": "That payment, as its run has it; empty where a claim is paid.", "examples": [""]},
    )
    reference = fields.String(required=True, metadata={"description": "The number of the claim, or of the award."})
    person_ref = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.Function(lambda payout: fund().currency.value, metadata={"type": "string"}, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    end_to_end_id = fields.String(required=True)
    batch_id = fields.String(required=True, allow_none=True)
    replaces = fields.String(
        required=True, allow_none=True, metadata={"description": "The payout that came back, in whose place this is."}
    )
    replaced_by = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The payout that was ordered in the place of this one."},
    )
    timeline = fields.List(fields.Nested(PayoutStepView), attribute="steps", required=True)


PayoutPage = paged(PayoutView)
