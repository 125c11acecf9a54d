"""What an entry may be, and that a wrong one cannot be built."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.ledger import account, rules
from services.payments.ledger.entry import POSTINGS_MAX, LedgerEntry, Posting, Side
from shared.kernel.money import Currency, Money
from tests.kit.clock import AT

BANK, OWED = account.BANK_COLLECTIONS, account.receivable("1600000001", period="2025")


def entry(**facts: Any) -> LedgerEntry:
    return rules.entry(
        **{
            "entry_id": "e1",
            "cause": "collection:c1",
            "at": AT,
            "currency": Currency.DZD,
            "debits": {BANK: 500},
            "credits": {OWED: 500},
            "value_on": AT.date(),
            **facts,
        }
    )


def posting(side: Side, amount_minor: int, currency: Currency = Currency.DZD, code: str = BANK) -> Posting:
    return Posting(account=code, side=side, amount=Money(amount_minor, currency))


def test_an_entry_has_a_debit_for_every_credit() -> None:
    made = entry()
    assert made.total_minor(Side.DEBIT) == made.total_minor(Side.CREDIT) == 500
    assert made.currency is Currency.DZD


@pytest.mark.parametrize(
    ("why", "facts"),
    [
        ("unbalanced", {"credits": {OWED: 499}}),
        ("nothing", {"debits": {BANK: 0}, "credits": {OWED: 0}}),
        ("below nothing", {"debits": {BANK: -500}, "credits": {OWED: -500}}),
        ("one side", {"credits": {}}),
        ("no posting", {"debits": {}, "credits": {}}),
        ("no cause", {"cause": ""}),
        ("a cause without end", {"cause": "x" * 201}),
        ("no such account", {"debits": {"petty-cash": 500}}),
        ("an account with a name in it", {"debits": {"payable:Ben Salem": 500}}),
    ],
)
def test_a_wrong_entry_cannot_be_built(why: str, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        entry(**facts)


def test_an_entry_has_one_currency() -> None:
    mixed = (posting(Side.DEBIT, 500), posting(Side.CREDIT, 500, Currency.TND))
    with pytest.raises(ValueError, match="currency"):
        LedgerEntry(entry_id="e1", cause="c", postings=mixed, at=AT)


def test_an_entry_has_a_limit() -> None:
    many = tuple(posting(side, 1) for side in Side for _ in range(POSTINGS_MAX))
    with pytest.raises(ValueError, match="postings"):
        LedgerEntry(entry_id="e1", cause="c", postings=many, at=AT)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=20))
def test_a_reversal_takes_everything_back(amounts: list[int]) -> None:
    branches = {account.contributions(f"b{number}"): amount for number, amount in enumerate(amounts)}
    first = entry(debits={OWED: sum(amounts)}, credits=branches)
    back = rules.reversal(first, entry_id="e2", cause="declaration:d1:1:cancelled", at=AT, value_on=AT.date())
    assert back.reverses == "e1"
    for code in (OWED, *branches):
        assert _net(first, code) + _net(back, code) == 0


def _net(made: LedgerEntry, code: str) -> int:
    own = [each for each in made.postings if each.account == code]
    return sum(each.amount.amount_minor * (1 if each.side is Side.DEBIT else -1) for each in own)


@pytest.mark.parametrize(
    ("code", "is_owned"),
    [(OWED, True), (account.payable("p1"), True), (BANK, False), (account.contributions("pension"), False)],
)
def test_only_what_is_one_firms_or_persons_is_owned(code: str, is_owned: bool) -> None:
    assert account.is_owned(code) is is_owned
