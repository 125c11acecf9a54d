"""What a part of a period is worth, counted by hand; whatever a period is cut into, the parts make the whole."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.funds.period import Period, PeriodKind
from shared.funds.proration import DayRule, counted_days, share


@pytest.mark.parametrize(
    ("first_on", "last_on", "calendar_days", "thirtieths"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), 31, 30),
        (date(2026, 1, 16), date(2026, 1, 31), 16, 15),
        (date(2026, 1, 1), date(2026, 1, 15), 15, 15),
        (date(2026, 1, 31), date(2026, 1, 31), 1, 0),  # a 31st adds nothing to a month that has its thirty
        (date(2026, 2, 15), date(2026, 2, 28), 14, 16),  # February is whole with its last day
        (date(2024, 2, 29), date(2024, 2, 29), 1, 2),
        (date(2026, 2, 10), date(2026, 3, 31), 50, 51),
        (date(2026, 12, 1), date(2027, 1, 10), 41, 40),
    ],
)
def test_days_are_counted_as_they_are_or_by_thirtieths(
    first_on: date, last_on: date, calendar_days: int, thirtieths: int
) -> None:
    assert counted_days(first_on, last_on, by=DayRule.CALENDAR_DAYS) == calendar_days
    assert counted_days(first_on, last_on, by=DayRule.THIRTIETHS) == thirtieths


@given(
    st.integers(2000, 2060),
    st.sampled_from(PeriodKind),
    st.integers(0, 365),
    st.integers(0, 365),
    st.sampled_from(DayRule),
)
def test_the_parts_of_a_period_make_the_whole(year: int, kind: PeriodKind, day: int, cut: int, by: DayRule) -> None:
    period = Period.containing(date(year, 1, 1) + timedelta(days=min(day, 364)), kind=kind)
    length = (period.last_on - period.first_on).days
    cut_on = period.first_on + timedelta(days=cut % (length + 1))
    parts = [(period.first_on, cut_on - timedelta(days=1))] if cut_on > period.first_on else []
    shares = (
        share(first_on, last_on, of_first_on=period.first_on, of_last_on=period.last_on, by=by)
        for first_on, last_on in (*parts, (cut_on, period.last_on))
    )
    assert sum(shares, Fraction(0)) == 1
