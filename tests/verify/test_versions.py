"""I8: a version that is missing, there twice, or not the one that stands, is named."""

import pytest

from deploy.local.verify import versions
from tests.verify.town import Break, Town, found, some


def _audit(version: int) -> Break:
    """One more line of audit for an obligation."""

    def do(town: Town) -> None:
        one = some(town["payments"], "obligations")
        record = {"verb": "kept", "thing": "obligations", "id": one["declaration_id"], "version": version}
        entry = {"actor": "a", "cause": "x", "events": [], "deeds": [record]}
        town["payments"]["audit"].insert_one({"_id": "more", "fund": one["fund"], "entries": [entry]})

    return do


def _lose_one_of_many(town: Town) -> None:
    town["claims"]["entitlements"].delete_one({"_id": some(town["claims"], "entitlements")["_id"]})


BREAKS: dict[str, tuple[Break, str]] = {
    "a version twice": (_audit(1), "has version 1 twice"),
    "a version is missing": (_audit(99), "lacks versions"),
    "a thing went back": (
        lambda town: town["payments"]["obligations"].update_many({}, {"$inc": {"version": -1}}),
        "the audit at",
    ),
    "a thing is lost": (lambda town: town["payments"]["collections"].delete_many({}), "stands at None"),
    "a thing came from nowhere": (
        lambda town: town["claims"]["claims"].insert_one({"_id": "dz-cnas:x", "version": 1}),
        "the audit does not know of it",
    ),
    "a page of many lost one": (_lose_one_of_many, "were kept"),
    "one of many was changed unseen": (
        lambda town: town["payments"]["payouts"].update_many({}, {"$inc": {"version": 1}}),
        "were kept",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), versions.ask) == []
    break_it(town)
    offending = found(town.seen(), versions.ask)
    assert any(named in each for each in offending), offending
