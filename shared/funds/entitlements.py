"""When work declared opens the right to benefits, as data, for how long, and who is covered besides."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Work that opens the right: so many days, or so many hours where the law counts them, in the last quarters."""

    days: int
    quarters: int
    hours: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntitlementRule:
    """When wages declared open the right to benefits: any one threshold is enough.

    `newcomers` replaces `thresholds` for a person whose insured life is shorter than `newcomer_months`.
    """

    thresholds: tuple[Threshold, ...]
    law: Law
    newcomers: tuple[Threshold, ...] = ()
    newcomer_months: int = 0


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """How long something lasts from the day it is opened or made."""

    months: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class SelfPaidMonths:
    """That a month which a person pays alone (`self_payers` of `contributions`) counts for the right as a month of work
    does, once it is paid whole."""

    law: Law


@dataclass(frozen=True, kw_only=True)
class DependantRule:
    """Up to which birthday somebody is covered through the insured person; no age means without limit."""

    relation: str
    law: Law
    condition: str | None = None
    """What must be proved (`student`, `disabled`); None where nothing need be."""
    until_age: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entitlements:
    """The section `entitlements` of a fund."""

    rules: tuple[EntitlementRule, ...]
    lifetime: tuple[Lifetime, ...]
    card_lifetime: tuple[Lifetime, ...] = ()
    dependants: tuple[DependantRule, ...] = ()
    self_paid_months: tuple[SelfPaidMonths, ...] = ()
    """Where it is left out, a month that a person pays alone opens no right."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        for name in ("rules", "lifetime", "card_lifetime", "self_paid_months"):
            yield from overlaps(getattr(self, name), of=name)
