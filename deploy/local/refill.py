"""Tansu loses its events when it ends: at the next start, the services publish again what they published lately. A
service that has handled an event recognises its id and ignores it; events that were not handled yet are not lost.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.local.place import LOCK
from shared.bus.relay import republish
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext

REACH = timedelta(days=7)
"""How long an event may have waited, when a run ended, to be published again at the next start."""


def last_ran_at(var: Path) -> datetime | None:
    """When a run was last seen to begin or end here; None before the first. To be asked before a run begins."""
    lock = var / LOCK
    return datetime.fromtimestamp(lock.stat().st_mtime, UTC) if lock.exists() else None


def publish_again(services: Mapping[str, Mapping[str, str]], *, since: datetime) -> int:
    """Have every service's relay send again what was published since an instant; how many documents of events."""
    published = 0
    for settings in services.values():
        database = connect(settings["MONGODB_URI"], settings["MONGODB_DATABASE"])
        try:
            published += republish(ServiceContext(database=database, funds={}, keys={}), since=since)
        finally:
            database.client.close()
    return published
