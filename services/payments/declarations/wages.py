"""A worker's wages as a declaration's line tells them, the same for every layout."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.payments.declarations.layouts.layout import Values
from shared.kernel.partial_date import PartialDate


class Unit(StrEnum):
    HOUR = "H"
    DAY = "D"
    MONTH = "M"


_UNIT_LETTERS = {"H": Unit.HOUR, "J": Unit.DAY, "M": Unit.MONTH}

MONTHS_PER_QUARTER = 3

_QUARTERS = tuple((quarter, f"duration_{quarter}", f"unit_{quarter}", f"wage_{quarter}") for quarter in (1, 2, 3, 4))


@dataclass(frozen=True, slots=True)
class PeriodWage:
    """What was earned in one quarter (1 to 4) of the declaration's year, for how much work."""

    quarter: int
    duration: int
    unit: Unit
    wage_minor: int


@dataclass(frozen=True, slots=True)
class WageLine:
    """One worker of a declaration. Quarters in which nothing was worked or earned are left out.

    `birth_on` is as far as it is known, mostly a whole day. One of the names may be empty: some people have one. Where
    a layout has one field for both names, `family_name` holds it whole and `first_name` is empty. Where it
    carries no duration, a wage counts as a quarter worked in full, three months, as the fund's `full_quarter` says.
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


def wages(values: Values) -> tuple[PeriodWage, ...]:
    """The quarters of a line without faults."""
    if "wage" in values:
        if not values["wage"]:
            return ()
        return (PeriodWage(values["quarter"], MONTHS_PER_QUARTER, Unit.MONTH, values["wage"]),)
    return tuple(
        PeriodWage(quarter, values[duration], _UNIT_LETTERS.get(values[unit], Unit.MONTH), values[wage])
        for quarter, duration, unit, wage in _QUARTERS
        if values[duration] or values[wage]
    )


def wage_line(values: Values, *, line: int) -> WageLine:
    """The worker of a line without faults."""
    return WageLine(
        line,
        values["insurance_number"],
        (values["family_name"] if "family_name" in values else values["full_name"]).strip(),
        values.get("first_name", "").strip(),
        values.get("birth_on"),
        values.get("national_id"),
        wages(values),
        values.get("entered_on"),
        values.get("left_on"),
    )
