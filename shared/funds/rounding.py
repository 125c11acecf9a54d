"""How amounts are rounded: to the minor unit or a coarser step, by a rule that the fund dates. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from shared.funds.faults import refuse
from shared.funds.law import Confidence, Law, find_in_force, overlaps
from shared.kernel.money import Money


class Rounding(StrEnum):
    """Which of two amounts a figure between them becomes."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    DOWN = "down"
    UP = "up"
    LATER = "later"
    """Of a step of a formula: not here, the steps after it use the exact amount."""


MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.UP: ROUND_CEILING,
}


@dataclass(frozen=True, kw_only=True)
class RoundingRule:
    """How amounts are rounded while a law holds."""

    law: Law
    mode: Rounding = Rounding.HALF_UP
    step: Money | None = None
    """To multiples of which amount (5 XOF, 0.010 KWD); of the minor unit where nothing is said."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.mode is Rounding.LATER:
            yield "mode: later is for the steps of a formula"
        if self.step is not None and self.step.amount_minor < 1:
            yield "step is an amount above zero"

    @property
    def step_minor(self) -> int:
        return 1 if self.step is None else self.step.amount_minor

    @property
    def to_minor_unit(self) -> "RoundingRule":
        """The same way of rounding, to the minor unit: for what only leads to an amount that is rounded."""
        return RoundingRule(law=self.law, mode=self.mode)

    def rounded(self, exact: Fraction | Decimal) -> int:
        """An exact figure of minor units as an amount of this rule."""
        return rounded_minor(Fraction(exact) / self.step_minor, MODES[self.mode]) * self.step_minor

    def share(self, amount_minor: int, percent: Decimal) -> int:
        """A percentage of an amount."""
        return self.rounded(amount_minor * percent / 100)

    def __str__(self) -> str:
        return self.mode.value if self.step is None else f"{self.mode.value} {self.step}"


USUAL_RULE = RoundingRule(
    law=Law(valid_from=date.min, reference="Where the fund says nothing", confidence=Confidence.UNKNOWN)
)


@dataclass(frozen=True, kw_only=True)
class RoundingRules:
    """How a fund rounds, by what is rounded. On days that no rule is for: half up, to the minor unit."""

    contributions: tuple[RoundingRule, ...] = ()
    """Each side of a slip, and each person's share that has a floor or a ceiling; the branches of a side add up to
    it."""
    benefits: tuple[RoundingRule, ...] = ()
    """Steps of formulas that count towards the sum and name no rounding of their own. Those that only lead to it are
    rounded in the same way to the minor unit."""
    prices: tuple[RoundingRule, ...] = ()
    """What is paid of each line of a claim for care; never more than was paid for it."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        for name in ("contributions", "benefits", "prices"):
            yield from overlaps(getattr(self, name), of=name)

    def of_contributions(self, *, on: date) -> RoundingRule:
        return _on(self.contributions, on)

    def of_benefits(self, *, on: date) -> RoundingRule:
        return _on(self.benefits, on)

    def of_prices(self, *, on: date) -> RoundingRule:
        return _on(self.prices, on)


USUAL_ROUNDING = RoundingRules()
"""Where the fund's definition says nothing."""


def _on(rules: Sequence[RoundingRule], day: date) -> RoundingRule:
    return find_in_force(rules, on=day) or USUAL_RULE


def rounded_minor(exact: Fraction, mode: str) -> int:
    """A fraction of minor units as whole ones; the fraction is never turned into a decimal before it is rounded."""
    whole, rest = divmod(abs(exact), 1)
    twice = rest * 2
    up = {
        "ROUND_HALF_UP": twice >= 1,
        "ROUND_HALF_EVEN": twice > 1 or (twice == 1 and int(whole) % 2 == 1),
        "ROUND_FLOOR": exact < 0 and rest > 0,
        "ROUND_CEILING": exact > 0 and rest > 0,
    }[mode]
    return (int(whole) + up) * (1 if exact >= 0 else -1)
