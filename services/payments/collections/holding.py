"""Who has a reference to itself while it is being paid, so that nobody pays it a second time meanwhile. Pure: the time
is handed in."""

from dataclasses import replace
from datetime import datetime

from services.payments.collections.collection import Collection
from shared.kernel.errors import Conflict


class ReferenceHeld(Conflict):
    """Another payment of the same reference was begun a moment ago, and is not over."""

    code = "collection.reference-held"


def hold(collection: Collection, *, by: str, until: datetime, at: datetime) -> Collection:
    """A payment has the reference to itself for a time. Raises `ReferenceHeld`."""
    if collection.held_by not in ("", by) and collection.held_until is not None and collection.held_until > at:
        raise ReferenceHeld
    return replace(collection, held_by=by, held_until=until)


def release(collection: Collection, *, by: str) -> Collection:
    """The payment that had it is not made: the next one may begin. What another payment holds stays held."""
    return replace(collection, held_by="", held_until=None) if collection.held_by == by else collection
