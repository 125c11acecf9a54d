"""The shapes of GovStack's bill payment API: its names, its lengths. What is ours beside them is said so."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, post_load, pre_load, validate, validates_schema

from services.payments.govstack.answer import (
    BILL_ID_CHARACTERS_MAX,
    CALLBACK_URL_CHARACTERS_MAX,
    CORRELATION_ID_CHARACTERS_MAX,
    FAILURE,
    INQUIRY_REASON_CHARACTERS_MAX,
    MARK_REASON_CHARACTERS_MAX,
    PAYMENT_REFERENCE_CHARACTERS_MAX,
    REQUEST_ID_CHARACTERS_MAX,
    TENANT_ID_CHARACTERS_MAX,
    BillAnswer,
    MarkAnswer,
    MarkStatus,
    RejectReason,
)
from services.payments.mobile_money.operator_payment import PaymentException
from shared.funds.bindings import PAYER_FI_CHARACTERS_MAX
from shared.http.problems import ForeignRefusal, Problem, translate
from shared.http.shapes import TEXT, Amount, fund

VISIBLE = validate.Regexp("^[!-~]+$")
TENANTS = ("X-Platform-TenantId", "Platform-TenantId")
PAYER_FIS = ("X-PayerFI-Id", "PayerFI-Id")
"""A header's name in the files of the biller's side, and in those of the payer's."""


class CallHeaders(Schema):
    """Who asks what. Of a header with two names, one is sent, or both with the same value."""

    correlation_id = fields.String(
        data_key="X-CorrelationID",
        required=True,
        validate=[validate.Length(1, CORRELATION_ID_CHARACTERS_MAX), VISIBLE],
    )
    tenant_id = fields.String(data_key=TENANTS[0], validate=validate.Length(1, TENANT_ID_CHARACTERS_MAX))
    tenant_id_of_payer = fields.String(data_key=TENANTS[1], validate=validate.Length(1, TENANT_ID_CHARACTERS_MAX))
    payer_fi_id = fields.String(data_key=PAYER_FIS[0], validate=validate.Length(1, PAYER_FI_CHARACTERS_MAX))
    payer_fi_id_of_payer = fields.String(data_key=PAYER_FIS[1], validate=validate.Length(1, PAYER_FI_CHARACTERS_MAX))
    callback_url = fields.String(
        data_key="X-Callback-URL", load_default=None, validate=validate.Length(1, CALLBACK_URL_CHARACTERS_MAX)
    )

    @validates_schema
    def _has_tenant(self, read: Mapping[str, Any], **_: Any) -> None:
        _one_of(read, "tenant_id", "tenant_id_of_payer", header=TENANTS[0])

    @post_load
    def _joined(self, read: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {
            "correlation_id": read["correlation_id"],
            "tenant_ids": [read[each] for each in ("tenant_id", "tenant_id_of_payer") if each in read],
            "payer_fi_ids": [read[each] for each in ("payer_fi_id", "payer_fi_id_of_payer") if each in read],
            "callback_url": read["callback_url"],
        }


class MarkHeaders(CallHeaders):
    """Who has the money: of a payment the institution is always named."""

    @validates_schema
    def _has_payer_fi(self, read: Mapping[str, Any], **_: Any) -> None:
        _one_of(read, "payer_fi_id", "payer_fi_id_of_payer", header=PAYER_FIS[0])


def _one_of(read: Mapping[str, Any], *names: str, header: str) -> None:
    if not any(name in read for name in names):
        raise ValidationError("Missing data for required field.", header)


def _request_id(refused: ForeignRefusal) -> str:
    """The id by which the request called itself, as far as GovStack has room for it; empty where it had none."""
    named = next((value for name, value in refused.said.items() if name.lower() == "requestid"), "")
    return str(named or "")[:REQUEST_ID_CHARACTERS_MAX]


class RefusalView(Problem):
    """What GovStack says of a request that is not as it should be, beside the problem. Its file of a payment calls
    `code` what its others call `responseCode`: that is the problem's name here, and `responseCode` stands in both."""

    response_code = fields.Constant(FAILURE, data_key="responseCode", metadata=TEXT)
    reason = fields.Function(lambda it: it.detail[:MARK_REASON_CHARACTERS_MAX], metadata=TEXT)
    request_id = fields.Function(_request_id, data_key="requestID", metadata=TEXT)


class InquiryQuery(Schema):
    """What is asked about a bill: `inquiry` is all that there is."""

    wanted = fields.String(data_key="fields", load_default="inquiry", validate=validate.OneOf(["inquiry"]))
    request_id = fields.String(
        data_key="requestId", load_default=None, validate=validate.Length(1, REQUEST_ID_CHARACTERS_MAX)
    )


class MarkBody(Schema):
    """The payment of a bill. The files write `requestId` and `requestID`, `paymentReferenceID` and
    `PaymentReferenceID`: either is read. `amount` and `paidAt` are ours: where they are left out, the payment is of
    what the bill costs now, and was made now."""

    request_id = fields.String(
        data_key="requestID", load_default=None, validate=validate.Length(1, REQUEST_ID_CHARACTERS_MAX)
    )
    inquiry_id = fields.String(
        data_key="billInquiryRequestId", load_default=None, validate=validate.Length(1, REQUEST_ID_CHARACTERS_MAX)
    )
    bill_id = fields.String(data_key="billId", required=True, validate=validate.Length(1, BILL_ID_CHARACTERS_MAX))
    payment_id = fields.String(
        data_key="PaymentReferenceID", required=True, validate=validate.Length(1, PAYMENT_REFERENCE_CHARACTERS_MAX)
    )
    amount = Amount(load_default=None)
    paid_at = fields.AwareDateTime(data_key="paidAt", load_default=None)

    @pre_load
    def _spelled(self, sent: Any, **_: Any) -> Any:
        """A name in another case is the same name, unless that one is there too."""
        if not isinstance(sent, dict):
            return sent
        known = {(field.data_key or name).lower(): field.data_key or name for name, field in self.load_fields.items()}
        return {name if known.get(name.lower(), name) in sent else known[name.lower()]: sent[name] for name in sent}


# --- The bill ---------------------------------------------------------------------------------------------------------


class BillDetailsView(Schema):
    """What a bill costs. `amountonDueDate` and `amountAfterDueDate` are whole numbers of the currency's smallest unit,
    as GovStack has no decimals; `amount` (ours) is what it costs today, in major units as text."""

    biller_id = fields.String(data_key="billerId", required=True, attribute="terms.biller_id")
    biller_name = fields.String(data_key="billerName", required=True, attribute="terms.biller_name")
    bill_status = fields.Function(
        lambda it: it.bill.status.value, data_key="billStatus", required=True, metadata={**TEXT, "maxLength": 10}
    )
    due_at = fields.Integer(data_key="dueDate", required=True)
    on_due_date = fields.Integer(data_key="amountonDueDate", required=True, attribute="on_due_date_minor")
    after_due_date = fields.Integer(data_key="amountAfterDueDate", required=True, attribute="after_due_date_minor")
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    amount = Amount(required=True, attribute="bill.today_minor")


class BillDetails(fields.Nested):
    """The details of a bill, where there is one."""

    def __init__(self, **more: Any) -> None:
        super().__init__(BillDetailsView, data_key="billDetails", dump_only=True, **more)

    def get_value(self, obj: BillAnswer, *_: Any, **__: Any) -> BillAnswer | None:
        return obj if obj.bill is not None else None


def _inquiry_reason(answer: BillAnswer) -> str:
    return translate(answer.sentence)[:INQUIRY_REASON_CHARACTERS_MAX]


class BillAnswerView(Schema):
    """The answer to an inquiry, with what GovStack sends later already in it. `01`: there is no such bill."""

    code = fields.String(data_key="responseCode", required=True)
    reason = fields.Function(_inquiry_reason, metadata=TEXT, required=True)
    request_id = fields.String(data_key="requestID", required=True)
    bill_id = fields.String(data_key="billId", required=True)
    details = BillDetails(required=True, allow_none=True)


class BillMessage(Schema):
    """The answer to an inquiry as it is sent."""

    request_id = fields.String(data_key="requestId")
    code = fields.String()
    reason = fields.Function(_inquiry_reason)
    bill_id = fields.String(data_key="billId")
    details = BillDetails()

    @post_dump
    def _plain(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        return _without_nulls(shown)


# --- The payment ------------------------------------------------------------------------------------------------------


def _mark_reason(answer: MarkAnswer) -> str:
    return translate(answer.sentence)[:MARK_REASON_CHARACTERS_MAX]


class MarkAnswerView(Schema):
    """What became of a payment. `ACK`: the fund has booked it, and `exception` (ours) says what was not as it should
    be; `RJC`: nothing is booked, for `rejectReason`. `receipt` (ours) is the fund's number for the payer."""

    code = fields.String(data_key="responseCode", required=True)
    reason = fields.Function(_mark_reason, metadata=TEXT, required=True)
    request_id = fields.String(data_key="requestID", required=True)
    bill_id = fields.String(data_key="billId", required=True)
    status = fields.Enum(MarkStatus, by_value=True, required=True)
    reject_reason = fields.Enum(RejectReason, by_value=True, data_key="rejectReason", required=True, allow_none=True)
    exception = fields.Enum(PaymentException, by_value=True, required=True, allow_none=True)
    receipt = fields.String(required=True)


class MarkMessage(Schema):
    """What became of a payment as it is sent."""

    request_id = fields.String(data_key="requestId")
    bill_id = fields.String(data_key="billId")
    status = fields.Enum(MarkStatus, by_value=True)
    reject_reason = fields.Enum(RejectReason, by_value=True, data_key="rejectReason")

    @post_dump
    def _plain(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        return _without_nulls(shown)


def _without_nulls(shown: Mapping[str, Any]) -> dict[str, Any]:
    """GovStack's schemas have no null: what there is not is left out."""
    return {name: value for name, value in shown.items() if value is not None}
