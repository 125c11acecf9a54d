"""What is wrong with a block of a fund's definition, said all at once: who writes it need not try again for each."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol


class Whole(Protocol):
    """What a file of a fund says. It is looked at although some of its fields could not be read (`unread`, which have
    nothing then): what names one of these is not held against it."""

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]: ...


def refuse(faults: Iterable[str]) -> None:
    """ValueError with every fault, an argument each; nothing where there is none."""
    if found := tuple(faults):
        raise ValueError(*found)
