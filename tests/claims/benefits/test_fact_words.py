"""A fact that a sum was computed from is shown in words, never by its name alone."""

import pytest

from services.claims.benefits.schemas import kind_of
from shared.funds.facts import VOCABULARY, FactName
from shared.languages.texts import LANGUAGES
from tests.contracts import services

OF_BILLS = ("care.quantity", "care.paid", "price", "percent", "cover", "reduced-for", "refused-for")


WORDS = services.load("claims").texts().by_code


def is_worded(kind: str) -> bool:
    return WORDS.get(f"benefit.fact.{kind}", {}).keys() >= set(LANGUAGES)


@pytest.mark.parametrize("fact", VOCABULARY, ids=lambda fact: fact.pattern)
def test_every_family_of_facts_has_its_words(fact: FactName) -> None:
    assert is_worded(kind_of(fact.pattern.replace("\\.", ".")))


@pytest.mark.parametrize("name", OF_BILLS)
def test_so_has_each_fact_of_a_bill(name: str) -> None:
    assert is_worded(kind_of(name))
