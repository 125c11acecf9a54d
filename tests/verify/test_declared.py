"""I7: money that is neither declared, paid nor due, or is so in one place only, is named."""

import pytest

from deploy.local.verify import declared
from tests.verify.town import Break, Town, changed, found, lost

BREAKS: dict[str, tuple[Break, str]] = {
    "the debt is not what was assessed": (changed("obligations", {"$inc": {"due_minor": -1}}), "is owed"),
    "more came than is said": (changed("obligations", {"$inc": {"paid_minor": -1}}), "its collections"),
    "a debit was counted twice": (changed("collections", {"$inc": {"debits.0.amount_minor": 5}}), "its collections"),
    "an accepted declaration is not owed": (lost("obligations"), "nothing is owed for it"),
    "what was refused is owed": (
        changed("declarations", {"$set": {"status": "refused"}}),
        "no such declaration is accepted",
    ),
    "a replaced declaration is still owed": (
        changed("declarations", {"$set": {"status": "replaced"}}),
        "is replaced, and its debt is not",
    ),
    "a collection is for nothing": (
        changed("collections", {"$set": {"declaration_id": "x"}}),
        "of which nothing is owed",
    ),
    "more is collected than was declared": (
        changed("collections", {"$set": {"status": "announced", "amount_minor": 10**9}}),
        "is being collected",
    ),
    "the standing is wrong": (changed("standings", {"$inc": {"called_minor": 1}}), "called is"),
    "the standing is lost": (lost("standings"), "has debts and no standing"),
    "the ledger does not know of the money": (
        lost("ledger_entries", cause={"$regex": "^collection:"}),
        "the ledger has booked",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), declared.ask) == []
    break_it(town)
    offending = found(town.seen(), declared.ask)
    assert any(named in each for each in offending), offending
