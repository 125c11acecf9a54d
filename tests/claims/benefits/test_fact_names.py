"""A fact has a name that people read, in every language: whatever any benefit of any fund is decided from."""

from functools import cache

import pytest

from services.claims.benefits.fact_names import OF_LAW, OF_LINE, OF_PART, fact_text
from services.claims.wiring import service
from shared.funds import facts
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.languages.texts import Texts
from tests.funds.invented import more_funds
from tests.kit.contexts import shipped

FUNDS = list({**shipped(), **more_funds()}.values())
SAMPLES = (
    *OF_LAW,
    *OF_LINE,
    *OF_PART,
    "person.age",
    "person.birth-on",
    "person.is-alive",
    "person.died-on",
    "work.quarters",
    "work.days.last-4-quarters",
    "work.days.last-6-months",
    "work.quarters.last-4-quarters",
    "work.quarters-of-50-days.last-4-quarters",
    "work.months.last-12-months",
    "work.months-of-15-days.last-3-months",
    "work.days.2025-Q4",
    "work.quarter.2025-Q4",
    "wages.quarter.2025-Q4",
    "granted.paid-for.2026-M01",
    "granted.on.2026-02-10",
    "wages.last-quarter",
    "wages.mean-month.last-8-quarters",
    "granted.amount.this-year",
    "granted.count.last-365-days",
    "granted.nothing.count",
    "granted.nothing.count.last-12-months",
    "granted.nothing.count.same-child",
    "granted.nothing.days-ago",
    "dependant.nobody.age",
    "dependant.nobody.months",
    "dependant.nobody.is-registered",
    "dependant.nobody.is-covered",
    "dependant.nobody.relation",
    "dependant.nobody.condition",
    "cover.long-illness",
    "fund.minimum-wage",
    "claim.filed-on",
    "dependants.count",
    "dependants.children.aged-0-to-6",
    "dependants.children.months-0-to-18",
    "dependants.children.disabled",
    "deceased.dependants.children",
    "register.nowhere.nothing",
    "answer.nothing",
    "answer.nothing.days-ago",
    "formula.nothing",
)


@cache
def sentences() -> Texts:
    return service.texts()


def said(name: str, fund: Fund, language: str, *, definition: ClaimType | None = None) -> str:
    texts = sentences()
    return fact_text(
        name,
        fund=fund,
        language=language,
        translate=lambda code, **more: texts.translate(code, language, more),
        definition=definition,
    )


def used(fund: Fund) -> set[str]:
    steps = {f"formula.{step.code}" for each in fund.claim_types.values() for step in each.formula}
    return steps | {name for each in fund.claim_types.values() for name in each.fact_names()}


@pytest.mark.parametrize("fund", FUNDS, ids=lambda fund: fund.fund_id)
def test_no_fact_is_shown_by_its_code(fund: Fund) -> None:
    for language in fund.languages:
        for name in (*SAMPLES, *used(fund)):
            text = said(name, fund, language)
            assert text and name not in text and "{" not in text, f"{name}: {text}"


def test_a_fact_is_called_as_the_fund_calls_it() -> None:
    for fund in FUNDS:
        for benefit in fund.claim_types.values():
            for question in benefit.questions:
                alike = {
                    each.asks["fr"]
                    for other in fund.claim_types.values()
                    for each in other.questions
                    if each.code == question.code and "fr" in each.asks
                }
                expected = question.asks["fr"] if len(alike) == 1 else "Réponse à une question"
                if "fr" in fund.languages:
                    assert said(f"answer.{question.code}", fund, "fr") == expected


@pytest.mark.parametrize("fund", FUNDS, ids=lambda fund: fund.fund_id)
def test_where_one_benefit_is_spoken_of_all_that_it_asks_and_computes_is_said_in_its_words(fund: Fund) -> None:
    for benefit in fund.claim_types.values():
        own = {f"answer.{each.code}": each.asks for each in benefit.questions}
        own |= {f"formula.{each.code}": each.names for each in benefit.formula}
        for name, texts in own.items():
            for language in fund.languages:
                assert said(name, fund, language, definition=benefit) == texts[language]


def test_what_is_no_fact_is_shown_as_it_is() -> None:
    assert not facts.is_a_fact("weather.today")
    assert said("weather.today", FUNDS[0], "fr") == "weather.today"
