"""An invented claim, as a file says it: whoever writes the page of a benefit sees by it what the page comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.claims.claims.claim import ClaimLine, MedicalAnswer
from services.claims.reviews.rules import MONTHS_MAX
from shared.kernel import partial_date
from shared.kernel.money import Money
from shared.kernel.partial_date import PartialDate


@dataclass(frozen=True, kw_only=True)
class CaseDependant:
    """Somebody who depends on the person. An answer names them as the register does: `child-2015-03-01`."""

    relation: str
    birth_on: Any
    condition: str | None = None

    def __post_init__(self) -> None:
        as_birth(self.birth_on)


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """An act of care and what was paid for it, all of the quantity together."""

    act: str
    paid: Money
    quantity: int = 1

    def __post_init__(self) -> None:
        self.as_line()

    def as_line(self) -> ClaimLine:
        return ClaimLine(act=self.act, quantity=self.quantity, paid_minor=self.paid.amount_minor)


@dataclass(frozen=True, kw_only=True)
class CaseCover:
    """A cover that the person has on the day of care: the acts that it is for, and what it bears."""

    acts: tuple[str, ...]
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class EarlierCare:
    """Care that was granted before: it counts for what is paid at most in a year, and how often."""

    care_on: date
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True, kw_only=True)
class CaseReview:
    """What medical control says of the claim: that it agrees, but for the lines of care that it does not find
    justified (numbered from 1), and for so many months at most; or that it does not."""

    agrees: bool = True
    refused_lines: tuple[int, ...] = ()
    months: int | None = None

    def __post_init__(self) -> None:
        if not self.agrees and (self.refused_lines or self.months is not None):
            raise ValueError("who does not agree names neither lines nor months")
        if self.months is not None and not 1 <= self.months <= MONTHS_MAX:
            raise ValueError(f"months are 1 to {MONTHS_MAX}")

    @property
    def answer(self) -> MedicalAnswer:
        """The same, as medical control answers."""
        if not self.agrees:
            return MedicalAnswer.NO
        return MedicalAnswer.IN_PART if self.refused_lines else MedicalAnswer.YES


@dataclass(frozen=True, kw_only=True)
class TrialCase:
    """What is filed, when it is decided (on the day of filing where nothing is said), and what is known of the person.

    `facts` are named as a page names them; one that is not said is not known, but for those that follow from the rest:
    the answers, `birth_on`, the `dependants`, the days, and what the fund's own files say. `medical` is what medical
    control says; where nothing is said it agrees, if it is asked about such claims at all.
    """

    filed_on: date
    decided_on: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    birth_on: Any = None
    dependants: tuple[CaseDependant, ...] | None = None
    care_on: date | None = None
    lines: tuple[CaseLine, ...] = ()
    covers: tuple[CaseCover, ...] = ()
    earlier: tuple[EarlierCare, ...] = ()
    medical: CaseReview | None = None

    def __post_init__(self) -> None:
        if self.birth_on is not None:
            as_birth(self.birth_on)
        if self.decided_on is not None and self.decided_on < self.filed_on:
            raise ValueError("decided_on is before filed_on")


def as_birth(said: object) -> PartialDate:
    """A birth as far as it is known: 1950, 1950-03 or 1950-03-12. ValueError for what is none."""
    found = partial_date.read(str(said))
    if found is None:
        raise ValueError(f"birth_on: {said} is no birth, such as 1950-03-12 or 1950")
    return found
