"""How GovStack's bill payment API is mapped to mobile money: who may call, what a bill costs, what became of a payment.
Pure.

The field names and lengths are those of `GovStackWorkingGroup/bb-payments`, `api/P2G API YAMLs`.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from services.payments.govstack.answer import (
    BILL_ID_CHARACTERS_MAX,
    REQUEST_ID_CHARACTERS_MAX,
    BillAnswer,
    Call,
    MarkAnswer,
    MarkStatus,
    RejectReason,
)
from services.payments.mobile_money.bill import Bill
from services.payments.mobile_money.operator_payment import OperatorPayment, PaymentException, Status
from services.payments.partners.endpoint import Endpoint, WebhookKind
from shared.funds.bindings import MobileOperator
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Forbidden, Invalid

DAY = timedelta(days=1)
REJECTED_FOR: dict[PaymentException, RejectReason] = {
    PaymentException.PAID_TWICE: RejectReason.DUPLICATE,
    PaymentException.REFERENCE_UNKNOWN: RejectReason.UNDEFINED,
    PaymentException.EXPIRED: RejectReason.DEFUNCT,
    PaymentException.AMOUNT_WRONG: RejectReason.DEFUNCT,
}


class NotOffered(Conflict):
    """The fund has not agreed with the operator that it uses this API."""

    code = "govstack.not-offered"


class OtherTenant(Forbidden):
    """The header names another tenant than the fund in the path."""

    code = "govstack.other-tenant"


class OtherPayerFi(Forbidden):
    """The header names another institution than the operator that has the credentials."""

    code = "govstack.other-payer-fi"


class BillIdMalformed(Invalid):
    code = "govstack.bill-id-malformed"


class CallbackNotRegistered(Invalid):
    """The answer is sent only to addresses that the operator registered for it."""

    code = "govstack.callback-not-registered"


def call(
    operator: MobileOperator,
    *,
    fund: Fund,
    correlation_id: str,
    request_id: str | None,
    tenant_ids: Collection[str],
    payer_fi_ids: Collection[str],
    callback_url: str | None,
) -> Call:
    """A call of an operator, with what its headers say held against its credentials. Where it names no request, the
    first characters of its correlation id do."""
    if operator.govstack is None:
        raise NotOffered
    if set(tenant_ids) != {fund.fund_id}:
        raise OtherTenant
    if set(payer_fi_ids) - {operator.govstack.payer_fi_id}:
        raise OtherPayerFi
    return Call(
        terms=operator.govstack,
        tenant_id=fund.fund_id,
        correlation_id=correlation_id,
        request_id=request_id or correlation_id[:REQUEST_ID_CHARACTERS_MAX],
        callback_url=callback_url,
    )


# --- The bill ---------------------------------------------------------------------------------------------------------


def bill_answer(asked: Call, found: Bill | None, *, bill_id: str, fund: Fund) -> BillAnswer:
    """What is answered about a bill. In time, the due date is the last day on which it costs what it costs today; late,
    it is the day by which it was due, and today's amount is the one after it."""
    if len(bill_id) > BILL_ID_CHARACTERS_MAX:
        raise BillIdMalformed
    if found is None:
        return BillAnswer(request_id=asked.request_id, bill_id=bill_id, terms=asked.terms)
    is_late = found.today_minor > found.debt_minor
    last_on = found.next_on - DAY if found.next_on and not is_late else found.due_on
    later_minor = found.next_minor if found.next_on else found.today_minor
    return BillAnswer(
        request_id=asked.request_id,
        bill_id=bill_id,
        terms=asked.terms,
        bill=found,
        due_at=_end_of(last_on, fund=fund),
        on_due_date_minor=found.debt_minor if is_late else found.today_minor,
        after_due_date_minor=found.today_minor if is_late else later_minor,
    )


def _end_of(day: date, *, fund: Fund) -> int:
    """The last second of a day where the fund is, in seconds since 1970."""
    _, ends_at = fund.bounds_of(day)
    return int(ends_at.timestamp()) - 1


# --- The payment ------------------------------------------------------------------------------------------------------


def mark_answer(asked: Call, became: OperatorPayment | PaymentException, *, bill_id: str) -> MarkAnswer:
    """What is answered about a payment: what became of it, or what speaks against booking it."""
    if isinstance(became, PaymentException):
        return MarkAnswer(
            request_id=asked.request_id,
            bill_id=bill_id,
            status=MarkStatus.RJC,
            reject_reason=REJECTED_FOR[became],
            exception=became,
            sentence=f"govstack.not-booked.{became}",
        )
    if became.status is not Status.TAKEN:
        return MarkAnswer(
            request_id=asked.request_id,
            bill_id=bill_id,
            status=MarkStatus.RJC,
            reject_reason=RejectReason.DEFUNCT,
            sentence=f"mobile-money.payment.{became.status}",
        )
    said = f"exception.{became.exception}" if became.exception else f"payment.{became.status}"
    return MarkAnswer(
        request_id=asked.request_id,
        bill_id=bill_id,
        status=MarkStatus.ACK,
        exception=became.exception,
        sentence=f"mobile-money.{said}",
        receipt=became.receipt,
    )


# --- The callback -----------------------------------------------------------------------------------------------------


def callbacks(asked: Call, registered: Iterable[Endpoint]) -> list[Endpoint]:
    """Where the answer is sent too: all that the operator registered for answers, or the one of them that it names. An
    address that is in no registration is never called."""
    own = [endpoint for endpoint in registered if WebhookKind.BILL_ANSWERED in endpoint.kinds]
    if asked.callback_url is None:
        return own
    named = [endpoint for endpoint in own if endpoint.url == asked.callback_url]
    if not named:
        raise CallbackNotRegistered
    return named


def headers(asked: Call) -> dict[str, str]:
    """The headers by which the operator finds its question again."""
    return {
        "X-CorrelationID": asked.correlation_id,
        "X-Platform-TenantId": asked.tenant_id,
        "X-PayerFI-Id": asked.terms.payer_fi_id,
    }


def message_id(asked: Call, *, path: str) -> str:
    """The id of an answer that is sent: the same for the same question, so that it is sent once."""
    written = "\x1f".join((asked.terms.payer_fi_id, path, asked.correlation_id))
    return f"msg_{hashlib.sha256(written.encode()).hexdigest()[:32]}"
