"""I7: money that is neither declared, paid nor due, or is so in one place only, is named."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.verify import declared
from tests.verify.town import Town, found, some

Break = Callable[[Town], object]


def _change(collection: str, change: dict[str, Any]) -> Break:
    def do(town: Town) -> None:
        town["payments"][collection].update_one({"_id": some(town["payments"], collection)["_id"]}, change)

    return do


def _lose(collection: str, **equal: Any) -> Break:
    def do(town: Town) -> None:
        town["payments"][collection].delete_one({"_id": some(town["payments"], collection, **equal)["_id"]})

    return do


BREAKS: dict[str, tuple[Break, str]] = {
    "the debt is not what was assessed": (_change("obligations", {"$inc": {"due_minor": -1}}), "is owed"),
    "more came than is said": (_change("obligations", {"$inc": {"paid_minor": -1}}), "its collections"),
    "a debit was counted twice": (_change("collections", {"$inc": {"debits.0.amount_minor": 5}}), "its collections"),
    "an accepted declaration is not owed": (_lose("obligations"), "nothing is owed for it"),
    "what was refused is owed": (
        _change("declarations", {"$set": {"status": "refused"}}),
        "no such declaration is accepted",
    ),
    "a replaced declaration is still owed": (
        _change("declarations", {"$set": {"status": "replaced"}}),
        "is replaced, and its debt is not",
    ),
    "a collection is for nothing": (
        _change("collections", {"$set": {"declaration_id": "x"}}),
        "of which nothing is owed",
    ),
    "more is collected than was declared": (
        _change("collections", {"$set": {"status": "announced", "amount_minor": 10**9}}),
        "is being collected",
    ),
    "the standing is wrong": (_change("standings", {"$inc": {"called_minor": 1}}), "called is"),
    "the standing is lost": (_lose("standings"), "has debts and no standing"),
    "the ledger does not know of the money": (
        _lose("ledger_entries", cause={"$regex": "^collection:"}),
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
