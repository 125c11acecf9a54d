"""Periods as they are written, their first and last days, and when what they owe is due."""

from datetime import date, timedelta

import msgspec
import pytest

from shared.funds.period import Period, PeriodKind, PeriodMalformed, after_period_end, last_day_of_term, later
from tests.kit.contexts import shipped


@pytest.mark.parametrize(
    ("text", "first_on", "last_on", "kind"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), PeriodKind.YEAR),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), PeriodKind.QUARTER),
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30), PeriodKind.QUARTER),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), PeriodKind.QUARTER),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30), PeriodKind.HALF_YEAR),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), PeriodKind.HALF_YEAR),
        ("2026-M01", date(2026, 1, 1), date(2026, 1, 31), PeriodKind.MONTH),
        ("2024-M02", date(2024, 2, 1), date(2024, 2, 29), PeriodKind.MONTH),
        ("2026-M12", date(2026, 12, 1), date(2026, 12, 31), PeriodKind.MONTH),
    ],
)
def test_a_period_is_read_and_written_and_knows_its_days(
    text: str, first_on: date, last_on: date, kind: PeriodKind
) -> None:
    period = Period.read(text)

    assert (str(period), period.first_on, period.last_on, period.kind) == (text, first_on, last_on, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-Q5",
        "2025-Q0",
        "2025Q1",
        "2025-1",
        "20255",
        "1899",
        "٢٠٢٥",
        "2025-Q1\n",
        "2025-M1",
        "2025-M13",
        "2025-M00",
        "2025-H3",
        "2025-H0",
        "2025-H01",
        "2025-Q01",
        "2025-q1",
        "2025-M٠١",
    ],
)
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(PeriodMalformed):
        Period.read(text)


PARTS = [
    ("2025", PeriodKind.QUARTER, ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]),
    ("2025", PeriodKind.HALF_YEAR, ["2025-H1", "2025-H2"]),
    ("2025-H2", PeriodKind.QUARTER, ["2025-Q3", "2025-Q4"]),
    ("2025-Q3", PeriodKind.MONTH, ["2025-M07", "2025-M08", "2025-M09"]),
    ("2025-Q3", PeriodKind.QUARTER, ["2025-Q3"]),
    ("2025-M07", PeriodKind.QUARTER, []),
]


@pytest.mark.parametrize(("text", "kind", "parts"), PARTS)
def test_a_period_has_parts_of_its_own_and_of_shorter_kinds(text: str, kind: PeriodKind, parts: list[str]) -> None:
    assert [str(part) for part in Period.read(text).parts(kind)] == parts


@pytest.mark.parametrize(
    ("text", "quarter"),
    [("2025", 4), ("2025-H1", 2), ("2025-Q3", 3), ("2025-M01", 1), ("2025-M03", 1), ("2025-M04", 2)],
)
def test_a_period_ends_in_a_quarter(text: str, quarter: int) -> None:
    assert Period.read(text).ends_in_quarter == quarter


def test_what_earlier_releases_kept_of_a_period_is_read() -> None:
    assert [
        msgspec.convert(kept, Period) for kept in ({"year": 2025, "quarter": 2}, {"year": 2025, "quarter": None})
    ] == [
        Period.read("2025-Q2"),
        Period.read("2025"),
    ]
    assert all(
        msgspec.convert(msgspec.to_builtins(Period.read(text)), Period) == Period.read(text) for text, *_ in PARTS
    )


@pytest.mark.parametrize(
    ("day", "months", "days", "expected"),
    [
        (date(2025, 12, 31), 1, 0, date(2026, 1, 31)),
        (date(2025, 1, 31), 1, 0, date(2025, 2, 28)),
        (date(2025, 2, 28), 1, 0, date(2025, 3, 31)),
        (date(2024, 2, 29), 1, 0, date(2024, 3, 31)),
        (date(2025, 6, 30), 1, 0, date(2025, 7, 31)),
        (date(2025, 6, 30), 1, 15, date(2025, 8, 15)),
        (date(2026, 3, 31), 0, 15, date(2026, 4, 15)),
        (date(2025, 6, 15), 1, 0, date(2025, 7, 15)),  # no month's end: moved as any day
    ],
)
def test_the_end_of_a_period_moves_by_months_and_stays_a_month_s_end(
    day: date, months: int, days: int, expected: date
) -> None:
    assert after_period_end(day, months=months, days=days) == expected


@pytest.mark.parametrize(
    ("day", "months", "days", "expected"),
    [
        (date(2025, 6, 15), 12, 0, date(2026, 6, 15)),
        (date(2025, 6, 15), 12, 3, date(2026, 6, 18)),
        (date(2026, 4, 30), 6, 0, date(2026, 10, 30)),
        (date(2025, 2, 28), 1, 0, date(2025, 3, 28)),
        (date(2025, 2, 28), 36, 0, date(2028, 2, 28)),
        (date(2024, 2, 29), 12, 0, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, 0, date(2028, 2, 29)),
        (date(2025, 1, 30), 1, 0, date(2025, 2, 28)),
        (date(2025, 8, 31), 1, 0, date(2025, 9, 30)),
        (date(2025, 12, 31), 2, 1, date(2026, 3, 1)),
    ],
)
def test_w06_a_person_s_day_moves_to_the_same_day(day: date, months: int, days: int, expected: date) -> None:
    assert later(day, months=months, days=days) == expected


@pytest.mark.parametrize(
    ("begins_on", "months", "last_on"),
    [
        (date(2026, 7, 5), 12, date(2027, 7, 4)),
        (date(2026, 7, 1), 12, date(2027, 6, 30)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 4, 30), 6, date(2026, 10, 29)),
        (date(2025, 3, 1), 12, date(2026, 2, 28)),
        (date(2027, 3, 1), 12, date(2028, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),  # there is no 29 February: the whole month is in the term
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 28), 1, date(2026, 2, 27)),
        (date(2026, 12, 31), 12, date(2027, 12, 30)),
    ],
)
def test_w06_a_term_ends_on_the_day_before_the_same_day(begins_on: date, months: int, last_on: date) -> None:
    assert last_day_of_term(begins_on, months=months) == last_on


def test_each_form_says_when_it_is_due() -> None:
    funds = shipped()

    assert funds["dz-cnas"].declarations.forms["das"].due_on(Period(2025), calendar=funds["dz-cnas"].calendar) == date(
        2026, 1, 31
    )
    quarterly = funds["tn-cnss"].declarations.forms["quarterly-wages"]
    calendar = funds["tn-cnss"].calendar
    dues = [quarterly.due_on(quarter, calendar=calendar) for quarter in Period(2025).parts(PeriodKind.QUARTER)]
    assert dues == [date(2025, 4, 15), date(2025, 7, 15), date(2025, 10, 15), date(2026, 1, 15)]


def test_periods_follow_one_another() -> None:
    found = [Period.containing(date(2025, 11, 30), kind=PeriodKind.QUARTER)]
    for _ in range(2):
        found.append(found[-1].next)
    assert [str(each) for each in found] == ["2025-Q4", "2026-Q1", "2026-Q2"]
    assert Period(2025, 4).next.first_on == date(2026, 1, 1)


@pytest.mark.parametrize("kind", PeriodKind)
def test_the_periods_of_every_length_join(kind: PeriodKind) -> None:
    period = Period.containing(date(2024, 11, 30), kind=kind)
    assert period.first_on <= date(2024, 11, 30) <= period.last_on and period.kind is kind
    assert period.next.first_on == period.last_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2026-M02", ["2026-M01", "2025-M12", "2025-M11"]),
        ("2026-Q1", ["2025-Q4", "2025-Q3", "2025-Q2"]),
        ("2026-H2", ["2026-H1", "2025-H2", "2025-H1"]),
        ("2026", ["2025", "2024", "2023"]),
        ("1900-M02", ["1900-M01"]),
        ("1900", []),
    ],
)
def test_the_periods_before_are_of_its_kind_and_end_with_the_years(period: str, before: list[str]) -> None:
    assert [str(each) for each in Period.read(period).before(3)] == before
