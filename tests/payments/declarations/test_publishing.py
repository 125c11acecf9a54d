"""What others are told of wages: pseudonyms only, and nought where a newer declaration is silent."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.declarations import publishing
from services.payments.declarations.declaration import BusinessReceipt, Status
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.events.payments.wages import DeclaredWageV2, WagesDeclaredV2, in_version_1, in_version_2
from tests.kit.contexts import DZ, funds
from tests.payments.declarations.test_rules import declaration

Quarters = dict[int, int]


def line(number: str, quarters: Quarters) -> WageLine:
    wages = tuple(PeriodWage(quarter, 3, Unit.MONTH, wage_minor) for quarter, wage_minor in quarters.items())
    return WageLine(1, number, "BENALI", "KARIM", None, None, wages, date(2020, 2, 1), None)


def published(workers: dict[str, Quarters], before: dict[str, Quarters]) -> list[DeclaredWageV2]:
    people = publishing.to_publish(
        [line(*each) for each in workers.items()], before=(line(*each) for each in before.items())
    )
    business = BusinessReceipt(at=datetime(2026, 1, 20, tzinfo=UTC))
    accepted = declaration(Status.ACCEPTED, business=business, told_pages=1)
    pages = publishing.wage_events(
        accepted,
        people,
        form=funds()[DZ].declarations.forms["das"],
        currency="DZD",
        person_ref=lambda number: f"p-{number}",
    )
    return [wage for page in pages for wage in page.wages]


@pytest.mark.parametrize(
    ("workers", "before", "expected"),
    [
        ({"1": {1: 10, 2: 20}}, {}, {"p-1": {1: 10, 2: 20}}),
        ({"1": {1: 11}}, {"1": {1: 10}}, {"p-1": {1: 11}}),
        ({"1": {1: 10}}, {"1": {1: 10, 2: 20}}, {"p-1": {1: 10, 2: 0}}),
        ({"1": {1: 10}}, {"1": {1: 10}, "2": {3: 5}}, {"p-1": {1: 10}, "p-2": {3: 0}}),
        ({"1": {}}, {"1": {4: 10}}, {"p-1": {4: 0}}),
        ({"1": {}}, {}, {"p-1": {}}),
    ],
)
def test_each_quarter_that_was_ever_told_has_its_present_wage(
    workers: dict[str, Quarters], before: dict[str, Quarters], expected: dict[str, Quarters]
) -> None:
    found = published(workers, before)
    seen = {wage.person_ref: {period.number: period.wage_minor for period in wage.periods} for wage in found}
    assert seen == expected


def test_a_wage_withdrawn_is_no_work_either() -> None:
    (gone,) = published({}, {"1": {3: 5}})
    (period,) = gone.periods
    assert (period.year, period.duration, period.wage_minor) == (2025, 0, 0)


def test_no_name_or_number_goes_out() -> None:
    (wage,) = published({"900000000001": {1: 10}}, {})
    assert "BENALI" not in repr(wage) and wage.entered_on == date(2020, 2, 1)


def test_those_who_know_quarters_only_are_told_what_they_can_know() -> None:
    page = WagesDeclaredV2(
        declaration_id="d1",
        employer_id="e1",
        form="das",
        period="2025",
        revision=1,
        page=1,
        pages=1,
        currency="DZD",
        wages=tuple(published({"1": {1: 10, 2: 20}}, {})),
        accepted_at=datetime(2026, 1, 20, tzinfo=UTC),
        establishment="0002",
    )
    by_quarters = in_version_1(page)

    assert by_quarters is not None and by_quarters.has_version_2
    assert in_version_2(by_quarters) == page
    (wage,) = page.wages
    monthly = replace(page, wages=(replace(wage, periods=(replace(wage.periods[0], kind="month"),)),))
    assert in_version_1(monthly) is None
