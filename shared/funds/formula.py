"""Formulas of benefits: named building blocks, one after the other, each dated. Data only; claims computes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shared.funds.conditions import Condition
from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps
from shared.funds.rounding import Rounding
from shared.funds.texts import Texts
from shared.kernel.money import Money

STEPS_MAX = 40
RANKS_MAX = 30

_SHARE = re.compile(r"(?P<over>[0-9]{1,6}(\.[0-9]{1,6})?)(/(?P<under>[1-9][0-9]{0,5}))?")


class Block(StrEnum):
    """What a step does. `of`, `count`, `after`, `limit` and `less` name facts, or earlier steps as `formula.<code>`."""

    AMOUNT = "amount"
    """The amount that the law sets."""
    FACT = "fact"
    """A fact (`of`) as it is: an amount, or a number."""
    PERCENT_OF = "percent-of"
    """`percent` of `of`."""
    SHARE_OF = "share-of"
    """`share` of `of`, such as 2/3."""
    PERCENT_BY_RANK = "percent-by-rank"
    """For the first, second, third … of `count`, its own percentage of `of`; each rank is a line. For each one beyond
    `further_percent`, or nothing. Ranks are those behind `after` others, as of the children of an age after the older
    ones."""
    AMOUNT_BY_RANK = "amount-by-rank"
    """For the first, second, third … of `count`, its own amount; each rank is a line. For each one beyond
    `further_amount`, or nothing. Ranks are those behind `after` others, as of the children of an age after the older
    ones."""
    AMOUNT_BY_COUNT = "amount-by-count"
    """One amount for `count` in all; the last amount also for more."""
    SHARE_BY_COUNT = "share-by-count"
    """A share of `of` by `count`; the last share also for more."""
    RATE_BY_COUNT = "rate-by-count"
    """`of` times a percentage that grows with `count` by `bands`, at most `percent_max`."""
    TIMES = "times"
    """`of` times `count`."""
    DIVIDED_BY = "divided-by"
    """`of` divided by `number`."""
    CAPPED = "capped"
    """`of`, at most `amount`, `number` or `limit`; less what is used up already (`less`), never below zero."""
    AT_LEAST = "at-least"
    """`of`, at least `amount`, `number` or `limit`."""
    MINUS = "minus"
    """`of` less `number` or `less`, never below zero."""
    SUM_OF = "sum-of"
    """The sum of `of_each`; a step that does not apply counts nothing."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """For each one of a count up to `up_to` (of the last band: without end), so many percent."""

    percent: Decimal
    up_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class StepValue:
    """The values of a step while a law holds. A step that needs none still says its law."""

    law: Law
    amount: Money | None = None
    amounts: tuple[Money, ...] | None = None
    percent: Decimal | None = None
    percents: tuple[Decimal, ...] | None = None
    further_amount: Money | None = None
    further_percent: Decimal | None = None
    percent_max: Decimal | None = None
    number: Decimal | None = None
    share: str | None = None
    shares: tuple[str, ...] | None = None
    bands: tuple[Band, ...] | None = None

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        for share in (*(self.shares or ()), *([self.share] if self.share else [])):
            if _SHARE.fullmatch(share) is None:
                yield _no_share(share)
        for several in (self.amounts, self.percents, self.shares, self.bands):
            if several is not None and not 1 <= len(several) <= RANKS_MAX:
                yield f"has 1 to {RANKS_MAX} values"
        if self.bands:
            ends = [band.up_to for band in self.bands[:-1] if band.up_to is not None]
            is_open = self.bands[-1].up_to is None and len(ends) == len(self.bands) - 1
            if not is_open or ends != sorted(set(ends)) or (ends and ends[0] <= 0):
                yield "bands grow, and the last has no up_to"
        if self.number is not None and self.number <= 0:
            yield "number is above zero"

    @property
    def given(self) -> frozenset[str]:
        """The names of the values that are given."""
        return frozenset(
            each.name for each in fields(self) if each.name != "law" and getattr(self, each.name) is not None
        )


_PARTS = ("of", "of_each", "count", "after", "limit", "less")
_NEEDS: dict[Block, tuple[frozenset[str], tuple[frozenset[str], ...]]] = {
    Block.AMOUNT: (frozenset(), (frozenset({"amount"}),)),
    Block.FACT: (frozenset({"of"}), (frozenset(),)),
    Block.PERCENT_OF: (frozenset({"of"}), (frozenset({"percent"}),)),
    Block.SHARE_OF: (frozenset({"of"}), (frozenset({"share"}),)),
    Block.PERCENT_BY_RANK: (
        frozenset({"of", "count"}),
        (frozenset({"percents"}), frozenset({"percents", "further_percent"})),
    ),
    Block.AMOUNT_BY_RANK: (
        frozenset({"count"}),
        (frozenset({"amounts"}), frozenset({"amounts", "further_amount"})),
    ),
    Block.AMOUNT_BY_COUNT: (frozenset({"count"}), (frozenset({"amounts"}),)),
    Block.SHARE_BY_COUNT: (frozenset({"of", "count"}), (frozenset({"shares"}),)),
    Block.RATE_BY_COUNT: (
        frozenset({"of", "count"}),
        (frozenset({"bands"}), frozenset({"bands", "percent_max"})),
    ),
    Block.TIMES: (frozenset({"of", "count"}), (frozenset(),)),
    Block.DIVIDED_BY: (frozenset({"of"}), (frozenset({"number"}),)),
    Block.CAPPED: (frozenset({"of"}), (frozenset({"amount"}), frozenset({"number"}), frozenset())),
    Block.AT_LEAST: (frozenset({"of"}), (frozenset({"amount"}), frozenset({"number"}), frozenset())),
    Block.MINUS: (frozenset({"of"}), (frozenset({"number"}), frozenset())),
    Block.SUM_OF: (frozenset({"of_each"}), (frozenset(),)),
}
"""What each block must name, and which values it may be given."""
_MAY = {
    Block.PERCENT_BY_RANK: frozenset({"after"}),
    Block.AMOUNT_BY_RANK: frozenset({"after"}),
    Block.CAPPED: frozenset({"limit", "less"}),
    Block.AT_LEAST: frozenset({"limit"}),
    Block.MINUS: frozenset({"less"}),
}
_COMPARED = {Block.CAPPED: "limit", Block.AT_LEAST: "limit", Block.MINUS: "less"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a formula. It is left out where its condition `when` does not hold. `is_counted` steps make the sum;
    the others only lead to one."""

    code: str
    names: Texts
    step: Block
    values: tuple[StepValue, ...]
    of: str | None = None
    of_each: tuple[str, ...] | None = None
    count: str | None = None
    after: str | None = None
    limit: str | None = None
    less: str | None = None
    when: Condition | None = None
    is_counted: bool = True
    rounding: Rounding | None = None
    """How its amount is rounded to the minor unit; where nothing is said, by the fund's rule for benefits."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from overlaps(self.values, of="values")
        if not self.values:
            yield f"{self.code}: has no values; say the law at least"
        named = frozenset(name for name in _PARTS if getattr(self, name) is not None)
        needed, given = _NEEDS[self.step]
        if missing := needed - named:
            yield f"{self.code}: {self.step} needs {', '.join(sorted(missing))}"
        if needless := named - needed - _MAY.get(self.step, frozenset()):
            yield f"{self.code}: {self.step} has no {', '.join(sorted(needless))}"
        beside = _COMPARED.get(self.step)
        if any(value.given not in given for value in self.values):
            wanted = " or ".join(" and ".join(sorted(each)) or "no value" for each in given)
            yield f"{self.code}: {self.step} takes {wanted}"
        elif beside and any((getattr(self, beside) is None) is not bool(value.given) for value in self.values):
            yield f"{self.code}: {self.step} takes either a value or {beside}"
        if self.is_counted and self.rounding is Rounding.LATER:
            yield f"{self.code}: a step that counts is rounded"

    @property
    def fact_name(self) -> str:
        """As which facts and later steps find what it came to."""
        return f"formula.{self.code}"

    def part_names(self) -> Iterator[str]:
        """The facts and earlier steps that it is computed from."""
        yield from (name for name in (self.of, self.count, self.after, self.limit, self.less) if name is not None)
        yield from self.of_each or ()

    def fact_names(self) -> Iterator[str]:
        """Every fact and earlier step that it looks at, its condition included."""
        yield from self.part_names()
        if self.when is not None:
            yield from self.when.fact_names()


def made_of(block: Block) -> tuple[frozenset[str], frozenset[str], tuple[frozenset[str], ...]]:
    """What a step of a block names, what it may name, and the values that it takes: one of these sets for each law."""
    return _NEEDS[block][0], _MAY.get(block, frozenset()), _NEEDS[block][1]


def as_fraction(share: str) -> Fraction:
    """A share as the law writes it: 2/3, 1.5, 7/6. ValueError for anything else."""
    found = _SHARE.fullmatch(share)
    if found is None:
        raise ValueError(_no_share(share))
    return Fraction(found["over"]) / int(found["under"] or 1)


def _no_share(share: str) -> str:
    return f"{share} is not a share such as 2/3 or 1.5"
