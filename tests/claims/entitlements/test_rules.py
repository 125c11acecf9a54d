"""When work opens the right: each threshold from both sides, each unit, replaced declarations, newcomers."""

from datetime import date

import pytest

from services.claims.entitlements import rules
from services.claims.entitlements.entitlement import QUARTERS_KEPT_MAX, Entitlement, Reason, RightStatus
from shared.events.payments import DeclaredWage, WagePeriod
from tests.ground import DZ, TN, funds

FIRM = "1600000001"


def worked(*quarters: tuple[int, int, int, str], since: date | None = date(2015, 1, 1)) -> Entitlement:
    """A record of (year, quarter, duration, unit), for somebody insured for long unless said otherwise."""
    periods = tuple(
        WagePeriod(year=year, quarter=quarter, duration=duration, unit=unit, wage_minor=1)
        for year, quarter, duration, unit in quarters
    )
    wage = DeclaredWage(person_ref="p1", periods=periods, entered_on=since)
    return rules.declared(Entitlement(person_ref="p1"), wage, employer_id=FIRM)


@pytest.mark.parametrize(
    ("fund_id", "quarters", "is_open"),
    [
        (DZ, [(2025, 4, 60, "D")], True),
        (DZ, [(2025, 4, 59, "D")], False),
        (DZ, [(2025, 4, 400, "H")], True),
        (DZ, [(2025, 4, 399, "H")], False),
        (DZ, [(2025, 4, 2, "M")], False),  # 52 days
        (DZ, [(2025, 3, 1, "M"), (2025, 4, 2, "M")], True),  # 78 days
        (DZ, [(2025, 1, 60, "D")], True),  # four quarters back
        (DZ, [(2024, 4, 60, "D")], False),  # five quarters back, and not 180 days in three years
        (DZ, [(2023, 1, 78, "D"), (2023, 2, 78, "D"), (2023, 3, 24, "D")], True),  # 180 days in three years
        (DZ, [(2023, 1, 78, "D"), (2023, 2, 78, "D"), (2023, 3, 23, "D")], False),
        (DZ, [], False),
        (TN, [(2025, 4, 50, "D")], True),
        (TN, [(2025, 4, 49, "D")], False),
        (TN, [(2025, 2, 40, "D"), (2025, 1, 40, "D")], True),
        (TN, [(2025, 2, 40, "D"), (2025, 1, 39, "D")], False),
    ],
)
def test_thresholds(fund_id: str, quarters: list[tuple[int, int, int, str]], is_open: bool) -> None:
    right = rules.decide(worked(*quarters), fund=funds()[fund_id], on=date(2026, 1, 20))
    assert (right.status is RightStatus.OPEN) is is_open
    assert right.reason is (Reason.ENOUGH_WORK if is_open else Reason.NOT_ENOUGH_WORK)
    assert right.valid_until == (date(2027, 1, 20) if is_open else None)


def test_a_newcomer_needs_less() -> None:
    new = worked((2025, 4, 15, "D"), since=date(2025, 11, 1))
    right = rules.decide(new, fund=funds()[DZ], on=date(2026, 1, 20))
    assert (right.status, right.reason) == (RightStatus.OPEN, Reason.ENOUGH_WORK_AS_NEWCOMER)
    assert rules.decide(new, fund=funds()[DZ], on=date(2026, 5, 2)).status is RightStatus.CLOSED


def test_r01_two_establishments_of_one_employer_both_count() -> None:
    wage = DeclaredWage(
        person_ref="p1", periods=(WagePeriod(year=2025, quarter=4, duration=30, unit="D", wage_minor=1),)
    )
    record = Entitlement(person_ref="p1")
    for establishment in (None, "0001", "0001"):
        record = rules.declared(record, wage, employer_id=FIRM, establishment=establishment)
    assert [(each.establishment, each.duration) for each in record.worked] == [("", 30), ("0001", 30)]
    assert rules.decide(record, fund=funds()[TN], on=date(2026, 1, 20)).status is RightStatus.OPEN


def test_a_newer_declaration_of_a_quarter_replaces_the_older_one() -> None:
    first = worked((2025, 4, 60, "D"))
    wage = DeclaredWage(
        person_ref="p1", periods=(WagePeriod(year=2025, quarter=4, duration=10, unit="D", wage_minor=1),)
    )
    assert [each.duration for each in rules.declared(first, wage, employer_id=FIRM).worked] == [10]
    assert [each.duration for each in rules.declared(first, wage, employer_id="1600000002").worked] == [60, 10]


def test_the_record_does_not_grow_for_ever() -> None:
    life = worked(*((year, quarter, 1, "D") for year in range(2010, 2026) for quarter in (1, 2, 3, 4)))
    assert len(life.worked) == QUARTERS_KEPT_MAX
    assert life.worked[-1].year == 2025
    assert life.insured_since_on == date(2010, 1, 1)


def test_care_is_covered_while_the_decided_right_lasts_and_by_work_done_before() -> None:
    fund = funds()[DZ]
    record = worked((2025, 4, 60, "D"))
    decided = Entitlement(
        person_ref="p1", worked=record.worked, right=rules.decide(record, fund=fund, on=date(2026, 12, 1))
    )
    assert rules.is_open(decided, fund=fund, on=date(2027, 12, 1))
    assert not rules.is_open(decided, fund=fund, on=date(2027, 12, 2))
    assert rules.is_open(decided, fund=fund, on=date(2026, 1, 3))  # before the decision, after the work
    assert not rules.is_open(decided, fund=fund, on=date(2025, 6, 1))
