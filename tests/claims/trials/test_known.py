"""What follows from a case, and what nobody knows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import FactSource, written
from services.claims.trials.case import CaseDependant, TrialCase
from services.claims.trials.known import dependants_of, facts_of
from shared.funds.benefits import QuestionKind
from tests.claims.benefits.builders import page
from tests.kit.contexts import shipped

ON = date(2026, 3, 20)
FUND = shipped()["tn-cnss"]
DEFINITION = page(
    """
conditions:
  - code: all
    sentence: TEXTS
    law: LAW
    holds:
      all:
        - {fact: dependants.count, at_least: 1}
        - {fact: dependants.children, at_least: 1}
        - {fact: person.age, at_least: 1}
        - {fact: fund.minimum-wage, amount_at_least: 1.000 TND}
        - {fact: claim.filed-on, after: 2020-01-01}
        - {fact: person.is-alive, is_true: true}
        - {fact: work.quarters, at_least: 1}
        - {fact: granted.count.last-30-days, at_most: 1}
"""
)
CHILD = CaseDependant(relation="child", birth_on="2015-03-01")
CASE = TrialCase(filed_on=ON, birth_on=date(1980, 1, 1), dependants=(CHILD, CHILD, replace(CHILD, relation="spouse")))


def known(case: TrialCase, **said: bool) -> dict[str, str]:
    by_name = {name.replace("__", ".").replace("_", "-"): value for name, value in said.items()}
    facts = facts_of(case, by_name, (), definition=DEFINITION, fund=FUND, on=ON)
    return {name: written(fact.value) for name, fact in facts.known.items()}


def test_what_follows_from_a_case_is_known_and_nothing_else() -> None:
    assert known(CASE) == {
        "dependants.count": "3",
        "dependants.children": "2",
        "person.age": "46",
        "fund.minimum-wage": "554.736",
        "claim.filed-on": "2026-03-20",
    }
    assert set(known(TrialCase(filed_on=ON))) == {"fund.minimum-wage", "claim.filed-on"}
    assert known(replace(CASE, dependants=()))["dependants.count"] == "0"


def test_what_a_case_says_stands_before_what_follows() -> None:
    assert known(CASE, person__is_alive=False)["person.is-alive"] == "false"


NAMED = page(
    """
questions: [{code: child, kind: dependant, asks: TEXTS}]
conditions:
  - code: all
    sentence: TEXTS
    law: LAW
    holds:
      all:
        - {fact: dependant.child.age, at_least: 1}
        - {fact: dependant.child.months, at_least: 1}
        - {fact: dependant.child.relation, equals: child}
        - {fact: dependant.child.condition, equals: none}
        - {fact: dependant.child.is-covered, is_true: true}
        - {fact: dependant.child.is-registered, is_true: true}
        - {fact: granted.one.count.same-child, at_most: 0}
        - {fact: work.quarters.last-4-quarters, at_least: 2}
"""
)


def test_of_the_dependant_whom_a_case_names_the_rest_follows_and_what_was_granted_is_said() -> None:
    named = (BenefitAnswer(code="child", kind=QuestionKind.DEPENDANT, value="child-2015-03-01"),)
    said = {"granted.one.count.same-child": Decimal(1)}
    facts = facts_of(CASE, said, named, definition=NAMED, fund=FUND, on=ON)
    assert {name: (written(fact.value), fact.source) for name, fact in facts.known.items()} == {
        "dependant.child.age": ("11", FactSource.REGISTER),
        "dependant.child.months": ("132", FactSource.REGISTER),
        "dependant.child.relation": ("child", FactSource.REGISTER),
        "dependant.child.condition": ("none", FactSource.REGISTER),
        "dependant.child.is-covered": ("true", FactSource.REGISTER),
        "dependant.child.is-registered": ("true", FactSource.REGISTER),
        "granted.one.count.same-child": ("1", FactSource.FUND),
    }


def test_dependants_have_the_ids_of_the_register() -> None:
    assert [each.dependant_id for each in dependants_of(CASE)] == [
        "child-2015-03-01",
        "child-2015-03-01-2",
        "spouse-2015-03-01",
    ]
