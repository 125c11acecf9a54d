"""Ours against a baseline, in pairs that alternate (A-B-A-B): only the ratio within a pair is worth anything here.

Absolute figures move by a factor of two on a machine that others use; neighbours in time are slowed alike.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PAIRS = 5


@dataclass(frozen=True)
class Run:
    """One measured run: how many things were done in how long, and the CPU time that our side of it took."""

    done: int
    seconds: float
    cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def cpu_us_each(self) -> float:
        return self.cpu_s / self.done * 1e6 if self.done else 0.0


@dataclass(frozen=True)
class Spread:
    """The middle of several figures, and how far they lie apart."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(figures: Sequence[float]) -> "Spread":
        return Spread(statistics.median(figures), min(figures), max(figures))


@dataclass(frozen=True)
class Pairs:
    """Runs of ours and of the baseline, each pair taken one after the other."""

    ours: Sequence[Run]
    baseline: Sequence[Run]

    @property
    def ratio(self) -> Spread:
        """Our rate as a share of the baseline's: the median of the pairs' ratios, not the ratio of medians."""
        return Spread.of([mine.rate / theirs.rate for mine, theirs in zip(self.ours, self.baseline, strict=True)])


def rates(runs: Sequence[Run]) -> Spread:
    return Spread.of([run.rate for run in runs])


def cpu_us_each(runs: Sequence[Run]) -> float:
    return statistics.median([run.cpu_us_each for run in runs])


def alternate(*sides: Callable[[], Run], pairs: int = PAIRS) -> list[list[Run]]:
    """Run every side in turn, `pairs` times around; the runs of each side."""
    runs: list[list[Run]] = [[] for _ in sides]
    for _ in range(pairs):
        for number, side in enumerate(sides):
            runs[number].append(side())
    return runs
