"""Each fact that a benefit may look at: made from what claims holds, at its boundaries, and unknown where it is not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import FactSource, FactValue
from services.claims.benefits.sources import Granted, Sources, SurvivorAward, facts_from
from services.claims.entitlements import rules as rights
from services.claims.entitlements.entitlement import Entitlement
from services.claims.insured.insured import Dependant, FamilyRecord
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2
from shared.funds import facts as names
from shared.funds.benefits import QuestionKind
from shared.funds.period import Period
from shared.kernel.partial_date import PartialDate
from tests.claims.awards.builders import COVER, award
from tests.claims.benefits.builders import tnd
from tests.kit.contexts import TN, funds

FUND = funds()[TN]
ON = date(2026, 2, 10)
FIRM = "0012345678"


def value(name: str, *, on: date = ON, **held: Any) -> FactValue | None:
    return facts_from(Sources(fund=FUND, **held), [name], on=on).value(name)


def record(*quarters: tuple[int, int, int], unit: str = "M", months: int = 3, kind: str = "quarter") -> Entitlement:
    """A record of (year, number of the period, wage)."""
    periods = tuple(
        WagePeriodV2(year=year, kind=kind, number=quarter, duration=months, unit=unit, wage_minor=wage)
        for year, quarter, wage in quarters
    )
    wage = DeclaredWageV2(person_ref="p1", periods=periods)
    return rights.declared(Entitlement(person_ref="p1"), wage, employer_id=FIRM, establishment="")


def family(*births: tuple[str, str] | tuple[str, str, str], birth_on: str | None = None) -> FamilyRecord:
    """Dependants of (relation, birth, condition)."""
    return FamilyRecord(
        birth_on=None if birth_on is None else PartialDate(birth_on),
        dependants=tuple(
            Dependant(
                dependant_id=f"d{number}",
                relation=each[0],
                birth_on=PartialDate(each[1]),
                condition=each[2] if len(each) == 3 else None,
            )
            for number, each in enumerate(births)
        ),
    )


def test_who_is_not_said_to_be_dead_lives_and_one_lives_on_the_day_of_one_s_death() -> None:
    assert (value("person.is-alive"), value("person.died-on")) == (True, None)
    assert (value("person.is-alive", died_on=ON), value("person.died-on", died_on=ON)) == (True, ON)
    assert value("person.is-alive", died_on=ON - timedelta(days=1)) is False


@pytest.mark.parametrize(
    ("birth_on", "age"),
    [("1966-02-10", 60), ("1966-02-11", 59), ("1966-02", None), ("1966", None), ("1965", None), ("1966-01", 60)],
)
def test_an_age_is_known_as_far_as_the_birth_is(birth_on: str, age: int | None) -> None:
    expected = None if age is None else Decimal(age)
    assert value("person.age", family=family(birth_on=birth_on)) == expected
    whole = date.fromisoformat(birth_on) if len(birth_on) == 10 else None
    assert value("person.birth-on", family=family(birth_on=birth_on)) == whole


@pytest.mark.parametrize(
    ("name", "dependants", "count"),
    [
        ("dependants.children", [("child", "2006-02-11")], 1),  # until the birthday of twenty
        ("dependants.children", [("child", "2006-02-10")], 0),
        ("dependants.children", [("child", "2006-02-10", "student")], 1),
        ("dependants.children", [("child", "1990-01-01", "disabled")], 1),
        ("dependants.children", [("child", "2026-02-11")], 0),  # not born yet
        ("dependants.children", [("spouse", "1980-01-01")], 0),
        ("dependants.children", [("child", "2006")], None),  # it cannot be said
        ("dependants.children", [("child", "2016")], 1),
        ("dependants.spouses", [("spouse", "1980-01-01"), ("child", "2016-01-01")], 1),
        ("dependants.parents", [("parent", "1940")], 1),
        ("dependants.children.disabled", [("child", "1990-01-01", "disabled"), ("child", "2016-01-01")], 1),
        ("dependants.children.aged-6-to-18", [("child", "2020-02-10"), ("child", "2020-02-11")], 1),
        ("dependants.children.aged-6-to-18", [("child", "2007-02-11"), ("child", "2007-02-10")], 1),
        ("dependants.children.months-2-to-36", [("child", "2025-12-10"), ("child", "2025-12-11")], 1),
        ("dependants.children", [], 0),
    ],
)
def test_dependants_are_counted_on_the_day(name: str, dependants: list[Any], count: int | None) -> None:
    assert value(name, family=family(*dependants)) == (None if count is None else Decimal(count))


def test_where_only_their_number_is_known_no_more_is() -> None:
    only = FamilyRecord(birth_on=PartialDate("1980"))
    assert value("dependants.count", family=only, dependant_count=2) == 2
    assert value("dependants.children", family=only, dependant_count=2) is None
    assert value("dependants.count") is None


def test_quarters_are_counted_once_and_shown_one_by_one() -> None:
    held = record((2024, 1, 1), (2024, 2, 1), (2025, 4, 1))
    twice = DeclaredWageV2(
        person_ref="p1",
        periods=(WagePeriodV2(year=2024, kind="quarter", number=1, duration=40, unit="D", wage_minor=1),),
    )
    held = rights.declared(held, twice, employer_id="0099999999", establishment="")
    (fact,) = facts_from(Sources(fund=FUND, entitlement=held), ["work.quarters"], on=ON).known.values()
    assert fact.value == 3 and fact.source is FactSource.DECLARATIONS
    assert [(each.name, each.value) for each in fact.parts] == [
        ("work.quarter.2024-Q1", "40D+3M"),
        ("work.quarter.2024-Q2", "3M"),
        ("work.quarter.2025-Q4", "3M"),
    ]


def test_what_was_taken_back_and_what_lies_ahead_is_no_work() -> None:
    assert value("work.quarters", entitlement=record((2025, 4, 0), months=0)) == 0
    assert value("work.quarters", entitlement=record((2026, 2, 1))) == 0
    assert value("work.quarters", entitlement=record((2026, 1, 1))) == 1
    assert value("work.quarters") == 0


def test_of_a_career_that_is_not_kept_whole_the_length_is_not_known() -> None:
    held = replace(record((2025, 4, 1)), dropped_since_on=date(1950, 1, 1))
    assert value("work.quarters", entitlement=held) is None


@pytest.mark.parametrize(
    ("unit", "months", "days"), [("M", 3, 78), ("M", 1, 26), ("D", 50, 50), ("H", 624, 78), ("H", 100, 12)]
)
def test_days_worked_of_each_unit(unit: str, months: int, days: int) -> None:
    held = record((2025, 4, 1), unit=unit, months=months)
    assert value("work.days.last-2-quarters", entitlement=held) == days
    assert value("work.days.last-1-quarters", on=date(2026, 4, 1), entitlement=held) == 0


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("work.quarters.last-1-quarters", 1),
        ("work.quarters.last-4-quarters", 3),  # the running one is not over
        ("work.quarters.last-5-quarters", 4),
        ("work.quarters.last-240-quarters", 4),
        ("work.quarters-of-50-days.last-4-quarters", 2),
        ("work.quarters-of-51-days.last-4-quarters", 1),
        ("work.quarters-of-79-days.last-4-quarters", 0),
    ],
)
def test_quarters_in_which_so_much_was_worked_are_counted(name: str, count: int) -> None:
    months = record((2024, 4, 1), (2025, 4, 1), (2026, 1, 1))
    held = months
    for number, days in ((2, 50), (3, 49)):
        period = WagePeriodV2(year=2025, kind="quarter", number=number, duration=days, unit="D", wage_minor=1)
        wage = DeclaredWageV2(person_ref="p1", periods=(period,))
        held = rights.declared(held, wage, employer_id=f"00{number}", establishment="")
    assert value(name, entitlement=held) == count


def test_what_counts_is_shown_with_its_days_and_two_employers_add_up() -> None:
    held = record((2025, 4, 1), unit="D", months=30)
    other = WagePeriodV2(year=2025, kind="quarter", number=4, duration=160, unit="H", wage_minor=1)
    wage = DeclaredWageV2(person_ref="p1", periods=(other,))
    held = rights.declared(held, wage, employer_id="0099999999", establishment="")
    sources = Sources(fund=FUND, entitlement=held)
    (fact,) = facts_from(sources, ["work.quarters-of-50-days.last-2-quarters"], on=ON).known.values()
    assert (fact.value, fact.source, fact.as_of) == (1, FactSource.DECLARATIONS, ON)
    assert [(each.name, each.value, each.as_of) for each in fact.parts] == [("work.days.2025-Q4", 50, ON)]


@pytest.mark.parametrize(
    ("name", "value_"),
    [
        ("work.months.last-3-months", 2),  # November and January
        ("work.months-of-15-days.last-3-months", 1),
        ("work.months.last-4-months", 3),
        ("work.days.last-3-months", 14 + 20 + 5),  # what is declared of February counts too
        ("work.days.last-1-months", 20 + 5),
        ("work.days.last-12-months", 26 + 14 + 20 + 5),
    ],
)
def test_months_that_were_declared_as_months(name: str, value_: int) -> None:
    held = Entitlement(person_ref="p1")
    for year, month, days in ((2025, 10, 26), (2025, 11, 14), (2026, 1, 20), (2026, 2, 5)):
        period = WagePeriodV2(year=year, kind="month", number=month, duration=days, unit="D", wage_minor=1)
        wage = DeclaredWageV2(person_ref="p1", periods=(period,))
        held = rights.declared(held, wage, employer_id=FIRM, establishment="")
    assert value(name, entitlement=held) == value_


@pytest.mark.parametrize(
    ("name", "days", "expected"),
    [
        ("work.days.last-4-months", 40, 40),  # the whole quarter lies in them
        ("work.days.last-2-months", 40, None),  # of which December had up to 26, or none
        ("work.days.last-2-months", 78, 26),  # worked whole: December was, too
        ("work.months.last-4-months", 40, None),
        ("work.months.last-4-months", 53, 3),
        ("work.months.last-4-months", 0, 0),
        ("work.months-of-20-days.last-4-months", 72, 3),
        ("work.months-of-20-days.last-4-months", 71, None),
        ("work.months-of-20-days.last-4-months", 19, 0),
        ("work.months-of-27-days.last-4-months", 78, 0),
    ],
)
def test_a_quarter_says_of_its_months_only_what_must_be_so(name: str, days: int, expected: int | None) -> None:
    assert value(name, entitlement=record((2025, 4, 1), unit="D", months=days)) == expected


def test_a_half_year_says_of_its_quarters_only_what_must_be_so() -> None:
    whole = record((2025, 2, 1), kind="half-year", months=6)
    assert value("work.quarters-of-78-days.last-2-quarters", entitlement=whole) == 2
    part = record((2025, 2, 1), kind="half-year", months=3)
    assert value("work.quarters.last-2-quarters", entitlement=part) is None
    assert value("work.quarters-of-79-days.last-2-quarters", entitlement=part) == 0


def test_who_never_worked_worked_in_no_period() -> None:
    for name in ("work.quarters.last-4-quarters", "work.months-of-15-days.last-3-months", "work.days.last-3-months"):
        assert value(name) == 0


def test_the_last_periods_of_who_died_are_those_before_the_death() -> None:
    died_on = date(2025, 7, 14)
    deceased = Sources(fund=FUND, entitlement=record((2025, 1, 1), (2025, 2, 1), (2025, 3, 1)), died_on=died_on)
    assert value("deceased.work.quarters.last-4-quarters", deceased=deceased) == 2


def test_wages_are_those_of_quarters_that_are_over() -> None:
    held = record((2025, 2, 900_000), (2025, 3, 1_200_000), (2025, 4, 1_500_000), (2026, 1, 9_000_000))
    assert value("wages.last-quarter", entitlement=held) == tnd("1500.000")
    assert value("wages.last-quarter", on=date(2025, 12, 31), entitlement=held) == tnd("1200.000")
    assert value("wages.total.last-2-quarters", entitlement=held) == tnd("2700.000")
    assert value("wages.mean-quarter.last-2-quarters", entitlement=held) == tnd("1350.000")
    assert value("wages.mean-month.last-40-quarters", entitlement=held) == tnd("400.000")
    assert value("wages.mean-year.last-3-quarters", entitlement=held) == tnd("4800.000")
    assert value("wages.last-quarter") is None


def test_two_employers_of_a_quarter_are_one_wage_and_an_unknown_one_makes_it_unknown() -> None:
    held = record((2025, 4, 1_000_000))
    other = DeclaredWageV2(
        person_ref="p1",
        periods=(WagePeriodV2(year=2025, kind="quarter", number=4, duration=1, unit="M", wage_minor=500_000),),
    )
    both = rights.declared(held, other, employer_id="0099999999", establishment="")
    assert value("wages.last-quarter", entitlement=both) == tnd("1500.000")
    assert value("wages.last-quarter", entitlement=replace(both, earned=both.earned[:1])) is None
    again = rights.declared(both, other, employer_id=FIRM, establishment="")
    assert value("wages.last-quarter", entitlement=again) == tnd("1000.000")


def test_months_make_a_quarter_and_a_half_year_is_two() -> None:
    monthly = record(*((2025, month, 300_000) for month in range(7, 13)), kind="month", months=1)
    assert value("work.quarters", entitlement=monthly) == 2
    assert value("wages.last-quarter", entitlement=monthly) == tnd("900.000")
    halves = record((2025, 1, 1_000_001), (2025, 2, 3_000_000), kind="half-year", months=6)
    assert value("work.quarters", entitlement=halves) == 4
    assert value("wages.last-quarter", entitlement=halves) == tnd("1500.000")
    assert value("wages.mean-quarter.last-4-quarters", entitlement=halves) == tnd("1000.001")


@pytest.mark.parametrize(("on", "is_open"), [(date(2026, 1, 15), True), (date(2028, 1, 15), False)])
def test_a_right_is_open_by_work(on: date, is_open: bool) -> None:
    assert value("right.is-open", on=on, entitlement=record((2025, 4, 1))) is is_open
    assert value("right.is-open", on=on) is False


GRANTS = (
    Granted(on=date(2026, 2, 10), amount_minor=1_000),
    Granted(on=date(2026, 1, 1), amount_minor=2_000),
    Granted(on=date(2025, 12, 31), amount_minor=4_000),
)


def test_what_was_granted_counts_by_year_and_by_days() -> None:
    assert value("granted.amount.this-year", granted=GRANTS) == tnd("3.000")
    assert value("granted.count.last-1-days", granted=GRANTS) == 1
    assert value("granted.count.last-41-days", granted=GRANTS) == 2
    assert value("granted.count.last-42-days", granted=GRANTS) == 3
    assert value("granted.count.last-42-days") is None
    assert value("granted.amount.this-year", on=date(2026, 2, 9), granted=GRANTS) == tnd("2.000")
    assert value("granted.count.last-42-days", on=date(2026, 2, 9), granted=GRANTS) == 2


def test_what_runs_paid_counts_by_the_first_day_of_its_period_and_each_part_is_said() -> None:
    january, december = Period.read("2026-M01"), Period.read("2025-M12")
    paid = tuple(Granted(on=each.first_on, amount_minor=500, period=each) for each in (january, december))
    held = Sources(fund=FUND, granted=(*GRANTS, *paid))
    known = facts_from(held, ["granted.amount.this-year", "granted.count.last-42-days"], on=ON)
    amount, count = known.get("granted.amount.this-year"), known.get("granted.count.last-42-days")
    assert amount is not None and count is not None
    assert (amount.value, count.value) == (tnd("3.500"), 4)
    assert [(each.name, each.value, each.as_of) for each in amount.parts] == [
        ("granted.on.2026-02-10", tnd("1.000"), date(2026, 2, 10)),
        ("granted.paid-for.2026-M01", tnd("0.500"), date(2026, 1, 1)),
        ("granted.on.2026-01-01", tnd("2.000"), date(2026, 1, 1)),
    ]
    assert count.source is FactSource.FUND and len(count.parts) == 4


def grant(on: date, **answers: str) -> Granted:
    return Granted(
        on=on,
        amount_minor=0,
        answers=tuple(BenefitAnswer(code=code, kind=QuestionKind.DEPENDANT, value=of) for code, of in answers.items()),
    )


def test_grants_of_a_type_are_counted_in_all_by_months_and_for_the_same_answer() -> None:
    grants = {"birth": (grant(ON, child="d1"), grant(date(2025, 8, 10), child="d2"), grant(date(2020, 1, 1)))}
    assert value("granted.birth.count", grants=grants) == 3
    assert value("granted.birth.count", on=date(2026, 2, 9), grants=grants) == 2
    assert value("granted.birth.count.last-6-months", grants=grants) == 1
    assert value("granted.birth.count.last-7-months", grants=grants) == 2
    second = (BenefitAnswer(code="child", kind=QuestionKind.DEPENDANT, value="d2"),)
    third = (replace(second[0], value="d3"),)
    assert value("granted.birth.count.same-child", grants=grants, answers=second) == 1
    assert value("granted.birth.count.same-child", grants=grants, answers=third) == 0
    assert value("granted.birth.count.same-child", grants=grants) is None
    assert value("granted.birth.count", grants={"birth": ()}) == 0
    assert value("granted.birth.count") is None


def test_the_days_since_the_last_grant_are_of_its_day_and_unknown_without_one() -> None:
    grants = {"birth": (grant(date(2026, 2, 11)), grant(date(2026, 1, 31)), grant(date(2020, 1, 1)))}
    (fact,) = facts_from(Sources(fund=FUND, grants=grants), ["granted.birth.days-ago"], on=ON).known.values()
    assert (fact.value, fact.as_of, fact.source) == (10, date(2026, 1, 31), FactSource.FUND)
    assert value("granted.birth.days-ago", grants={"birth": ()}) is None


@pytest.mark.parametrize(
    ("fact", "birth", "condition", "expected"),
    [
        ("age", "2016-02-10", None, 10),
        ("age", "2016-02-11", None, 9),
        ("age", "2016", None, None),
        ("months", "2025-12-10", None, 2),
        ("months", "2025-12-11", None, 1),
        ("relation", "2016", None, "child"),
        ("condition", "2016", None, "none"),
        ("condition", "2016", "disabled", "disabled"),
        ("is-covered", "2006-02-11", None, True),
        ("is-covered", "2006-02-10", None, False),
        ("is-covered", "2006", None, None),
        ("is-registered", "2006", None, True),
    ],
)
def test_of_the_dependant_who_is_named_the_register_says_the_rest(
    fact: str, birth: str, condition: str | None, expected: Any
) -> None:
    other = Dependant(dependant_id="d0", relation="spouse", birth_on=PartialDate("1980-01-01"), condition="student")
    named = Dependant(dependant_id="d1", relation="child", birth_on=PartialDate(birth), condition=condition)
    answers = (BenefitAnswer(code="whom", kind=QuestionKind.DEPENDANT, value="d1"),)
    held = Sources(fund=FUND, answers=answers, family=FamilyRecord(dependants=(other, named)), registered_on=ON)
    known = facts_from(held, [f"dependant.whom.{fact}"], on=ON).known
    assert [each.value for each in known.values()] == ([] if expected is None else [expected])
    assert {(each.source, each.as_of) for each in known.values()} <= {(FactSource.REGISTER, ON)}


@pytest.mark.parametrize(("days", "lives"), [(-1, False), (0, True), (1, True)])
def test_who_died_is_counted_and_covered_until_the_day_of_death(days: int, lives: bool) -> None:
    died_on = ON + timedelta(days=days)
    child = Dependant(dependant_id="d1", relation="child", birth_on=PartialDate("2016-01-01"), died_on=died_on)
    spouse = Dependant(dependant_id="d2", relation="spouse", birth_on=PartialDate("1980-01-01"))
    answers = (BenefitAnswer(code="whom", kind=QuestionKind.DEPENDANT, value="d1"),)
    held = FamilyRecord(dependants=(child, spouse))
    sources = Sources(fund=FUND, answers=answers, family=held, dependant_count=1, registered_on=ON)
    wanted = [
        "dependants.children",
        "dependants.count",
        *(f"dependant.whom.{each}" for each in ("age", "is-registered", "is-covered")),
    ]
    known = facts_from(sources, wanted, on=ON)
    assert known.value("dependants.children") == Decimal(lives)
    assert known.value("dependants.count") == Decimal(1 + lives)
    assert [known.value(f"dependant.whom.is-{each}") for each in ("registered", "covered")] == [lives, lives]
    assert known.value("dependant.whom.age") == (Decimal(10) if lives else None)


def test_of_a_dependant_who_is_no_more_registered_only_that_is_known() -> None:
    answers = (BenefitAnswer(code="whom", kind=QuestionKind.DEPENDANT, value="d1"),)
    gone, facts_ = FamilyRecord(dependants=()), ("age", "relation", "condition", "is-covered", "is-registered")
    found = [value(f"dependant.whom.{each}", answers=answers, family=gone) for each in facts_]
    assert found == [None, None, None, False, False]
    assert value("dependant.whom.is-registered", answers=answers, family=FamilyRecord()) is None
    assert value("dependant.whom.is-registered", family=gone) is None


def test_covers_and_the_minimum_wage_are_those_of_the_day() -> None:
    covers = (award(COVER, from_on=ON, until_on=date(2026, 12, 31)),)
    assert value(f"cover.{COVER}", covers=covers) is True
    assert value("cover.exemption", covers=covers) is False
    assert value(f"cover.{COVER}", on=date(2026, 2, 9), covers=covers) is False
    assert value(f"cover.{COVER}", on=date(2027, 1, 1), covers=covers) is False
    assert value("cover.exemption", covers=()) is False
    assert value("cover.exemption") is None
    assert value("fund.minimum-wage") == tnd("554.736")
    assert value("fund.minimum-wage", on=date(2024, 12, 31)) is None
    assert value("claim.filed-on", filed_on=ON) == ON


def test_what_other_survivors_have_counts_while_their_awards_hold() -> None:
    from_on, until_on = date(2026, 3, 1), date(2026, 6, 30)
    earlier = (SurvivorAward(award=award(from_on=from_on, until_on=until_on), amount_minor=80_000),)
    for on, expected in ((ON, "80.000"), (from_on, "80.000"), (until_on, "80.000"), (date(2026, 7, 1), "0.000")):
        assert value("survivors.earlier-amount", on=on, earlier_survivors=earlier) == tnd(expected), on
    assert value("survivors.earlier-amount") == tnd("0.000")


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_how_many_days_ago_a_day_was(day: date) -> None:
    answer = BenefitAnswer(code="when", kind=QuestionKind.DATE, value=day.isoformat())
    assert value("answer.when", answers=(answer,)) == day
    assert value("answer.when.days-ago", answers=(answer,)) == (ON - day).days


def test_every_name_of_the_vocabulary_is_made_or_comes_from_elsewhere() -> None:
    examples = {
        names.ANSWER: "answer.a",
        names.ANSWER_DAYS_AGO: "answer.a.days-ago",
        names.FORMULA: "formula.a",
        names.EARLIER_SURVIVORS: "survivors.earlier-amount",
        names.AGE: "person.age",
        names.BIRTH_ON: "person.birth-on",
        names.IS_ALIVE: "person.is-alive",
        names.DIED_ON: "person.died-on",
        names.DEPENDANTS: "dependants.children",
        names.RIGHT_IS_OPEN: "right.is-open",
        names.WORK_QUARTERS: "work.quarters",
        names.WORK_DAYS: "work.days.last-4-quarters",
        names.WORK_DAYS_OF_MONTHS: "work.days.last-6-months",
        names.WORKED_QUARTERS: "work.quarters-of-50-days.last-4-quarters",
        names.WORKED_MONTHS: "work.months.last-12-months",
        names.WAGE_LAST_QUARTER: "wages.last-quarter",
        names.WAGES: "wages.total.last-4-quarters",
        names.GRANTED_AMOUNT: "granted.amount.this-year",
        names.GRANTED_COUNT: "granted.count.last-180-days",
        names.GRANTED_OF: "granted.a.count.same-b",
        names.GRANTED_DAYS_AGO: "granted.a.days-ago",
        names.DEPENDANT_AGE: "dependant.b.age",
        names.DEPENDANT_IS: "dependant.b.is-covered",
        names.DEPENDANT_WORD: "dependant.b.condition",
        names.COVER: "cover.a",
        names.MINIMUM_WAGE: "fund.minimum-wage",
        names.FILED_ON: "claim.filed-on",
        names.REGISTER: "register.a.b",
        names.DECEASED: "deceased.work.quarters",
    }
    assert examples.keys() == set(names.VOCABULARY)
    held = Sources(
        fund=FUND,
        answers=(
            BenefitAnswer(code="a", kind=QuestionKind.DATE, value="2026-01-01"),
            BenefitAnswer(code="b", kind=QuestionKind.DEPENDANT, value="d0"),
        ),
        filed_on=ON,
        entitlement=record((2025, 4, 1)),
        family=family(("child", "2016-01-01"), birth_on="1980-01-01"),
        dependant_count=1,
        granted=(),
        grants={"a": (Granted(on=ON, amount_minor=0),)},
        covers=(),
        died_on=ON,
        deceased=Sources(fund=FUND, entitlement=record((2025, 4, 1)), died_on=ON),
    )
    made = facts_from(held, examples.values(), on=ON).known
    assert set(examples.values()) - set(made) == {"formula.a", "register.a.b"}
    for kind, example in examples.items():
        assert [each for each in names.VOCABULARY if each.read(example)] == [kind]
