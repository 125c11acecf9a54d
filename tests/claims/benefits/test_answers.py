"""Answers held against their questions: each kind, taken and refused, and what is asked only under a condition."""

from typing import Any

import pytest

from services.claims.benefits.answer import GivenAnswer
from services.claims.benefits.answers import AnswersInvalid, checked
from services.claims.benefits.fact import Facts
from shared.kernel.money import Currency
from tests.claims.benefits.builders import ON, facts, page

NOTHING = Facts(known={}, currency=Currency.TND)


def faults(questions: str, *given: tuple[str, Any], known: Facts = NOTHING) -> list[tuple[str, str]]:
    """What is wrong with answers; empty where nothing is."""
    answers = [GivenAnswer(code=code, value=value) for code, value in given]
    try:
        checked(answers, definition=page(questions), facts=known, dependants=["child-2015-04-02"], on=ON)
    except AnswersInvalid as invalid:
        return [(fault.field, fault.code) for fault in invalid.faults]
    return []


def question(kind: str, more: str = "") -> str:
    return f"questions: [{{code: q, kind: {kind}, asks: TEXTS{more}}}]"


CHOICES = ", choices: {a: TEXTS, b: TEXTS}"


@pytest.mark.parametrize(
    ("kind", "more", "value", "kept"),
    [
        ("yes-no", "", True, "true"),
        ("yes-no", "", False, "false"),
        ("date", "", "2026-02-10", "2026-02-10"),
        ("date", "", "٢٠٢٦-٠٢-١٠", "2026-02-10"),
        ("amount", "", "1250.500", "1250500"),
        ("amount", "", "0", "0"),
        ("number", "", 0, "0"),
        ("number", ", at_least: -5, at_most: 5", -5, "-5"),
        ("choice", CHOICES, "b", "b"),
        ("text", "", "  my   words ", "my words"),
        ("dependant", "", "child-2015-04-02", "child-2015-04-02"),
    ],
)
def test_an_answer_of_its_kind_is_taken(kind: str, more: str, value: Any, kept: str) -> None:
    given = [GivenAnswer(code="q", value=value)]
    definition = page(question(kind, more))
    (answer,) = checked(given, definition=definition, facts=NOTHING, dependants=["child-2015-04-02"], on=ON)
    assert (answer.code, answer.kind, answer.value) == ("q", kind, kept)


@pytest.mark.parametrize(
    ("kind", "more", "value", "fault"),
    [
        ("yes-no", "", "true", "answer.not-a-yes-no"),
        ("yes-no", "", 1, "answer.not-a-yes-no"),
        ("date", "", "10/02/2026", "answer.not-a-date"),
        ("date", "", "2026-02-30", "answer.not-a-date"),
        ("date", "", "0001-01-01", "answer.not-a-date"),
        ("date", "", 20260210, "answer.not-a-date"),
        ("amount", "", "1.0005", "answer.not-an-amount"),
        ("amount", "", "-1", "answer.not-an-amount"),
        ("amount", "", "1e3", "answer.not-an-amount"),
        ("amount", "", 5, "answer.not-an-amount"),
        ("number", "", -1, "answer.not-a-number"),
        ("number", "", "5", "answer.not-a-number"),
        ("number", "", True, "answer.not-a-number"),
        ("number", ", at_most: 5", 6, "answer.not-a-number"),
        ("choice", CHOICES, "c", "answer.not-a-choice"),
        ("text", "", "", "answer.not-a-text"),
        ("text", "", " \u200b ", "answer.not-a-text"),
        ("dependant", "", "child-1999-01-01", "answer.not-a-dependant"),
    ],
)
def test_an_answer_of_another_kind_is_refused_with_its_code(kind: str, more: str, value: Any, fault: str) -> None:
    assert faults(question(kind, more), ("q", value)) == [("answers.q", fault)]


TWO = """
questions:
  - {code: married, kind: yes-no, asks: TEXTS}
  - {code: spouse-works, kind: yes-no, asks: TEXTS, when: {fact: answer.married, is_true: yes}}
  - {code: children, kind: number, asks: TEXTS, when: {fact: dependants.children, at_least: 1}}
  - {code: remark, kind: text, asks: TEXTS, is_required: no}
"""


def test_every_fault_is_said_at_once() -> None:
    assert faults(TWO, ("moon", True), ("remark", "a"), ("remark", "b")) == [
        ("answers.moon", "answer.no-such-question"),
        ("answers.remark", "answer.twice"),
        ("answers.married", "answer.missing"),
    ]


def test_what_follows_from_another_answer_is_asked_only_then() -> None:
    childless = facts(dependants__children=0)
    assert faults(TWO, ("married", False), known=childless) == []
    assert faults(TWO, ("married", True), known=childless) == [("answers.spouse-works", "answer.missing")]
    both = [("married", False), ("spouse-works", True)]
    assert faults(TWO, *both, known=childless) == [("answers.spouse-works", "answer.not-asked")]


def test_where_it_cannot_be_said_whether_it_is_asked_it_may_be_answered_and_need_not_be() -> None:
    assert faults(TWO, ("married", False)) == []
    assert faults(TWO, ("married", False), ("children", 2)) == []
    assert faults(TWO, ("married", False), known=facts(dependants__children=1)) == [
        ("answers.children", "answer.missing")
    ]
