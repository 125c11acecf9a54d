"""The shapes of what operators of mobile money ask and say."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.payments.declarations.schemas import FormName
from services.payments.mobile_money.bill import BillStatus
from services.payments.mobile_money.day_file import FILE_BYTES_MAX
from services.payments.mobile_money.operator_payment import (
    REFERENCE_CHARACTERS_MAX,
    PaymentException,
    Status,
)
from shared.http.csv_body import CsvBody
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, fund


def _currency() -> Any:
    return fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)


class BillView(Schema):
    """What a reference costs today, and from `next_on` on; the payer's name is masked. Both are 0 where the
    reference cannot be paid."""

    reference = fields.String(required=True)
    status = fields.Enum(BillStatus, by_value=True, required=True)
    text = fields.Function(lambda bill: translate(f"mobile-money.bill.{bill.status}"), metadata=TEXT, required=True)
    payer = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    due_on = fields.Date(required=True)
    amount = Amount(required=True, attribute="today_minor")
    next_on = fields.Date(required=True, allow_none=True)
    amount_next = Amount(required=True, attribute="next_minor")
    currency = _currency()
    valid_until_on = fields.Date(required=True)


class OperatorPaymentBody(Schema):
    """What the operator is about to take: the amount that the reference costs today."""

    reference = fields.String(required=True, validate=validate.Length(1, REFERENCE_CHARACTERS_MAX))
    amount = Amount(required=True)


class ConfirmationBody(OperatorPaymentBody):
    """What the operator took, and when."""

    taken_at = fields.AwareDateTime(required=True)


class ReversalBody(Schema):
    """Why the money was given back: a code of ISO 20022, such as `CUST` (asked for by the payer)."""

    reason = fields.String(required=True, validate=validate.Regexp("^[A-Z0-9]{4}$"))


class OperatorPaymentView(Schema):
    """A payment by the operator's own id. `receipt` is the fund's number for the payer, once the money was taken;
    `exception` is what was not as it should be about it, and `is_waiting` whether a person of the fund has yet to find
    out what it was for."""

    payment_id = fields.String(required=True, attribute="payment.payment_id")
    reference = fields.String(required=True, attribute="payment.terms.reference")
    status = fields.Enum(Status, by_value=True, required=True, attribute="payment.status")
    text = fields.Function(
        lambda it: translate(f"mobile-money.payment.{it.payment.status}"), metadata=TEXT, required=True
    )
    amount = Amount(required=True, attribute="payment.terms.amount_minor")
    currency = _currency()
    hold_until = fields.AwareDateTime(required=True, allow_none=True, attribute="payment.hold_until")
    taken_at = fields.AwareDateTime(required=True, allow_none=True, attribute="payment.terms.taken_at")
    receipt = fields.String(required=True, attribute="payment.receipt")
    exception = fields.Enum(
        PaymentException, by_value=True, required=True, allow_none=True, attribute="payment.exception"
    )
    exception_text = fields.Function(
        lambda it: translate(f"mobile-money.exception.{it.payment.exception}") if it.payment.exception else None,
        metadata={"type": ["string", "null"]},
        required=True,
    )
    is_waiting = fields.Boolean(required=True)


DAY_FILE = CsvBody(
    size_max=FILE_BYTES_MAX,
    says="A table whose columns the fund's definition names (`bindings`, `day_file`).",
    example="id_paiement;reference;montant;date_heure;commission\n",
)
