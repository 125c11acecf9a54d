"""How GovStack's words are mapped to ours: who may call, which of two amounts is whose, what is acknowledged."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.govstack import rules
from services.payments.govstack.answer import Call, MarkStatus, RejectReason
from services.payments.mobile_money.bill import Bill, BillStatus
from services.payments.mobile_money.operator_payment import OperatorPayment, PaymentException, Status, Terms
from services.payments.partners.endpoint import Endpoint, WebhookKind
from shared.funds.bindings import GovStackTerms
from tests.kit.contexts import TN, funds

FUND = funds()[TN]
OPERATOR = FUND.bindings.mobile_operators["mahfadha"]
AT = datetime(2025, 4, 10, 10, tzinfo=UTC)
TERMS = GovStackTerms(payer_fi_id="FI", biller_id="B", biller_name="N")
CALL = Call(terms=TERMS, tenant_id=TN, correlation_id="c-1", request_id="r-1", callback_url=None)


def call(**facts: Any) -> Call:
    whole = {
        "correlation_id": "c-1",
        "request_id": "r-1",
        "tenant_ids": [TN],
        "payer_fi_ids": ["MAHFADHA"],
        "callback_url": None,
    }
    return rules.call(OPERATOR, fund=FUND, **{**whole, **facts})


def bill(**facts: Any) -> Bill:
    whole = {
        "reference": "CT0001",
        "collection_id": "k",
        "declaration_id": "d",
        "employer_id": "e",
        "form": "f",
        "period": "2025-Q1",
        "payer": "A•••",
        "status": BillStatus.OPEN,
        "due_on": date(2025, 4, 15),
        "debt_minor": 1_000,
        "today_minor": 1_000,
        "next_on": date(2025, 4, 16),
        "next_minor": 1_010,
        "valid_until_on": date(2025, 5, 25),
    }
    return Bill(**{**whole, **facts})


def payment(**facts: Any) -> OperatorPayment:
    terms = Terms(reference="CT0001", amount_minor=1_000, taken_at=AT)
    taken = {"taken": terms, "taken_on": date(2025, 4, 10), "receipt": "MR1", "entry_id": "n"}
    whole = {"payment_key": "o:p", "operator": "o", "payment_id": "p", "status": Status.TAKEN, "changed_at": AT}
    return OperatorPayment(**{**whole, **taken, **facts})


def end_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 22, 59, 59, tzinfo=UTC).timestamp())


# --- Who calls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"tenant_ids": ["dz-cnas"]}, rules.OtherTenant),
        ({"tenant_ids": [TN, "dz-cnas"]}, rules.OtherTenant),
        ({"tenant_ids": []}, rules.OtherTenant),
        ({"payer_fi_ids": ["mahfadha"]}, rules.OtherPayerFi),
        ({"payer_fi_ids": ["MAHFADHA", "ANOTHER"]}, rules.OtherPayerFi),
    ],
)
def test_headers_that_name_another_are_refused(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call(**facts)


def test_a_call_may_leave_out_the_institution_and_its_request() -> None:
    assert call(payer_fi_ids=[]).terms.payer_fi_id == "MAHFADHA"
    assert call(request_id=None, correlation_id="0123456789abcdef").request_id == "0123456789ab"


def test_an_operator_without_terms_is_refused() -> None:
    with pytest.raises(rules.NotOffered):
        rules.call(
            replace(OPERATOR, govstack=None),
            fund=FUND,
            correlation_id="c",
            request_id=None,
            tenant_ids=[TN],
            payer_fi_ids=[],
            callback_url=None,
        )


@pytest.mark.parametrize(
    "facts",
    [
        {"payer_fi_id": ""},
        {"payer_fi_id": "F" * 21},
        {"payer_fi_id": "F I"},
        {"biller_id": "B" * 11},
        {"biller_name": ""},
        {"biller_name": "N" * 11},
    ],
)
def test_terms_fit_into_the_fields_of_the_api(facts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is 1 to"):
        replace(TERMS, **facts)


# --- The bill ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (end_of(date(2025, 4, 15)), 1_000, 1_010)),
        # penalties begin later than the day after the due date: until then it costs what it costs today
        ({"next_on": date(2025, 5, 1)}, (end_of(date(2025, 4, 30)), 1_000, 1_010)),
        ({"next_on": None, "next_minor": 0}, (end_of(date(2025, 4, 15)), 1_000, 1_000)),
        # late: what it costs today is the amount after the due date, whatever comes next
        (
            {"today_minor": 1_010, "next_on": date(2025, 5, 16), "next_minor": 1_015},
            (end_of(date(2025, 4, 15)), 1_000, 1_010),
        ),
        ({"today_minor": 1_010, "next_on": None, "next_minor": 0}, (end_of(date(2025, 4, 15)), 1_000, 1_010)),
        # what cannot be paid costs nothing
        (
            {"status": BillStatus.PAID, "debt_minor": 0, "today_minor": 0, "next_on": None, "next_minor": 0},
            (end_of(date(2025, 4, 15)), 0, 0),
        ),
    ],
)
def test_the_two_amounts_and_the_day_between_them(facts: dict[str, Any], expected: tuple[int, int, int]) -> None:
    answer = rules.bill_answer(CALL, bill(**facts), bill_id="CT0001", fund=FUND)
    assert (answer.due_at, answer.on_due_date_minor, answer.after_due_date_minor) == expected
    assert answer.code == "00"


def test_no_bill_is_a_failure_and_a_long_id_is_malformed() -> None:
    assert rules.bill_answer(CALL, None, bill_id="x", fund=FUND).code == "01"
    with pytest.raises(rules.BillIdMalformed):
        rules.bill_answer(CALL, None, bill_id="x" * 21, fund=FUND)


# --- The payment ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("became", "status", "reason"),
    [
        (payment(), MarkStatus.ACK, None),
        *((payment(exception=each), MarkStatus.ACK, None) for each in PaymentException),
        (payment(status=Status.REVERSED, reason="CUST"), MarkStatus.RJC, RejectReason.DEFUNCT),
        (PaymentException.PAID_TWICE, MarkStatus.RJC, RejectReason.DUPLICATE),
        (PaymentException.REFERENCE_UNKNOWN, MarkStatus.RJC, RejectReason.UNDEFINED),
        (PaymentException.EXPIRED, MarkStatus.RJC, RejectReason.DEFUNCT),
    ],
)
def test_what_is_booked_is_acknowledged_and_nothing_else(
    became: OperatorPayment | PaymentException, status: MarkStatus, reason: RejectReason | None
) -> None:
    answer = rules.mark_answer(CALL, became, bill_id="CT0001")
    assert (answer.status, answer.reject_reason, bool(answer.receipt)) == (status, reason, status is MarkStatus.ACK)


def test_every_exception_has_a_reason_to_reject() -> None:
    assert rules.REJECTED_FOR.keys() == set(PaymentException)


# --- The callback -----------------------------------------------------------------------------------------------------


def endpoint(endpoint_id: str, *kinds: WebhookKind) -> Endpoint:
    url = f"https://fsp.example/{endpoint_id}"
    return Endpoint(endpoint_id=endpoint_id, client="o", url=url, kinds=kinds, secrets=("s",), changed_at=AT)


def test_answers_go_to_those_who_listen_for_them_or_to_the_one_that_is_named() -> None:
    one, two = (endpoint(each, WebhookKind.BILL_ANSWERED) for each in ("one", "two"))
    other = endpoint("other", WebhookKind.PAYMENT_DEBITED)
    assert rules.callbacks(CALL, [one, other, two]) == [one, two]
    assert rules.callbacks(replace(CALL, callback_url=two.url), [one, other, two]) == [two]
    for strange in (other.url, f"{two.url}/", "https://stranger.example"):
        with pytest.raises(rules.CallbackNotRegistered):
            rules.callbacks(replace(CALL, callback_url=strange), [one, other, two])


def test_the_same_question_has_the_same_message() -> None:
    message_id = rules.message_id(CALL, path="/bills/1")
    assert message_id == rules.message_id(replace(CALL, request_id="r-2"), path="/bills/1")
    others = (
        rules.message_id(CALL, path="/bills/2"),
        rules.message_id(replace(CALL, correlation_id="c-2"), path="/bills/1"),
    )
    assert message_id not in others
