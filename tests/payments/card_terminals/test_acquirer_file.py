"""An acquirer's file of a day: read as its layout says, row by row, and held against the tickets that were typed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.payments.card_terminals import acquirer_file
from services.payments.card_terminals.acquirer_file import AcquirerFileInvalid, HeadsMissing
from shared.funds.bindings import Acquirer, AcquirerFileLayout
from tests.kit.contexts import DZ, funds
from tests.payments.card_terminals.counter import OTHER, OWED_BY_ACQUIRER, TERMINAL, Counter

DAY = date(2026, 1, 28)
ACQUIRER: Acquirer = funds()[DZ].bindings.acquirers["banque-atlas"]
HEADS = "N° terminal;N° remise;N° ticket;N° autorisation;Date;Opération;Montant brut;Commission"
SALE = f"{TERMINAL};000124;000001;A4B7C9;28/01/2026;ACHAT;3 150,75;22,06"


def read(text: str, *, encoding: str = "windows-1252", **layout: Any) -> acquirer_file.ReadFile:
    known = ACQUIRER.day_file
    assert known is not None
    used = replace(known, encoding="utf-8" if encoding.startswith("utf-8") else encoding, **layout)
    content = text.encode(encoding)
    return acquirer_file.read(content, acquirer=ACQUIRER, layout=used, day=DAY, fund=funds()[DZ])


def rows(found: acquirer_file.ReadFile) -> list[tuple[str, str, int, int]]:
    assert found.findings == (), found.findings
    return [(row.terminal_id, row.number, row.amount_minor, row.fee_minor) for row in found.rows]


UNBROKEN = "3\u00a0150"
ONE = [(TERMINAL, "124/1", 315_075, 2_206)]
PLAIN = {"terminal": "TID", "amount": "Gross", "day": "Date", "authorisation": "Auth"}
PLAIN |= dict.fromkeys(("batch", "ticket", "kind", "fee"))
PLAIN |= {"reversals": (), "separator": ",", "decimal_mark": ".", "day_format": "%Y-%m-%d"}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (f"{HEADS}\n{SALE}\n", {}),
        (f"{HEADS}\r\n{SALE}", {}),
        (f"{HEADS}\n{SALE}\n", {"encoding": "utf-8"}),
        (f"{HEADS}\n{SALE}\n", {"encoding": "utf-8-sig"}),
        (f"{HEADS};Carte\n{SALE};5321********1234\n", {}),
        (f"BANQUE ATLAS\nRelevé du 28/01/2026\n\n{HEADS}\n{SALE}\n", {}),
        (f"{HEADS}\n{SALE}\n;;;;;TOTAL;3 150,75;22,06\n\n", {}),
        (f"{HEADS}\n" + ";".join(f'"{cell}"' for cell in SALE.split(";")) + "\n", {}),
        (f"{HEADS}\n{SALE.replace('3 150,75', '3.150,75 DZD')}\n", {}),
        (f"{HEADS}\n{SALE.replace('3 150', UNBROKEN)}\n", {}),
        (f"{HEADS}\n{SALE.replace('3 150,75', '3150,7500')}\n", {}),
        (f"{HEADS}\n{SALE.replace('28/01/2026', '28/01/2026 10:04:31')}\n", {}),
        (f"{HEADS}\n{SALE.replace('22,06', '-22,06')}\n", {}),
        (f"{HEADS}\n{SALE}\n".replace(";", "\t"), {"separator": "\t"}),
        (f"{HEADS}\n{SALE.replace('28/01/2026', '20260128')}\n", {"day_format": "%Y%m%d"}),
    ],
)
def test_the_shapes_in_which_acquirers_send_it_are_read_alike(text: str, more: dict[str, Any]) -> None:
    assert rows(read(text, **more)) == ONE


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("3150.75", 315_075), ("3,150.75", 315_075), ("+7", 700), ("-3150.75", -315_075), ("5.00-", -500)],
)
def test_commas_between_columns_points_in_amounts_and_the_authorisation_alone(amount: str, minor: int) -> None:
    found = read(f'Date,TID,Auth,Gross\n2026-01-28,{TERMINAL},a4b7c9,"{amount}"\n', encoding="utf-8", **PLAIN)
    assert rows(found) == [(TERMINAL, "A4B7C9", minor, 0)]


def test_what_was_given_back_is_below_zero_with_a_sign_or_without() -> None:
    back = SALE.replace("ACHAT", "ANNULATION")
    signed = back.replace("3 150,75", "-3 150,75")
    assert [row[2] for row in rows(read(f"{HEADS}\n{back}\n{signed}\n"))] == [-315_075, -315_075]


@pytest.mark.parametrize(
    ("old", "new", "column", "kind"),
    [
        ("3 150,75", "3 150,755", "Montant brut", "amount-unreadable"),
        ("3 150,75", "3150.75", "Montant brut", "amount-unreadable"),
        ("3 150,75", "3150.750", "Montant brut", "amount-unreadable"),
        ("3 150,75", "31.50,75", "Montant brut", "amount-unreadable"),
        ("3 150,75", "", "Montant brut", "amount-unreadable"),
        ("3 150,75", "=1+1", "Montant brut", "amount-unreadable"),
        ("22,06", "gratuit", "Commission", "amount-unreadable"),
        ("28/01/2026", "2026-01-28", "Date", "day-unreadable"),
        ("28/01/2026", "31/02/2026", "Date", "day-unreadable"),
        ("28/01/2026", "27/01/2026", "Date", "other-day"),
        (TERMINAL, "99999999", "N° terminal", "terminal-unknown"),
        ("000001", "", "N° ticket", "number-unreadable"),
        ("000124", "12A", "N° remise", "number-unreadable"),
    ],
)
def test_what_cannot_be_read_is_found_in_its_row_and_the_others_are_read(
    old: str, new: str, column: str, kind: str
) -> None:
    found = read(f"{HEADS}\n{SALE.replace(old, new)}\n{SALE}\n")
    assert [(each.row, each.column, each.kind.value) for each in found.findings] == [(2, column, kind)]
    assert [row.row for row in found.rows] == [3]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("", "utf-8"), (f"{HEADS.replace('Commission', 'Frais')}\n{SALE}\n", "utf-8"), ("\n" * 30 + HEADS, "utf-8")],
)
def test_a_file_of_other_columns_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(HeadsMissing) as refused:
        read(text, encoding=encoding)
    assert "Commission" in str(refused.value.parameters["heads"])


def test_a_file_in_other_characters_than_agreed_is_refused() -> None:
    layout = ACQUIRER.day_file
    assert layout is not None
    content = f"{HEADS}\n{SALE}\n".encode("windows-1252")
    with pytest.raises(AcquirerFileInvalid):
        acquirer_file.read(
            content, acquirer=ACQUIRER, layout=replace(layout, encoding="utf-8"), day=DAY, fund=funds()[DZ]
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "Date"},
        {"authorisation": None, "batch": None},
        {"kind": None},
        {"reversals": ()},
        {"day_format": "%c"},
        {"separator": "x"},
        {"encoding": "utf-16"},
        {"decimal_mark": "'"},
    ],
)
def test_a_layout_that_says_nothing_sure_is_a_fault_of_the_fund_s_definition(wrong: dict[str, Any]) -> None:
    known = ACQUIRER.day_file
    assert known is not None
    with pytest.raises(ValueError, match=r"is|are|belong|say"):
        AcquirerFileLayout(**{**vars(known), **wrong})


# --- Held against the tickets -----------------------------------------------------------------------------------------


def compared(counter: Counter, *lines: str, day: str = "2026-01-28", acquirer: str = "banque-atlas") -> TestResponse:
    content = "\n".join((HEADS, *lines)).encode("windows-1252")
    return counter.agent().post(f"/card-acquirers/{acquirer}/days/{day}/file", data=content, content_type="text/csv")


def differences(answer: TestResponse) -> list[tuple[str, str, str, str]]:
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["payment_id"], each["known"], each["stated"]) for each in answer.json["differences"]]


def test_what_the_file_says_is_what_was_typed(counter: Counter) -> None:
    counter.paid()
    answer = compared(counter, SALE)
    assert differences(answer) == []
    body = answer.json
    assert (body["is_equal"], body["payments"], body["total"], body["known"], body["fee"]) == (
        True, 1, "3150.75", "3150.75", "22.06"
    )  # fmt: skip


def test_each_payment_that_differs_is_named(counter: Counter) -> None:
    """One typed with another amount, one that nobody typed, one that the file does not have."""
    counter.paid()
    counter.paid("d2", terminal=OTHER, ticket="000009")
    answer = compared(counter, SALE.replace("3 150,75", "3 150,00"), SALE.replace("000001", "000002"))
    assert differences(answer) == [
        ("ticket-amount-differs", f"{TERMINAL}/124/1", "3150.75", "3150.00"),
        ("ticket-not-typed", f"{TERMINAL}/124/2", "0.00", "3150.75"),
        ("ticket-not-in-file", f"{OTHER}/124/9", "3150.75", "0.00"),
    ]
    assert [bool(each["ticket_id"]) for each in answer.json["differences"]] == [True, False, True]
    assert answer.json["is_equal"] is False


def test_what_was_cancelled_on_one_side_alone_differs(counter: Counter) -> None:
    paid, ticket = counter.paid(), f"{TERMINAL}/124/1"
    back = SALE.replace("ACHAT", "ANNULATION")
    assert differences(compared(counter, SALE, back)) == [("ticket-not-cancelled", ticket, "3150.75", "0.00")]
    assert counter.reverse(paid["payment_id"]).status_code == 200
    assert differences(compared(counter, SALE, back)) == []
    assert differences(compared(counter, SALE)) == [("ticket-amount-differs", ticket, "0.00", "3150.75")]
    assert differences(compared(counter)) == [], "the acquirer leaves out what was cancelled before its close"


def test_a_row_that_cannot_be_read_is_said_in_words(counter: Counter) -> None:
    body = compared(counter, SALE.replace("3 150,75", "?")).json
    assert [(each["row"], each["column"], each["text"]) for each in body["findings"]] == [
        (2, "Montant brut", "Le montant n'est pas lisible.")
    ]


def test_a_difference_speaks_of_tickets(counter: Counter) -> None:
    (found,) = compared(counter, SALE).json["differences"]
    assert (found["kind"], found["ticket_id"]) == ("ticket-not-typed", "")
    assert found["text"] == "Le fichier contient un paiement dont aucun ticket n'a été saisi."


# --- What differs is followed -----------------------------------------------------------------------------------------

UNTYPED = SALE.replace("000001", "000002")
FILE = "banque-atlas-file-2026-01-28"


def followed(counter: Counter) -> list[tuple[str, str]]:
    """The differences of the day's file in any state, oldest first."""
    return [(each["kind"], each["status"]) for each in counter.differing(day_id=FILE)]


def test_what_differs_waits_for_an_agent_with_its_age_until_it_is_closed(counter: Counter) -> None:
    counter.paid()
    answer = compared(counter, SALE, UNTYPED)
    (named,) = answer.json["differences"]
    (waiting,) = counter.differing(operator="banque-atlas")
    assert (answer.json["day_id"], waiting["difference_id"]) == (FILE, named["difference_id"])
    assert (waiting["opened_on"], waiting["assigned_to"], waiting["in_question"]) == ("2026-01-28", None, "3150.75")
    address = f"/operator-differences/{waiting['difference_id']}"
    assert counter.agent("a2").post(f"{address}/assignment").json["assigned_to"] == "a2"
    held = counter.agent("a3").post(f"{address}/closing", {"reason": "explained-by-operator", "note": "Vu."})
    assert (held.status_code, held.json["code"]) == (409, "operator-difference.assigned-to-another")
    closed = counter.agent("a2").post(f"{address}/closing", {"reason": "explained-by-operator", "note": "Vu."}).json
    assert (closed["status"], closed["closing"]["by"], closed["note"]) == ("closed", "a2", "Vu.")
    assert counter.agent().get(f"/operator-days/{FILE}").json["differences_open"] == 0


def test_above_the_limit_of_the_fund_a_second_person_agrees(counter: Counter) -> None:
    compared(counter, SALE.replace("3 150,75", "200 000,00"))
    (waiting,) = counter.differing(day_id=FILE)
    address = f"/operator-differences/{waiting['difference_id']}"
    proposed = counter.agent("a2").post(f"{address}/closing", {"reason": "booked-otherwise", "note": "Vu."})
    assert proposed.json["status"] == "proposed"
    assert (
        counter.agent("a2").post(f"{address}/confirmation").json["code"] == "operator-difference.second-person-needed"
    )
    assert counter.agent("a3").post(f"{address}/confirmation").json["status"] == "closed"


def test_a_later_file_closes_what_it_no_longer_has_and_opens_what_comes_back(counter: Counter) -> None:
    counter.paid()
    compared(counter, SALE, UNTYPED)
    first = counter.differing(day_id=FILE)[0]["difference_id"]
    compared(counter, SALE)
    assert followed(counter) == [("ticket-not-typed", "closed")] and counter.differing() == []
    counter.clock.move(days=1)
    compared(counter, SALE, UNTYPED)
    (again,) = counter.differing(day_id=FILE)
    assert (again["difference_id"], again["status"], again["opened_on"]) == (first, "open", "2026-01-29")
    assert [each["reason"] for each in again["closed_before"]] == ["corrected-by-later-file"]


def test_the_same_file_after_a_late_ticket_has_nothing_that_differs(counter: Counter) -> None:
    counter.paid()
    forgotten = counter.begun("d2")
    compared(counter, SALE, UNTYPED)
    assert followed(counter) == [("ticket-not-typed", "open")]
    assert counter.close(count=2, total="6301.50").status_code == 201
    assert counter.type(forgotten, late=True, ticket="000002").status_code == 200
    assert differences(compared(counter, SALE, UNTYPED)) == []
    assert followed(counter) == [("ticket-not-typed", "closed")]


def test_a_file_with_rows_that_cannot_be_read_keeps_nothing_and_closes_nothing(counter: Counter) -> None:
    counter.paid()
    compared(counter, SALE, UNTYPED)
    broken = compared(counter, SALE.replace("3 150,75", "?")).json
    assert (broken["day_id"], [each["difference_id"] for each in broken["differences"]]) == (None, [""])
    assert followed(counter) == [("ticket-not-typed", "open")], "a page that was cut off corrects nothing"


def test_its_money_is_paid_in_for_the_close_and_nothing_of_it_is_booked_or_written_off(counter: Counter) -> None:
    counter.paid()
    before = counter.net(OWED_BY_ACQUIRER)
    compared(counter, SALE, UNTYPED)
    day = counter.agent().get(f"/operator-days/{FILE}").json
    assert (day["is_paid_in"], day["net"], day["status"]) == (False, "0.00", "compared")
    assert (day["total"], day["text"]) == ("6301.50", "Fichier comparé aux tickets.")
    (waiting,) = counter.differing(day_id=FILE)
    address = f"/operator-differences/{waiting['difference_id']}"
    refused = counter.agent().post(f"{address}/closing", {"reason": "written-off", "note": "Perdu."})
    assert (refused.status_code, refused.json["code"]) == (422, "operator-difference.nothing-to-write-off")
    assert counter.net(OWED_BY_ACQUIRER) == before
    counter.paid_in(FILE, 10_000)
    assert [each["status"] for each in counter.waiting()] == ["waiting"], "its name is no reference to pay in with"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"acquirer": "another"}, "card-terminal.file-not-agreed"),
        ({"day": "28/01"}, "request.not-found"),
        ({"day": "20260128"}, "card-terminal.file-day-malformed"),
        ({"day": "2026-01-29"}, "card-terminal.file-day-malformed"),
    ],
)
def test_another_acquirer_or_day_is_refused(counter: Counter, asked: dict[str, str], code: str) -> None:
    refused = compared(counter, SALE, **asked)
    assert (refused.status_code in {404, 422}, refused.json["code"]) == (True, code)
