"""Money that comes by the reference of an overpayment: expected, found in what a payer writes, booked, told to claims;
what is too much, or comes again, waits for a person."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.payments.banking import bank_calls
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from services.payments.ledger.receipt import RECEIPTS_SHOWN_MAX
from services.payments.repayments.repayment import ExpectedRepayment
from services.payments.repayments.store import repayments
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.kernel.references import with_check_digits
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, handle, published, published_events, reading
from tests.kit.people import AMIRA
from tests.payments.bank import office
from tests.payments.repayments.builders import OWED, REFERENCE, closed, found

OWN = funds()[DZ].payments


def money(amount_minor: int, entry_id: str = "E1", *, text: str = REFERENCE, **facts: Any) -> BookedEntry:
    return BookedEntry(
        **{
            "entry_id": entry_id,
            "account": OWN.collections.number,
            "direction": Direction.CREDIT,
            "amount": Money(amount_minor, Currency.DZD),
            "booked_on": date(2026, 2, 11),
            "end_to_end_id": None,
            "remittance": text,
            "return_reason": None,
            **facts,
        }
    )


def book(context: ServiceContext, *lines: BookedEntry) -> None:
    """A file of the bank comes twice."""
    for _ in range(2):
        bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))


def expected(context: ServiceContext) -> ExpectedRepayment:
    return repayments.load(reading(context), REFERENCE)


def booked(made: Office, code: str) -> tuple[str, str | None]:
    shown = made.staff().get(f"/ledger/accounts/{code}")
    return (shown.json["balance"], shown.json["side"]) if shown.status_code == 200 else ("none", None)


def waiting(made: Office) -> list[tuple[str, str]]:
    return [(each["why"], each["amount"]) for each in made.staff().get("/bank/entries").json["items"]]


@pytest.fixture
def made(context: ServiceContext) -> Office:
    handle(context, service, found())
    handle(context, service, found())
    return office(context)


@pytest.mark.parametrize(
    "text",
    [
        REFERENCE,
        f"remboursement {REFERENCE} merci",
        f"{REFERENCE[:2]} {REFERENCE[2:8]}-{REFERENCE[8:]}",
        REFERENCE.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        f"\u200f{REFERENCE}\u200e",
    ],
)
def test_the_whole_sum_is_booked_and_told_once(context: ServiceContext, made: Office, text: str) -> None:
    book(context, money(OWED, text=text))
    assert (expected(context).owed_minor, expected(context).received_minor) == (0, OWED)
    (event,) = published_events(context, "payments.repayment-received")
    assert (event.award_id, event.person_ref, event.amount_minor) == ("aw1", AMIRA, OWED)
    assert event.received_on == date(2026, 2, 11)
    assert booked(made, "bank:collections") == ("200.00", "debit")
    assert booked(made, "repaid:family-allowance") == ("200.00", "credit")
    assert waiting(made) == [] and made.staff().get("/differences").json["items"] == []


def test_parts_are_booked_until_nothing_is_owed(context: ServiceContext, made: Office) -> None:
    book(context, money(5_000, "E1"), money(15_000, "E2"))
    assert [each.amount_minor for each in published_events(context, "payments.repayment-received")] == [5_000, 15_000]
    assert (expected(context).owed_minor, waiting(made)) == (0, [])


def test_what_is_too_much_or_comes_again_waits_for_a_person(context: ServiceContext, made: Office) -> None:
    book(context, money(OWED + 1, "E1"))
    assert waiting(made) == [("amount-differs", "200.01")]
    book(context, money(OWED, "E2"), money(OWED, "E3"))
    assert waiting(made) == [("amount-differs", "200.01"), ("already-settled", "200.00")]
    assert booked(made, "suspense:unmatched") == ("400.01", "credit")
    assert published(context).count("payments.repayment-received") == 1


def test_a_person_may_say_that_what_waits_was_for_it(context: ServiceContext, made: Office) -> None:
    book(context, money(OWED + 500, text="no reference at all"))
    (entry,) = made.staff().get("/bank/entries").json["items"]
    share = {"target": "repayment", "target_id": REFERENCE, "amount": "205.00"}
    path = f"/bank/entries/{entry['entry_id']}/allocation"
    unknown = made.staff().post(path, {"shares": [{**share, "target_id": "OP00"}], "version": entry["version"]})
    assert (unknown.status_code, unknown.json["code"]) == (404, "repayment.unknown")
    said = made.staff().post(path, {"shares": [share], "version": entry["version"]})
    assert (said.status_code, said.json["status"]) == (200, "settled"), said.text
    assert booked(made, "suspense:unmatched")[0] == "0.00"
    (event,) = published_events(context, "payments.repayment-received")
    assert (event.amount_minor, expected(context).owed_minor) == (OWED + 500, 0)


def test_what_is_asked_for_no_more_is_not_taken_in(context: ServiceContext, made: Office) -> None:
    handle(context, service, closed())
    book(context, money(OWED))
    assert waiting(made) == [("already-settled", "200.00")]
    handle(context, service, found(amount_minor=30_000, found_at=AT + timedelta(days=2)))
    book(context, money(30_000, "E2"))
    assert expected(context).received_minor == 30_000


def test_a_closing_of_what_was_never_told_keeps_nothing(context: ServiceContext) -> None:
    handle(context, service, closed())
    assert repayments.find(reading(context), REFERENCE) is None


def test_what_the_bank_takes_back_is_told(context: ServiceContext, made: Office) -> None:
    book(context, money(OWED))
    book(context, money(OWED, "E2", direction=Direction.DEBIT, is_reversal=True))
    (event,) = published_events(context, "payments.repayment-reversed")
    assert (event.amount_minor, expected(context).received_minor) == (OWED, 0)
    assert booked(made, "repaid:family-allowance")[0] == "0.00"
    book(context, money(OWED, "E3", direction=Direction.DEBIT, is_reversal=True))
    assert waiting(made) == [("amount-differs", "200.00")], "more than ever came"


def test_taken_back_under_the_banks_reference_alone(context: ServiceContext, made: Office) -> None:
    book(context, money(OWED, "E7"))
    book(context, money(OWED, "E7", text="retour", direction=Direction.DEBIT, is_reversal=True))
    assert published(context).count("payments.repayment-reversed") == 1


def test_two_references_in_one_transfer(context: ServiceContext, made: Office) -> None:
    other = with_check_digits("OP", "2600000002")
    handle(context, service, found(award_id="aw2", repayment_reference=other, amount_minor=1_000))
    book(context, money(700, "E1", text=f"{REFERENCE} {other}"))
    assert waiting(made) == [("references-several", "7.00")]
    book(context, money(OWED + 1_000, "E2", text=f"{REFERENCE} {other}"))
    assert [each.award_id for each in published_events(context, "payments.repayment-received")] == ["aw1", "aw2"]


def test_on_the_other_account_of_the_fund_it_waits(context: ServiceContext, made: Office) -> None:
    book(context, money(OWED, account=OWN.payouts.number))
    assert waiting(made) == [("account-other", "200.00")]


def test_a_bank_asks_before_it_accepts_a_transfer(made: Office) -> None:
    shown = made.machine().get(f"/bank/references/{REFERENCE}")
    assert (shown.status_code, shown.json["due"], shown.json["account"]) == (200, "200.00", OWN.collections.number)
    assert shown.json["valid_until_on"] is None


def test_what_is_kept_stays_small(context: ServiceContext, made: Office) -> None:
    handle(context, service, found(amount_minor=100_000))
    book(context, *(money(1, f"E{number}") for number in range(RECEIPTS_SHOWN_MAX + 5)))
    kept = expected(context)
    assert (len(kept.receipts), kept.received_minor) == (RECEIPTS_SHOWN_MAX, RECEIPTS_SHOWN_MAX + 5)


@pytest.mark.parametrize("wrong", [{"owed_minor": -1}, {"received_minor": -1}])
def test_nothing_below_zero_can_be_kept(context: ServiceContext, made: Office, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="below zero"):
        replace(expected(context), **wrong)  # type: ignore[arg-type]
