"""F20: clocks that are wrong, jump, and stand at the end of January. Whole processes under libfaketime, whose offset is
a file that can be changed while they run: services, bank and message centre. Monotonic time goes on as it is.

The tests of this file go forward in time together: what was planned before a jump back is planned for later.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.faults.world.town import Town

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
READ_AGAIN_S = 1.2
NO_CARDS = ("transfer",)
"""The bank closes its page for a card after 90 minutes: where two hours pass at once, it is right to."""
ALGIERS = ZoneInfo("Africa/Algiers")

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not here: apt-get install faketime")


class Clock:
    """The clock of all processes but the engines, and of the people who come."""

    def __init__(self, file: Path) -> None:
        self.file, self.offset = file, timedelta()
        self.set(timedelta())

    def set(self, offset: timedelta) -> None:
        """So far from the true time, at once."""
        beside = self.file.with_suffix(".new")
        beside.write_text(f"{offset.total_seconds():+.0f}\n")
        beside.replace(self.file)
        self.offset = offset
        time.sleep(READ_AGAIN_S)

    def time(self) -> float:
        return time.time() + self.offset.total_seconds()

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",  # or Python would take its compiled files for old, and write them anew
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(__file__).with_name("false_clock")),
        }


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    with tempfile.TemporaryDirectory(prefix="himaya-clock-") as folder:
        yield Clock(Path(folder) / "offset")


@pytest.fixture(scope="module")
def odd(clock: Clock) -> Iterator[Town]:
    """A town whose clock is ours."""
    with tempfile.TemporaryDirectory(prefix="himaya-faults-") as folder:
        town = Town(Path(folder), more=clock.environment(), clock=clock.time)
        try:
            town.begin()
            yield town
        finally:
            town.end()


def test_f20_the_clock_falls_two_hours_back_and_is_set_right(odd: Town, clock: Clock) -> None:
    """What is due waits until time has come back to it; ids and leases meet nobody else's; nothing is done twice."""
    with odd.under_load(minutes=0.3, rails=NO_CARDS):
        time.sleep(2)
        clock.set(timedelta(hours=-2))
        time.sleep(8)
        clock.set(timedelta())
        time.sleep(2)
    assert odd.world.fell == []


def test_f20_the_clock_jumps_two_hours_ahead(odd: Town, clock: Clock) -> None:
    """Tokens, codes and waits end at once: people sign in again, and everything else goes on."""
    with odd.under_load(minutes=0.3, rails=NO_CARDS):
        time.sleep(3)
        clock.set(timedelta(hours=2))
        time.sleep(6)
    assert odd.world.fell == []


def test_f20_the_last_second_of_january_passes_under_load(odd: Town, clock: Clock) -> None:
    """An annual declaration is due by 31 January, 23:59:59 in the fund's own zone: one second later it is late."""
    now = datetime.now(UTC)
    last = datetime(now.year + 1, 1, 31, 23, 59, 44, tzinfo=ALGIERS)
    clock.set(last - timedelta(minutes=2) - now)
    odd.people.more(40)
    for _, user in odd.people.persons:
        user.sign_in()
    before = len(odd.record.calls)
    clock.set(last - datetime.now(UTC))
    with odd.under_load(minutes=0.3, rails=NO_CARDS):
        time.sleep(24)
    sides = set()
    for call in odd.record.calls[before:]:
        if call.kind == "declare" and call.fund == "dz-cnas":
            found = odd.people.agents[call.fund].get("payments", f"/declarations/{call.answer['declaration_id']}")
            received_on = datetime.fromisoformat(found["received_at"]).astimezone(ALGIERS).date()
            is_late = received_on > date(last.year, 1, 31)
            assert found["is_late"] == is_late, found
            sides.add(is_late)
    assert sides == {False, True}, f"nobody declared on one side of midnight: {sides}"
    assert odd.world.fell == []
