"""The day of an instant is that of the fund's calendar, not of the server's."""

from datetime import UTC, date, datetime

import pytest

from tests.kit.contexts import funds


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
@pytest.mark.parametrize("fund_id", ["tn-cnss", "dz-cnas"])
def test_the_day_begins_at_midnight_where_the_fund_is(fund_id: str, at: datetime, day: date) -> None:
    assert funds()[fund_id].day_of(at) == day


def test_the_last_day_that_can_be_asked_for_has_bounds() -> None:
    begins_at, ends_at = funds()["tn-cnss"].bounds_of(date.max)
    assert begins_at < ends_at
