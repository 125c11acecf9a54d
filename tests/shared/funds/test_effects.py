"""What may follow from a benefit: what cannot be is refused when the fund is read; its days are those of calendars."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.funds.effects import (
    PAY_ONCE,
    BeginsWith,
    Cover,
    Effect,
    EffectKind,
    PeriodicPayment,
)
from shared.funds.law import Confidence, Law, NothingInForce
from shared.funds.loading import Reading
from shared.funds.period import PeriodKind
from shared.funds.proration import DayRule, Proration

LAW = Law(valid_from=date(2020, 1, 1), reference="invented", confidence=Confidence.UNKNOWN)
WRITTEN_LAW = {"valid_from": date(2020, 1, 1), "reference": "invented", "confidence": "?"}
A_COVER: dict[str, Any] = {"months": 24, "covers": ("medicines",), "percent": Decimal(100), "law": LAW}


def payment(**facts: Any) -> Effect:
    whole = {"every": PeriodKind.QUARTER, "law": LAW, **facts}
    return Effect(kind=EffectKind.PAY_PERIODICALLY, payment=(PeriodicPayment(**whole),))


def test_only_covers_and_periodic_payments_open_an_award() -> None:
    cover = Effect(kind=EffectKind.COVER, cover=(Cover(**A_COVER),))
    task = Effect(kind=EffectKind.TASK, task="card-issued")
    assert [each.opens_award for each in (PAY_ONCE, payment(), cover, task)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("day", "begins_with", "first_on"),
    [
        (date(2026, 2, 10), BeginsWith.THIS_PERIOD, date(2026, 1, 1)),
        (date(2026, 2, 10), BeginsWith.NEXT_PERIOD, date(2026, 4, 1)),
        (date(2026, 12, 31), BeginsWith.NEXT_PERIOD, date(2027, 1, 1)),
    ],
)
def test_a_payment_begins_with_a_period(day: date, begins_with: BeginsWith, first_on: date) -> None:
    assert payment(begins_with=begins_with).first_on(day) == first_on
    assert payment().last_on(first_on) is None


def test_a_cover_lasts_its_months_from_its_day() -> None:
    effect = Effect(kind=EffectKind.COVER, cover=(Cover(**A_COVER),))
    assert effect.first_on(date(2026, 7, 5)) == date(2026, 7, 5)
    assert effect.last_on(date(2026, 7, 5)) == date(2028, 7, 4)


@pytest.mark.parametrize(
    "facts",
    [
        {"months": 0},
        {"covers": ()},
        {"percent": Decimal(0)},
        {"percent": Decimal(101)},
        {"reminder_days": -1},
    ],
)
def test_a_cover_that_cannot_be_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cover|reminder"):
        Cover(**{**A_COVER, **facts})


@pytest.mark.parametrize("facts", [{"life_certificate_months": 0}, {"reminder_days": 400}])
def test_a_payment_that_cannot_be_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"certificate|reminder"):
        payment(**facts)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ({"kind": "cover"}, "cover and nothing else has its block"),
        ({"kind": "pay-once", "task": "card-issued"}, "task and nothing else has its block"),
        ({"kind": "barter"}, "Invalid enum value"),
    ],
)
def test_the_loader_says_what_is_wrong_and_where(written: dict[str, Any], fault: str) -> None:
    reading = Reading(Path("xx-test"))
    reading.read(written, Effect, "effect")
    (found,) = reading.faults
    assert "effect" in found and fault in found


def test_an_effect_as_a_fund_writes_it() -> None:
    reading = Reading(Path("xx-test"))
    written = {
        "kind": "pay-periodically",
        "payment": [
            {
                "every": "quarter",
                "until": {"fact": "person.age", "at_least": 60},
                "life_certificate_months": 12,
                "law": WRITTEN_LAW,
            }
        ],
    }
    effect = reading.read(written, Effect, "effect")
    assert reading.faults == [] and effect.payment[0].until.fact == "person.age"


# --- Each as often as a law changed it ------------------------------------------------------------------------------

UNTIL_2026 = replace(LAW, valid_to=date(2026, 12, 31))
FROM_2027 = replace(LAW, valid_from=date(2027, 1, 1))


def payments(*each: dict[str, Any]) -> Effect:
    return Effect(kind=EffectKind.PAY_PERIODICALLY, payment=tuple(PeriodicPayment(**one) for one in each))


QUARTERS_THEN_MONTHS = payments(
    {"every": PeriodKind.QUARTER, "life_certificate_months": 24, "law": UNTIL_2026},
    {"every": PeriodKind.MONTH, "life_certificate_months": 12, "law": FROM_2027},
)


def test_a_cover_is_as_the_law_of_its_first_day_says() -> None:
    earlier, later = Cover(**{**A_COVER, "law": UNTIL_2026}), Cover(**{**A_COVER, "months": 6, "law": FROM_2027})
    effect = Effect(kind=EffectKind.COVER, cover=(earlier, later))
    assert effect.last_on(date(2026, 12, 31)) == date(2028, 12, 30)
    assert effect.last_on(date(2027, 1, 1)) == date(2027, 6, 30)
    assert (effect.cover_on(date(2026, 12, 31)), effect.cover_on(date(2027, 1, 1))) == (earlier, later)
    with pytest.raises(NothingInForce):
        effect.last_on(date(2019, 12, 31))


def test_periods_are_cut_by_the_law_of_their_first_day() -> None:
    found = QUARTERS_THEN_MONTHS.periods(date(2026, 7, 1), upto=date(2027, 2, 28))
    assert [str(each) for each in found] == ["2026-Q3", "2026-Q4", "2027-M01", "2027-M02"]
    assert QUARTERS_THEN_MONTHS.first_on(date(2026, 8, 20)) == date(2026, 7, 1)
    assert QUARTERS_THEN_MONTHS.first_on(date(2027, 8, 20)) == date(2027, 8, 1)
    assert QUARTERS_THEN_MONTHS.life_certificate_months_on(date(2026, 12, 31)) == 24
    assert QUARTERS_THEN_MONTHS.life_certificate_months_on(date(2027, 1, 1)) == 12


def test_nothing_is_paid_after_the_last_law() -> None:
    effect = payments({"every": PeriodKind.QUARTER, "law": UNTIL_2026})
    assert [str(each) for each in effect.periods(date(2026, 7, 1), upto=date(2027, 6, 30))] == ["2026-Q3", "2026-Q4"]
    with pytest.raises(NothingInForce):
        effect.first_on(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("later", "fault"),
    [
        ({"every": PeriodKind.QUARTER, "law": LAW}, "payment: two values hold on 2020-01-01"),
        (
            {"every": PeriodKind.QUARTER, "law": replace(LAW, valid_from=date(2027, 4, 1))},
            "payment: nothing holds on 2027-03-31",
        ),
        (
            {"every": PeriodKind.HALF_YEAR, "law": replace(LAW, valid_from=date(2027, 1, 2))},
            "payment: 2027-01-02 is not the first day of a quarter and of a half-year",
        ),
    ],
)
def test_laws_of_one_payment_follow_one_another(later: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        payments({"every": PeriodKind.QUARTER, "law": UNTIL_2026}, later)


def test_the_period_in_which_the_first_law_begins_is_paid_whole() -> None:
    effect = payments({"every": PeriodKind.QUARTER, "law": replace(LAW, valid_from=date(2026, 2, 15))})
    first_on = effect.first_on(date(2026, 2, 20))
    assert (first_on, effect.payment_on(first_on)) == (date(2026, 1, 1), effect.payment[0])
    with pytest.raises(NothingInForce):
        effect.first_on(date(2026, 2, 14))


def test_what_begins_on_its_own_day_is_paid_by_its_days() -> None:
    by_days = Proration(by=DayRule.THIRTIETHS, names={"en": "Days of the month"})
    effect = payment(begins_with=BeginsWith.THIS_DAY, proration=by_days)
    assert effect.first_on(date(2026, 2, 10)) == date(2026, 2, 10)
    assert [str(each) for each in effect.periods(date(2026, 2, 10), upto=date(2026, 4, 1))] == ["2026-Q1", "2026-Q2"]
    with pytest.raises(ValueError, match="what the days of the first period are worth"):
        payment(begins_with=BeginsWith.THIS_DAY)
