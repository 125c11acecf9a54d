"""Things whose rule sets, in `next_look_at`, when they are due again: each is saved together with its job."""

import dataclasses
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.storage.repository import Repository, Versioned
from shared.storage.unit_of_work import UnitOfWork

AT_ONCE_MAX = 20
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class ScheduledThing(Versioned, Protocol):
    """A frozen dataclass. `is_scheduled` is lacking only where a release without the due queue saved it last."""

    @property
    def next_look_at(self) -> datetime | None: ...
    @property
    def is_scheduled(self) -> bool: ...


Kept = TypeVar("Kept", bound=ScheduledThing)


class JobScheduling(Generic[Kept]):
    """The things of a repository, and their jobs of one kind."""

    def __init__(self, repository: Repository[Kept], kind: str) -> None:
        self.repository = repository
        self.kind = kind

    def save(self, uow: UnitOfWork, outcome: Outcome[Kept]) -> Kept:
        """Save a thing, and its job at the time for which it asks."""
        thing: Kept = dataclasses.replace(outcome.thing, is_scheduled=True)  # type: ignore[type-var]
        kept = self.repository.save(uow, dataclasses.replace(outcome, thing=thing))
        thing_id = str(getattr(kept, self.repository.key))
        queue.schedule_or_cancel(uow, self.kind, thing_id, due_at=kept.next_look_at)
        return kept

    def unscheduled(self, uow: UnitOfWork) -> list[str]:
        """Some of the things that wait and have no job, by id."""
        waiting = {"is_scheduled": None, "next_look_at": {"$gt": NEVER}}
        found = uow.collection(self.repository.name).find(waiting, limit=AT_ONCE_MAX)
        return [str(document[self.repository.key]) for document in found]

    def schedule(self, uow: UnitOfWork, thing_id: str) -> None:
        """Give what an earlier release left waiting its job."""
        self.save(uow, Outcome(self.repository.load(uow, thing_id)))
