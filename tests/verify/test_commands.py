"""I1: what was acknowledged and not done, done twice, or done and lost, is named."""

import pytest

from deploy.local.verify import commands
from tests.verify.town import Break, Town, found, some

REQUESTED = {"entries.cause": {"$regex": "^request:"}, "entries.deeds.thing": "collections"}


def _lose_the_audit(town: Town) -> None:
    town["payments"]["audit"].delete_one({"_id": some(town["payments"], "audit", **REQUESTED)["_id"]})


def _act_twice(town: Town) -> None:
    town["payments"]["audit"].insert_one({**some(town["payments"], "audit", **REQUESTED), "_id": "again"})


BREAKS: dict[str, tuple[Break, str]] = {
    "an acknowledged collection is lost": (
        lambda town: town["payments"]["collections"].delete_many({}),
        "was acknowledged and is not there",
    ),
    "the audit of a request is lost": (_lose_the_audit, "acknowledged 1 and made 0"),
    "a request acted twice": (_act_twice, "acted 2 times for 1 acknowledged"),
    "a request without its answer": (
        lambda town: town["payments"]["requests"].update_many({}, {"$unset": {"status": 1}}),
        "no answer",
    ),
    "a request to nowhere": (
        lambda town: town["payments"]["requests"].insert_one(
            {"_id": "dz-cnas:x:y:z", "fund": "dz-cnas", "status": 201}
        ),
        "no such route",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), commands.ask) == []
    break_it(town)
    offending = found(town.seen(), commands.ask)
    assert any(named in each for each in offending), offending


def test_a_thing_that_was_forgotten_on_purpose_is_not_missed(town: Town) -> None:
    lost = some(town["payments"], "collections")
    town["payments"]["collections"].delete_one({"_id": lost["_id"]})
    entry = {"actor": "a", "cause": "chore:x", "events": [], "deeds": [_forgot(lost["collection_id"])]}
    town["payments"]["audit"].insert_one({"_id": "later", "fund": lost["fund"], "entries": [entry]})
    assert found(town.seen(), commands.ask) == []


def _forgot(thing_id: str) -> dict[str, object]:
    return {"verb": "forgot", "thing": "collections", "id": thing_id, "version": 0}
