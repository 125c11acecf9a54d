"""How declarations become a career, revision by revision, in any order of their pages."""

from dataclasses import replace
from typing import Any

import pytest

from services.documents.careers import rules
from services.documents.careers.career import Career, DeclaredPage
from shared.events.payments.wages import WagePeriodV2, WagesDeclaredV2
from shared.funds.period import PeriodMalformed
from tests.documents.builders import FIRM, OTHER_FIRM, declared, wage
from tests.kit.people import AMIRA, KARIM

EMPTY = Career(person_ref=AMIRA)


def written(*pages: WagesDeclaredV2) -> Career:
    career = EMPTY
    for page in pages:
        career = rules.declared(career, [each for each in page.wages if each.person_ref == AMIRA], page=page)
    return career


def wages_of(career: Career) -> list[tuple[str, int, int]]:
    return [(each.employer_id, each.quarter, each.wage_minor) for each in career.entries]


def test_a_declaration_is_written_quarter_by_quarter_oldest_first() -> None:
    career = written(declared(wage(year=2025), year=2025), declared(wage(year=2024), year=2024))
    assert [(each.year, each.quarter) for each in career.entries] == [
        (year, quarter) for year in (2024, 2025) for quarter in (1, 2, 3, 4)
    ]
    first = career.entries[0]
    assert (first.employer_id, first.duration, first.unit, first.wage_minor) == (FIRM, 3, "M", 18_000_000)
    assert (first.declaration_id, first.revision) == (f"{FIRM}-2024-1", 1)


def test_a_later_revision_replaces_all_of_the_earlier_one() -> None:
    one_quarter = WagePeriodV2(year=2025, kind="quarter", number=2, duration=3, unit="M", wage_minor=7)
    career = written(declared(), declared(wage(periods=(one_quarter,)), revision=2))
    assert wages_of(career) == [(FIRM, 2, 7)]


def test_a_revision_without_the_person_takes_them_out() -> None:
    assert written(declared(), declared(wage(KARIM), revision=2)).entries == ()


@pytest.mark.parametrize("other", [{"employer_id": OTHER_FIRM}, {"form": "other"}])
def test_another_employer_or_form_replaces_nothing(other: dict[str, Any]) -> None:
    assert len(written(declared(), declared(wage(wage_minor=7), revision=2, **other)).entries) == 8


def test_r01_another_establishment_of_the_employer_replaces_nothing() -> None:
    first, other = declared(), declared(wage(wage_minor=7), establishment="0001")
    assert len(written(first, other).entries) == 8
    assert wages_of(written(first, other, declared(wage(wage_minor=9), revision=2, establishment="0001"))) == [
        (FIRM, quarter, amount) for quarter in (1, 2, 3, 4) for amount in (18_000_000, 9)
    ]
    assert rules.page_of(other, known=[]) is not None
    assert rules.scope_of(first) == f"{FIRM}/{first.form}/{first.period}"


def test_two_lines_of_one_person_in_one_declaration_both_count() -> None:
    assert len(written(declared(wage(), wage(wage_minor=7))).entries) == 8
    assert len(written(declared(page=1, pages=2), declared(wage(wage_minor=7), page=2, pages=2)).entries) == 8


def test_an_empty_quarter_is_no_entry() -> None:
    periods = tuple(
        WagePeriodV2(year=2025, kind="quarter", number=q, duration=0, unit="D", wage_minor=w)
        for q, w in ((1, 0), (2, 5))
    )
    assert wages_of(written(declared(wage(periods=periods)))) == [(FIRM, 2, 5)]


def test_a_career_does_not_grow_for_ever() -> None:
    life = written(*(declared(wage(year=year), year=year) for year in range(1900, 1900 + rules.ENTRIES_MAX)))
    assert (len(life.entries), life.entries[-1].year) == (rules.ENTRIES_MAX, 1899 + rules.ENTRIES_MAX)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"number": 5}, PeriodMalformed),
        ({"kind": "week"}, PeriodMalformed),
        ({"kind": "month", "number": 13}, PeriodMalformed),
        ({"year": 20}, PeriodMalformed),
        ({"unit": "weeks"}, ValueError),
        ({"duration": -1}, ValueError),
        ({"wage_minor": -1}, ValueError),
    ],
)
def test_an_entry_that_cannot_be_is_not_written(wrong: dict[str, Any], error: type[Exception]) -> None:
    period = replace(wage().periods[0], **wrong)
    with pytest.raises(error):
        written(declared(wage(periods=(period,))))


def test_a_career_knows_the_last_papers_that_were_made_from_it() -> None:
    career = EMPTY
    for number in range(rules.LEANING_MAX + 1):
        career = rules.note_dependent_paper(career, f"PR{number}")
    assert (len(career.leaning), career.leaning[0], career.leaning[-1]) == (rules.LEANING_MAX, "PR1", "PR100")
    assert rules.declared(career, [wage()], page=declared()).leaning == career.leaning


# --- Pages ------------------------------------------------------------------------------------------------------------


def known(page: WagesDeclaredV2, *before: DeclaredPage) -> DeclaredPage:
    record = rules.page_of(page, known=before)
    assert record is not None
    return record


ONE = known(declared(wage(AMIRA), page=1, pages=2))
TWO = known(declared(wage(KARIM), page=2, pages=2), ONE)


@pytest.mark.parametrize(
    ("page", "before", "withdrawn"),
    [
        (declared(wage(AMIRA), revision=2), [ONE, TWO], (KARIM,)),
        (declared(wage(AMIRA), wage(KARIM), revision=2), [ONE, TWO], ()),
        (declared(wage("pnew"), revision=2), [ONE, TWO], (AMIRA, KARIM)),
        (declared(wage(AMIRA), revision=2), [], ()),
        (declared(wage(AMIRA), revision=2, page=1, pages=2), [ONE, TWO], ()),  # the other page may name Karim
    ],
)
def test_whom_a_corrected_declaration_leaves_out_is_known_with_its_last_page(
    page: WagesDeclaredV2, before: list[DeclaredPage], withdrawn: tuple[str, ...]
) -> None:
    record = known(page, *before)
    assert record.withdrawn_refs == withdrawn
    assert record.touched_refs == record.person_refs + withdrawn


def test_the_pages_of_a_revision_may_come_in_any_order() -> None:
    first, last = (
        declared(wage("pnew"), revision=2, page=1, pages=2),
        declared(wage(KARIM), revision=2, page=2, pages=2),
    )
    for early, late in ((first, last), (last, first)):
        before = known(early, ONE, TWO)
        assert (before.withdrawn_refs, known(late, ONE, TWO, before).withdrawn_refs) == ((), (AMIRA,))


@pytest.mark.parametrize(
    ("page", "before"),
    [
        (declared(), [known(declared())]),  # the same page
        (declared(), [known(declared(revision=2))]),  # a later revision came first
    ],
)
def test_a_page_that_came_or_was_overtaken_changes_nothing(page: WagesDeclaredV2, before: list[DeclaredPage]) -> None:
    assert rules.page_of(page, known=before) is None
