"""When work opens the right: each threshold from both sides, each unit, replaced declarations, newcomers."""

from datetime import date, timedelta

import pytest

from services.claims.entitlements import rules
from services.claims.entitlements.entitlement import QUARTERS_KEPT_MAX, Entitlement, EntitlementReason, RightStatus
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2
from tests.kit.contexts import DZ, TN, funds
from tests.kit.people import FIRM


def worked(*quarters: tuple[int, int, int, str], since: date | None = date(2015, 1, 1)) -> Entitlement:
    """A record of (year, quarter, duration, unit), for somebody insured for long unless said otherwise."""
    periods = tuple(
        WagePeriodV2(year=year, kind="quarter", number=quarter, duration=duration, unit=unit, wage_minor=1)
        for year, quarter, duration, unit in quarters
    )
    wage = DeclaredWageV2(person_ref="p1", periods=periods, entered_on=since)
    return rules.declared(Entitlement(person_ref="p1"), wage, employer_id=FIRM, establishment="")


def line(
    record: Entitlement,
    *quarters: tuple[int, int, int, str],
    entered_on: date | None = None,
    employer_id: str = FIRM,
    establishment: str = "",
) -> Entitlement:
    """The record after one more declaration."""
    periods = tuple(
        WagePeriodV2(year=year, kind="quarter", number=quarter, duration=duration, unit=unit, wage_minor=1)
        for year, quarter, duration, unit in quarters
    )
    wage = DeclaredWageV2(person_ref="p1", periods=periods, entered_on=entered_on)
    return rules.declared(record, wage, employer_id=employer_id, establishment=establishment)


NOBODY_YET = Entitlement(person_ref="p1")


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
    assert right.reason is (EntitlementReason.ENOUGH_WORK if is_open else EntitlementReason.NOT_ENOUGH_WORK)
    assert right.valid_until == (date(2027, 1, 19) if is_open else None)


def test_a_newcomer_needs_less() -> None:
    new = worked((2025, 4, 15, "D"), since=date(2025, 11, 1))
    right = rules.decide(new, fund=funds()[DZ], on=date(2026, 1, 20))
    assert (right.status, right.reason) == (RightStatus.OPEN, EntitlementReason.ENOUGH_WORK_AS_NEWCOMER)
    assert rules.decide(new, fund=funds()[DZ], on=date(2026, 5, 2)).status is RightStatus.CLOSED


def test_r01_two_establishments_of_one_employer_both_count() -> None:
    wage = DeclaredWageV2(
        person_ref="p1",
        periods=(WagePeriodV2(year=2025, kind="quarter", number=4, duration=30, unit="D", wage_minor=1),),
    )
    record = Entitlement(person_ref="p1")
    for establishment in ("", "0001", "0001"):
        record = rules.declared(record, wage, employer_id=FIRM, establishment=establishment)
    assert [(each.establishment, each.duration) for each in record.worked] == [("", 30), ("0001", 30)]
    assert rules.decide(record, fund=funds()[TN], on=date(2026, 1, 20)).status is RightStatus.OPEN


def test_a_newer_declaration_of_a_quarter_replaces_the_older_one() -> None:
    first = worked((2025, 4, 60, "D"))
    wage = DeclaredWageV2(
        person_ref="p1",
        periods=(WagePeriodV2(year=2025, kind="quarter", number=4, duration=10, unit="D", wage_minor=1),),
    )
    assert [each.duration for each in rules.declared(first, wage, employer_id=FIRM, establishment="").worked] == [10]
    other = rules.declared(first, wage, employer_id="1600000002", establishment="")
    assert [each.duration for each in other.worked] == [60, 10]


def test_the_record_does_not_grow_for_ever() -> None:
    life = worked(*((year, quarter, 1, "D") for year in range(1950, 2026) for quarter in (1, 2, 3, 4)), since=None)
    assert len(life.worked) == QUARTERS_KEPT_MAX
    assert life.worked[-1].year == 2025 and len(life.earned) == QUARTERS_KEPT_MAX
    assert life.insured_since_on == date(1950, 1, 1)
    assert line(life, (2025, 4, 10, "D")).insured_since_on == date(1950, 1, 1)


def test_a_quarter_with_many_employers_leaves_the_years_before_it_in_the_record() -> None:
    record = worked((2025, 1, 60, "D"))
    for number in range(2 * QUARTERS_KEPT_MAX):
        record = line(record, (2025, 4, 1, "D"), employer_id=f"{number:010d}")
    assert len(record.worked) == 2 * QUARTERS_KEPT_MAX + 1


def test_care_is_covered_while_the_decided_right_lasts_and_by_work_done_before() -> None:
    fund = funds()[DZ]
    record = worked((2025, 4, 60, "D"))
    decided = Entitlement(
        person_ref="p1", worked=record.worked, right=rules.decide(record, fund=fund, on=date(2026, 12, 1))
    )
    assert rules.is_open(decided, fund=fund, on=date(2027, 11, 30))
    assert not rules.is_open(decided, fund=fund, on=date(2027, 12, 1))
    assert rules.is_open(decided, fund=fund, on=date(2026, 1, 3))  # before the decision, after the work
    assert not rules.is_open(decided, fund=fund, on=date(2025, 6, 1))


def test_w05_an_entry_date_that_is_declared_again_makes_a_newcomer() -> None:
    wrong = line(NOBODY_YET, (2026, 4, 20, "D"), entered_on=date(1990, 10, 1))
    assert rules.decide(wrong, fund=funds()[DZ], on=date(2027, 1, 20)).status is RightStatus.CLOSED
    right = line(wrong, (2026, 4, 20, "D"), entered_on=date(2026, 10, 1))
    assert right.insured_since_on == date(2026, 10, 1)
    decided = rules.decide(right, fund=funds()[DZ], on=date(2027, 1, 20))
    assert (decided.status, decided.reason) == (RightStatus.OPEN, EntitlementReason.ENOUGH_WORK_AS_NEWCOMER)


DECLARATIONS = [
    # what is declared one after the other, and since when the person is insured then
    ([((2026, 4, 20, "D"), "1990-10-01"), ((2026, 4, 20, "D"), None)], date(2026, 10, 1)),
    ([((2024, 1, 20, "D"), None), ((2024, 1, 0, "M"), None), ((2026, 4, 20, "D"), None)], date(2026, 10, 1)),
    # who falls out of a declaration is told with nothing worked and the old day of entry
    ([((2026, 4, 20, "D"), "1990-10-01"), ((2026, 4, 0, "M"), "1990-10-01")], None),
    ([((2024, 1, 20, "D"), "2020-05-05"), ((2026, 4, 20, "D"), "2026-10-05")], date(2020, 5, 5)),
    ([((2026, 4, 20, "D"), "2026-10-05"), ((2024, 1, 20, "D"), "2020-05-05")], date(2020, 5, 5)),
]


@pytest.mark.parametrize(("declarations", "since_on"), DECLARATIONS)
def test_w05_a_person_is_insured_since_what_is_declared_now(
    declarations: list[tuple[tuple[int, int, int, str], str | None]], since_on: date | None
) -> None:
    record = NOBODY_YET
    for quarter, entered in declarations:
        record = line(record, quarter, entered_on=date.fromisoformat(entered) if entered else None)
    assert record.insured_since_on == since_on


def test_w05_one_employer_s_correction_leaves_what_another_declared() -> None:
    record = line(NOBODY_YET, (2026, 4, 20, "D"), entered_on=date(1990, 10, 1))
    record = line(record, (2026, 4, 10, "D"), entered_on=date(2026, 3, 1), employer_id="1600000002")
    record = line(record, (2026, 4, 20, "D"), entered_on=date(2026, 10, 1))
    assert record.insured_since_on == date(2026, 3, 1)
    assert sum(each.duration for each in record.worked) == 30


def test_w05_two_establishments_of_one_employer_add_up_and_replace_only_themselves() -> None:
    record = line(NOBODY_YET, (2025, 4, 30, "D"), establishment="0000")
    record = line(record, (2025, 4, 25, "D"), establishment="0001")
    assert rules.decide(record, fund=funds()[TN], on=date(2026, 1, 20)).status is RightStatus.OPEN
    record = line(record, (2025, 4, 10, "D"), establishment="0001")
    assert [each.duration for each in record.worked] == [30, 10]
    assert rules.decide(record, fund=funds()[TN], on=date(2026, 1, 20)).status is RightStatus.CLOSED


def test_w05_a_record_of_an_earlier_release_keeps_its_first_day_until_it_is_declared_again() -> None:
    row = line(NOBODY_YET, (2026, 4, 20, "D")).worked
    old = Entitlement(person_ref="p1", worked=row, insured_since_on=date(1990, 10, 1))
    other = line(old, (2026, 4, 20, "D"), employer_id="1600000002")
    assert other.insured_since_on == date(1990, 10, 1)
    assert line(other, (2026, 4, 20, "D"), entered_on=date(2026, 10, 2)).insured_since_on == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("on", "last_on"),
    [
        (date(2026, 7, 5), date(2027, 7, 4)),
        (date(2027, 2, 28), date(2028, 2, 27)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 30)),
    ],
)
def test_w06_a_right_ends_on_the_day_before_the_same_day(on: date, last_on: date) -> None:
    full = worked(*((year, quarter, 78, "D") for year in (2025, 2026, 2027) for quarter in (1, 2, 3, 4)))
    right = rules.decide(full, fund=funds()[DZ], on=on)
    assert right.valid_until == last_on
    assert right.covers(last_on) and not right.covers(last_on + timedelta(days=1))


@pytest.mark.parametrize(("on", "is_newcomer"), [(date(2026, 3, 29), True), (date(2026, 3, 30), False)])
def test_w06_the_newcomer_s_months_end_on_the_day_before_the_same_day(on: date, is_newcomer: bool) -> None:
    new = line(NOBODY_YET, (2025, 4, 78, "D"), (2026, 1, 60, "D"), entered_on=date(2025, 9, 30))
    reason = rules.decide(new, fund=funds()[DZ], on=on).reason
    assert reason is (EntitlementReason.ENOUGH_WORK_AS_NEWCOMER if is_newcomer else EntitlementReason.ENOUGH_WORK)


PERIODS = [
    # fund, periods of 2025 as (kind, number, days), whether the right is open on 10 January 2026
    (TN, [("month", 7, 25), ("month", 12, 25)], True),  # the two last quarters
    (TN, [("month", 7, 25), ("month", 12, 24)], False),
    (TN, [("month", 1, 25), ("month", 7, 25)], False),  # one of them is a year back, and 50 days are not 80
    (TN, [("half-year", 2, 50)], True),
    (TN, [("half-year", 1, 50)], False),
    (TN, [("year", 1, 50)], True),
]


@pytest.mark.parametrize(("fund_id", "periods", "is_open"), PERIODS)
def test_work_counts_for_the_quarter_that_its_period_ends_in(
    fund_id: str, periods: list[tuple[str, int, int]], is_open: bool
) -> None:
    published = tuple(
        WagePeriodV2(year=2025, kind=kind, number=number, duration=days, unit="D", wage_minor=1)
        for kind, number, days in periods
    )
    wage = DeclaredWageV2(person_ref="p1", periods=published)
    record = rules.declared(NOBODY_YET, wage, employer_id=FIRM, establishment="")

    assert rules.is_open(record, fund=funds()[fund_id], on=date(2026, 1, 10)) is is_open


def test_months_of_one_quarter_stand_beside_each_other_and_each_is_replaced_by_itself() -> None:
    def month(number: int, days: int) -> DeclaredWageV2:
        period = WagePeriodV2(year=2025, kind="month", number=number, duration=days, unit="D", wage_minor=1)
        return DeclaredWageV2(person_ref="p1", periods=(period,))

    record = NOBODY_YET
    for each in (month(3, 20), month(1, 10), month(2, 15), month(1, 12)):
        record = rules.declared(record, each, employer_id=FIRM, establishment="")

    assert [(str(each.period), each.duration) for each in record.worked] == [
        ("2025-M01", 12),
        ("2025-M02", 15),
        ("2025-M03", 20),
    ]
    assert record.insured_since_on == date(2025, 1, 1)
