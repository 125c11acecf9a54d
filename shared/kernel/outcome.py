"""What a rule answers: the thing as it is now, and the facts that others must hear of."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing", covariant=True)


@dataclass(frozen=True)
class Outcome(Generic[Thing]):
    """A changed thing and the events that tell of the change, saved together or not at all."""

    thing: Thing
    events: tuple[object, ...] = ()
