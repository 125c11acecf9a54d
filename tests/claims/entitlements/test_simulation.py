"""What anyone asks of rights: the same as the record of such declarations would be decided, for every fund."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.claims.entitlements import rules, simulation
from services.claims.entitlements.entitlement import Entitlement, EntitlementReason, RightStatus
from services.claims.entitlements.simulation import (
    BirthMissing,
    DurationTooLong,
    NoRightByWork,
    NotBornYet,
    PeriodNotBegun,
    PeriodTwice,
    RelationUnknown,
    SelfPaidNotCounted,
    WorkNamed,
)
from services.claims.wiring import service
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2
from shared.funds.period import Period
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, shipped
from tests.kit.people import FIRM

FUNDS = shipped()
MA, SOLIDARITY = "ma-cnops", "tn-solidarite"
ON = date(2026, 1, 20)
LAST = Period(2025, 4)


def work(*worked: tuple[str, int], unit: str = "D", since: date | None = None, self_paid: str = "") -> WorkNamed:
    return WorkNamed(
        worked=tuple((Period.read(period), duration) for period, duration in worked),
        unit=unit,
        insured_since_on=since,
        self_paid=tuple(Period.read(each) for each in self_paid.split()),
    )


@pytest.mark.parametrize(
    ("fund_id", "named", "is_open", "days_missing"),
    [
        (TN, work(("2025-Q4", 50)), True, [0, 30]),
        (TN, work(("2025-Q4", 49)), False, [1, 31]),
        (TN, work(("2025-Q2", 40), ("2025-Q1", 30)), False, [50, 10]),
        (TN, work(("2025-Q4", 2), unit="M"), True, [0, 28]),
        (TN, work(), False, [50, 80]),
        (DZ, work(("2025-Q4", 399), unit="H"), False, [1, 121]),
        (DZ, work(("2025-M10", 20), ("2025-M11", 20), ("2025-M12", 20)), True, [0, 120]),
        (MA, work(("2025-Q4", 2), unit="M"), False, [26]),
    ],
)
def test_what_is_missing_is_said_for_every_threshold(
    fund_id: str, named: WorkNamed, is_open: bool, days_missing: list[int]
) -> None:
    found = simulation.simulate(FUNDS[fund_id], named, on=ON)
    assert (found.right.status is RightStatus.OPEN) is is_open
    assert [each.days_missing for each in found.progress] == days_missing
    assert (found.from_on, found.right.valid_until) == ((ON, date(2027, 1, 19)) if is_open else (None, None))
    assert (found.nearest is None) is is_open


@pytest.mark.parametrize(("fund_id", "unit"), [(TN, "D"), (DZ, "D"), (DZ, "H"), (MA, "D"), (MA, "M")])
def test_with_what_is_missing_the_right_is_open_and_with_one_less_it_is_not(fund_id: str, unit: str) -> None:
    fund = FUNDS[fund_id]
    nearest = simulation.simulate(fund, work(("2025-Q4", 1), unit=unit), on=ON).nearest
    assert nearest is not None
    missing = {"D": nearest.days_missing, "H": nearest.hours_missing, "M": None}[unit]
    for more, is_open in ((missing, True), (missing - 1, False)) if missing else ((2, True), (1, False)):
        found = simulation.simulate(fund, work(("2025-Q4", 1), ("2025-Q3", more), unit=unit), on=ON)
        assert (found.right.status is RightStatus.OPEN) is is_open


@pytest.mark.parametrize("fund_id", [TN, DZ, MA])
@pytest.mark.parametrize("days", [0, 14, 15, 49, 50, 59, 60, 77, 78])
@pytest.mark.parametrize("since", [None, date(2025, 11, 1), date(2015, 1, 1)])
def test_it_is_what_the_record_of_such_a_declaration_is_decided(fund_id: str, days: int, since: date | None) -> None:
    fund = FUNDS[fund_id]
    wage = DeclaredWageV2(
        person_ref="p1",
        periods=(WagePeriodV2(year=2025, kind="quarter", number=4, duration=days, unit="D", wage_minor=1),),
        entered_on=since or date(2015, 1, 1),
    )
    record = rules.declared(Entitlement(person_ref="p1"), wage, employer_id=FIRM, establishment="")
    found = simulation.simulate(fund, work((str(LAST), days), since=since), on=ON)
    assert found.right == rules.decide(record, fund=fund, on=ON)


def test_a_newcomer_is_asked_for_less_where_the_fund_says_so() -> None:
    named = work(("2025-Q4", 15), since=date(2025, 11, 1))
    found = simulation.simulate(FUNDS[DZ], named, on=ON)
    assert found.right.reason is EntitlementReason.ENOUGH_WORK_AS_NEWCOMER and found.terms.is_newcomer
    assert simulation.simulate(FUNDS[DZ], work(("2025-Q4", 15)), on=ON).nearest is not None
    late = work(("2025-Q4", 15), ("2015-Q1", 0), since=date(2025, 11, 1))
    assert simulation.simulate(FUNDS[DZ], late, on=ON).terms.is_newcomer  # nothing was worked then
    old = work(("2025-Q4", 15), ("2015-Q1", 1), since=date(2025, 11, 1))
    assert not simulation.simulate(FUNDS[DZ], old, on=ON).terms.is_newcomer


def test_months_that_a_person_pays_alone_count_where_the_fund_says_so() -> None:
    named = work(("2025-Q4", 2), unit="M", self_paid="2025-M08")
    found = simulation.simulate(FUNDS[MA], named, on=ON)
    assert found.right.reason is EntitlementReason.ENOUGH_SELF_PAID and found.progress[0].days == 78
    with pytest.raises(SelfPaidNotCounted):
        simulation.simulate(FUNDS[TN], named, on=ON)


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        (work(("2026-Q2", 1)), PeriodNotBegun),
        (work(self_paid="2026-M02"), PeriodNotBegun),
        (work(("2025-Q4", 1), ("2025-Q4", 1)), PeriodTwice),
        (work(("2025-Q4", 1), ("2025-M11", 1)), PeriodTwice),
        (work(("2025-Q4", 94)), DurationTooLong),
        (work(("2025-Q4", 4), unit="M"), DurationTooLong),
    ],
)
def test_work_that_cannot_be_is_refused(named: WorkNamed, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        simulation.simulate(FUNDS[TN], named, on=ON)


def test_a_fund_without_rights_by_work_says_so_and_still_says_who_is_covered() -> None:
    with pytest.raises(NoRightByWork):
        simulation.simulate(FUNDS[SOLIDARITY], work(), on=ON)
    terms = simulation.terms(FUNDS[SOLIDARITY], on=ON)
    assert (terms.rule, terms.quarters, terms.units) == (None, (), ()) and terms.dependants


@pytest.mark.parametrize("fund_id", [fund.fund_id for fund in FUNDS.values() if fund.sections.entitlements])
def test_every_fund_names_what_may_be_asked_and_answers_it(fund_id: str) -> None:
    fund = FUNDS[fund_id]
    terms = simulation.terms(fund, on=ON)
    if terms.rule is not None:
        named = WorkNamed(worked=tuple((Period.read(each), 1) for each in terms.quarters), unit=terms.units[0])
        assert simulation.simulate(fund, named, on=ON).progress
    for rule in terms.dependants:
        asked = {"relation": rule.relation, "condition": rule.condition, "birth_on": date(2020, 2, 29)}
        assert simulation.simulate_dependant(fund, on=ON, **asked).is_covered


@pytest.mark.parametrize(
    ("fund_id", "birth_on", "condition", "is_covered", "until_on", "otherwise"),
    [
        (TN, date(2006, 1, 21), None, True, date(2026, 1, 20), []),
        (TN, date(2006, 1, 20), None, False, None, [("disabled", None), ("student", date(2031, 1, 19))]),
        (TN, date(2006, 1, 20), "student", True, date(2031, 1, 19), []),
        (TN, date(2001, 1, 20), "student", False, None, [("disabled", None)]),
        (TN, date(1970, 1, 1), "disabled", True, None, []),
        (DZ, date(2008, 2, 29), "student", True, date(2029, 2, 27), []),
    ],
)
def test_a_dependant_is_covered_until_the_birthday_that_the_fund_sets(
    fund_id: str,
    birth_on: date,
    condition: str | None,
    is_covered: bool,
    until_on: date | None,
    otherwise: list[tuple[str, date | None]],
) -> None:
    asked: dict[str, Any] = {"relation": "child", "birth_on": birth_on, "condition": condition}
    found = simulation.simulate_dependant(FUNDS[fund_id], on=ON, **asked)
    assert (found.is_covered, found.cover and found.cover.until_on) == (is_covered, until_on)
    assert [(each.condition, each.until_on) for each in found.otherwise] == otherwise
    if until_on is not None:
        assert simulation.simulate_dependant(FUNDS[fund_id], on=until_on, **asked).is_covered
        after = until_on.fromordinal(until_on.toordinal() + 1)
        assert not simulation.simulate_dependant(FUNDS[fund_id], on=after, **asked).is_covered


def test_a_dependant_who_cannot_be_is_refused() -> None:
    with pytest.raises(RelationUnknown):
        simulation.simulate_dependant(FUNDS[TN], relation="cousin", birth_on=ON, condition=None, on=ON)
    with pytest.raises(BirthMissing):
        simulation.simulate_dependant(FUNDS[TN], relation="child", birth_on=None, condition="student", on=ON)
    for relation, condition in (("spouse", None), ("child", "disabled")):  # no age counts
        asked: dict[str, Any] = {"relation": relation, "condition": condition}
        found = simulation.simulate_dependant(FUNDS[TN], birth_on=None, on=ON, **asked)
        assert (found.is_covered, found.cover and found.cover.until_on) == (True, None)
    with pytest.raises(NotBornYet):
        simulation.simulate_dependant(FUNDS[TN], relation="child", birth_on=date(2027, 1, 1), condition=None, on=ON)


def test_anyone_may_ask_and_nothing_is_kept(context: ServiceContext) -> None:
    nobody, prefix = Office(service, context).nobody(fund=TN), f"/v1/{TN}"
    terms = nobody.get(f"{prefix}/right-terms", headers={"Accept-Language": "fr"})
    assert terms.headers["Cache-Control"].startswith("public")
    assert terms.json["rule"]["law"]["law"].startswith("Loi 2004-71") and terms.json["units"] == ["D", "M"]
    assert terms.json["lifetime"]["law"]["is_to_be_confirmed"] is True and terms.json["self_paid"] is None
    asked = f"{prefix}/rights/simulation?worked=2025-Q3:21,2025-Q4:20&on=2026-01-20"
    found = nobody.get(asked, headers={"Accept-Language": "fr"}).json
    assert (found["status"], found["from_on"], found["valid_until"]) == ("closed", None, None)
    assert found["missing_text"] == "Il manque 9 jours de travail dans le trimestre en cours et les 2 précédents."
    assert found["progress"][0]["days_missing"] == 9 and found["law"]["law_from"] == "2004-08-02"
    arabic = nobody.get(asked, headers={"Accept-Language": "ar"}).json["missing_text"]
    assert arabic == "ينقص 9 أيام من العمل خلال الثلاثي الجاري والثلاثيين اللذين قبله."
    child = nobody.get(f"{prefix}/rights/dependant-simulation?relation=child&birth_on=2006-01-20&on=2026-01-20").json
    assert (child["is_covered"], [each["condition"] for each in child["otherwise"]]) == (False, ["disabled", "student"])
    kept = (context.database[name].find_one() for name in context.database.list_collection_names())
    assert [each for each in kept if each] == []


@pytest.mark.parametrize(
    "query",
    [
        "worked=2025-Q5:1",
        "worked=2025-Q4",
        "worked=2025-Q4:-1",
        "worked=2025-Q4:١",
        "worked=" + ",".join(["2025-Q4:1"] * 61),
        "unit=Y",
        "self_paid=2025-Q4",
        "self_paid=2025-M13",
        "insured_since=31/02/2026",
        "who=me",
    ],
)
def test_what_is_no_question_is_refused(context: ServiceContext, query: str) -> None:
    answer = Office(service, context).nobody(fund=TN).get(f"/v1/{TN}/rights/simulation?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")


def test_a_fund_without_rights_by_work_says_it_over_http(context: ServiceContext) -> None:
    sections = replace(FUNDS[TN].sections, entitlements=FUNDS[SOLIDARITY].sections.entitlements)
    without = replace(context, funds={TN: replace(FUNDS[TN], sections=sections)})
    nobody = Office(service, without).nobody(fund=TN)
    answer = nobody.get(f"/v1/{TN}/rights/simulation")
    assert (answer.status_code, answer.json["code"]) == (422, "right.not-by-work")
    assert nobody.get(f"/v1/{TN}/right-terms").json["rule"] is None
