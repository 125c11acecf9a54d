"""Finds out which layout the files of a declaration are in, from their lines: names lie, the lines' lengths do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from services.payments.declarations.findings import Role
from services.payments.declarations.layouts.layout import Layout

SAMPLE_LINES_MAX = 50
"""The first lines tell the layout; a few wrong ones among them change nothing."""


@dataclass(frozen=True)
class Detected:
    """A layout, and the role of each file in the order in which they were given."""

    layout: Layout
    roles: tuple[Role, ...]


def detect(samples: Sequence[Sequence[bytes]], *, layouts: Iterable[Layout]) -> Detected | None:
    """The layout whose lines the files' first lines look like most, or None where nothing does.

    One file of a pair may be too spoilt to be told: the other then says what it must be.
    """
    best: Detected | None = None
    best_score = 0
    for layout in layouts:
        for roles in permutations(layout.kinds, len(samples)):
            score = sum(_likeness(layout, role, sample) for role, sample in zip(roles, samples, strict=True))
            if score > best_score:
                best, best_score = Detected(layout, roles), score
    return best


def _likeness(layout: Layout, role: Role, sample: Sequence[bytes]) -> int:
    return sum(
        any(kind.fits(line) and kind.signature.match(line) is not None for kind in layout.kinds[role])
        for line in sample[:SAMPLE_LINES_MAX]
    )
