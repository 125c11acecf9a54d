"""The wages of a line, by the fields that its layout has."""

import pytest

from services.payments.declarations.layouts.layout import Values
from services.payments.declarations.wages import PeriodWage, Unit, wages
from shared.funds.period import Period, PeriodKind

QUARTERS = Period(2025).parts(PeriodKind.QUARTER)
PAID = {"wage_1": 900_000, "wage_2": 0, "wage_3": 0, "wage_4": 300_000}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (PAID, [PeriodWage(1, 3, Unit.MONTH, 900_000), PeriodWage(4, 3, Unit.MONTH, 300_000)]),
        (
            {**PAID, "unit": "J", **{f"duration_{number}": 10 * number for number in range(5)}},
            [
                PeriodWage(1, 10, Unit.DAY, 900_000),
                PeriodWage(2, 20, Unit.DAY, 0),
                PeriodWage(3, 30, Unit.DAY, 0),
                PeriodWage(4, 40, Unit.DAY, 300_000),
            ],
        ),
    ],
    ids=["neither durations nor units", "one unit for the line"],
)
def test_what_a_layout_does_not_tell_of_a_part_is_as_for_the_whole_period(
    values: Values, found: list[PeriodWage]
) -> None:
    assert list(wages(values, parts=QUARTERS)) == found
