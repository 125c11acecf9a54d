"""A dry run does what the real thing does, and stores nothing: held against it over one table of statements."""

from collections.abc import Callable
from typing import Any

import bson
import pytest

from services.payments.banking import dry_runs
from services.payments.banking.banks import choice
from services.payments.banking.banks.fixed_width import FileIncomplete
from services.payments.banking.iso20022 import camt
from services.payments.banking.statement_body import EXAMPLE
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.funds.invented import MONO, more_funds
from tests.kit.callers import Office
from tests.kit.contexts import handle
from tests.payments.bank import office
from tests.payments.banking.files import detail, entry
from tests.payments.banking.test_bank_entries import COLLECTIONS, PAYOUTS, ask, balance, file, status, take
from tests.payments.banking.test_deciding import MUCH, act, share, waiting
from tests.payments.banking.test_fixed_files import HEAD, TAIL, movement
from tests.payments.builders import FIRM, open_obligation
from tests.payments.declarations.harness import register

XML = "application/xml"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 for each of two years."""
    here = office(context)
    handle(context, service, register(FIRM))
    open_obligation(context)
    open_obligation(context, "d2", period="2024")
    return here


def credit(amount: str, text: str = "", *, number: str = "BANK-1", day: str = "2026-02-03") -> str:
    """One payment that came, as a bank writes it."""
    remittance = f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    booked = f"<BookgDt><Dt>{day}</Dt></BookgDt>"
    details = detail("NOTPROVIDED", amount=f'<Amt Ccy="DZD">{amount}</Amt>', more=remittance)
    return entry(amount, direction="CRDT", details=details, booked=booked).replace("BANK-1", number)


def try_out(made: Office, body: bytes, **more: Any) -> Any:
    return made.staff().post("/bank/statements/dry-run", key=None, data=body, **{"content_type": XML, **more})


def stored(context: ServiceContext) -> dict[str, list[bytes]]:
    """Every document of every collection, byte for byte."""
    return {
        name: sorted(bson.encode(each) for each in context.database[name].find())
        for name in sorted(context.database.list_collection_names())
    }


def outcomes(answer: Any) -> list[tuple[str, str | None, str | None]]:
    """What is said of each entry: what becomes of it, by which rule, or why it waits."""
    return [
        (each["outcome"], each["match"]["rule"] if each["match"] else None, each["why"])
        for each in answer.json["entries"]
    ]


def paid(made: Office) -> list[str]:
    return [credit("3150.25", ask(made)["reference"])]


def paid_in_two_and_too_much(made: Office) -> list[str]:
    reference = ask(made)["reference"]
    return [credit("3000.00", reference, number="E1"), credit("200.00", reference, number="E2")]


def two_references_in_one(made: Office) -> list[str]:
    return [credit("6300.50", " ".join(ask(made, each)["reference"] for each in ("d1", "d2")))]


def nobody_knows(made: Office) -> list[str]:
    return [credit("75.00", "loyer", number="E1"), credit("75.00", number="E2")]


def reported_twice(made: Office) -> list[str]:
    return [credit("3150.25", ask(made)["reference"])] * 2


def came_and_was_taken_back(made: Office) -> list[str]:
    back = entry("75.00", direction="DBIT").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    return [credit("75.00", "loyer"), back]


def in_another_currency(made: Office) -> list[str]:
    return [entry("12.00", ccy="EUR", direction="CRDT"), credit("3150.25", ask(made)["reference"], number="E2")]


Case = tuple[Callable[[Office], list[str]], list[tuple[str, str | None, str | None]]]
CASES: dict[str, Case] = {
    "a reference": (paid, [("booked", "reference", None)]),
    "one debt, paid by two": (
        paid_in_two_and_too_much,
        [("booked", "reference", None), ("booked", "reference", None)],
    ),
    "several references": (two_references_in_one, [("booked", "several", None)]),
    "no reference": (nobody_knows, [("waiting", None, "reference-unknown"), ("waiting", None, "no-reference")]),
    "the same twice": (reported_twice, [("booked", "reference", None), ("known", "reference", None)]),
    "taken back": (
        came_and_was_taken_back,
        [("booked", "bank-reference", None), ("booked", "bank-reference", None)],
    ),
    "another currency": (
        in_another_currency,
        [("waiting", None, "currency-foreign"), ("booked", "reference", None)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_stores_nothing_and_says_what_the_real_thing_does(context: ServiceContext, made: Office, case: str) -> None:
    entries_of, expected = CASES[case]
    body = file(*entries_of(made))
    before = stored(context)
    tried = try_out(made, body)
    assert (tried.status_code, outcomes(tried)) == (200, expected), tried.text
    assert stored(context) == before
    take(context, body)
    for tried_entry in tried.json["entries"]:
        real = made.staff().get(f"/bank/entries/{tried_entry['entry_id']}").json
        if tried_entry["outcome"] != "known":
            assert (real["status"], real["why"]) == (tried_entry["outcome"], tried_entry["why"])
            assert (real["match"] or {}).get("rule") == (tried_entry["match"] or {}).get("rule")
            assert real["shares"] == [
                {name: each[name] for name in real["shares"][0]} for each in tried_entry["shares"]
            ]
    assert {each["outcome"] for each in try_out(made, body).json["entries"]} == {"known"}


def test_each_share_says_what_would_be_left_and_what_would_be_a_credit(context: ServiceContext, made: Office) -> None:
    """Each entry is booked as those before it leave things, and the last word is what then really stands there."""
    body = file(*paid_in_two_and_too_much(made))
    first, second = (each["shares"][0] for each in try_out(made, body).json["entries"])
    assert (first["employer_id"], first["period"], first["target"]) == (FIRM, "2025", "collection")
    assert (first["amount"], first["left"], first["credit"]) == ("3000.00", "150.25", "0.00")
    assert (second["amount"], second["left"], second["credit"]) == ("200.00", "0.00", "49.75")
    assert status(made) == ("open", "0.00")
    take(context, body)
    assert status(made) == ("paid", "3150.25") and balance(made, f"credit:{FIRM}") == ("49.75", "credit")


def test_the_totals_are_by_rule_and_by_reason(made: Office) -> None:
    body = file(*paid_in_two_and_too_much(made), credit("75.00", "loyer", number="E3"), credit("5.00", number="E4"))
    assert [(each["outcome"], each["text"], each["count"], each["amount"]) for each in totals_of(made, body)] == [
        ("booked", "Le texte donne une référence de la caisse.", 2, "3200.00"),
        ("waiting", "Le texte ne donne aucune référence connue.", 1, "75.00"),
        ("waiting", "L'écriture ne porte aucune référence.", 1, "5.00"),
    ]


def totals_of(made: Office, body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = try_out(made, body).json["totals"]
    return found


def test_what_cannot_be_read_of_it_is_named_and_the_rest_is_tried(made: Office) -> None:
    broken = credit("75.00", number="E2").replace("<CdtDbtInd>CRDT</CdtDbtInd>", "")
    body = file(credit("3150.25", ask(made)["reference"]), broken).replace(b"camt.054.001.08", b"camt.054.001.06")
    tried = try_out(made, body)
    assert outcomes(tried) == [("booked", "reference", None)]
    assert [each["code"] for each in tried.json["faults"]] == ["bank-file.direction-missing"]


@pytest.mark.parametrize("message", ["camt.052", "camt.053"])
def test_a_report_and_a_statement_are_taken_as_a_notification_is(made: Office, message: str) -> None:
    head, place = {"camt.052": ("BkToCstmrAcctRpt", "Rpt"), "camt.053": ("BkToCstmrStmt", "Stmt")}[message]
    text = file(*paid(made)).decode().replace("camt.054", message)
    body = text.replace("BkToCstmrDbtCdtNtfctn", head).replace("Ntfctn>", f"{place}>").encode()
    assert outcomes(try_out(made, body)) == [("booked", "reference", None)]


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"", XML, 422, "bank-file.not-readable"),
        (b"%PDF-1.4", XML, 422, "bank-file.not-readable"),
        (b"<!DOCTYPE x><x/>", XML, 422, "bank-file.doctype-refused"),
        (b"a,b", "text/csv", 415, "request.media-type"),
        (b"x" * (8 * 1024 * 1024 + 1), XML, 413, "request.too-large"),
    ],
)
def test_what_is_no_statement_is_refused(made: Office, body: bytes, media_type: str, status: int, code: str) -> None:
    refused = try_out(made, body, content_type=media_type)
    assert (refused.status_code, refused.json["code"]) == (status, code), refused.text


def test_more_than_a_dry_run_takes_is_refused(made: Office) -> None:
    many = dry_runs.ENTRIES_MAX + 1
    refused = try_out(made, file(*(credit("1.00", number=f"E{number}") for number in range(many))))
    assert (refused.status_code, refused.json["code"]) == (422, "bank.dry-run-too-many")
    assert "1001" in refused.json["detail"] and "1000" in refused.json["detail"]


def test_a_fund_whose_bank_has_its_own_layout_tries_that() -> None:
    """And nothing else: a fund's statement is read as its own bank writes it."""
    fund = more_funds()[MONO]
    notice = choice.read_statement(fund, "\r\n".join([HEAD, movement(), TAIL]).encode())
    assert [(each.amount.amount_minor, each.remittance) for each in notice.entries] == [(315_025, "CT16000001")]
    with pytest.raises(FileIncomplete):
        choice.read_statement(fund, file(credit("1.00")))
    assert len(camt.read(file(credit("1.00"))).entries) == 1


# --- An allocation ----------------------------------------------------------------------------------------------------


def unknown(context: ServiceContext, made: Office, amount: str = "3150.25", account: str = COLLECTIONS) -> Any:
    take(context, file(credit(amount, "DAS de l'an passé"), account=account))
    return waiting(made)[0]


def try_allocation(made: Office, one: Any, *shares: dict[str, str]) -> Any:
    body = {"version": one["version"], "shares": list(shares)}
    return made.staff().post(f"/bank/entries/{one['entry_id']}/allocation/dry-run", body, key=None)


def test_an_allocation_is_tried_before_it_is_done(context: ServiceContext, made: Office) -> None:
    one = unknown(context, made)
    shares = [
        share("declaration", "d1", "3000.00"),
        share("declaration", "d2", "100.00"),
        share("employer", FIRM, "50.25"),
    ]
    before = stored(context)
    tried = try_allocation(made, one, *shares)
    assert tried.status_code == 200, tried.text
    assert [(each["period"], each["left"], each["credit"]) for each in tried.json["shares"]] == [
        ("2025", "150.25", "50.25"),
        ("2024", "3050.25", "0.00"),
        (None, None, "0.00"),
    ]
    assert not tried.json["needs_two"] and stored(context) == before and waiting(made) == [one]
    assert act(made, one, "allocation", shares=shares).json["status"] == "settled"
    assert status(made) == ("open", "3000.00") and balance(made, f"credit:{FIRM}") == ("50.25", "credit")


def test_where_a_second_person_must_agree_it_says_so_and_what_comes_then(context: ServiceContext, made: Office) -> None:
    one = unknown(context, made, amount=MUCH)
    tried = try_allocation(made, one, share("declaration", "d1", MUCH)).json
    assert tried["needs_two"]
    assert [(each["left"], each["credit"]) for each in tried["shares"]] == [("0.00", "196849.75")]
    assert waiting(made) == [one]


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([share("declaration", "d1", "3000.00")], "bank.shares-differ"),
        ([share("payout", "p1")], "bank.target-not-allowed"),
        ([share("declaration", "d9")], "collection.obligation-unknown"),
        ([share("employer", "9999999999")], "bank.target-unknown"),
        ([], "request.invalid"),
    ],
)
def test_it_is_refused_where_the_allocation_would_be(
    context: ServiceContext, made: Office, shares: list[dict[str, str]], code: str
) -> None:
    one = unknown(context, made)
    tried, done = try_allocation(made, one, *shares), act(made, one, "allocation", shares=shares)
    assert tried.json["code"] == done.json["code"] == code and tried.status_code == done.status_code


def test_an_entry_that_was_decided_meanwhile_is_not_tried(context: ServiceContext, made: Office) -> None:
    one = unknown(context, made, account=PAYOUTS)
    act(made, one, "write-off", ground="unclaimed")
    assert try_allocation(made, one, share("declaration", "d1")).json["code"] == "bank.entry-changed"


def test_the_example_of_the_document_is_a_statement_of_one_payment_that_came(made: Office) -> None:
    tried = try_out(made, EXAMPLE.encode())
    assert tried.status_code == 200, tried.text
    (entry_of_it,) = tried.json["entries"]
    assert (entry_of_it["direction"], entry_of_it["amount"]) == ("credit", "3150.00")
