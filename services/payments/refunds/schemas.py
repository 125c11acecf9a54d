"""The shapes of refunds over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.refunds.refund import RefundStatus
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, fund, paged


class RefundsQuery(PagedQuery):
    """Which refunds: those that are to be sent, where nothing is asked for; of a reference or an amount, those in
    whichever state."""

    status = fields.Enum(RefundStatus, by_value=True, load_default=None)
    reference = Reference(load_default=None, metadata={"description": "What is written on the refund's transfer."})
    amount = Amount(load_default=None)


class RefundVersionBody(Schema):
    """`version` is the one that was read: after a concurrent change the answer is 409 with the newer one."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))


class RefundStepView(Schema):
    status = fields.Enum(RefundStatus, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = fields.Function(
        lambda step: translate(f"refund.step.{step.status}"), metadata={"type": "string"}, required=True
    )


class RefundView(Schema):
    """Money that goes back. `reference` is what to write on the transfer that is ordered at the bank."""

    refund_id = fields.String(required=True)
    reference = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.Function(lambda refund: fund().currency.value, metadata={"type": "string"}, required=True)
    status = fields.Enum(RefundStatus, by_value=True, required=True)
    origin = fields.String(required=True)
    counterparty = fields.String(required=True, attribute="details.counterparty")
    note = fields.String(required=True, attribute="details.note")
    ordered_by = fields.String(required=True)
    timeline = fields.List(fields.Nested(RefundStepView), attribute="steps", required=True)
    version = fields.Integer(required=True)


RefundsView = paged(RefundView)
