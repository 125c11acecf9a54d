"""Payouts that a bank books as one: a whole file is paid by one debit, or not at all."""

import pytest

from services.payments.banking.bank_calls import in_unit_of_work
from services.payments.payouts import actions, store
from services.payments.payouts.batch import PayoutBatch
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle, parked, published, reading
from tests.kit.people import AMIRA
from tests.payments.bank import office
from tests.payments.builders import RIB, approved, due, gathered, persons

CLAIMS = ("c1", "c2", "c3")


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with three payouts of 320.00 for Amira in a batch."""
    here = office(context)
    handle(context, service, persons({AMIRA: RIB}), *(approved(claim_id) for claim_id in CLAIMS))
    in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: gathered(uow, batch_id="b1"),
    )
    return here


def batch(context: ServiceContext) -> PayoutBatch:
    found = actions.find_batch(reading(context), "b1")
    assert found is not None
    return found


def statuses(context: ServiceContext) -> list[str]:
    return [payout.status.value for claim in CLAIMS for payout in store.of_claim(reading(context), claim)]


def book(context: ServiceContext, amount_minor: int, entry_id: str = "ent_1") -> bool:
    seen = batch(context)
    return in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: actions.book_batch_paid(uow, seen, entry_id=entry_id, amount_minor=amount_minor),
    )


def test_b02_one_debit_pays_the_whole_file_and_again_changes_nothing(context: ServiceContext, made: Office) -> None:
    for _ in range(2):
        assert book(context, 96_000)
    assert statuses(context) == ["paid"] * 3 and published(context).count("payments.benefit-paid") == 3
    assert made.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["side"] is None
    assert made.staff().get("/ledger/accounts/bank:payouts").json["balance"] == "960.00"


def test_b02_what_the_bank_refused_is_not_in_the_sum(context: ServiceContext, made: Office) -> None:
    first = store.of_claim(reading(context), "c1")[0]
    refused = [(first.end_to_end_id, "AC01")]
    in_unit_of_work(context, DZ, "test", lambda uow: actions.refuse(uow, batch_id="b1", refused=refused))
    assert not book(context, 96_000)
    assert book(context, 64_000)
    assert statuses(context) == ["returned", "paid", "paid"]


@pytest.mark.parametrize("amount_minor", [95_999, 96_001, 64_000])
def test_b02_another_sum_pays_nobody(context: ServiceContext, made: Office, amount_minor: int) -> None:
    assert not book(context, amount_minor)
    assert statuses(context) == ["batched"] * 3


def test_b02_a_second_debit_of_the_file_pays_nobody(context: ServiceContext, made: Office) -> None:
    assert book(context, 96_000) and not book(context, 96_000, "ent_2")
    assert made.staff().get("/ledger/accounts/bank:payouts").json["balance"] == "960.00"


def test_b02_a_file_of_which_one_was_paid_alone_is_not_paid_again(context: ServiceContext, made: Office) -> None:
    (first,) = store.of_claim(reading(context), "c1")
    in_unit_of_work(context, DZ, "test", lambda uow: actions.book_paid(uow, first, entry_id="ent_0"))
    assert not book(context, 96_000)
    assert statuses(context) == ["paid", "batched", "batched"]


def test_an_award_s_payments_are_ordered_once_each_beside_the_claim_that_opened_it(context: ServiceContext) -> None:
    """Two events of one payment (it was told again after a fall) order it once; the claim and the award are paid
    beside each other, and both are owed in the ledger."""
    here = office(context)
    handle(context, service, persons({AMIRA: RIB}), approved("c1"), due(), due(), due("pay2", period="2026-Q2"))
    assert parked(context) == []
    found = store.of_claim(reading(context), "c1")
    assert sorted(payout.cause for payout in found) == ["c1", "pay1", "pay2"]
    assert [payout.cause for payout in store.of_payment(reading(context), "pay1")] == ["pay1"]
    assert here.staff().get("/ledger/accounts/benefits:family-allowance").json["balance"] == "400.00"
    assert here.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["balance"] == "720.00"
    handle(context, service, approved("c1"))
    assert len(store.of_claim(reading(context), "c1")) == 3
    shown = here.staff().get("/payouts?status=ordered").json["items"]
    assert sorted((each["award_id"], each["payment_id"]) for each in shown) == [
        ("", ""),
        ("aw1", "pay1"),
        ("aw1", "pay2"),
    ]


def test_payouts_are_found_by_their_reference_and_amount_in_whichever_state(context: ServiceContext) -> None:
    agent = office(context).staff()
    handle(context, service, persons({AMIRA: RIB}), approved("c1"), due(), due("pay2", period="2026-Q2"))

    def found(asked: str) -> list[str]:
        return sorted(each["payment_id"] for each in agent.get(f"/payouts?{asked}").json["items"])

    (of_claim,) = (each for each in agent.get("/payouts?status=ordered").json["items"] if not each["payment_id"])
    (of_award, _) = (each for each in agent.get("/payouts?status=ordered").json["items"] if each["payment_id"])
    assert found("") == [], "none waits for an account"
    assert found(f"reference={of_award['reference'].lower()}") == ["pay1", "pay2"]
    assert found(f"reference={of_claim['reference']}") == [""]
    assert found("amount=200.00") == ["pay1", "pay2"] and found(f"amount={of_claim['amount']}") == [""]
    assert found(f"reference={of_claim['reference']}&amount=200.00") == found("amount=200.00&status=paid") == []
    first = agent.get("/payouts?amount=200.00&limit=1").json
    rest = agent.get(f"/payouts?amount=200.00&limit=1&cursor={first['next']}").json
    assert [each["payment_id"] for each in rest["items"]] == ["pay2"] and rest["next"] is None
    assert agent.get(f"/payouts?amount=320.00&cursor={first['next']}").json["code"] == "request.cursor-malformed"
    assert agent.get("/payouts?amount=2,5").status_code == 422


def test_a_claim_whose_award_was_paid_first_is_paid_too(context: ServiceContext) -> None:
    office(context)
    handle(context, service, persons({AMIRA: RIB}), due(), approved("c1"))
    assert sorted(payout.cause for payout in store.of_claim(reading(context), "c1")) == ["c1", "pay1"]


def test_the_difference_of_an_appeal_is_ordered_once_beside_the_first_decision(context: ServiceContext) -> None:
    """Each is told twice, and once more by another event after a crash."""
    here = office(context)
    difference = approved("c2", amount_minor=48_000, appeal_of="c1")
    handle(context, service, persons({AMIRA: RIB}), approved("c1"), difference)
    handle(context, service, difference, approved("c1"))
    assert parked(context) == []
    ordered = [payout for claim in ("c1", "c2") for payout in store.of_claim(reading(context), claim)]
    assert [payout.cause for payout in ordered] == ["c1", "c2"]
    assert here.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["balance"] == "800.00"
