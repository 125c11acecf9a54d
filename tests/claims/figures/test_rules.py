"""What decisions come to in figures."""

from datetime import date, timedelta

import pytest

from services.claims.figures import rules
from services.claims.figures.decided_claim import DecidedClaim
from tests.claims.builders import AT

HOUR_S = 3_600


def decided(number: int, *, hours: int = 1, is_by_rules: bool = False, appeal_outcome: str = "") -> DecidedClaim:
    return DecidedClaim(
        claim_id=f"c{number}",
        claim_type="care-reimbursement",
        decided_on=AT.date(),
        decided_at=AT,
        took_s=hours * HOUR_S,
        is_by_rules=is_by_rules,
        appeal_outcome=appeal_outcome,
    )


def test_shares_and_times_with_appeals_counted_apart() -> None:
    claims = [decided(number, hours=number, is_by_rules=number <= 4) for number in range(1, 11)]
    appeals = [
        decided(20 + n, hours=900, appeal_outcome=each) for n, each in enumerate(("confirmed", "changed", "reversed"))
    ]
    found = rules.figures([*appeals, *claims])
    assert (found.decided, found.by_rules, found.by_rules_percent) == (10, 4, 40.0)
    assert (found.median_hours, found.p90_hours) == (5.0, 9.0)
    assert (found.appeals_decided, found.appeals_reversed, found.reversed_percent) == (3, 2, 66.7)


def test_of_nothing_there_are_no_shares() -> None:
    found = rules.figures([])
    assert (found.decided, found.by_rules_percent, found.median_hours, found.p90_hours) == (0, None, None, None)
    assert (found.appeals_decided, found.reversed_percent) == (0, None)
    one = rules.figures([decided(1, hours=7)])
    assert (one.median_hours, one.p90_hours) == (7.0, 7.0)


@pytest.mark.parametrize(("days", "is_good"), [(-1, False), (0, True), (91, True), (92, False)])
def test_how_many_days_may_be_asked_for(days: int, is_good: bool) -> None:
    first = date(2026, 1, 1)
    if is_good:
        rules.must_be_span(first, first + timedelta(days=days))
        return
    with pytest.raises(rules.SpanInvalid):
        rules.must_be_span(first, first + timedelta(days=days))
