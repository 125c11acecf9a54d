"""Conditions of a benefit: named tests of facts, joined by all, any and none. Data only; claims evaluates them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from shared.funds.facts import FactKind
from shared.kernel.money import Money

DEPTH_MAX = 5
_JOINS = frozenset({"all", "any", "none"})
_ORDERED = frozenset({FactKind.NUMBER, FactKind.AMOUNT, FactKind.DAY})
FIT: Mapping[str, frozenset[FactKind]] = {
    "is_true": frozenset({FactKind.YES_NO}),
    "at_least": frozenset({FactKind.NUMBER}),
    "at_most": frozenset({FactKind.NUMBER}),
    "amount_at_least": frozenset({FactKind.AMOUNT}),
    "amount_at_most": frozenset({FactKind.AMOUNT}),
    "at_least_fact": _ORDERED,
    "at_most_fact": _ORDERED,
    "before": frozenset({FactKind.DAY}),
    "after": frozenset({FactKind.DAY}),
}
"""Of which kinds of facts a test can hold; of any, where it is not named here."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Either tests of one `fact`, each of which must hold, or other conditions joined by one of `all`, `any`, `none`.

    `equals` compares with the value as text; `at_least_fact` and `at_most_fact` with another fact, which may be a step
    of the formula (`formula.<code>`). `before` and `after` leave out the day itself.
    """

    fact: str | None = None
    is_true: bool | None = None
    is_known: bool | None = None
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    amount_at_least: Money | None = None
    amount_at_most: Money | None = None
    at_least_fact: str | None = None
    at_most_fact: str | None = None
    before: date | None = None
    after: date | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    none: tuple["Condition", ...] | None = None

    def __post_init__(self) -> None:
        joins = [name for name in sorted(_JOINS) if getattr(self, name) is not None]
        if self.fact is None:
            if len(joins) != 1 or self.tests:
                raise ValueError("says either a fact with its tests, or one of all, any, none")
            if not getattr(self, joins[0]):
                raise ValueError(f"{joins[0]} has no conditions")
        elif joins or not self.tests:
            raise ValueError("says either a fact with its tests, or one of all, any, none")
        if self._depth() > DEPTH_MAX:
            raise ValueError(f"goes deeper than {DEPTH_MAX} conditions")

    @property
    def tests(self) -> tuple[str, ...]:
        """The names of the tests that are asked of the fact."""
        names = (field.name for field in fields(self) if field.name != "fact" and field.name not in _JOINS)
        return tuple(name for name in names if getattr(self, name) is not None)

    @property
    def joined(self) -> tuple["Condition", ...]:
        """The conditions that are joined here."""
        return self.all or self.any or self.none or ()

    def of_facts(self) -> Iterator["Condition"]:
        """The conditions in it that test a fact."""
        if self.fact is not None:
            yield self
        for each in self.joined:
            yield from each.of_facts()

    def fact_names(self) -> Iterator[str]:
        """Every fact that it looks at."""
        yield from (name for name in (self.fact, self.at_least_fact, self.at_most_fact) if name is not None)
        for each in self.joined:
            yield from each.fact_names()

    def _depth(self) -> int:
        return 1 + max((each._depth() for each in self.joined), default=0)
