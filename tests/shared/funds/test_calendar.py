"""On which days a fund works, with the public holidays of its country as it changes them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.claims.claims.due_days import usual_due_on
from shared.funds.bindings import BankBinding, Bindings
from shared.funds.calendar import (
    AddedHoliday,
    Calendar,
    DayCount,
    Holidays,
    MovedHoliday,
    RemovedHoliday,
    Weekday,
    WhenClosed,
)
from shared.funds.declarations import Due
from shared.funds.law import Confidence, Law
from shared.funds.loading import DEFINITIONS, FundsInvalid, load
from shared.funds.period import Period, PeriodKind
from tests.funds.invented import MONO, THREE, more_funds
from tests.kit.contexts import funds, shipped

LAW = Law(valid_from=date(2020, 1, 1), reference="Invented for a test", confidence=Confidence.UNKNOWN)
NAMES = {"en": "A day of the fund"}


@dataclass(frozen=True)
class By:
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS


def made(country: str = "TN", holidays: Holidays | None = None, *weekend: Weekday) -> Calendar:
    return Calendar(
        country=country,
        languages=("en",),
        weekend=weekend or (Weekday.SATURDAY, Weekday.SUNDAY),
        holidays=holidays or Holidays(),
    )


def days(calendar: Calendar, month: int) -> list[tuple[int, str, bool]]:
    found = calendar.holidays_in(2026)
    return [(each.on.day, each.names["en"], each.is_estimated) for each in found if each.on.month == month]


def test_the_country_s_list_is_the_fund_s_and_says_what_is_an_estimate() -> None:
    assert days(made(), 3) == [
        (20, "Independence Day", False),
        (20, "Eid al-Fitr", True),
        (21, "Eid al-Fitr Holiday", True),
        (22, "Eid al-Fitr Holiday", True),
    ]


def test_eid_moved_is_certain_and_what_else_is_celebrated_stays() -> None:
    moved = MovedHoliday(day=date(2026, 3, 20), to=date(2026, 3, 19), law=LAW)
    calendar = made("TN", Holidays(moved=(moved,)))
    assert days(calendar, 3)[:2] == [(19, "Eid al-Fitr", False), (20, "Independence Day", False)]
    assert not calendar.works_on(date(2026, 3, 19)) and not calendar.works_on(date(2026, 3, 20))
    algeria = made("DZ", Holidays(moved=(moved,)))
    assert algeria.works_on(date(2026, 3, 20)) and not algeria.works_on(date(2026, 3, 19))


def test_a_holiday_may_move_into_another_year() -> None:
    moved = MovedHoliday(day=date(2030, 2, 4), to=date(2031, 1, 2), law=LAW)
    known = made("DZ").holidays_in(2030)
    assert (date(2030, 2, 4), True) in {(each.on, each.is_estimated) for each in known}
    calendar = made("DZ", Holidays(moved=(moved,)))
    assert calendar.works_on(date(2030, 2, 4)) and not calendar.works_on(date(2031, 1, 2))


@pytest.mark.parametrize(
    ("country", "day", "to", "faults"),
    [
        ("TN", date(2026, 3, 20), date(2026, 3, 19), []),
        ("TN", date(2026, 3, 20), date(2026, 3, 20), []),
        ("TN", date(2026, 3, 19), date(2026, 5, 1), []),  # a holiday that is known there: it has been learnt meanwhile
        ("TN", date(2026, 5, 1), date(2026, 5, 2), ["2026-05-01"]),  # certain: nothing moves it
        ("ZZ", date(2026, 3, 20), date(2026, 3, 19), ["2026-03-20"]),
    ],
)
def test_what_is_no_estimate_cannot_be_moved(country: str, day: date, to: date, faults: list[str]) -> None:
    moved = Holidays(moved=(MovedHoliday(day=day, to=to, law=LAW),))
    said = list(made(country, moved).faults())
    assert [each.split(";")[0].rsplit(" ", 1)[1] for each in said] == faults
    written_out = replace(moved, is_national=False)
    assert list(made(country, written_out).faults()) != [], "a country whose holidays do not count has none to move"


def test_days_are_added_and_taken_away_while_their_law_holds() -> None:
    short = Law(
        valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31), reference="Invented", confidence=Confidence.LOW
    )
    calendar = made(
        "TN",
        Holidays(
            added=(
                AddedHoliday(names=NAMES, law=short, every="06-10"),
                AddedHoliday(names=NAMES, law=LAW, every="02-29"),
            ),
            removed=(RemovedHoliday(law=LAW, day=date(2026, 5, 1)),),
        ),
    )
    assert [calendar.works_on(date(year, 6, 10)) for year in (2024, 2025, 2026)] == [True, False, True]
    assert [calendar.works_on(date(year, 5, 1)) for year in (2025, 2026)] == [False, True]
    assert [calendar.works_on(day) for day in (date(2024, 2, 29), date(2023, 3, 1))] == [False, True]


def test_a_fund_may_do_without_the_list_of_its_country() -> None:
    assert made("TN", Holidays(is_national=False)).holidays_in(2026) == ()
    assert made("XX").holidays_in(2026) == () and made("").holidays_in(1) == ()


@pytest.mark.parametrize(
    ("when_closed", "expected"),
    [
        (WhenClosed.STAYS, date(2026, 3, 21)),
        (WhenClosed.NEXT_WORKING_DAY, date(2026, 3, 23)),
        (WhenClosed.PREVIOUS_WORKING_DAY, date(2026, 3, 19)),
    ],
)
def test_a_last_day_on_a_holiday_moves_by_the_rule(when_closed: WhenClosed, expected: date) -> None:
    assert made().working_day(date(2026, 3, 21), when_closed=when_closed) == expected
    assert made().working_day(date(2026, 3, 24), when_closed=when_closed) == date(2026, 3, 24)


def test_a_delay_counts_the_days_that_its_rule_counts() -> None:
    wednesday = date(2026, 3, 18)
    assert made().after(wednesday, days=3, by=By()) == date(2026, 3, 21)
    assert made().after(wednesday, days=3, by=By(DayCount.WORKING_DAYS)) == date(2026, 3, 24)
    assert made().after(date(2026, 3, 20), days=0, by=By(DayCount.WORKING_DAYS, WhenClosed.NEXT_WORKING_DAY)) == date(
        2026, 3, 23
    )
    friday_only = made("XX", None, Weekday.FRIDAY)
    assert friday_only.after(wednesday, days=3, by=By(DayCount.WORKING_DAYS)) == date(2026, 3, 22)


def test_months_of_a_due_day_are_months_and_only_its_days_are_working_days() -> None:
    form = shipped()["tn-cnss"].declarations.forms["quarterly-wages"]
    due = Due(months=1, days=2, counted_in=DayCount.WORKING_DAYS)
    one = type(form)(
        names=form.names, period=PeriodKind.QUARTER, due=due, layouts=form.layouts, law=form.law, plausibility=None
    )
    assert one.due_on(Period(2026, 1), calendar=made()) == date(
        2026, 5, 5
    )  # 30 April, then 4 and 5 May: the 1st is off


def test_a_fund_closed_for_ever_is_not_searched_for_ever() -> None:
    closed = made("XX", None, *Weekday)
    with pytest.raises(ValueError, match="closed for 60 days"):
        closed.working_day(date(2026, 1, 1), when_closed=WhenClosed.NEXT_WORKING_DAY)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({}, "say either day"),
        ({"day": date(2026, 5, 1), "every": "05-01"}, "say either day"),
        ({"every": "5-1"}, "a month and a day"),
        ({"every": "13-01"}, "a month and a day"),
        ({"every": "W01-1"}, "a month and a day"),
        ({"every": "٠٥-٠١"}, "a month and a day"),
        ({"day": date(2019, 12, 31)}, "law does not hold"),
    ],
)
def test_an_override_that_means_no_day_is_refused(fault: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RemovedHoliday(law=LAW, **fault)  # type: ignore[arg-type]


def test_lists_of_overrides_have_limits() -> None:
    one = RemovedHoliday(law=LAW, every="05-01")
    with pytest.raises(ValueError, match="more than"):
        Holidays(removed=(one,) * 401)
    twice = MovedHoliday(day=date(2026, 3, 20), to=date(2026, 3, 19), law=LAW)
    with pytest.raises(ValueError, match="same day twice"):
        Holidays(moved=(twice, twice))
    with pytest.raises(ValueError, match="working days are counted"):
        Due(days=1001, counted_in=DayCount.WORKING_DAYS)
    with pytest.raises(ValueError, match="negative"):
        Due(days=-1)


def test_names_are_the_fund_s_where_it_says_them() -> None:
    funds = shipped()
    found = {each.on: each.names for each in funds["tn-cnss"].calendar.holidays_in(2027)}
    assert found[date(2027, 5, 1)]["fr"] == "Fête du travail" and found[date(2027, 5, 1)]["ar"] == "عيد الشغل"
    for fund in funds.values():
        for each in fund.calendar.holidays_in(2026):
            assert set(each.names) == set(fund.languages) and all(each.names.values())


@pytest.mark.parametrize(
    ("fund_id", "period", "due_on"),
    [
        (MONO, "2026-M01", date(2026, 2, 16)),  # the 15th is a Sunday
        (MONO, "2026-M02", date(2026, 3, 16)),
        (MONO, "2026-M04", date(2026, 5, 15)),
        (THREE, "2026-H1", date(2026, 7, 30)),  # 31 July is a Friday, its only day off: the day before
    ],
)
def test_a_due_day_moves_by_the_rule_of_the_fund(fund_id: str, period: str, due_on: date) -> None:
    fund = more_funds()[fund_id]
    (form,) = fund.declarations.forms.values()
    assert form.due_on(Period.read(period), calendar=fund.calendar) == due_on


def test_an_added_holiday_of_a_fund_of_no_known_country_closes_it() -> None:
    fund = more_funds()[MONO]
    assert [(str(each.on), each.is_estimated) for each in fund.calendar.holidays_in(2026)] == [
        ("2026-03-20", True),
        ("2026-05-01", False),
    ]


@pytest.mark.parametrize(
    ("binding", "hour", "executed_on"),
    [
        ({}, 12, date(2026, 4, 30)),
        ({"cut_off": "14:30"}, 12, date(2026, 4, 30)),
        ({"cut_off": "14:30"}, 16, date(2026, 5, 1)),
        ({"cut_off": "14:30", "waits_for_working_days": True}, 16, date(2026, 5, 4)),
        ({"cut_off": "14:30", "waits_for_working_days": True, "weekend": (Weekday.MONDAY,)}, 16, date(2026, 5, 2)),
    ],
)
def test_a_payout_waits_for_a_day_on_which_the_bank_works(
    binding: dict[str, Any], hour: int, executed_on: date
) -> None:
    fund = funds()["tn-cnss"]
    bound = replace(fund, sections=replace(fund.sections, bindings=Bindings(bank=BankBinding(**binding))))
    assert bound.payout_day(datetime(2026, 4, 30, hour, tzinfo=UTC)) == executed_on  # a Thursday before a holiday


@pytest.mark.parametrize("fault", [{"cut_off": "24:00"}, {"cut_off": "9:00"}, {"weekend": tuple(Weekday)}])
def test_a_bank_that_never_works_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cut_off is an hour|no day to work"):
        BankBinding(**fault)


def test_a_fund_s_file_moves_eid(tmp_path: Path) -> None:
    folder = tmp_path / "tn-cnss"
    copytree(DEFINITIONS / "tn-cnss", folder)
    file, text = folder / "fund.yaml", (DEFINITIONS / "tn-cnss" / "fund.yaml").read_text()
    law = "{valid_from: 2026-01-01, reference: Invented for a test, confidence: M}"
    file.write_text(
        text.replace("holidays:\n", f"holidays:\n  moved: [{{day: 2026-03-20, to: 2026-03-19, law: {law}}}]\n")
    )
    fund = load(folder=tmp_path)["tn-cnss"]
    first = next(each for each in fund.calendar.holidays_in(2026) if each.on.month == 3)
    assert (first.on, first.names["fr"], first.is_estimated) == (date(2026, 3, 19), "Aïd el-Fitr", False)
    file.write_text(
        text.replace("holidays:\n", f"holidays:\n  moved: [{{day: 2026-03-19, to: 2026-03-18, law: {law}}}]\n")
    )
    with pytest.raises(FundsInvalid, match="estimated on 2026-03-19; estimated in 2026 are: 2026-"):
        load(folder=tmp_path)
    file.write_text(text.replace("weekend: [saturday, sunday]", f"weekend: [{', '.join(Weekday)}]"))
    with pytest.raises(FundsInvalid, match="weekend leaves no day to work"):
        load(folder=tmp_path)


def test_a_claim_s_delay_may_count_working_days() -> None:
    fund = funds()["tn-cnss"]
    definition = fund.claim_types["care-reimbursement"]
    delays = tuple(replace(each, decision=2, counted_in=DayCount.WORKING_DAYS) for each in definition.usual_days)
    working = replace(definition, usual_days=delays)
    assert usual_due_on(working, fund=fund, complete_on=date(2026, 4, 30)) == date(2026, 5, 5)
