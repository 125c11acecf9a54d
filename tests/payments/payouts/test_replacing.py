"""What came back is ordered again: by the register's news of another account, or by a person; once, and never twice."""

from datetime import timedelta
from typing import Any

import pytest

from services.payments.banking.bank_calls import in_unit_of_work
from services.payments.payouts import actions, store
from services.payments.payouts.payout import Payout, Status
from services.payments.wiring import service
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, handle, parked, published, reading
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import office
from tests.payments.builders import REFUSED_RIB, RIB, approved, gathered, persons

OTHER_RIB = "00300100000012345692"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with 320.00 for Amira in a batch, to the account that the bank is to refuse."""
    here = office(context)
    handle(context, service, persons({AMIRA: REFUSED_RIB}), approved())
    in_unit_of_work(context, DZ, "test", lambda uow: gathered(uow, batch_id="b1", account=REFUSED_RIB))
    return here


def of_claim(context: ServiceContext, claim_id: str = "c1") -> list[Payout]:
    """The payouts of a claim, each with the one that replaces it after it."""
    found = {payout.payout_id: payout for payout in store.of_claim(reading(context), claim_id)}
    (here,) = [payout for payout in found.values() if payout.replaces is None]
    chain = [here]
    while here.replaced_by:
        here = found.pop(here.replaced_by)
        chain.append(here)
    assert len(chain) == len(store.of_claim(reading(context), claim_id))
    return chain


def refuse(context: ServiceContext, reason: str = "AC04", batch_id: str = "b1") -> None:
    refused = [(of_claim(context)[-1].end_to_end_id, reason)]
    in_unit_of_work(context, DZ, "test", lambda uow: actions.refuse(uow, batch_id=batch_id, refused=refused))


def statuses(context: ServiceContext) -> list[str]:
    return [payout.status.value for payout in of_claim(context)]


def register_account(context: ServiceContext, account: str | None, *, days: int = 1) -> None:
    handle(context, service, persons({AMIRA: account}, at=AT + timedelta(days=days)))


def owed(made: Office) -> str:
    balance: str = made.staff().get(f"/ledger/accounts/payable:{AMIRA}").json["balance"]
    return balance


def test_p03_another_account_in_the_register_is_paid_to(context: ServiceContext, made: Office) -> None:
    refuse(context)
    assert statuses(context) == ["returned"]
    register_account(context, OTHER_RIB)
    first, second = of_claim(context)
    assert (first.status, second.status, second.amount_minor) == (Status.RETURNED, Status.ORDERED, 32_000)
    assert second.end_to_end_id != first.end_to_end_id
    assert published(context)[-2:] == ["payments.benefit-returned", "payments.benefit-ordered"]
    assert owed(made) == "320.00", "it is owed once, however often it is ordered"
    in_unit_of_work(context, DZ, "test", lambda uow: gathered(uow, batch_id="b2", account=OTHER_RIB))
    in_unit_of_work(context, DZ, "test", lambda uow: actions.book_paid(uow, of_claim(context)[1], entry_id="e1"))
    assert statuses(context) == ["returned", "paid"] and owed(made) == "0.00"
    assert parked(context) == []


@pytest.mark.parametrize("account", [REFUSED_RIB, "0020 0300 0000 0001 0137", "002-00300000000010137", None])
def test_p03_the_same_account_again_is_not_paid_to(context: ServiceContext, made: Office, account: str | None) -> None:
    refuse(context)
    register_account(context, account)
    assert statuses(context) == ["returned"]


def test_p03_an_account_that_was_put_right_while_the_money_was_on_its_way_is_paid_to(
    context: ServiceContext, made: Office
) -> None:
    register_account(context, OTHER_RIB)
    assert statuses(context) == ["batched"]
    refuse(context)
    assert statuses(context) == ["returned", "ordered"]


def test_p03_money_that_came_back_after_it_was_paid_is_ordered_again(context: ServiceContext, made: Office) -> None:
    in_unit_of_work(context, DZ, "test", lambda uow: actions.book_paid(uow, of_claim(context)[0], entry_id="e1"))
    in_unit_of_work(
        context,
        DZ,
        "test",
        lambda uow: actions.book_returned(uow, of_claim(context)[0], entry_id="e2", reason="AC04"),
    )
    assert statuses(context) == ["returned"] and owed(made) == "320.00"
    register_account(context, OTHER_RIB)
    assert statuses(context) == ["returned", "ordered"] and owed(made) == "320.00"


def test_p03_one_that_comes_back_again_is_ordered_again(context: ServiceContext, made: Office) -> None:
    refuse(context)
    register_account(context, OTHER_RIB)
    in_unit_of_work(context, DZ, "test", lambda uow: gathered(uow, batch_id="b2", account=OTHER_RIB))
    refuse(context, batch_id="b2")
    register_account(context, OTHER_RIB, days=2)
    assert statuses(context) == ["returned", "returned"]
    register_account(context, RIB, days=3)
    assert statuses(context) == ["returned", "returned", "ordered"]


def test_p03_a_claim_that_is_told_again_makes_no_second_payout(context: ServiceContext, made: Office) -> None:
    refuse(context)
    handle(context, service, approved(approved_at=AT + timedelta(days=1)))
    assert statuses(context) == ["returned"] and owed(made) == "320.00"


def test_p03_an_old_payout_of_which_the_account_is_not_known_waits_for_a_person(
    context: ServiceContext, made: Office
) -> None:
    refuse(context)
    context.database["payouts"].update_many({}, {"$unset": {"account_index": "", "replaces": "", "replaced_by": ""}})
    register_account(context, OTHER_RIB)
    assert statuses(context) == ["returned"]
    assert order_again(made, of_claim(context)[0].payout_id)[0] == 201


def test_p03_of_two_at_once_one_orders(context: ServiceContext, made: Office) -> None:
    refuse(context)
    payout_id = of_claim(context)[0].payout_id

    def both(uow: Any) -> None:
        actions.order_again(uow, payout_id=payout_id)
        if len(attempts) == 0:
            attempts.append(1)
            in_unit_of_work(context, DZ, "other", lambda other: actions.order_again(other, payout_id=payout_id))

    attempts: list[int] = []
    with pytest.raises((ChangedMeanwhile, actions.rules.AlreadyReplaced)):
        in_unit_of_work(context, DZ, "test", both)
    assert statuses(context) == ["returned", "ordered"]


# --- By a person ------------------------------------------------------------------------------------------------------


def order_again(made: Office, payout_id: str, *, key: str = "k1") -> tuple[int, dict[str, Any]]:
    answer = made.staff().post(f"/payouts/{payout_id}/replacement", key=key)
    return answer.status_code, answer.json


def test_p03_a_person_orders_it_again(context: ServiceContext, made: Office) -> None:
    refuse(context, "AM04")
    (first,) = of_claim(context)
    status, shown = order_again(made, first.payout_id)
    assert (status, shown["status"], shown["amount"], shown["replaces"]) == (201, "ordered", "320.00", first.payout_id)
    assert order_again(made, first.payout_id) == (201, shown), "the same request again"
    assert order_again(made, first.payout_id, key="k2")[1]["code"] == "payout.already-replaced"
    assert statuses(context) == ["returned", "ordered"]
    before = made.staff().get(f"/payouts/{first.payout_id}").json
    assert (before["status"], before["replaced_by"]) == ("returned", shown["payout_id"])


def test_p03_without_an_account_it_waits_for_one(context: ServiceContext, made: Office) -> None:
    refuse(context)
    register_account(context, None)
    assert order_again(made, of_claim(context)[0].payout_id)[1]["status"] == "waiting-account"
    register_account(context, OTHER_RIB, days=2)
    assert statuses(context) == ["returned", "ordered"]


def test_p03_what_is_on_its_way_is_not_ordered_again(context: ServiceContext, made: Office) -> None:
    status, shown = order_again(made, of_claim(context)[0].payout_id)
    assert (status, shown["code"]) == (409, "payout.not-returned")


def test_p03_another_fund_or_an_unknown_payout_is_not_there(context: ServiceContext, made: Office) -> None:
    refuse(context)
    payout_id = of_claim(context)[0].payout_id
    elsewhere = made.staff(fund=TN).post(f"/payouts/{payout_id}/replacement")
    assert (elsewhere.status_code, order_again(made, "nothing")[0]) == (404, 404)
    assert statuses(context) == ["returned"] and KARIM not in str(published(context))
