"""A long sequence in batches, each bounded in number and in size."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def in_parts(
    things: Iterable[Thing], *, size: Callable[[Thing], int], count_max: int, size_max: int
) -> Iterator[list[Thing]]:
    """The same things in order, in as few batches as the bounds allow; one that is too large is a batch of its own."""
    part: list[Thing] = []
    total = 0
    for thing in things:
        length = size(thing)
        if part and (len(part) == count_max or total + length > size_max):
            yield part
            part, total = [], 0
        part.append(thing)
        total += length
    if part:
        yield part
