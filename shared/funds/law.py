"""Where a legal value comes from, from when to when it holds, and how sure we are of it."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from shared.funds.faults import refuse
from shared.kernel.errors import Invalid


class Confidence(StrEnum):
    """How well a value is founded."""

    HIGH = "H"
    """An official page or two independent sources."""
    MEDIUM = "M"
    """One good source."""
    LOW = "L"
    """A weak source."""
    UNKNOWN = "?"
    """No source found: an invented value that lets the platform run until the fund says better."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """The legal ground of a value. Both ends of its time are included; no `valid_to` means until further notice."""

    valid_from: date
    reference: str
    confidence: Confidence
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")

    @property
    def is_to_be_confirmed(self) -> bool:
        """Whether people must be told, wherever the value is shown, that the fund has yet to confirm it."""
        return self.confidence in (Confidence.LOW, Confidence.UNKNOWN)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Lawful(Protocol):
    """Anything that a law sets."""

    @property
    def law(self) -> Law: ...


Value = TypeVar("Value", bound=Lawful)


class NothingInForce(Invalid):
    """The fund's definition has no rule for that day."""

    code = "fund.nothing-in-force"


def in_force(values: Iterable[Value], *, on: date) -> Value:
    """The one of several dated values that holds on a day, or `NothingInForce`."""
    found = find_in_force(values, on=on)
    if found is None:
        raise NothingInForce(on=on)
    return found


def find_in_force(values: Iterable[Value], *, on: date) -> Value | None:
    """The one of several dated values that holds on a day, or None."""
    return next((value for value in values if value.law.holds_on(on)), None)


def check_no_overlap(values: Iterable[Lawful], *, of: str = "") -> None:
    """ValueError with all `overlaps`."""
    refuse(overlaps(values, of=of))


def overlaps(values: Iterable[Lawful], *, of: str = "") -> Iterator[str]:
    """Where two values of one list (`of`, as a page calls it) hold on the same day: the law would then say two
    things."""
    ordered = sorted((value.law for value in values), key=lambda law: law.valid_from)
    for earlier, later in itertools.pairwise(ordered):
        if earlier.holds_on(later.valid_from):
            where = f"{of}: " if of else ""
            yield f"{where}two values hold on {later.valid_from.isoformat()}"
