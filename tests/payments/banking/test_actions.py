"""Lines of the bank's files: booked to what they were for where they fit, kept for a person where they do not."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.payments.banking import bank_calls
from services.payments.banking.bank_calls import in_unit_of_work
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from services.payments.payouts import actions as payouts
from services.payments.payouts import store as payouts_store
from services.payments.payouts.payout import Payout, Status
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds, handle, published, reading
from tests.kit.people import AMIRA
from tests.payments.bank import office
from tests.payments.builders import FIRM, RIB, approved, gathered, open_obligation, persons

PAYOUTS, COLLECTIONS = funds()[DZ].payments.payouts.number, funds()[DZ].payments.collections.number


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with 320.00 for Amira in a batch."""
    here = office(context)
    handle(context, service, persons({AMIRA: RIB}), approved())
    in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: gathered(uow, batch_id="b1"),
    )
    return here


def payout(context: ServiceContext) -> Payout:
    (found,) = payouts_store.of_claim(reading(context), "c1")
    return found


def line(context: ServiceContext, **facts: Any) -> BookedEntry:
    return BookedEntry(
        **{
            "entry_id": "ent_1",
            "account": PAYOUTS,
            "direction": Direction.DEBIT,
            "amount": Money(32_000, Currency.DZD),
            "booked_on": date(2026, 2, 11),
            "end_to_end_id": payout(context).end_to_end_id,
            "remittance": "CL260000000197",
            "return_reason": None,
            **facts,
        }
    )


def book(context: ServiceContext, *lines: BookedEntry) -> None:
    bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))


def cases(made: Office) -> list[tuple[str, str]]:
    return [(each["case"], each["collected"]) for each in made.staff().get("/differences").json["items"]]


def test_a_line_that_fits_pays_and_the_same_line_again_changes_nothing(context: ServiceContext, made: Office) -> None:
    for _ in range(2):
        book(context, line(context), line(context))
    assert payout(context).status is Status.PAID and published(context).count("payments.benefit-paid") == 1
    assert cases(made) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Money(31_999, Currency.DZD)},
        {"end_to_end_id": "0" * 32},
        {"end_to_end_id": None},
        {"account": COLLECTIONS},
    ],
)
def test_money_that_left_for_nobody_knows_what_is_a_case_and_pays_nobody(
    context: ServiceContext, made: Office, wrong: dict[str, Any]
) -> None:
    book(context, line(context, **wrong))
    assert payout(context).status is Status.BATCHED
    assert [case for case, _ in cases(made)] == ["left-unmatched"]
    assert made.staff().get("/ledger/accounts/suspense:unmatched").json["side"] == "debit"


def test_money_that_leaves_twice_is_paid_once_and_a_case(context: ServiceContext, made: Office) -> None:
    book(context, line(context), line(context, entry_id="ent_2"))
    assert cases(made) == [("left-unmatched", "320.00")]
    assert made.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["side"] is None


def test_money_that_comes_back_twice_is_a_case(context: ServiceContext, made: Office) -> None:
    back = {"direction": Direction.CREDIT, "return_reason": "AC04"}
    book(context, line(context), *(line(context, entry_id=f"ent_{number}", **back) for number in (2, 3)))
    assert payout(context).status is Status.RETURNED and cases(made) == [("unmatched", "320.00")]


def test_money_that_leaves_for_a_payout_that_the_bank_refused_is_a_case(context: ServiceContext, made: Office) -> None:
    in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: payouts.refuse(uow, batch_id="b1", refused=[(payout(context).end_to_end_id, "AC01")]),
    )
    book(context, line(context))
    assert payout(context).status is Status.RETURNED and cases(made) == [("left-unmatched", "320.00")]
    assert made.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["balance"] == "320.00", "still owed"
    book(context, line(context, entry_id="ent_2", direction=Direction.CREDIT, return_reason="AC01"))
    assert made.staff().get("/ledger/accounts/suspense:unmatched").json["side"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"amount": Money(32_000, Currency.TND)}, {"account": RIB}, {"account": funds()[TN].payments.payouts.number}],
)
def test_b06_what_is_not_the_funds_waits_for_a_person_beside_what_is(
    context: ServiceContext, made: Office, wrong: dict[str, Any]
) -> None:
    book(context, line(context, entry_id="ent_2", **wrong), line(context))
    assert payout(context).status is Status.PAID
    assert [case for case, _ in cases(made)] == ["left-unmatched"]
    suspense = made.staff().get("/ledger/accounts/suspense:unmatched")
    assert suspense.status_code == 404, "the ledger has nothing of money that is not the fund's"
    assert RIB not in str(list(context.database["bank_entries"].find()))


@pytest.mark.parametrize("rail", ["card", "transfer"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_file_tells_of_collections_as_well(context: ServiceContext, made: Office, rail: str, times: int) -> None:
    open_obligation(context)
    asked = made.employer(FIRM).post("/declarations/d1/collections", {"rail": rail}).json
    marks: dict[str, Callable[[], dict[str, Any]]] = {
        "card": lambda: {"end_to_end_id": asked["collection_id"], "remittance": "card"},
        "transfer": lambda: {"end_to_end_id": None, "remittance": asked["reference"]},
    }
    came = {"account": COLLECTIONS, "direction": Direction.CREDIT, "amount": Money(315_025, Currency.DZD)}
    for _ in range(times):
        book(context, line(context, **came, **marks[rail]()))
    assert made.staff().get(f"/collections/{asked['collection_id']}").json["debited"] == "3150.25"
    assert cases(made) == []
