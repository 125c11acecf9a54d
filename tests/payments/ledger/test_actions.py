"""Entries are posted with their balances, in the same transaction, once a cause."""

import threading
from functools import partial

import pytest

from services.payments.ledger import account, actions, store
from services.payments.ledger.entry import Side
from services.payments.ledger.rules import AlreadyPosted, EntryUnknown, OtherCurrency, entry
from services.payments.wiring import service
from shared.kernel.money import Currency
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, make_unique_indexes, reading, someone

OWED = account.receivable("1600000001", period="2025")


@pytest.fixture(autouse=True)
def indexes(context: ServiceContext) -> None:
    make_unique_indexes(service, context)


def post(context: ServiceContext, cause: str, amount_minor: int, *, fund_id: str = DZ, owed: str = OWED) -> None:
    def act(uow: UnitOfWork) -> None:
        debits, credits = {account.BANK_COLLECTIONS: amount_minor}, {owed: amount_minor}
        actions.post(uow, actions.entry(uow, cause=cause, debits=debits, credits=credits))

    context.run(fund_id, by=someone(), cause=cause, action=act)


def test_balances_add_up_over_entries_and_their_parts(context: ServiceContext) -> None:
    for number in range(40):
        post(context, f"collection:c{number}", 100 + number)
    total = sum(100 + number for number in range(40))
    bank, owed = (actions.balance(reading(context), code) for code in (account.BANK_COLLECTIONS, OWED))
    assert (bank.debit_minor, bank.credit_minor, bank.postings) == (total, 0, 40)
    assert (owed.debit_minor, owed.credit_minor, owed.net_minor) == (0, total, -total)
    assert actions.balance(reading(context), "receivable:1600000001").credit_minor == total
    assert actions.balance(reading(context, TN), account.BANK_COLLECTIONS).postings == 0
    assert len(list(context.database[store.BALANCES].find({"account": OWED}))) == 1
    assert len(list(context.database[store.BALANCES].find({"account": account.BANK_COLLECTIONS}))) > 1


def test_a_cause_is_posted_once_and_leaves_nothing_the_second_time(context: ServiceContext) -> None:
    post(context, "collection:c1", 500)
    with pytest.raises(AlreadyPosted):
        post(context, "collection:c1", 500)
    assert actions.balance(reading(context), account.BANK_COLLECTIONS).debit_minor == 500
    post(context, "collection:c1", 500, fund_id=TN)


def test_an_entry_in_another_currency_is_refused(context: ServiceContext) -> None:
    def act(uow: UnitOfWork) -> None:
        foreign = entry(
            entry_id=uow.new_id(),
            cause="c",
            at=uow.at,
            currency=Currency.TND,
            debits={account.BANK_COLLECTIONS: 1},
            credits={OWED: 1},
            value_on=uow.today,
        )
        actions.post(uow, foreign)

    with pytest.raises(OtherCurrency):
        context.run(DZ, by=someone(), cause="c", action=act)
    assert context.database[store.BALANCES].count_documents({}) == 0


def test_an_entry_is_taken_back_by_another(context: ServiceContext) -> None:
    post(context, "collection:c1", 500)
    context.run(
        DZ,
        by=someone(),
        cause="r",
        action=lambda uow: actions.take_back(uow, cause="collection:c1:back", of="collection:c1"),
    )
    owed = actions.balance(reading(context), OWED)
    assert (owed.debit_minor, owed.credit_minor, owed.net_minor) == (500, 500, 0)
    first = actions.by_cause(reading(context), "collection:c1")
    back = actions.by_cause(reading(context), "collection:c1:back")
    assert back.reverses == first.entry_id and first.total_minor(Side.DEBIT) == 500
    with pytest.raises(EntryUnknown):
        actions.by_cause(reading(context), "collection:c2")


def test_many_who_post_at_once_all_get_through(context: ServiceContext) -> None:
    posts = [
        partial(
            post, context, f"collection:t{number}", 10, owed=account.receivable(f"160000000{number}", period="2025")
        )
        for number in range(8)
    ]
    threads = [threading.Thread(target=each) for each in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert actions.balance(reading(context), account.BANK_COLLECTIONS).debit_minor == 80
