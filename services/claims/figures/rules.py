"""What decisions come to in figures. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.claims.figures.decided_claim import DecidedClaim
from shared.kernel.errors import Invalid

DAYS_MAX = 92
REVERSED = frozenset({"changed", "lowered", "reversed"})
"""Outcomes of appeals that came to something else than the first decision."""


class SpanInvalid(Invalid):
    """Figures are asked for from a day up to the same or a later one, some months at most."""

    code = "figures.span-invalid"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Claims that were decided, appeals counted apart. Shares are percentages; None where there is nothing to share."""

    decided: int
    by_rules: int
    by_rules_percent: float | None
    median_hours: float | None
    p90_hours: float | None
    appeals_decided: int
    appeals_reversed: int
    reversed_percent: float | None


def must_be_span(from_on: date, until_on: date) -> None:
    if not 0 <= (until_on - from_on).days < DAYS_MAX:
        raise SpanInvalid(days_max=DAYS_MAX)


def figures(decided: Iterable[DecidedClaim]) -> Figures:
    """The figures of some decisions."""
    took: list[int] = []
    by_rules = appeals = reversed_ = 0
    for each in decided:
        if each.appeal_outcome:
            appeals += 1
            reversed_ += each.appeal_outcome in REVERSED
        else:
            took.append(each.took_s)
            by_rules += each.is_by_rules
    took.sort()
    return Figures(
        decided=len(took),
        by_rules=by_rules,
        by_rules_percent=_percent(by_rules, of=len(took)),
        median_hours=_hours(took, 50),
        p90_hours=_hours(took, 90),
        appeals_decided=appeals,
        appeals_reversed=reversed_,
        reversed_percent=_percent(reversed_, of=appeals),
    )


def _percent(part: int, *, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None


def _hours(took: list[int], percentile: int) -> float | None:
    """The least time within which so many percent were decided (nearest rank)."""
    return round(took[math.ceil(len(took) * percentile / 100) - 1] / 3600, 1) if took else None
