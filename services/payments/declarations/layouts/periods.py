"""How lines and file names say a period: its year, and its number in the year under the name of its kind."""

from typing import Any

from shared.funds.period import Period, PeriodKind

NUMBER_FIELDS = {PeriodKind.QUARTER: "quarter", PeriodKind.MONTH: "month", PeriodKind.HALF_YEAR: "half_year"}
"""The field of a line, and the group of a file's name, that says which period of the year it is."""


def named_by(period: Period) -> dict[str, Any]:
    """The fields that say a period."""
    named: dict[str, Any] = {"year": period.year}
    if period.kind in NUMBER_FIELDS:
        named[NUMBER_FIELDS[period.kind]] = period.number
    return named
