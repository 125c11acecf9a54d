"""A paper that says something wrong cannot be built."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from services.documents.papers.content import (
    TEXT_LENGTH_MAX,
    WAGE_LINES_MAX,
    Affiliation,
    Holder,
    LanguageNotOffered,
    PaperKind,
    PaperLanguage,
    PeriodWithoutWages,
    TooManyWageLines,
    Wages,
)
from shared.kernel.errors import Failure, Term
from tests.documents.papers.builders import a_fund, a_paper, months, wages
from tests.kit.contexts import shipped


def test_the_body_tells_which_paper_it_is() -> None:
    assert a_paper(wages(months(1))).kind is PaperKind.SALARY_CERTIFICATE
    assert a_paper(Affiliation(since_on=date(2014, 9, 1))).kind is PaperKind.AFFILIATION_CERTIFICATE


@pytest.mark.parametrize(
    ("build", "error", "parameters"),
    [
        (lambda: wages(months(1), ()), PeriodWithoutWages, {}),
        (
            lambda: Wages(starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 31), employments=()),
            PeriodWithoutWages,
            {},
        ),
        (lambda: wages(months(WAGE_LINES_MAX + 1)), TooManyWageLines, {"lines": 601, "lines_max": 600}),
        (
            lambda: a_paper(language="en", fund=shipped()["dz-cnas"]),
            LanguageNotOffered,
            {"language": Term("language.en")},
        ),
    ],
)
def test_what_people_may_ask_in_vain_is_refused_by_name(
    build: Callable[[], object], error: type[Failure], parameters: dict[str, object]
) -> None:
    with pytest.raises(error) as refused:
        build()
    assert refused.value.parameters == parameters


@pytest.mark.parametrize(
    "build",
    [
        lambda: replace(months(1)[0], ends_on=date(2014, 12, 31)),
        lambda: wages(months(1), months(1, fund=a_fund("tn-cnss"))),
        lambda: replace(a_paper(), verification_url="javascript:alert(1)"),
        lambda: replace(a_paper(), verification_url="https://documents.example/" + "a" * 300),
        lambda: replace(a_paper(), valid_until_on=date(2026, 11, 21)),
        lambda: replace(a_paper(), number=" "),
        lambda: Holder(full_name="x" * (TEXT_LENGTH_MAX + 1), insurance_number="1"),
        lambda: Affiliation(since_on=date(2020, 1, 1), ended_on=date(2019, 12, 31)),
    ],
)
def test_what_the_platform_itself_gets_wrong_cannot_be_built(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        build()


def test_as_many_lines_as_a_career_has_are_taken() -> None:
    assert len(wages(months(WAGE_LINES_MAX)).lines) == WAGE_LINES_MAX


def test_languages_are_spelt_as_funds_spell_them() -> None:
    assert [language.value for language in PaperLanguage] == ["ar", "fr", "en"]
