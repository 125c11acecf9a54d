"""How a subject declares the events that it reacts to.

reactions = Reactions()

@reactions.to(CollectionSettled)
def post(uow, event):
    actions.post_collection(uow, event)
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from shared.events.declaring import declaration_of
from shared.storage.unit_of_work import UnitOfWork

Event = TypeVar("Event")
Reaction = Callable[[UnitOfWork, Any], object]


class Reactions:
    """The reactions of one subject, or of several joined."""

    def __init__(self, joined: Iterable["Reactions"] = ()) -> None:
        self._by_type: dict[tuple[str, int], list[Reaction]] = {}
        for other in joined:
            for key, found in other._by_type.items():
                self._by_type.setdefault(key, []).extend(found)

    def to(
        self, event: type[Event]
    ) -> Callable[[Callable[[UnitOfWork, Event], object]], Callable[[UnitOfWork, Event], object]]:
        """Run the function for each such event, in the unit of work that handles it."""
        declared = declaration_of(event)

        def register(reaction: Callable[[UnitOfWork, Event], object]) -> Callable[[UnitOfWork, Event], object]:
            self._by_type.setdefault((declared.type_name, declared.version), []).append(reaction)
            return reaction

        return register

    def of(self, type_name: str, version: int) -> list[Reaction]:
        return self._by_type.get((type_name, version), [])

    def types(self) -> tuple[tuple[str, int], ...]:
        """What is reacted to, as (type, version)."""
        return tuple(sorted(self._by_type))

    def topics(self) -> tuple[str, ...]:
        """The topics to read."""
        return tuple(sorted({type_name.partition(".")[0] for type_name, _ in self._by_type}))
