"""The result of a rule: the thing as it is now, and the events to publish."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing", covariant=True)


@dataclass(frozen=True)
class Outcome(Generic[Thing]):
    """A changed thing and its events, saved together or not at all."""

    thing: Thing
    events: tuple[object, ...] = ()
