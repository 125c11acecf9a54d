"""The lease of a relay: one carries at a time, and a dead one's lease runs out by itself."""

from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database

from shared.bus.relay import LEASE, Relay
from shared.storage.platform import now
from tests.ground import platform_on


def test_the_second_waits_until_the_lease_of_the_first_runs_out(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    ahead = timedelta()

    def clock() -> datetime:
        return now() + ahead

    platform = platform_on(database, mongodb, clock=clock)
    first, second = (Relay(platform, "unused", name="relay") for _ in range(2))
    assert first.holds_lease() and not second.holds_lease()
    ahead += LEASE * 0.9
    assert not second.holds_lease()
    ahead += LEASE * 0.2
    assert second.holds_lease() and not first.holds_lease()
