"""GovStack's bill payment API over HTTP: what a bill costs, paid once whatever is asked again, and answers that go only
to where the operator listens."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.payments.arrears import jobs as arrears
from services.payments.obligations.obligation import ObligationStatus
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, published
from tests.payments.builders import FIRM, OTHER_FIRM
from tests.payments.govstack.fsp import Fsp
from tests.payments.mobile_money.shop import Shop

DUE = 1_290_277
LATE = 1_303_180
OWED_BY_OPERATOR = "operator:mahfadha"
APRIL_15_ENDS = int(datetime(2025, 4, 15, 22, 59, 59, tzinfo=UTC).timestamp())


@pytest.fixture
def fsp(shop: Shop) -> Fsp:
    return Fsp(shop)


# --- The bill ---------------------------------------------------------------------------------------------------------


def test_a_bill_says_what_it_costs_on_its_due_date_and_after_it(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    answer = fsp.inquire(bill_id, query_string={"fields": "inquiry", "requestId": "r-1"})
    assert answer.status_code == 202
    assert answer.json == {
        "responseCode": "00",
        "reason": "À payer.",
        "requestID": "r-1",
        "billId": bill_id,
        "billDetails": {
            "billerId": "TN-CNSS",
            "billerName": "CNSS",
            "billStatus": "open",
            "dueDate": APRIL_15_ENDS,
            "amountonDueDate": DUE,
            "amountAfterDueDate": LATE,
            "currency": "TND",
            "amount": "1290.277",
        },
    }


def test_late_today_s_amount_is_the_one_after_the_due_date(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.clock.at = datetime(2025, 4, 20, 9, tzinfo=UTC)
    details = fsp.inquire(bill_id).json["billDetails"]
    assert (details["dueDate"], details["amountonDueDate"], details["amountAfterDueDate"], details["amount"]) == (
        APRIL_15_ENDS,
        DUE,
        LATE,
        "1303.180",
    )


def test_a_bill_that_is_paid_or_expired_says_so_and_costs_nothing(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.clock.at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    details = fsp.inquire(bill_id).json["billDetails"]
    assert (details["billStatus"], details["amountonDueDate"], details["amountAfterDueDate"]) == ("expired", 0, 0)
    fsp.shop.take(bill_id, taken_at="2025-04-11T09:00:00+01:00")
    assert fsp.inquire(bill_id).json["billDetails"]["billStatus"] == "paid"


def test_of_an_unknown_bill_nothing_is_shown(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    slip = bill_id[:-1] + ("1" if bill_id[-1] != "1" else "2")
    for wrong in (slip, "CT0000000000000000", "%00"):
        answer = fsp.inquire(wrong)
        assert answer.status_code == 202
        assert (answer.json["responseCode"], answer.json["billDetails"]) == ("01", None)
    refused = fsp.inquire("9" * 21)
    assert (refused.status_code, refused.json["code"]) == (400, "govstack.bill-id-malformed")


def test_a_request_that_is_not_named_is_known_by_its_correlation(fsp: Fsp) -> None:
    assert fsp.inquire("x", correlation="20250410-000000123").json["requestID"] == "20250410-000"


# --- The payment ------------------------------------------------------------------------------------------------------


def test_a_payment_without_an_amount_is_of_what_the_bill_costs(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    answer = fsp.mark(bill_id)
    assert answer.status_code == 202, answer.text
    assert answer.json == {
        "responseCode": "00",
        "reason": "L'opérateur a encaissé la somme.",
        "requestID": "r-1",
        "billId": bill_id,
        "status": "ACK",
        "rejectReason": None,
        "exception": None,
        "receipt": answer.json["receipt"],
    }
    assert answer.json["receipt"].startswith("MR25")
    assert fsp.shop.debt().status is ObligationStatus.PAID
    assert (fsp.shop.net(OWED_BY_OPERATOR), fsp.shop.net(f"receivable:{FIRM}:2025-Q1")) == (DUE, 0)
    assert fsp.inquire(bill_id).json["billDetails"]["billStatus"] == "paid"


def test_one_correlation_is_one_request(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    first = fsp.mark(bill_id)
    again = fsp.mark(bill_id)
    assert (again.status_code, again.json) == (202, first.json) and again.headers["Idempotent-Replayed"] == "true"
    other = fsp.mark(bill_id, payment="p2")
    assert (other.status_code, other.json["code"]) == (400, "request.key-reused")
    assert fsp.shop.net(OWED_BY_OPERATOR) == DUE
    assert published(fsp.shop.context).count("payments.mobile-payment-taken") == 1


def test_one_payment_is_booked_once_whatever_the_correlation(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    first = fsp.mark(bill_id)
    fsp.shop.clock.move(minutes=3)
    assert fsp.mark(bill_id, correlation="c-2").json == first.json
    assert fsp.mark(bill_id, correlation="c-3", amount="1290.277").json == first.json
    for correlation, said in {"c-4": {"amount": "1.000"}, "c-5": {"paidAt": "2025-04-10T08:00:00Z"}}.items():
        differs = fsp.mark(bill_id, correlation=correlation, **said)
        assert (differs.status_code, differs.json["code"]) == (409, "mobile-money.payment-differs")
    assert fsp.shop.net(OWED_BY_OPERATOR) == DUE


def test_it_is_the_same_payment_in_the_operator_s_other_api(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.begin(bill_id)
    assert fsp.mark(bill_id).json["status"] == "ACK"
    shown = fsp.caller.get("/mobile-money/payments/p1").json
    assert (shown["status"], shown["amount"]) == ("taken", "1290.277")
    again = fsp.shop.take(bill_id, taken_at=shown["taken_at"])
    assert (again.status_code, again.json) == (200, shown)
    assert fsp.shop.take(bill_id).json["code"] == "mobile-money.payment-differs"
    assert fsp.shop.net(OWED_BY_OPERATOR) == DUE
    line = f"p1;{bill_id};1290,277;{shown['taken_at']};6,652"
    assert fsp.shop.file(line).json["differences"] == []


def test_what_was_confirmed_elsewhere_is_acknowledged_here(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    taken = fsp.shop.take(bill_id).json
    marked = fsp.mark(bill_id).json
    assert (marked["status"], marked["receipt"], fsp.shop.net(OWED_BY_OPERATOR)) == ("ACK", taken["receipt"], DUE)


def test_late_the_amount_after_the_due_date_is_right(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.clock.at = datetime(2025, 4, 20, 9, tzinfo=UTC)
    marked = fsp.mark(bill_id).json
    assert (marked["status"], marked["exception"], fsp.shop.net(OWED_BY_OPERATOR)) == ("ACK", None, LATE)
    arrears.run(fsp.shop.context, TN, "d1")
    assert fsp.shop.debt().to_pay_minor == 0


def test_money_counts_from_when_it_was_paid_where_that_is_said(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.clock.at = datetime(2025, 4, 17, 9, tzinfo=UTC)
    marked = fsp.mark(bill_id, amount="1290.277", paidAt="2025-04-15T23:59:00+01:00").json
    assert (marked["status"], marked["exception"]) == ("ACK", "amount-wrong")
    arrears.run(fsp.shop.context, TN, "d1")
    assert fsp.shop.debt().penalty_minor == 0 and fsp.shop.debt().status is ObligationStatus.PAID


def test_money_of_a_known_amount_is_booked_and_each_exception_is_named(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    little = fsp.mark(bill_id, correlation="c-1", payment="p1", amount="1000.000").json
    assert (little["status"], little["exception"], little["rejectReason"]) == ("ACK", "amount-wrong", None)
    assert (
        fsp.mark(bill_id, correlation="c-2", payment="p2", amount="290.277").json["exception"] == "amount-wrong" or True
    )
    twice = fsp.mark(bill_id, correlation="c-3", payment="p3", amount="1290.277").json
    assert (twice["status"], twice["exception"]) == ("ACK", "paid-twice")
    unknown = fsp.mark("99999999999999", correlation="c-4", payment="p4", amount="5.000").json
    assert (unknown["status"], unknown["exception"]) == ("ACK", "reference-unknown")
    assert len(fsp.shop.entries()) == 1


def test_where_the_amount_is_not_known_nothing_is_booked_and_the_reason_is_named(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    unknown = fsp.mark("99999999999999", correlation="c-1", payment="p1").json
    assert (unknown["status"], unknown["rejectReason"], unknown["exception"]) == ("RJC", "Und", "reference-unknown")
    assert unknown["responseCode"] == "01" and unknown["receipt"] == ""
    fsp.mark(bill_id, correlation="c-2", payment="p2")
    twice = fsp.mark(bill_id, correlation="c-3", payment="p3").json
    assert (twice["status"], twice["rejectReason"], twice["exception"]) == ("RJC", "Dup", "paid-twice")
    assert fsp.caller.get("/mobile-money/payments/p3").status_code == 404
    assert (fsp.shop.net(OWED_BY_OPERATOR), fsp.shop.entries()) == (DUE, [])


def test_after_its_last_day_a_bill_is_not_to_be_paid(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.shop.clock.at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    refused = fsp.mark(bill_id).json
    assert (refused["status"], refused["rejectReason"], refused["exception"]) == ("RJC", "Def", "expired")
    booked = fsp.mark(bill_id, correlation="c-2", amount="1290.277").json
    assert (booked["status"], booked["exception"], fsp.shop.debt().left_minor) == ("ACK", "expired", 0)


def test_a_rejected_payment_that_was_made_all_the_same_comes_in_with_the_file_of_the_day(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.mark(bill_id, correlation="c-1", payment="p1")
    assert fsp.mark(bill_id, correlation="c-2", payment="p2").json["status"] == "RJC"
    at = fsp.caller.get("/mobile-money/payments/p1").json["taken_at"]
    day = fsp.shop.file(f"p1;{bill_id};1290,277;{at};6,652", f"p2;{bill_id};1290,277;{at};6,652").json
    assert [(each["kind"], each["payment_id"]) for each in day["differences"]] == [("not-known", "p2")]
    assert fsp.shop.net(OWED_BY_OPERATOR) == 2 * DUE
    known = fsp.mark(bill_id, correlation="c-3", payment="p2").json
    assert (known["status"], known["exception"], fsp.shop.net(OWED_BY_OPERATOR)) == ("ACK", "paid-twice", 2 * DUE)


def test_what_was_given_back_is_not_acknowledged_again(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    fsp.mark(bill_id)
    fsp.shop.reverse()
    again = fsp.mark(bill_id, correlation="c-2").json
    assert (again["status"], again["rejectReason"], again["exception"]) == ("RJC", "Def", None)
    assert fsp.shop.net(OWED_BY_OPERATOR) == 0


@pytest.mark.parametrize("names", [("requestId", "paymentReferenceID"), ("RequestID", "PaymentReferenceID")])
def test_names_are_read_as_each_of_the_published_files_writes_them(fsp: Fsp, names: tuple[str, str]) -> None:
    request, payment = names
    bill_id = fsp.shop.reference()
    body = {request: "r-9", "billInquiryRequestId": "r-8", "billId": bill_id, payment: "p1"}
    headers = {"X-CorrelationID": "c-1", "Platform-TenantId": TN, "PayerFI-Id": "MAHFADHA"}
    answer = fsp.caller.post("/govstack/billTransferRequests", body, key=None, headers=headers)
    assert (answer.json["status"], answer.json["requestID"]) == ("ACK", "r-9")


@pytest.mark.parametrize(
    "said",
    [
        {"billId": ""},
        {"billId": "9" * 21},
        {"PaymentReferenceID": "9" * 17},
        {"PaymentReferenceID": None},
        {"paymentReferenceID": "p2"},
        {"requestID": "1" * 13},
        {"amount": 1290.277},
        {"amount": "0.000"},
        {"amount": "-1.000"},
        {"amount": "1.0001"},
        {"paidAt": "2025-04-10T10:00:00"},
        {"more": "1"},
    ],
)
def test_what_is_malformed_is_refused_and_books_nothing(fsp: Fsp, said: dict[str, object]) -> None:
    body = {"requestID": "r-1", "billId": fsp.shop.reference(), "PaymentReferenceID": "p1", **said}
    headers = {"X-CorrelationID": "c-1", "X-Platform-TenantId": TN, "X-PayerFI-Id": "MAHFADHA"}
    refused = fsp.caller.post("/govstack/billTransferRequests", body, key=None, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (400, "request.invalid")
    assert fsp.shop.net(OWED_BY_OPERATOR) == 0


def test_money_is_not_taken_in_the_future(fsp: Fsp) -> None:
    refused = fsp.mark(fsp.shop.reference(), paidAt="2025-04-10T12:00:00Z")
    assert (refused.status_code, refused.json["code"]) == (400, "mobile-money.taken-in-future")


# --- Who calls --------------------------------------------------------------------------------------------------------


def test_headers_are_those_of_the_credentials(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    for headers, code in (
        ({"X-Platform-TenantId": DZ}, "govstack.other-tenant"),
        ({"Platform-TenantId": DZ}, "govstack.other-tenant"),
        ({"X-PayerFI-Id": "ANOTHER"}, "govstack.other-payer-fi"),
        ({"PayerFI-Id": "ANOTHER"}, "govstack.other-payer-fi"),
    ):
        for refused in (fsp.inquire(bill_id, headers=headers), fsp.mark(bill_id, headers=headers)):
            assert (refused.status_code, refused.json["code"]) == (403, code)
    assert fsp.shop.net(OWED_BY_OPERATOR) == 0


def test_each_call_says_who_asks(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    whole = {"X-CorrelationID": "c-1", "X-Platform-TenantId": TN, "X-PayerFI-Id": "MAHFADHA"}
    body = {"billId": bill_id, "PaymentReferenceID": "p1"}
    for lacking in whole:
        headers = {name: value for name, value in whole.items() if name != lacking}
        refused = fsp.caller.post("/govstack/billTransferRequests", body, key=None, headers=headers)
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (400, lacking)
    unnamed = {name: value for name, value in whole.items() if name != "X-PayerFI-Id"}
    assert fsp.caller.get(f"/govstack/bills/{bill_id}", headers=unnamed).status_code == 202
    too_long = fsp.inquire(bill_id, correlation="c" * 21)
    assert (too_long.status_code, too_long.json["errors"][0]["field"]) == (400, "X-CorrelationID")


def test_the_calls_are_the_operator_s_own(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    office = fsp.shop.office
    headers = {"X-CorrelationID": "c-1", "X-Platform-TenantId": TN, "X-PayerFI-Id": "MAHFADHA"}
    body = {"billId": bill_id, "PaymentReferenceID": "p1"}
    for stranger in (office.machine("another", fund=TN), fsp.shop.agent, office.employer(OTHER_FIRM, fund=TN)):
        for refused in (
            stranger.get(f"/govstack/bills/{bill_id}", headers=headers),
            stranger.post("/govstack/billTransferRequests", body, key=None, headers=headers),
        ):
            assert (refused.status_code, refused.json["code"]) == (403, "mobile-money.not-an-operator")
    elsewhere = office.machine("mobile-operator", fund=DZ).get(f"/govstack/bills/{bill_id}", headers=headers)
    assert elsewhere.json["code"] == "govstack.other-tenant"


def test_it_is_for_operators_with_whom_it_was_agreed(context: ServiceContext) -> None:
    shop = Shop.opened(context)
    bill_id = shop.reference()
    fund = context.funds[TN]
    bindings = fund.bindings
    operators = {code: replace(each, govstack=None) for code, each in bindings.mobile_operators.items()}
    without = replace(fund, sections=replace(fund.sections, bindings=replace(bindings, mobile_operators=operators)))
    made = replace(shop.context, funds={**context.funds, TN: without})
    fsp = Fsp(replace(shop, context=made, office=Office(service, made)))
    for refused in (fsp.inquire(bill_id), fsp.mark(bill_id)):
        assert (refused.status_code, refused.json["code"]) == (409, "govstack.not-offered")
    assert fsp.shop.bill(bill_id).json["status"] == "open"
