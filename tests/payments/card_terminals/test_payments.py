"""An employer's card at a counter: asked for, taken with the terminal's ticket, booked at once, cancelled in time."""

from dataclasses import replace

import pytest

from deploy.local.verify import ledger, mandates
from deploy.local.verify.seen import Seen
from services.payments.obligations.obligation import ObligationStatus
from services.payments.wiring import service
from tests.kit.callers import Office
from tests.kit.contexts import TN, published
from tests.payments.builders import FIRM, open_obligation
from tests.payments.card_terminals.counter import DUE_MINOR, OTHER, OWED_BY_ACQUIRER, TERMINAL, Counter
from tests.verify.town import found


def test_the_fund_s_terminals_are_listed_where_they_stand(counter: Counter) -> None:
    listed = counter.agent().get("/card-terminals", headers={"Accept-Language": "fr"}).json["items"]
    assert [each["terminal_id"] for each in listed] == [TERMINAL, OTHER]
    assert listed[0]["place"].startswith("Agence d'Alger") and "Atlas" in listed[0]["acquirer_name"]
    elsewhere = counter.office.staff(fund=TN).get("/card-terminals").json["items"]
    assert [each["terminal_id"] for each in elsewhere] == ["21600101"], "each fund has its own"


def test_a_card_is_taken_and_booked_at_once_and_the_employer_has_its_receipt(counter: Counter) -> None:
    begun = counter.begin()
    assert (begun.status_code, begun.json["status"], begun.json["amount"]) == (201, "begun", "3150.75"), begun.text
    taken = counter.type(begun.json["payment_id"])
    assert taken.status_code == 200, taken.text
    assert (taken.json["status"], taken.json["closed_in"]) == ("taken", "")
    assert taken.json["ticket"] == {
        "batch": "124",
        "ticket": "1",
        "authorisation": "A4B7C9",
        "taken_at": counter.clock().isoformat(),
    }
    assert counter.debt().status is ObligationStatus.PAID and not counter.waiting()
    assert counter.net(OWED_BY_ACQUIRER) == DUE_MINOR
    assert {"payments.payment-debited", "payments.declaration-paid"} <= set(published(counter.context))
    receipt = counter.firm.get(f"/collections/{taken.json['collection_id']}/receipt")
    assert receipt.json["receipt"] == taken.json["receipt"]
    assert receipt.json["receipt"].startswith("TR")
    seen = Seen(databases={"payments": counter.context.database})
    assert found(seen, ledger.ask) == [] and found(seen, mandates.ask) == []


def test_the_reference_that_the_employer_brings_is_the_one_that_is_paid(counter: Counter) -> None:
    asked = counter.firm.post("/declarations/d1/collections", {"rail": "card-terminal"})
    assert asked.status_code == 201, asked.text
    assert asked.json["places"] and asked.json["bring"] and asked.json["valid_until_on"] == "2026-02-27"
    typed = f" {asked.json['reference'][2:10]} {asked.json['reference'][10:]} "
    begun = counter.agent().post(f"/card-terminals/{TERMINAL}/payments", {"reference": typed})
    assert begun.status_code == 201, begun.text
    assert (begun.json["collection_id"], begun.json["reference"]) == (
        asked.json["collection_id"],
        asked.json["reference"],
    )
    other_way = counter.firm.get("/declarations/d2/collections").json["ways"]
    way = next(each for each in other_way if each["rail"] == "card-terminal")
    assert len(way["places"]) == 2 and way["bring"]
    assert all(not each["places"] for each in other_way if each["rail"] != "card-terminal")


def test_another_try_of_the_debt_ends_with_it(counter: Counter) -> None:
    transfer = counter.firm.post("/declarations/d1/collections", {"rail": "transfer"}).json["collection_id"]
    counter.begun()
    assert counter.firm.get(f"/collections/{transfer}").json["status"] == "withdrawn"


def test_one_debt_is_taken_at_one_counter_at_a_time(counter: Counter) -> None:
    first = counter.begun()
    refused = counter.begin(terminal=OTHER)
    assert (refused.status_code, refused.json["code"]) == (409, "collection.reference-held")
    assert counter.agent().post(f"/terminal-payments/{first}/cancellation").json["status"] == "cancelled"
    assert counter.agent().post(f"/terminal-payments/{first}/cancellation").json["status"] == "cancelled"
    assert counter.begin(terminal=OTHER).status_code == 201
    counter.clock.move(minutes=21)
    assert counter.begin().status_code == 201, "the other agent's time is over"


def test_the_same_ticket_typed_twice_is_one_payment(counter: Counter) -> None:
    payment_id = counter.begun()
    first, again = counter.type(payment_id), counter.type(payment_id, batch="124", ticket="1", authorisation="A4B7C9")
    assert first.json == again.json and counter.net(OWED_BY_ACQUIRER) == DUE_MINOR
    other = counter.type(payment_id, ticket="000002")
    assert (other.status_code, other.json["code"]) == (409, "card-terminal.ticket-differs")
    used = counter.type(counter.begun("d2"))
    assert (used.status_code, used.json["code"]) == (409, "card-terminal.ticket-used")
    assert counter.net(OWED_BY_ACQUIRER) == DUE_MINOR


def test_the_same_number_in_another_batch_or_at_another_terminal_is_another_ticket(counter: Counter) -> None:
    counter.paid()
    assert counter.paid("d2", batch="000125")["status"] == "taken"
    assert counter.net(OWED_BY_ACQUIRER) == 2 * DUE_MINOR


def test_at_another_terminal_numbers_are_its_own(counter: Counter) -> None:
    counter.paid()
    assert counter.paid("d2", terminal=OTHER)["status"] == "taken"


def test_a_paid_debt_is_not_taken_again(counter: Counter) -> None:
    counter.paid()
    refused = counter.begin()
    assert (refused.status_code, refused.json["code"]) == (409, "collection.already-paid")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"amount": "3150.00"}, 422, "card-terminal.amount-differs"),
        ({"batch": "A12"}, 422, "card-terminal.ticket-malformed"),
        ({"ticket": "1234567890"}, 422, "card-terminal.ticket-malformed"),
        ({"authorisation": "A4B7C9A4B7C9A"}, 422, "card-terminal.ticket-malformed"),
        ({"taken_at": "2026-01-28T11:00:00+01:00"}, 422, "card-terminal.time-wrong"),
        ({"taken_at": "2026-01-20T10:00:00+01:00"}, 422, "card-terminal.time-wrong"),
        ({"amount": "-3150.75"}, 422, "request.invalid"),
        ({"amount": "3150,75"}, 422, "request.invalid"),
    ],
)
def test_a_ticket_that_is_wrong_is_refused_by_name(
    counter: Counter, changed: dict[str, str], status: int, code: str
) -> None:
    refused = counter.type(counter.begun(), **changed)
    assert (refused.status_code, refused.json["code"]) == (status, code), refused.text
    assert counter.net(OWED_BY_ACQUIRER) == 0


def test_digits_of_any_script_and_blanks_are_read(counter: Counter) -> None:
    paid = counter.paid(batch="٠٠٠١٢٤", ticket=" 000017 ", authorisation="a4b 7c9")
    assert (paid["ticket"]["batch"], paid["ticket"]["ticket"], paid["ticket"]["authorisation"]) == (
        "124",
        "17",
        "A4B7C9",
    )


def test_what_is_not_there_is_not_found(counter: Counter) -> None:
    unknown = counter.begin(terminal="99")
    assert (unknown.status_code, unknown.json["code"]) == (404, "card-terminal.unknown")
    assert counter.type("none").json["code"] == "card-terminal.payment-unknown"
    assert counter.begin("none").status_code == 404
    at = f"/card-terminals/{TERMINAL}/payments"
    assert counter.agent().post(at, {"reference": "CT123"}).json["code"] == "card-terminal.reference-unknown"
    for body in ({}, {"reference": "CT123", "declaration_id": "d1"}):
        assert counter.agent().post(at, body).status_code == 422
    assert counter.agent().get("/card-terminals/99/payments").status_code == 404
    transfer = counter.firm.post("/declarations/d1/collections", {"rail": "transfer"}).json["collection_id"]
    assert counter.firm.get(f"/collections/{transfer}/receipt").status_code == 404


def test_where_the_fund_takes_no_cards_at_counters_that_is_said(counter: Counter) -> None:
    open_obligation(counter.context, "t1", fund_id=TN, form="quarterly-wages", period="2025-Q1")
    own = counter.context.funds[TN]
    bare = replace(own, sections=replace(own.sections, bindings=replace(own.bindings, acquirers={})))
    elsewhere = Office(service, replace(counter.context, funds={**counter.context.funds, TN: bare})).staff(fund=TN)
    refused = elsewhere.post(f"/card-terminals/{TERMINAL}/payments", {"declaration_id": "t1"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.rail-not-offered")


def test_a_ticket_is_cancelled_on_its_day_and_the_debt_is_open_again(counter: Counter) -> None:
    paid = counter.paid()
    reversed_ = counter.reverse(paid["payment_id"])
    assert (reversed_.status_code, reversed_.json["status"]) == (200, "reversed"), reversed_.text
    assert counter.reverse(paid["payment_id"]).json == reversed_.json
    assert counter.debt().status is ObligationStatus.OPEN and counter.net(OWED_BY_ACQUIRER) == 0
    assert not counter.waiting()
    assert found(Seen(databases={"payments": counter.context.database}), ledger.ask) == []
    assert counter.paid(ticket="000002")["status"] == "taken", "the card is taken again"


def test_on_the_next_day_or_after_the_close_nothing_is_cancelled(counter: Counter) -> None:
    paid, other = counter.paid(), counter.paid("d2", terminal=OTHER)
    counter.close()
    late = counter.reverse(paid["payment_id"])
    assert (late.status_code, late.json["code"]) == (409, "card-terminal.too-late-to-reverse")
    counter.clock.move(hours=14)
    assert counter.reverse(other["payment_id"]).json["code"] == "card-terminal.too-late-to-reverse"
    assert counter.debt("d2").status is ObligationStatus.PAID


def test_what_was_begun_has_nothing_to_cancel_at_the_terminal(counter: Counter) -> None:
    refused = counter.reverse(counter.begun())
    assert (refused.status_code, refused.json["code"]) == (409, "state.move-not-allowed")
    paid = counter.paid("d2")
    refused = counter.agent().post(f"/terminal-payments/{paid['payment_id']}/cancellation")
    assert (refused.status_code, refused.json["code"]) == (409, "state.move-not-allowed")


def test_a_ticket_that_turns_up_after_it_was_given_up_is_booked(counter: Counter) -> None:
    payment_id = counter.begun()
    counter.agent().post(f"/terminal-payments/{payment_id}/cancellation")
    assert counter.type(payment_id).json["status"] == "taken"
    assert counter.debt().status is ObligationStatus.PAID


def test_an_agent_s_look_enters_the_journal_and_another_employer_gets_nothing(counter: Counter) -> None:
    paid = counter.paid()
    assert counter.agent().get(f"/terminal-payments/{paid['payment_id']}").json["employer_id"] == FIRM
    assert counter.context.database["access_journal"].count_documents({}) == 1
    other = counter.office.employer("1600000199")
    assert other.get(f"/collections/{paid['collection_id']}/receipt").status_code in (403, 404)


def test_the_second_of_two_is_told(counter: Counter) -> None:
    payment_id = counter.begun()
    seen = counter.agent().get(f"/terminal-payments/{payment_id}").headers["ETag"]
    counter.type(payment_id)
    late = counter.agent().post(f"/terminal-payments/{payment_id}/cancellation", headers={"If-Match": seen})
    assert (late.status_code, late.json["version"]) == (412, 2)
