"""How work goes: an outage is seen while it lasts and not longer, and workers are added up."""

from datetime import timedelta

from shared.jobs.lane_status import LaneStatus, added, failed, succeeded
from tests.kit.clock import AT

LANE = LaneStatus(fund_id="dz-cnas", kind="send")
LATER = AT + timedelta(minutes=5)


def test_an_outage_pauses_until_something_succeeds() -> None:
    away = failed(LANE, error="bank.silent", at=AT, paused_until=LATER)
    assert (away.failed, away.unavailable, away.paused_until, away.last_error) == (1, 1, LATER, "bank.silent")
    back = succeeded(away, at=LATER)
    assert (back.paused_until, back.done, back.last_done_at, back.last_error) == (None, 1, LATER, "bank.silent")


def test_a_fault_of_ours_is_no_outage() -> None:
    broken = failed(failed(LANE, error="bank.silent", at=AT, paused_until=LATER), error="KeyError", at=LATER)
    assert (broken.failed, broken.unavailable, broken.paused_until, broken.last_error) == (2, 1, LATER, "KeyError")


def test_workers_are_added_up_by_kind() -> None:
    one = failed(succeeded(LANE, at=AT), error="old", at=AT)
    other = failed(LANE, error="new", at=LATER, paused_until=LATER)
    idle = LaneStatus(fund_id="dz-cnas", kind="fetch")
    fetch, send = added([one, other, idle])
    assert fetch == idle
    assert (send.done, send.failed, send.unavailable) == (1, 2, 1)
    assert (send.last_done_at, send.last_failed_at, send.last_error, send.paused_until) == (AT, LATER, "new", LATER)
