"""I13: an outcome that has been unknown for too long is named, one that is being asked about is not."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.verify import unknown
from deploy.local.verify.seen import Limits
from tests.verify.town import Break, Town, found


def _doubt(collection: str, status: str, *, since: timedelta = timedelta(hours=1)) -> Break:
    step = {"status": status, "at": datetime.now(UTC) - since}
    change = {"$set": {"status": status}, "$push": {"steps": step}}
    return lambda town: town["payments"][collection].update_many({}, change)


BREAKS: dict[str, tuple[Break, str]] = {
    "a collection": (_doubt("collections", "unknown"), "collections dz-cnas"),
    "a page that is being closed": (_doubt("collections", "withdrawing"), "collections dz-cnas"),
    "a payout": (_doubt("payouts", "unknown"), "payouts dz-cnas"),
    "a file": (_doubt("batches", "unknown"), "batches dz-cnas"),
    "a file that somebody began to send": (_doubt("batches", "sending"), "batches dz-cnas"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), unknown.ask) == []
    break_it(town)
    offending = found(town.seen(), unknown.ask)
    assert any(named in each for each in offending), offending


def test_a_doubt_has_its_time(town: Town) -> None:
    _doubt("collections", "unknown", since=timedelta(seconds=30))(town)
    assert found(town.seen(), unknown.ask) == []
    assert found(town.seen(limits=Limits(unknown=timedelta(seconds=10))), unknown.ask) != []
