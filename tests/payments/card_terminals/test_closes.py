"""The close of a terminal: its totals held against the tickets of the batch, once, and paid in by the acquirer."""

from datetime import datetime
from typing import Any

import pytest

from deploy.local.verify import ledger
from deploy.local.verify.seen import Seen
from tests.payments.card_terminals.counter import DUE_MINOR, OTHER, OWED_BY_ACQUIRER, TERMINAL, Counter
from tests.verify.town import found

FEE_MINOR = 2_206
"""0.7 % of 3,150.75, rounded up."""


def kinds(day: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in day["differences"]]


def test_a_close_that_agrees_is_paid_in_less_the_fee(counter: Counter) -> None:
    paid = counter.paid()
    closed = counter.close()
    assert closed.status_code == 201, closed.text
    day = closed.json
    assert (day["differences"], day["status"], day["payments"]) == ([], "expected", 1)
    assert (day["total"], day["fee"], day["net"]) == ("3150.75", "22.06", "3128.69")
    assert (day["terminal_id"], day["batch"], day["day"]) == (TERMINAL, "124", "2026-01-28")
    assert day["terminal_place"] and day["closed"]["count"] == 1
    kept = counter.agent().get(f"/terminal-payments/{paid['payment_id']}").json
    assert kept["closed_in"] == day["day_id"]
    counter.paid_in(day["reference"], DUE_MINOR - FEE_MINOR)
    assert (counter.net(OWED_BY_ACQUIRER), counter.net("charges:operators")) == (0, FEE_MINOR)
    assert counter.agent().get(f"/operator-days/{day['day_id']}").json["status"] == "settled"
    assert found(Seen(databases={"payments": counter.context.database}), ledger.ask) == []


def test_totals_that_differ_are_followed_until_somebody_closes_them(counter: Counter) -> None:
    counter.paid()
    day = counter.close(count=2, total="6301.50").json
    (each,) = counter.differing()
    assert (each["kind"], each["known"], each["stated"], each["known_count"], each["stated_count"]) == (
        "totals-differ",
        "3150.75",
        "6301.50",
        1,
        2,
    )
    assert each["balance"] == "-3150.75" and each["operator_name"] and day["differences_open"] == 1
    shown = counter.agent().post(
        f"/operator-differences/{each['difference_id']}/closing", {"reason": "explained-by-operator", "note": "Twice."}
    )
    assert shown.json["status"] == "closed", shown.text


def test_the_right_count_with_another_sum_and_the_right_sum_with_another_count_differ(counter: Counter) -> None:
    counter.paid()
    counter.paid("d2", terminal=OTHER)
    assert kinds(counter.close(total="3150.57").json) == ["totals-differ"]
    assert kinds(counter.close(terminal=OTHER, count=3).json) == ["totals-differ"]


def test_what_was_cancelled_stands_beside_the_totals(counter: Counter) -> None:
    counter.reverse(counter.paid()["payment_id"])
    counter.paid(ticket="000002")
    day = counter.close(count=2, total="6301.50", reversed_count=1, reversed="3150.75").json
    assert (day["differences"], day["total"], day["payments"]) == ([], "3150.75", 2)


def test_a_ticket_that_was_cancelled_here_alone_is_found(counter: Counter) -> None:
    counter.reverse(counter.paid()["payment_id"])
    day = counter.close().json
    assert kinds(day) == ["reversals-differ"]
    (each,) = counter.differing()
    assert (each["known"], each["stated"], each["balance"]) == ("3150.75", "0.00", "-3150.75")
    counter.paid_in(day["reference"], DUE_MINOR - FEE_MINOR)
    assert counter.net(OWED_BY_ACQUIRER) == -DUE_MINOR
    done = counter.agent().post(
        f"/operator-differences/{each['difference_id']}/closing", {"reason": "written-off", "note": "Nobody asks."}
    )
    assert done.json["status"] == "closed" and counter.net(OWED_BY_ACQUIRER) == 0
    assert found(Seen(databases={"payments": counter.context.database}), ledger.ask) == []


def test_a_batch_is_closed_once_and_takes_no_ticket_after_that(counter: Counter) -> None:
    counter.paid()
    counter.close(batch="000124")
    again = counter.close(batch="124", count=5)
    assert (again.status_code, again.json["code"]) == (409, "card-terminal.batch-closed")
    late = counter.type(counter.begun("d2"), ticket="2")
    assert (late.status_code, late.json["code"]) == (409, "card-terminal.batch-closed")
    assert counter.close(batch="125", count=0, total="0").status_code == 201
    assert counter.close(terminal=OTHER, count=0, total="0").status_code == 201


def test_an_empty_batch_has_nothing_to_be_paid_in(counter: Counter) -> None:
    day = counter.close(count=0, total="0").json
    assert (day["differences"], day["net"], day["status"]) == ([], "0.00", "settled")


def test_a_close_has_the_tickets_of_its_batch_alone(counter: Counter) -> None:
    counter.paid()
    counter.paid("d2", batch="125")
    assert counter.close().json["differences"] == []
    assert counter.close(batch="125").json["differences"] == []
    listed = counter.agent().get(f"/card-terminals/{TERMINAL}/payments", query_string={"batch": "000125"})
    assert listed.json["items"] == []
    assert len(counter.agent().get(f"/card-terminals/{TERMINAL}/payments").json["items"]) == 2


def test_a_terminal_that_is_closed_after_midnight_has_the_tickets_of_the_evening(counter: Counter) -> None:
    counter.clock.move(hours=13, minutes=50)
    counter.paid()
    counter.clock.move(minutes=20)
    day = counter.close().json
    assert (day["differences"], day["day"]) == ([], "2026-01-29")


def test_a_ticket_that_was_forgotten_is_typed_late_and_the_close_agrees(counter: Counter) -> None:
    payment_id = counter.begun()
    day = counter.close().json
    assert kinds(day) == ["totals-differ"]
    counter.paid_in(day["reference"], DUE_MINOR - FEE_MINOR)
    assert counter.net(OWED_BY_ACQUIRER) == -DUE_MINOR
    late = counter.type(payment_id, late=True)
    assert (late.json["status"], late.json["closed_in"]) == ("taken", day["day_id"]), late.text
    assert counter.net(OWED_BY_ACQUIRER) == 0 and not counter.differing()
    after = counter.agent().get(f"/operator-days/{day['day_id']}").json
    assert (after["differences"], after["differences_open"]) == ([], 0)
    assert counter.debt().left_minor == 0
    early = counter.type(counter.begun("d2"), late=True, batch="200")
    assert (early.status_code, early.json["code"]) == (409, "card-terminal.batch-not-closed")


def test_totals_that_were_typed_wrongly_are_typed_anew_until_money_came(counter: Counter) -> None:
    counter.paid()
    wrong = counter.close(total="3510.75").json
    right = {"batch": "999", "closed_at": counter.clock().isoformat(), "count": 1, "total": "3150.75"}
    corrected = counter.agent().post(f"/operator-days/{wrong['day_id']}/correction", right)
    assert corrected.status_code == 200, corrected.text
    assert (corrected.json["differences"], corrected.json["reference"], corrected.json["batch"]) == (
        [],
        wrong["reference"],
        "124",
    )
    assert not counter.differing() and len(counter.differing(status="closed")) == 1
    counter.paid_in(wrong["reference"], 100)
    allocated = counter.waiting()[0]
    share = {"target": "operator-day", "target_id": wrong["day_id"], "amount": "1.00"}
    counter.agent().post(
        f"/bank/entries/{allocated['entry_id']}/allocation", {"version": allocated["version"], "shares": [share]}
    )
    refused = counter.agent().post(f"/operator-days/{wrong['day_id']}/correction", right)
    assert (refused.status_code, refused.json["code"]) == (409, "operator-day.settled")
    assert counter.agent().post("/operator-days/none/correction", right).json["code"] == "card-terminal.close-unknown"


def test_a_fee_that_the_close_states_is_held_against_what_was_agreed(counter: Counter) -> None:
    counter.paid()
    day = counter.close(fee="25.00").json
    assert (kinds(day), day["fee"], day["net"]) == (["fee-differs"], "25.00", "3125.75")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"reversed_count": 1, "reversed": "4000.00"}, 422, "card-terminal.reversals-above-total"),
        ({"reversed_count": 2}, 422, "card-terminal.reversals-above-total"),
        ({"batch": "x"}, 422, "card-terminal.ticket-malformed"),
        ({"closed_at": "2026-01-28T11:00:00+01:00"}, 422, "card-terminal.close-in-future"),
        ({"total": "-3150.75"}, 422, "request.invalid"),
        ({"count": -1}, 422, "request.invalid"),
        ({"terminal": "99"}, 404, "card-terminal.unknown"),
    ],
)
def test_a_close_that_is_wrong_is_refused_by_name(
    counter: Counter, changed: dict[str, Any], status: int, code: str
) -> None:
    refused = counter.close(**changed)
    assert (refused.status_code, refused.json["code"]) == (status, code), refused.text


def test_days_of_terminals_stand_among_those_of_operators(counter: Counter) -> None:
    counter.paid()
    counter.close()
    (day,) = counter.agent().get("/operator-days").json["items"]
    assert day["operator"] == "banque-atlas" and day["operator_name"]
    assert datetime.fromisoformat(day["taken_at"]) == counter.clock()
