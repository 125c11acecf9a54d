"""After a start, what was told lately is published again; what is old, or still waits to be told, is left alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo.database import Database

from deploy.local import place, refill

STOPPED_AT = datetime(2026, 2, 1, 12, tzinfo=UTC)


def test_what_was_told_lately_is_carried_again(mongodb: str, database: Database[dict[str, Any]]) -> None:
    database.outbox.insert_many(
        [
            {"_id": "old", "is_sent": True, "at": STOPPED_AT - timedelta(days=30)},
            {"_id": "lately", "is_sent": True, "at": STOPPED_AT - timedelta(hours=1)},
            {"_id": "waiting", "is_sent": False, "at": STOPPED_AT},
        ]
    )
    service = {"MONGODB_URI": mongodb, "MONGODB_DATABASE": database.name}
    assert refill.publish_again({"claims": service}, since=STOPPED_AT - refill.REACH) == 1
    assert {each["_id"] for each in database.outbox.find({"is_sent": False})} == {"lately", "waiting"}


def test_a_place_knows_when_it_was_last_used(tmp_path: Path) -> None:
    assert refill.last_ran_at(tmp_path) is None
    with place.alone(tmp_path):
        pass
    ran_at = refill.last_ran_at(tmp_path)
    assert ran_at is not None
    assert abs(ran_at - datetime.now(UTC)) < timedelta(minutes=1)
