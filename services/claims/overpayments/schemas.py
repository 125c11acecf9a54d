"""The shapes of overpayments over HTTP, for the fund's agents."""

from marshmallow import Schema, fields, validate

from services.claims.overpayments.overpayment import Overpayment, Status
from services.claims.runs.run import PaymentStatus
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, paged
from shared.process.access_journal.schemas import PurposeQuery


class OverpaymentsQuery(PagedQuery, PurposeQuery):
    """Overpayments in which state; those to be recovered where none is named."""

    status = fields.Enum(Status, by_value=True, load_default=Status.OPEN)


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


class OverpaymentView(Schema):
    """What was paid for an award after the death of its person, and what became of it. Nothing is debited by itself."""

    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    person_ref = fields.String(required=True)
    claim_type = fields.String(required=True)
    last_on = fields.Date(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Method("sentence", required=True)
    payments = fields.List(fields.Nested(OverpaidPaymentView), required=True)
    found_at = fields.AwareDateTime(required=True)
    timeline = fields.List(fields.Nested(OverpaymentStepView), required=True, attribute="steps")
    version = fields.Integer(required=True)

    def sentence(self, overpayment: Overpayment) -> str:
        return translate(f"overpayment.step.{overpayment.status.value}")


OverpaymentViews = paged(OverpaymentView)
