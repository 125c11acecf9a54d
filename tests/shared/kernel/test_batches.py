"""A long row in parts: in order, nothing left out, no part beyond its bounds but one thing that is too large."""

import pytest

from shared.kernel.batches import in_batches


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ([], []),
        ([1, 1, 1, 1], [[1, 1, 1], [1]]),
        ([6, 4, 1], [[6, 4], [1]]),
        ([11, 1, 11], [[11], [1], [11]]),
        ([0, 0, 0, 0], [[0, 0, 0], [0]]),
    ],
)
def test_parts_keep_the_order_and_the_bounds(sizes: list[int], parts: list[list[int]]) -> None:
    assert list(in_batches(sizes, size=lambda it: it, count_max=3, size_max=10)) == parts
