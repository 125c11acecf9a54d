"""A worker's wages as a declaration's line states them, the same for every layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from services.payments.declarations.layouts.layout import Values
from shared.funds.period import Period
from shared.kernel.partial_date import PartialDate


class Unit(StrEnum):
    HOUR = "H"
    DAY = "D"
    MONTH = "M"


_UNIT_LETTERS = {"H": Unit.HOUR, "J": Unit.DAY, "M": Unit.MONTH}

MONTHS_PER_QUARTER = 3


@dataclass(frozen=True, slots=True)
class PeriodWage:
    """What was earned in one part of the declaration's year, for how much work. `quarter` is the part's number in the
    year, from 1, whether the form tells wages by quarters or by other periods: it is kept under this name."""

    quarter: int
    duration: int
    unit: Unit
    wage_minor: int


@dataclass(frozen=True, slots=True)
class WageLine:
    """One worker of a declaration. Periods in which nothing was worked or earned are left out.

    `birth_on` is as far as it is known, mostly a whole day. One of the names may be empty: some people have one. Where
    a layout has one field for both names, `family_name` holds it whole and `first_name` is empty. Where it
    carries no duration, a wage counts as its period worked in full, as the fund's `full_quarter` says. `situation` is
    the layout's code of why somebody left or did not work, where it has one. `insurance_number` is empty of somebody
    whom the fund has yet to register, who is known by `national_id`.
    """

    line: int
    insurance_number: str
    family_name: str
    first_name: str
    birth_on: PartialDate | None
    national_id: str | None
    wages: tuple[PeriodWage, ...]
    entered_on: date | None
    left_on: date | None
    situation: str = ""


def wages(values: Values, *, parts: Sequence[Period]) -> tuple[PeriodWage, ...]:
    """The wages of a line without faults: one for the whole period, or one for each of its parts."""
    if "wage" in values:
        (part,) = parts
        duration = values.get("duration", part.months if values["wage"] else 0)
        if not duration and not values["wage"]:
            return ()
        return (PeriodWage(part.number, duration, _unit(values.get("unit", "M")), values["wage"]),)
    found = []
    for part, (duration_name, unit, wage) in zip(parts, _fields(parts[0].number, len(parts)), strict=True):
        duration = values.get(duration_name, part.months if values[wage] else 0)
        if duration or values[wage]:
            letter = values[unit] if unit in values else values.get("unit", "M")
            found.append(PeriodWage(part.number, duration, _unit(letter), values[wage]))
    return tuple(found)


@cache
def _fields(first: int, count: int) -> tuple[tuple[str, str, str], ...]:
    """The fields of each part of a period, in order."""
    return tuple((f"duration_{part}", f"unit_{part}", f"wage_{part}") for part in range(first, first + count))


def _unit(letter: str) -> Unit:
    return _UNIT_LETTERS.get(letter, Unit.MONTH)


def unit_letter(unit: Unit) -> str:
    """How files write a unit."""
    return next(letter for letter, each in _UNIT_LETTERS.items() if each is unit)


def wage_line(values: Values, *, line: int, parts: Sequence[Period]) -> WageLine:
    """The worker of a line without faults."""
    return WageLine(
        line,
        values["insurance_number"] or "",
        (values["family_name"] if "family_name" in values else values["full_name"]).strip(),
        values.get("first_name", "").strip(),
        values.get("birth_on"),
        values.get("national_id"),
        wages(values, parts=parts),
        values.get("entered_on"),
        values.get("left_on"),
        values.get("situation", ""),
    )
