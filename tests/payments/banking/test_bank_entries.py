"""Files of the bank from their bytes to the money: what is the same, what is not, what it was for, what waits."""

from datetime import date
from typing import Any

import pytest

from services.payments.banking import bank_calls
from services.payments.banking.bank_calls import in_unit_of_work
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from services.payments.banking.iso20022 import camt
from services.payments.payouts import store as payouts_store
from services.payments.payouts.payout import Payout, Status
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, funds, handle, published, reading
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import credited, debited, office, post_signed
from tests.payments.banking.files import detail, entry, notice
from tests.payments.builders import FIRM, RIB, approved, gathered, open_obligation, persons

OWN = funds()[DZ].payments
COLLECTIONS, PAYOUTS = OWN.collections.number, OWN.payouts.number
THREE = ("c1", "c2", "c3")


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 accepted."""
    here = office(context)
    open_obligation(context)
    return here


def ask(made: Office, declaration_id: str = "d1", rail: str = "transfer") -> dict[str, Any]:
    shown: dict[str, Any] = made.employer(FIRM).post(f"/declarations/{declaration_id}/collections", {"rail": rail}).json
    return shown


def take(context: ServiceContext, body: bytes) -> None:
    """A file comes twice: the second time changes nothing."""
    for _ in range(2):
        bank_calls.book(context, DZ, "test", camt.read(body))


def file(*entries: str, account: str = COLLECTIONS) -> bytes:
    return notice(*entries, account=f"<Othr><Id>{account}</Id></Othr>")


def line(**facts: Any) -> BookedEntry:
    return BookedEntry(
        **{
            "entry_id": "E1",
            "account": COLLECTIONS,
            "direction": Direction.CREDIT,
            "amount": Money(315_025, Currency.DZD),
            "booked_on": date(2026, 2, 11),
            "end_to_end_id": None,
            "remittance": None,
            "return_reason": None,
            **facts,
        }
    )


def book(context: ServiceContext, *lines: BookedEntry) -> None:
    for _ in range(2):
        bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))


def balance(made: Office, code: str) -> tuple[str, str | None]:
    shown = made.staff().get(f"/ledger/accounts/{code}")
    return (shown.json["balance"], shown.json["side"]) if shown.status_code == 200 else ("none", None)


def status(made: Office, declaration_id: str = "d1") -> tuple[str, str]:
    shown = made.staff().get(f"/declarations/{declaration_id}/collections").json
    return shown["status"], shown["paid"]


def cases(made: Office) -> list[tuple[str, str]]:
    return [(each["case"], each["collected"]) for each in made.staff().get("/differences").json["items"]]


# --- Which one it is --------------------------------------------------------------------------------------------------


def _paid_by(reference: str) -> str:
    amount = '<Amt Ccy="DZD">3150.25</Amt>'
    return detail("NOTPROVIDED", amount=amount, more=f"<RmtInf><Ustrd>{reference}</Ustrd></RmtInf>")


def test_b01_two_payments_that_the_bank_booked_as_one_pay_two_declarations(
    context: ServiceContext, made: Office
) -> None:
    open_obligation(context, "d2", period="2024")
    references = [ask(made, each)["reference"] for each in ("d1", "d2")]
    batch = "<Btch><NbOfTxs>2</NbOfTxs></Btch>" + "".join(map(_paid_by, references))
    take(context, file(entry("6300.50", direction="CRDT", details=batch)))
    assert status(made, "d1") == status(made, "d2") == ("paid", "3150.25")
    assert balance(made, "bank:collections") == ("6300.50", "debit") and cases(made) == []


def test_b01_two_alike_in_a_batch_are_two(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    take(context, file(entry("6300.50", direction="CRDT", details=_paid_by(reference) * 2)))
    assert balance(made, "bank:collections") == ("6300.50", "debit")
    assert balance(made, f"credit:{FIRM}") == ("3150.25", "credit")


def test_b01_what_the_bank_gives_no_reference_of_is_told_apart_all_the_same(
    context: ServiceContext, made: Office
) -> None:
    book(context, line(entry_id="", remittance="rent"), line(entry_id="", remittance="rent"))
    assert cases(made) == [("unmatched", "3150.25")] * 2


def test_b08_the_same_reference_with_another_amount_is_other_money(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    book(context, line(remittance="?", amount=Money(10_000, Currency.DZD)))
    book(context, line(remittance=reference))
    assert status(made) == ("paid", "3150.25") and cases(made) == [("unmatched", "100.00")]


def test_b08_the_same_reference_on_another_day_is_other_money(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    book(context, line(remittance=reference), line(remittance=reference, booked_on=date(2026, 2, 12)))
    assert balance(made, "bank:collections") == ("6300.50", "debit")


@pytest.mark.parametrize("is_file_first", [True, False])
@pytest.mark.parametrize("rail", ["card", "transfer"])
def test_b01_a_message_and_a_file_tell_of_the_same_money(
    context: ServiceContext, made: Office, rail: str, is_file_first: bool
) -> None:
    asked = ask(made, rail=rail)
    marks: dict[str, Any] = (
        {"end_to_end_id": asked["collection_id"], "remittance": "card"}
        if rail == "card"
        else {"remittance": asked["reference"], "reference_is_own": False, "counterparty": RIB}
    )
    if is_file_first:
        book(context, line(**marks))
    message = debited(asked["collection_id"]) if rail == "card" else credited(asked["reference"])
    message["data"]["bank_reference" if rail == "card" else "entry_id"] = "E1"
    post_signed(made, message)
    book(context, line(**marks))
    assert balance(made, "bank:collections") == ("3150.25", "debit") and cases(made) == []


def test_b01_an_entry_of_an_earlier_release_is_known(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    book(context, line(remittance=reference))
    rows = context.database["bank_entries"]
    row = rows.find_one({}) or {}
    rows.delete_one({"_id": row["_id"]})
    kept = ("fund", "bank_reference", "account", "direction", "amount_minor", "booked_as", "is_matched", "details")
    rows.insert_one({name: row[name] for name in (*kept, "taken_at", "version")} | {"_id": f"{DZ}:E1"})
    book(context, line(remittance=reference))
    assert balance(made, "bank:collections") == ("3150.25", "debit")


def test_a_corrected_file_changes_nothing(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    book(context, line(remittance=reference))
    book(context, line(remittance=f"corrected: {reference}"))
    assert balance(made, "bank:collections") == ("3150.25", "debit")


def test_b06_money_in_a_currency_of_no_fund_waits_as_the_bank_wrote_it(context: ServiceContext, made: Office) -> None:
    good = entry("3150.25", direction="CRDT", details=_paid_by(ask(made)["reference"]))
    take(context, file(entry("12.00", ccy="EUR", direction="CRDT"), good))
    assert status(made) == ("paid", "3150.25")
    (waiting,) = made.staff().get("/bank/entries").json["items"]
    assert (waiting["why"], waiting["stated"], waiting["account"]) == ("currency-foreign", "12.00 EUR", "foreign")


# --- What it is for ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(context: ServiceContext) -> tuple[Office, list[Payout]]:
    """A file of three payouts of 320.00 that the bank took, called `b1`."""
    here = office(context)
    handle(context, service, persons({AMIRA: RIB, KARIM: RIB}))
    handle(context, service, *(approved(each, person_ref=AMIRA if each == "c1" else KARIM) for each in THREE))
    in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: gathered(uow, batch_id="b1"),
    )
    return here, [payout(context, each) for each in THREE]


def payout(context: ServiceContext, claim_id: str) -> Payout:
    (found,) = payouts_store.of_claim(reading(context), claim_id)
    return found


def statuses(context: ServiceContext) -> set[Status]:
    return {payout(context, each).status for each in THREE}


BATCH = "<Btch><PmtInfId>b1</PmtInfId></Btch>"


def test_b02_three_payouts_that_the_bank_booked_as_one(
    context: ServiceContext, sent: tuple[Office, list[Payout]]
) -> None:
    made, orders = sent
    amount = '<Amt Ccy="DZD">320.00</Amt>'
    details = BATCH + "".join(detail(each.end_to_end_id, amount=amount) for each in orders)
    take(context, file(entry("960.00", details=details), account=PAYOUTS))
    assert statuses(context) == {Status.PAID} and cases(made) == []
    assert balance(made, "bank:payouts") == ("960.00", "credit")
    assert published(context).count("payments.benefit-paid") == 3


def test_b02_the_files_own_id_settles_it_where_no_payment_is_listed(
    context: ServiceContext, sent: tuple[Office, list[Payout]]
) -> None:
    made, _ = sent
    take(context, file(entry("960.00", details=BATCH), account=PAYOUTS))
    assert statuses(context) == {Status.PAID} and cases(made) == []
    assert balance(made, "bank:payouts") == ("960.00", "credit")


def test_b02_a_file_of_another_amount_waits_for_a_person(
    context: ServiceContext, sent: tuple[Office, list[Payout]]
) -> None:
    made, _ = sent
    take(context, file(entry("950.00", details=BATCH), account=PAYOUTS))
    assert statuses(context) == {Status.BATCHED} and cases(made) == [("left-unmatched", "950.00")]


@pytest.mark.parametrize("is_named", [True, False])
def test_b08_money_that_comes_back_under_the_reference_of_the_debit_returns_the_payout(
    context: ServiceContext, sent: tuple[Office, list[Payout]], is_named: bool
) -> None:
    made, (first, *_) = sent
    left = {"account": PAYOUTS, "direction": Direction.DEBIT, "amount": Money(32_000, Currency.DZD)}
    book(context, line(**left, end_to_end_id=first.end_to_end_id))
    back = {**left, "direction": Direction.CREDIT, "return_reason": "AC04", "is_reversal": True}
    book(context, line(**back, end_to_end_id=first.end_to_end_id if is_named else None))
    assert payout(context, "c1").status is Status.RETURNED and cases(made) == []
    assert balance(made, "bank:payouts") == ("0.00", None)


def test_b09_a_collection_that_the_bank_takes_back_is_open_again(context: ServiceContext, made: Office) -> None:
    asked = ask(made, rail="card")
    post_signed(made, debited(asked["collection_id"]))
    back = {
        "direction": Direction.DEBIT,
        "is_reversal": True,
        "return_reason": "MD06",
        "remittance": asked["reference"],
    }
    book(context, line(entry_id="E2", **back))
    assert status(made) == ("open", "0.00") and cases(made) == []
    shown = made.employer(FIRM).get(f"/collections/{asked['collection_id']}").json
    assert (shown["status"], shown["debited"], shown["timeline"][-1]["about"]) == ("reversed", "0.00", "MD06")
    assert published(context)[-1] == "payments.payment-reversed"
    assert balance(made, "bank:collections") == ("0.00", None)
    assert balance(made, f"receivable:{FIRM}:2025") == ("3150.25", "debit")
    again = ask(made)
    post_signed(made, credited(again["reference"], entry="ent_3"), message_id="evt_3")
    assert status(made) == ("paid", "3150.25")


@pytest.mark.parametrize("amount", [315_100, 100])
def test_b09_what_was_too_much_goes_first_when_the_bank_takes_it_back(
    context: ServiceContext, made: Office, amount: int
) -> None:
    asked = ask(made)
    post_signed(made, credited(asked["reference"], "3151.00"))
    back = {"direction": Direction.DEBIT, "is_reversal": True, "amount": Money(amount, Currency.DZD)}
    book(context, line(entry_id="E2", remittance=asked["reference"], **back))
    assert balance(made, f"credit:{FIRM}") == ("0.00", None) and cases(made)[1:] == []
    assert status(made) == ("open", {315_100: "0.00", 100: "3150.00"}[amount])


def test_b09_what_another_debt_has_by_now_waits_for_a_person(context: ServiceContext, made: Office) -> None:
    asked = ask(made)
    post_signed(made, credited(asked["reference"], "4150.25"))
    open_obligation(context, "d3", period="2026", branches={"pension": 250_000})
    back = {"direction": Direction.DEBIT, "is_reversal": True, "amount": Money(415_025, Currency.DZD)}
    book(context, line(entry_id="E2", remittance=asked["reference"], **back))
    assert status(made) == ("paid", "3150.25")
    assert ("left-unmatched", "4150.25") in cases(made)


def test_b09_the_bank_takes_back_what_nobody_knew_the_reason_of(context: ServiceContext, made: Office) -> None:
    book(context, line(remittance="rent"))
    book(context, line(direction=Direction.DEBIT, is_reversal=True))
    assert cases(made) == [] and balance(made, "suspense:unmatched") == ("0.00", None)


def _written(reference: str, collection_id: str) -> dict[str, dict[str, Any]]:
    half = len(reference) // 2
    spaced = "-".join(reference[i : i + 4] for i in range(0, len(reference), 4))
    return {
        "prefix": {"remittance": f"REF {reference}"},
        "words": {"remittance": f"{reference} DAS 2025 SARL EXEMPLE"},
        "slashes": {"remittance": f"/ROC/{reference}"},
        "two lines": {"texts": (f"DAS {reference[:half]}", f"{reference[half:]} SARL")},
        "blanks": {"remittance": f"paiement {spaced.lower()} merci"},
        "end to end": {"end_to_end_id": reference},
        "additional": {"texts": ("VIREMENT RECU", f"motif:{reference};frais 0")},
        "collection without dashes": {"end_to_end_id": collection_id.replace("-", "")},
        "collection in capitals": {"end_to_end_id": collection_id.upper()},
        "arabic digits": {"remittance": reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))},
    }


@pytest.mark.parametrize("how", _written("CT00000000", "x"))
def test_b10_a_genuine_reference_is_found_wherever_it_stands(context: ServiceContext, made: Office, how: str) -> None:
    asked = ask(made)
    book(context, line(**_written(asked["reference"], asked["collection_id"])[how]))
    assert status(made) == ("paid", "3150.25") and cases(made) == []


def test_b10_a_slip_in_the_reference_is_not_guessed(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    slip = reference[:5] + ("1" if reference[5] != "1" else "2") + reference[6:]
    book(context, line(remittance=f"REF {slip}"))
    assert cases(made) == [("unmatched", "3150.25")] and status(made) == ("open", "0.00")


@pytest.mark.parametrize(("amount", "is_paid"), [(630_050, True), (630_051, False)])
def test_b10_one_transfer_for_two_declarations_pays_both_where_it_is_their_sum(
    context: ServiceContext, made: Office, amount: int, is_paid: bool
) -> None:
    open_obligation(context, "d2", period="2024")
    both = " + ".join(ask(made, each)["reference"] for each in ("d1", "d2"))
    book(context, line(remittance=both, amount=Money(amount, Currency.DZD)))
    paid = ("paid", "3150.25") if is_paid else ("open", "0.00")
    assert status(made, "d1") == status(made, "d2") == paid
    assert cases(made) == ([] if is_paid else [("unmatched", "6300.51")])


def test_b10_a_message_may_hold_words_as_well(made: Office) -> None:
    post_signed(made, credited(f"REF/{ask(made)['reference']} DAS 2025"))
    assert status(made) == ("paid", "3150.25")


def test_b04_zero_moves_nothing_and_the_rest_is_booked(context: ServiceContext, made: Office) -> None:
    reference = ask(made)["reference"]
    zero = entry("0.00", direction="CRDT")
    good = entry("3150.25", direction="CRDT", details=_paid_by(reference))
    take(context, file(zero, good))
    assert status(made) == ("paid", "3150.25") and cases(made) == []
    book(context, line(entry_id="E0", amount=Money(0, Currency.DZD)))
    assert {row["status"] for row in context.database["bank_entries"].find()} == {"noted", "booked"}
    assert cases(made) == []


IBAN = "DZ05" + COLLECTIONS
SPACED = f"{COLLECTIONS[:5]} {COLLECTIONS[5:10]} {COLLECTIONS[10:]}"


def _iban(number: str) -> str:
    digits = int("".join(str(int(each, 36)) for each in f"{number}DZ00"))
    return f"DZ{98 - digits % 97:02d}{number}"


@pytest.mark.parametrize("number", [SPACED, _iban(COLLECTIONS), _iban(f"00{COLLECTIONS}"), COLLECTIONS.lower()])
def test_b06_our_account_is_known_as_banks_write_it(context: ServiceContext, made: Office, number: str) -> None:
    book(context, line(remittance=ask(made)["reference"], account=number))
    assert status(made) == ("paid", "3150.25")


def test_b06_an_iban_whose_check_digits_are_wrong_is_not_ours(context: ServiceContext, made: Office) -> None:
    wrong = _iban(COLLECTIONS).replace("DZ", "TN", 1)
    book(context, line(remittance=ask(made)["reference"], account=wrong))
    assert status(made) == ("open", "0.00") and cases(made) == [("unmatched", "3150.25")]


def test_b07_what_the_bank_kept_for_itself_is_an_expense_of_the_fund(context: ServiceContext, made: Office) -> None:
    charges = (Money(1_500, Currency.DZD),)
    book(context, line(remittance=ask(made)["reference"], charges=charges))
    assert status(made) == ("paid", "3150.25")
    assert balance(made, "bank:collections") == ("3135.25", "debit")
    assert balance(made, "charges:bank") == ("15.00", "debit")


# --- Many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 5, 200])
def test_entries_of_a_batch_are_booked_as_one_by_one(
    context: ServiceContext, made: Office, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """What one of them changes, the next one sees: a debt paid twice, money taken back in the same file, two debts of
    one firm and period."""
    monkeypatch.setattr(bank_calls, "LINES_AT_ONCE", at_once)
    firms = [f"17000000{number:02d}" for number in range(12)]
    asked = []
    for number, firm in enumerate([*firms, firms[0]]):
        open_obligation(context, f"x{number}", employer_id=firm, branches={"pension": 100_000 + number})
        body = {"rail": "card" if number % 2 else "transfer"}
        asked.append(made.employer(firm).post(f"/declarations/x{number}/collections", body).json)
    paid = [
        line(
            entry_id=f"E{number}",
            amount=Money(100_000 + number, Currency.DZD),
            **({"end_to_end_id": each["collection_id"]} if number % 2 else {"remittance": each["reference"]}),
        )
        for number, each in enumerate(asked)
    ]
    again = line(entry_id="E90", amount=Money(50_000, Currency.DZD), remittance=asked[2]["reference"])
    back = {"direction": Direction.DEBIT, "is_reversal": True, "amount": Money(100_003, Currency.DZD)}
    taken_back = line(entry_id="E91", end_to_end_id=asked[3]["collection_id"], **back)
    book(context, *paid, again, line(entry_id="E92", remittance="rent"), taken_back)
    shown = [status(made, f"x{number}") for number in range(13)]
    assert shown == [("open", "0.00") if each == 3 else ("paid", f"{1000 + each / 100:.2f}") for each in range(13)]
    assert balance(made, f"credit:{firms[2]}") == ("500.00", "credit")
    assert balance(made, f"receivable:{firms[0]}:2025") == ("0.00", None), "two debts of one period"
    assert balance(made, f"receivable:{firms[3]}:2025") == ("1000.03", "debit")
    # 13 debts, without the one that was taken back; what was paid twice; what nobody knows.
    assert balance(made, "bank:collections") == (f"{12 * 1000 + 0.75 + 500 + 3150.25:.2f}", "debit")
    assert cases(made) == [("unmatched", "3150.25")]
