"""A period of which a part is owed, or that is owed by two values: what each part comes to, counted by hand."""

from datetime import date
from typing import Any

import pytest

from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.runs.prorating import Part, parts_of, prorated
from shared.funds.period import Period, PeriodKind
from shared.funds.proration import DayRule, Proration
from shared.funds.rounding import USUAL_ROUNDING
from tests.claims.awards.builders import LAW, NAMES, a_sum, award
from tests.claims.benefits.builders import page

JANUARY, FEBRUARY = (Period(2026, kind=PeriodKind.MONTH, number=number) for number in (1, 2))
RATES = page("""
formula:
  - code: one
    names: TEXTS
    step: amount
    values:
      - {amount: 300.000 TND, law: {valid_from: 2000-01-01, valid_to: 2026-01-15, reference: A, confidence: H}}
      - {amount: 360.000 TND, law: {valid_from: 2026-01-16, reference: B, confidence: H}}
""")


def days(*each: tuple[int, int]) -> tuple[Part, ...]:
    return tuple(Part(date(2026, 1, first), date(2026, 1, last)) for first, last in each)


@pytest.mark.parametrize(
    ("facts", "parts"),
    [
        ({}, days((1, 15), (16, 31))),
        ({"from_on": date(2026, 1, 10)}, days((10, 15), (16, 31))),
        ({"from_on": date(2026, 1, 20)}, days((20, 31))),
        ({"until_on": date(2026, 1, 15)}, days((1, 15))),
        ({"until_on": date(2026, 1, 16)}, days((1, 15), (16, 16))),
        ({"from_on": date(2026, 2, 1)}, ()),
    ],
)
def test_a_period_is_cut_where_the_right_begins_or_ends_and_where_a_value_changes(
    facts: dict[str, Any], parts: tuple[Part, ...]
) -> None:
    assert parts_of(JANUARY, award(**{"from_on": date(2025, 1, 1), **facts}), RATES) == parts
    assert len(parts_of(FEBRUARY, award(from_on=date(2025, 1, 1)), RATES)) == 1


def granted(amount_minor: int, on: date) -> Judgement:
    return Judgement(outcome=JudgedOutcome.GRANTED, judged_on=on, sum=a_sum(amount_minor, on=on), conditions=())


def paid(*each: tuple[Part, Judgement], by: DayRule, period: Period = JANUARY) -> Any:
    proration = Proration(by=by, names=NAMES)
    return prorated(dict(each), period=period, proration=proration, law=LAW, rounding=USUAL_ROUNDING)


@pytest.mark.parametrize(
    ("by", "first_minor", "second_minor"),
    [
        (DayRule.CALENDAR_DAYS, 14_516, 18_581),  # 30 000 x 15/31 = 14 516.13; 36 000 x 16/31 = 18 580.65
        (DayRule.THIRTIETHS, 15_000, 18_000),  # 30 000 x 15/30; 36 000 x 15/30
    ],
)
def test_a_rate_that_changes_in_mid_month_is_paid_from_its_day_on(
    by: DayRule, first_minor: int, second_minor: int
) -> None:
    first, second = days((1, 15), (16, 31))
    found = paid((first, granted(30_000, first.last_on)), (second, granted(36_000, second.last_on)), by=by)
    assert found.right_minor == first_minor + second_minor
    counted = [line for line in found.sum.lines if line.is_counted]
    assert [(line.rule, line.amount_minor) for line in counted] == [(by.value, first_minor), (by.value, second_minor)]
    assert [line.amount_minor for line in found.sum.lines if not line.is_counted] == [30_000, 36_000]
    assert {used.name: used.value for used in counted[0].facts} == {
        "part-from": "2026-01-01",
        "part-until": "2026-01-15",
        "part-days": "15",
        "period-days": "31" if by is DayRule.CALENDAR_DAYS else "30",
    }


def test_a_whole_period_is_paid_as_it_was_judged() -> None:
    whole = granted(30_000, FEBRUARY.last_on)
    found = paid((Part(FEBRUARY.first_on, FEBRUARY.last_on), whole), by=DayRule.THIRTIETHS, period=FEBRUARY)
    assert (found.right_minor, found.sum, found.law) == (30_000, whole.sum, LAW)


def test_a_part_that_is_refused_is_not_paid_and_one_that_is_not_known_leaves_all_undecided() -> None:
    first, second = days((1, 15), (16, 31))
    refused = Judgement(outcome=JudgedOutcome.REFUSED, judged_on=first.last_on, failed="poor", conditions=())
    undecided = Judgement(outcome=JudgedOutcome.UNDECIDED, judged_on=second.last_on, conditions=())
    kept = granted(36_000, second.last_on)
    assert paid((first, refused), (second, kept), by=DayRule.THIRTIETHS).right_minor == 18_000
    assert paid((first, granted(30_000, first.last_on)), (second, undecided), by=DayRule.THIRTIETHS).right_minor is None
    nothing = paid((first, refused), (second, refused), by=DayRule.THIRTIETHS)
    assert (nothing.right_minor, nothing.reason) == (0, "poor")
    assert paid(by=DayRule.THIRTIETHS).right_minor == 0
