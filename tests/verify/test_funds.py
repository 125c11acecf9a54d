"""I10: what is of one fund and stands under another is named."""

import pytest

from deploy.local.verify import funds
from tests.kit.contexts import TN
from tests.verify.town import Break, Town, found

BREAKS: dict[str, tuple[Break, str]] = {
    "a thing is of another fund than its id": (
        lambda town: town["payments"]["payouts"].update_many({}, {"$set": {"fund": TN}}),
        "is of tn-cnss",
    ),
    "a thing is of no fund": (lambda town: town["claims"]["claims"].insert_one({"_id": "x"}), "is of no fund"),
    "an effect is in another fund than its event": (
        lambda town: town["claims"]["audit"].update_many({}, {"$set": {"fund": TN}}),
        "which is of dz-cnas",
    ),
    "an event's key is of another fund": (
        lambda town: town["payments"]["outbox"].update_many({}, {"$set": {"events.0.key": "tn-cnss:1"}}),
        "under the key tn-cnss:1",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), funds.ask) == []
    break_it(town)
    offending = found(town.seen(), funds.ask)
    assert any(named in each for each in offending), offending
