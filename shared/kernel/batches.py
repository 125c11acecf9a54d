"""A long sequence in batches, each bounded in number and in size."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def in_batches(
    things: Iterable[Thing], *, size: Callable[[Thing], int], count_max: int, size_max: int
) -> Iterator[list[Thing]]:
    """The same things in order, in as few batches as the bounds allow; one that is too large is a batch of its own."""
    batch: list[Thing] = []
    total = 0
    for thing in things:
        length = size(thing)
        if batch and (len(batch) == count_max or total + length > size_max):
            yield batch
            batch, total = [], 0
        batch.append(thing)
        total += length
    if batch:
        yield batch
