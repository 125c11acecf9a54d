"""How far work goes towards the thresholds that open the right to care, in the units in which the fund counts. Pure."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.claims.entitlements.entitlement import Worked, place_of
from shared.funds.declarations import FullQuarter
from shared.funds.entitlements import EntitlementRule, Threshold

MONTHS_A_QUARTER = 3


@dataclass(frozen=True, kw_only=True)
class ThresholdProgress:
    """How much of one threshold was worked. `quarters` counts full quarters, parts of them included; what is missing is
    in whole units, rounded up: with so many more the threshold is reached."""

    threshold: Threshold
    quarters: Fraction
    full: FullQuarter

    @property
    def is_reached(self) -> bool:
        """By days, or by hours where the law counts them: either is enough."""
        hours = self.threshold.hours
        return self.quarters * self.full.days >= self.threshold.days or (
            hours is not None and self.quarters * self.full.hours >= hours
        )

    @property
    def days(self) -> int:
        """What was worked, in whole days."""
        return math.floor(self.quarters * self.full.days)

    @property
    def hours(self) -> int | None:
        """The same in hours; None where the threshold counts none."""
        return None if self.threshold.hours is None else math.floor(self.quarters * self.full.hours)

    @property
    def days_missing(self) -> int:
        return 0 if self.is_reached else max(0, math.ceil(self.threshold.days - self.quarters * self.full.days))

    @property
    def hours_missing(self) -> int | None:
        if self.threshold.hours is None:
            return None
        return 0 if self.is_reached else max(0, math.ceil(self.threshold.hours - self.quarters * self.full.hours))


@dataclass(frozen=True, kw_only=True)
class EntitlementTerms:
    """What a fund asks of one person: any one of the thresholds is enough."""

    rule: EntitlementRule
    is_newcomer: bool
    thresholds: tuple[Threshold, ...]
    full: FullQuarter

    def are_met(self, worked: Iterable[Worked], *, on: date) -> bool:
        rows = tuple(worked)
        return any(self.progress(each, rows, on=on).is_reached for each in self.thresholds)

    def progress(self, threshold: Threshold, worked: Iterable[Worked], *, on: date) -> ThresholdProgress:
        """What counts for a threshold on a day: the work of its quarters and of the quarter of that day."""
        this = place_of(on)
        looked_at = (each for each in worked if this - threshold.quarters <= each.place <= this)
        return ThresholdProgress(threshold=threshold, quarters=_full_quarters(looked_at, self.full), full=self.full)


def _full_quarters(worked: Iterable[Worked], full: FullQuarter) -> Fraction:
    """How many full quarters were worked, parts of them counted: whole numbers are added first, since each fraction
    costs."""
    durations: Counter[str] = Counter()
    for each in worked:
        durations[each.unit] += each.duration
    units = {"H": full.hours, "D": full.days, "M": MONTHS_A_QUARTER}
    return sum((Fraction(duration, units[unit]) for unit, duration in durations.items()), Fraction(0))
