"""What a paper says that is asked for, of whom and of which period."""

from datetime import date, datetime
from typing import Any

import pytest

from services.documents.careers.career import CareerEntry
from services.documents.papers.content import Affiliation, PaperKind, Wages
from services.documents.papers.paper import WAITING_MAX, Paper, PaperText, Status
from services.documents.papers.request import Request
from shared.events.payments.wages import WagePeriodV2, WagesDeclaredV2
from shared.kernel.errors import Failure
from tests.documents.builders import FIRM, OTHER_FIRM, declared, wage
from tests.documents.papers.asked import HOLDER, YEAR, ask, career, request
from tests.kit.clock import AT
from tests.kit.contexts import TN, funds


def wages_of(paper: Paper) -> Wages:
    assert paper.said.wages
    return paper.said.wages


def test_a_salary_certificate_says_what_was_declared_quarter_by_quarter() -> None:
    paper = ask()
    said = wages_of(paper)
    assert (paper.status, paper.kind, paper.asked_at) == (Status.ASKED, PaperKind.SALARY_CERTIFICATE, AT)
    assert (said.starts_on, said.ends_on) == (date(2025, 1, 1), date(2025, 12, 31))
    (employment,) = said.employments
    assert (employment.employer.employer_id, employment.employer.name) == (FIRM, "SARL El Amel")
    assert [line.wage.amount_minor for line in employment.lines] == [18_000_000] * 4
    assert (employment.lines[1].starts_on, employment.lines[1].ends_on) == (date(2025, 4, 1), date(2025, 6, 30))


@pytest.mark.parametrize(("unit", "days", "hours"), [("D", 66, None), ("H", None, 66), ("M", None, None)])
def test_time_is_printed_in_the_unit_in_which_it_was_declared(unit: str, days: int | None, hours: int | None) -> None:
    worked = wage(periods=(WagePeriodV2(year=2025, kind="quarter", number=1, duration=66, unit=unit, wage_minor=1),))
    (line,) = wages_of(ask(entries=career(declared(worked)))).lines
    assert (line.days, line.hours) == (days, hours)


LIFE = career(
    declared(wage(year=2023), year=2023),
    declared(wage(year=2024), year=2024, employer_id=OTHER_FIRM),
    declared(),
    declared(employer_id=OTHER_FIRM),
)


@pytest.mark.parametrize(
    ("periods", "starts_on", "ends_on", "lines"),
    [
        ({}, date(2023, 1, 1), date(2025, 12, 31), {OTHER_FIRM: 8, FIRM: 8}),
        ({"from_period": "2024"}, date(2024, 1, 1), date(2025, 12, 31), {OTHER_FIRM: 8, FIRM: 4}),
        ({"to_period": "2024-Q2"}, date(2023, 1, 1), date(2024, 6, 30), {FIRM: 4, OTHER_FIRM: 2}),
        (
            {"from_period": "2024-Q4", "to_period": "2025-Q1"},
            date(2024, 10, 1),
            date(2025, 3, 31),
            {OTHER_FIRM: 2, FIRM: 1},
        ),
        ({"from_period": "2024", "to_period": "2024"}, date(2024, 1, 1), date(2024, 12, 31), {OTHER_FIRM: 4}),
        (
            {"from_period": "1990", "to_period": "2026-Q1"},
            date(1990, 1, 1),
            date(2026, 3, 31),
            {FIRM: 8, OTHER_FIRM: 8},
        ),
    ],
)
def test_the_period_is_the_callers_or_the_whole_career(
    periods: dict[str, str], starts_on: date, ends_on: date, lines: dict[str, int]
) -> None:
    said = wages_of(ask(request(**periods), entries=LIFE))
    assert (said.starts_on, said.ends_on) == (starts_on, ends_on)
    assert {each.employer.employer_id: len(each.lines) for each in said.employments} == lines


WORKED = wage(entered_on=date(2025, 2, 14))


LEFT = wage(entered_on=date(2019, 9, 1), left_on=date(2025, 11, 30))


@pytest.mark.parametrize(
    ("entries", "since_on", "employer_id", "ended_on"),
    [
        (YEAR, date(2025, 1, 1), FIRM, None),
        (career(declared(WORKED)), date(2025, 2, 14), FIRM, None),
        (career(declared(LEFT)), date(2019, 9, 1), FIRM, date(2025, 11, 30)),
        (
            career(declared(LEFT), declared(wage(year=2026), year=2026, employer_id=OTHER_FIRM)),
            date(2019, 9, 1),
            OTHER_FIRM,
            None,
        ),
        (career(declared(wage(left_on=date(2001, 1, 1)))), date(2025, 1, 1), FIRM, None),  # a slip of the employer's
    ],
)
def test_a_certificate_of_affiliation_says_since_when_and_through_whom(
    entries: tuple[CareerEntry, ...], since_on: date, employer_id: str, ended_on: date | None
) -> None:
    said = ask(request("affiliation-certificate"), entries=entries).said.affiliation
    assert said
    newest = said.spans[0].employer.employer_id
    assert (said.since_on, newest, said.ended_on) == (since_on, employer_id, ended_on)


def spans_of(*pages: WagesDeclaredV2, at: datetime = AT) -> list[tuple[str, date, date, bool]]:
    said = ask(request("affiliation-certificate"), entries=career(*pages), at=at).said.affiliation
    assert said
    return [(each.employer.employer_id, each.starts_on, each.ends_on, each.has_left) for each in said.spans]


def test_r11_all_employers_are_named_with_what_is_known_of_each() -> None:
    pages = declared(LEFT), declared(wage(year=2025), employer_id=OTHER_FIRM)
    assert spans_of(*pages) == [
        (OTHER_FIRM, date(2025, 1, 1), date(2025, 12, 31), False),
        (FIRM, date(2019, 9, 1), date(2025, 11, 30), True),
    ]
    said = ask(request("affiliation-certificate"), entries=career(*pages)).said.affiliation
    assert said and (said.known_until_on, said.ended_on) == (date(2025, 12, 31), None)
    assert {each.name for each in said.employers} == {"SARL El Amel", "EURL Nour"}


def test_r11_years_without_a_declaration_are_not_certified() -> None:
    entered = date(2019, 9, 1)
    years = [declared(wage(year=year, entered_on=entered), year=year) for year in (2020, 2021, 2025)]
    assert spans_of(*years) == [
        (FIRM, date(2025, 1, 1), date(2025, 12, 31), False),
        (FIRM, entered, date(2021, 12, 31), False),
    ]


def test_r11_nothing_is_certified_beyond_today() -> None:
    (span,) = spans_of(declared(wage(year=2026), year=2026))
    assert span == (FIRM, date(2026, 1, 1), AT.date(), False)
    said = ask(request("affiliation-certificate"), entries=career(declared(wage(year=2026), year=2026))).said
    assert said.affiliation and said.affiliation.known_until_on == AT.date()


@pytest.mark.parametrize(
    ("asked", "facts", "code"),
    [
        (request(language="en"), {}, "paper.language-not-offered"),
        (request(from_period="2025", to_period="2024"), {}, "paper.period-reversed"),
        (request(from_period="2025-Q2", to_period="2025-Q1"), {}, "paper.period-reversed"),
        (request(from_period="2027"), {}, "paper.period-in-the-future"),
        (request(to_period="2026-Q2"), {}, "paper.period-in-the-future"),
        (request(from_period="2026"), {}, "paper.period-without-wages"),
        (request(to_period="2024"), {}, "paper.period-without-wages"),
        (request(), {"entries": ()}, "paper.period-without-wages"),
        (request(), {"employer_names": {}}, "paper.employer-unnamed"),
        (request(), {"waiting": WAITING_MAX}, "paper.too-many-waiting"),
        (request("affiliation-certificate", from_period="2025"), {}, "paper.period-not-wanted"),
        (request("affiliation-certificate"), {"entries": ()}, "paper.nothing-declared"),
        (request("affiliation-certificate"), {"employer_names": {}}, "paper.employer-unnamed"),
        (request("affiliation-certificate", "en"), {}, "paper.language-not-offered"),
    ],
)
def test_what_cannot_be_certified_is_refused_by_name(asked: Request, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Failure) as refused:
        ask(asked, **facts)
    assert refused.value.code == code


def test_an_employer_outside_of_the_period_need_not_be_named() -> None:
    said = wages_of(ask(request(from_period="2023", to_period="2023"), entries=LIFE, employer_names={FIRM: "x"}))
    assert len(said.employments) == 1


def test_a_paper_says_one_thing() -> None:
    for facts in ({}, {"wages": wages_of(ask()), "affiliation": Affiliation(since_on=date(2020, 1, 1))}):
        with pytest.raises(ValueError, match="one body"):
            PaperText(holder=HOLDER, **facts)


def test_amounts_are_in_the_funds_currency() -> None:
    fund = funds()[TN]
    assert str(wages_of(ask(fund=fund)).lines[0].wage) == "18000.000 TND"
