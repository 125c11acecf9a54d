"""When work declared opens the right to benefits, as data, for how long, and who is covered besides."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps

QUARTERS_MAX = 80
MONTHS_MAX = 600
AGE_MAX = 120


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Work that opens the right: so many days, or so many hours where the law counts them, in the last quarters."""

    days: int
    quarters: int
    hours: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.quarters <= QUARTERS_MAX:
            raise ValueError(f"quarters is from 1 to {QUARTERS_MAX}")


@dataclass(frozen=True, kw_only=True)
class EntitlementRule:
    """When wages declared open the right to benefits: any one threshold is enough.

    `newcomers` replaces `thresholds` for a person whose insured life is shorter than `newcomer_months`.
    """

    thresholds: tuple[Threshold, ...]
    law: Law
    newcomers: tuple[Threshold, ...] = ()
    newcomer_months: int = 0

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.thresholds:
            yield "thresholds is empty: the right would never open"
        if bool(self.newcomers) != bool(self.newcomer_months):
            yield "newcomers and newcomer_months belong together"


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """How long something lasts from the day it is opened or made."""

    months: int
    law: Law

    def __post_init__(self) -> None:
        if not 1 <= self.months <= MONTHS_MAX:
            raise ValueError(f"months is from 1 to {MONTHS_MAX}")


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

    def __post_init__(self) -> None:
        if self.until_age is not None and not 1 <= self.until_age <= AGE_MAX:
            raise ValueError(f"until_age is from 1 to {AGE_MAX}, or left out")


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
