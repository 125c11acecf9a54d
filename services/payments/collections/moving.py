"""How a collection goes from one state to the next, with its history. Pure."""

from dataclasses import replace
from datetime import datetime

from services.payments.collections.collection import MOVES, STEPS_MAX, Collection, CollectionStep, Status
from shared.kernel.history import with_step
from shared.kernel.moves import moved


def moved_to(
    collection: Collection, status: Status, *, at: datetime, about: str = "", next_look_at: datetime | None = None
) -> Collection:
    """The collection in another state, looked at again at a time or not at all. `MoveNotAllowed`."""
    step = CollectionStep(status=moved(MOVES, collection.status, to=status), at=at, about=about)
    return replace(collection, status=status, steps=with_steps(collection, step), next_look_at=next_look_at)


def with_steps(collection: Collection, step: CollectionStep) -> tuple[CollectionStep, ...]:
    """Its history with one step more."""
    return with_step(collection.steps, step, limit=STEPS_MAX)
