"""Finds out which layout the files of a declaration are in, from their lines: names lie, the lines' lengths do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.layout import Layout, RecordKind

SAMPLE_LINES_MAX = 50
"""The first lines decide the layout; a few wrong ones among them change nothing."""


@dataclass(frozen=True)
class Detected:
    """A layout, and the role of each file in the order in which they were given."""

    layout: Layout
    roles: tuple[FileRole, ...]


def detect(samples: Sequence[Sequence[bytes]], *, layouts: Iterable[Layout]) -> Detected | None:
    """The layout whose lines the files' first lines look like most, or None where nothing does.

    One file of a pair may be too damaged to be recognised: the other then decides.
    """
    best: Detected | None = None
    best_score = 0
    for layout in layouts:
        for roles in permutations(layout.kinds, len(samples)):
            score = sum(_likeness(layout, role, sample) for role, sample in zip(roles, samples, strict=True))
            if score > best_score:
                best, best_score = Detected(layout, roles), score
    return best


def _likeness(layout: Layout, role: FileRole, sample: Sequence[bytes]) -> int:
    return sum(max(_likeness_of_line(kind, line) for kind in layout.kinds[role]) for line in sample[:SAMPLE_LINES_MAX])


def _likeness_of_line(kind: RecordKind, line: bytes) -> int:
    """A line of the whole length says more than one without the blanks at its end, which may be another's length."""
    if not kind.fits(line) or kind.signature.match(line) is None:
        return 0
    return 2 if len(line) == kind.length else 1
