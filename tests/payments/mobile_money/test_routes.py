"""Mobile money over HTTP: inquired, begun, taken once, reversed; what cannot be booked waits for a person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.payments.arrears import jobs as arrears
from services.payments.obligations.obligation import ObligationStatus
from services.payments.wiring import service
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, published
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.mobile_money.shop import FACTS, Shop

DUE = 1_290_277
OWED_BY_OPERATOR = "operator:mahfadha"


def test_an_employer_gets_a_reference_that_fits_into_a_telephone(shop: Shop) -> None:
    asked = shop.firm.post("/declarations/d1/collections", {"rail": "mobile-money"}).json
    assert (asked["status"], asked["amount"], asked["valid_until_on"]) == ("announced", "1290.277", "2025-05-25")
    assert len(asked["reference"]) == 20 and asked["reference"][2:].isdecimal()
    ways = shop.firm.get("/declarations/d1/collections").json["ways"]
    assert {
        "rail": "mobile-money",
        "text": "paiement mobile",
        "debit_on": None,
        "places": [],
        "bring": "",
    } in ways


def test_a_fund_without_operators_does_not_offer_it(shop: Shop) -> None:
    open_obligation(shop.context, "d9")
    own = shop.context.funds[DZ]
    bare = replace(own, sections=replace(own.sections, bindings=replace(own.bindings, mobile_operators={})))
    office = Office(service, replace(shop.context, funds={**shop.context.funds, DZ: bare}))
    refused = office.employer(FIRM, fund=DZ).post("/declarations/d9/collections", {"rail": "mobile-money"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.rail-not-offered")


def test_a_bill_says_what_it_costs_today_and_after_the_due_date(shop: Shop) -> None:
    reference = shop.reference()
    assert shop.bill(reference).json == {
        "reference": reference,
        "status": "open",
        "text": "À payer.",
        "payer": "At••• Ta•••",
        "form_name": shop.bill(reference).json["form_name"],
        "period": "2025-Q1",
        "due_on": "2025-04-15",
        "amount": "1290.277",
        "next_on": "2025-04-16",
        "amount_next": "1303.180",
        "currency": "TND",
        "valid_until_on": "2025-05-25",
    }


def test_late_the_penalties_are_asked_for_whether_charged_or_not(shop: Shop) -> None:
    reference = shop.reference()
    shop.clock.at = datetime(2025, 4, 20, 9, tzinfo=UTC)
    assert (shop.bill(reference).json["amount"], shop.bill(reference).json["next_on"]) == ("1303.180", "2025-05-16")
    assert shop.begin(reference).json["code"] == "mobile-money.amount-wrong"
    taken = shop.take(reference, "1303.180", taken_at="2025-04-20T09:30:00+01:00").json
    assert (taken["status"], taken["exception"]) == ("taken", None)
    arrears.run(shop.context, TN, "d1")
    assert shop.debt().to_pay_minor == 0
    assert shop.net(f"credit:{FIRM}") == 0


@pytest.mark.parametrize("change", [str.lower, lambda it: it[2:], lambda it: f"{it[:6]} {it[6:12]}-{it[12:]}"])
def test_a_reference_is_read_as_people_type_it(shop: Shop, change: object) -> None:
    reference = shop.reference()
    assert shop.bill(change(reference)).json["reference"] == reference  # type: ignore[operator]
    arabic = reference[2:].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert shop.bill(f"\u200f{arabic}").json["reference"] == reference


def test_what_is_no_reference_is_unknown_whatever_is_wrong_with_it(shop: Shop) -> None:
    reference = shop.reference()
    slip = reference[:-1] + ("1" if reference[-1] != "1" else "2")
    transfer = shop.firm.post("/declarations/d1/collections", {"rail": "transfer"}).json["reference"]
    for wrong in (slip, transfer, "CT0000000000000000", "x" * 200, "%00", "٣"):
        refused = shop.bill(wrong)
        assert (refused.status_code, refused.json["code"]) == (404, "mobile-money.reference-unknown"), wrong


def test_a_payment_is_begun_taken_and_booked_once(shop: Shop) -> None:
    reference = shop.reference()
    begun = shop.begin(reference)
    assert (begun.status_code, begun.json["status"]) == (200, "begun")
    assert begun.json["hold_until"] == "2025-04-10T10:15:00+00:00"
    assert shop.begin(reference).json == begun.json
    assert shop.net(OWED_BY_OPERATOR) == 0 and shop.debt().status is ObligationStatus.OPEN
    taken = shop.take(reference)
    assert (taken.json["status"], taken.json["exception"], taken.json["is_waiting"]) == ("taken", None, False)
    assert taken.json["receipt"].startswith("MR25")
    for again in (shop.take(reference), shop.begin(reference), shop.operator.get("/mobile-money/payments/p1")):
        assert (again.status_code, again.json) == (200, taken.json)
    assert shop.debt().status is ObligationStatus.PAID
    assert (shop.net(OWED_BY_OPERATOR), shop.net(f"receivable:{FIRM}:2025-Q1")) == (DUE, 0)
    assert shop.bill(reference).json["status"] == "paid"
    assert published(shop.context).count("payments.mobile-payment-taken") == 1
    assert published(shop.context).count("payments.payment-debited") == 1


def test_money_counts_from_the_day_on_which_it_was_taken(shop: Shop) -> None:
    reference = shop.reference()
    shop.clock.at = datetime(2025, 4, 17, 9, tzinfo=UTC)
    assert shop.take(reference, taken_at="2025-04-15T23:59:00+01:00").json["exception"] == "amount-wrong"
    arrears.run(shop.context, TN, "d1")
    assert shop.debt().penalty_minor == 0 and shop.debt().status is ObligationStatus.PAID


def test_one_id_is_one_payment(shop: Shop) -> None:
    reference = shop.reference()
    shop.begin(reference)
    refused = shop.begin(reference, "1.000")
    assert (refused.status_code, refused.json["code"]) == (409, "mobile-money.payment-differs")
    shop.take(reference)
    for other in (shop.take(reference, "1.000"), shop.take(reference, taken_at="2025-04-10T10:00:01+01:00")):
        assert (other.status_code, other.json["code"]) == (409, "mobile-money.payment-differs")
    assert shop.net(OWED_BY_OPERATOR) == DUE


def test_what_is_begun_nobody_else_begins_until_it_is_over(shop: Shop) -> None:
    reference = shop.reference()
    shop.begin(reference)
    refused = shop.begin(reference, payment="p2")
    assert (refused.status_code, refused.json["code"]) == (409, "collection.reference-held")
    assert shop.operator.get("/mobile-money/payments/p2").status_code == 404
    cancelled = shop.operator.put("/mobile-money/payments/p1/cancellation", None)
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    assert shop.operator.put("/mobile-money/payments/p1/cancellation", None).json == cancelled.json
    assert shop.begin(reference, payment="p2").status_code == 200
    shop.clock.move(minutes=16)
    assert shop.begin(reference, payment="p3").status_code == 200


def test_what_was_taken_is_not_cancelled_and_what_was_not_is_not_reversed(shop: Shop) -> None:
    reference = shop.reference()
    shop.begin(reference)
    assert shop.reverse().json["code"] == "mobile-money.payment-not-taken"
    shop.take(reference)
    refused = shop.operator.put("/mobile-money/payments/p1/cancellation", None)
    assert (refused.status_code, refused.json["code"]) == (409, "mobile-money.payment-taken")


def test_before_money_is_taken_each_exception_is_refused_by_its_name(shop: Shop) -> None:
    reference = shop.reference()
    assert (shop.begin(reference, "1290.276").status_code, shop.begin(reference, "1290.276").json["code"]) == (
        422,
        "mobile-money.amount-wrong",
    )
    shop.take(reference, payment="p9")
    paid = shop.begin(reference)
    assert (paid.status_code, paid.json["code"]) == (409, "mobile-money.paid-twice")
    open_obligation(shop.context, "d2", **{**FACTS, "period": "2025-Q2"})
    late = shop.reference("d2")
    shop.clock.at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    expired = shop.begin(late, "1.000", payment="p2")
    assert (expired.status_code, expired.json["code"]) == (409, "mobile-money.expired")


def test_in_the_operator_s_language_each_exception_has_its_sentence(shop: Shop) -> None:
    reference = shop.reference()
    for language, word in {"ar": "المبلغ", "fr": "montant", "en": "amount"}.items():
        refused = shop.operator.put(
            "/mobile-money/payments/p1",
            {"reference": reference, "amount": "1.000"},
            headers={"Accept-Language": language},
        )
        assert word in refused.json["detail"]


def test_too_much_is_the_employer_s_credit_and_too_little_pays_a_part(shop: Shop) -> None:
    reference = shop.reference()
    little = shop.take(reference, "1000.000").json
    assert (little["exception"], little["is_waiting"]) == ("amount-wrong", False)
    assert shop.debt().left_minor == 290_277
    twice = shop.take(reference, "1290.277", payment="p2").json
    assert twice["exception"] == "paid-twice"
    assert shop.debt().left_minor == 0 and shop.net(f"credit:{FIRM}") == -1_000_000
    assert shop.net(OWED_BY_OPERATOR) == 2_290_277


def test_money_for_an_unknown_reference_waits_until_a_person_allocates_it(shop: Shop) -> None:
    taken = shop.take("99999999999999")
    assert (taken.status_code, taken.json["exception"], taken.json["is_waiting"]) == (200, "reference-unknown", True)
    (entry,) = shop.entries()
    assert (entry["account"], entry["bank_reference"], entry["why"]) == (OWED_BY_OPERATOR, "p1", "reference-unknown")
    assert (shop.net(OWED_BY_OPERATOR), shop.net("suspense:unmatched")) == (DUE, -DUE)
    share = {"target": "declaration", "target_id": "d1", "amount": "1290.277"}
    decided = shop.agent.post(
        f"/bank/entries/{entry['entry_id']}/allocation", {"version": entry["version"], "shares": [share]}
    )
    assert decided.json["status"] == "settled", decided.text
    assert shop.debt().status is ObligationStatus.PAID and shop.net("suspense:unmatched") == 0
    assert shop.operator.get("/mobile-money/payments/p1").json["is_waiting"] is False


def test_after_the_last_day_money_is_booked_all_the_same(shop: Shop) -> None:
    reference = shop.reference()
    shop.clock.at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    assert shop.bill(reference).json["status"] == "expired"
    taken = shop.take(reference, taken_at="2025-06-01T09:00:00+01:00").json
    assert (taken["exception"], shop.debt().left_minor) == ("expired", 0)


def test_another_way_to_pay_takes_the_place_of_a_reference(shop: Shop) -> None:
    reference = shop.reference()
    shop.firm.post("/declarations/d1/collections", {"rail": "transfer"})
    assert (shop.bill(reference).json["status"], shop.bill(reference).json["amount"]) == ("replaced", "0.000")
    refused = shop.begin(reference)
    assert (refused.status_code, refused.json["code"]) == (409, "mobile-money.expired")
    assert shop.take(reference).json["exception"] == "expired" and shop.debt().status is ObligationStatus.PAID


@pytest.mark.parametrize(("disputed", "left"), [("1290.277", "0.000"), ("290.277", "1000.000")])
def test_what_is_disputed_is_asked_for_by_no_reference_and_is_not_told_as_paid(
    shop: Shop, disputed: str, left: str
) -> None:
    reference = shop.reference()
    body = {"amount": disputed, "ground": "amount", "explanation": "Trois salariés étaient déjà partis."}
    filed = shop.firm.post("/declarations/d1/disputes", body)
    assert filed.status_code == 201, filed.text
    assert shop.bill(reference).json["status"] == "void"
    assert shop.begin(reference).status_code == 409
    if left != "0.000":
        assert shop.bill(shop.reference()).json["amount"] == left


def test_an_operator_gives_back_once(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    given_back = shop.reverse()
    assert (given_back.status_code, given_back.json["status"]) == (200, "reversed")
    assert shop.reverse().json == given_back.json
    assert (shop.net(OWED_BY_OPERATOR), shop.debt().left_minor) == (0, DUE)
    assert shop.bill(reference).json["status"] == "void"
    assert published(shop.context).count("payments.payment-reversed") == 1
    assert not shop.agent.get("/differences").json["items"]


def test_money_that_waits_is_given_back(shop: Shop) -> None:
    shop.take("99999999999999")
    assert shop.reverse().status_code == 200
    assert (shop.net(OWED_BY_OPERATOR), shop.net("suspense:unmatched"), shop.entries()) == (0, 0, [])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"taken_at": "2025-04-10T12:00:00+00:00"}, "mobile-money.taken-in-future"),
        ({"taken_at": "2025-04-10T10:00:00"}, "request.invalid"),
        ({"amount": "0.000"}, "request.invalid"),
        ({"amount": "-1.000"}, "request.invalid"),
        ({"amount": 1290.277}, "request.invalid"),
        ({"amount": "1290.2775"}, "request.invalid"),
        ({"reference": ""}, "request.invalid"),
        ({"reference": None}, "request.invalid"),
        ({"reference": "9" * 41}, "request.invalid"),
        ({"more": "1"}, "request.invalid"),
    ],
)
def test_what_is_malformed_is_refused_and_books_nothing(shop: Shop, said: dict[str, object], code: str) -> None:
    whole = {"reference": shop.reference(), "amount": "1290.277", "taken_at": "2025-04-10T10:00:00+00:00", **said}
    refused = shop.operator.put("/mobile-money/payments/p1/confirmation", whole)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert shop.net(OWED_BY_OPERATOR) == 0


@pytest.mark.parametrize("payment", ["a b", "é", "x" * 65, "a:b"])
def test_an_id_of_a_payment_is_plain(shop: Shop, payment: str) -> None:
    refused = shop.take(shop.reference(), payment=payment)
    assert (refused.status_code, refused.json["code"]) == (422, "mobile-money.payment-id-malformed")


def test_the_calls_are_the_operator_s_own(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    for stranger in (shop.office.machine("another", fund=TN), shop.agent, shop.office.employer(OTHER_FIRM, fund=TN)):
        for refused in (
            stranger.get(f"/mobile-money/references/{reference}"),
            stranger.get("/mobile-money/payments/p1"),
            stranger.put("/mobile-money/payments/p1/reversal", {"reason": "CUST"}),
        ):
            assert (refused.status_code, refused.json["code"]) == (403, "mobile-money.not-an-operator")
    elsewhere = shop.office.machine("mobile-operator", fund=DZ)
    assert elsewhere.get(f"/mobile-money/references/{reference}").json["code"] == "mobile-money.reference-unknown"
