"""Long lists in pages: no document, event or answer holds more than some hundreds of anything."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

WAGES_A_PAGE = 500
FINDINGS_A_PAGE = 200

Thing = TypeVar("Thing")


def paged(things: Sequence[Thing], *, size: int) -> Iterator[tuple[Thing, ...]]:
    """The things in order, `size` a page, fewer on the last."""
    for start in range(0, len(things), size):
        yield tuple(things[start : start + size])


def pages_of(count: int, *, size: int) -> int:
    """How many pages so many things make."""
    return -(-count // size)
