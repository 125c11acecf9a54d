"""I5: an entry, a fund or a balance that does not add up is named."""

import pytest

from deploy.local.verify import ledger
from tests.verify.town import Break, Town, changed, found, lost

BREAKS: dict[str, tuple[Break, str]] = {
    "an entry does not balance": (changed("ledger_entries", {"$inc": {"postings.0.amount.amount_minor": 1}}), "debits"),
    "an entry has another currency": (
        changed("ledger_entries", {"$set": {"postings.0.amount.currency": "TND"}}),
        "has entries in DZD, TND",
    ),
    "a fund does not balance": (
        changed("ledger_entries", {"$inc": {"postings.1.amount.amount_minor": 5}}),
        "dz-cnas in DZD: debits",
    ),
    "a balance is too high": (changed("ledger_balances", {"$inc": {"debit_minor": 1}}), "debit_minor is"),
    "a posting was counted twice": (changed("ledger_balances", {"$inc": {"postings": 1}}), "postings is"),
    "an entry is lost": (lost("ledger_entries"), "its entries come to"),
    "what the bank reported is lost": (lost("bank_entries", account="bank:collections"), "the bank's entries come to"),
    "the bank reported another amount": (
        changed("bank_entries", {"$inc": {"amount_minor": 1}}),
        "the bank's entries come to",
    ),
    "a balance is lost": (lost("ledger_balances"), "is 0, its entries come to"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), ledger.ask) == []
    break_it(town)
    offending = found(town.seen(), ledger.ask)
    assert any(named in each for each in offending), offending
