"""What anyone sees who has a benefit estimated: what is asked, the answer with its conditions, and what is missing."""

from typing import Any

import pytest
from flask import g
from werkzeug.datastructures import MultiDict

from frontends.kit.api import Problem
from frontends.kit.questions import open_questions, typed_answers
from frontends.portal.anyone import estimate
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
LAW = {"law": "Décret <b>74-499", "law_from": "1974-01-01", "is_to_be_confirmed": True}


def question(code: str, kind: str, **more: Any) -> Any:
    usual = {"text": code.upper(), "help": None, "choices": [], "is_required": False, "when": None}
    return {"code": code, "kind": kind, **usual, "at_least": None, "at_most": None, **more}


BORN = question("person.birth-on", "date")
QUARTERS = question("work.quarters", "number")
WAGE = question("wages.last-quarter", "amount")
DISABLED = question("severe-disability", "yes-no")
CARD = question(
    "register.disability.holds-card",
    "yes-no",
    when={"fact": "answer.severe-disability", "tests": {"is_true": "true"}},
)
BENEFIT: dict[str, Any] = {
    "claim_type": "old-age-pension",
    "name": "Pension <i>de vieillesse",
    "family": "pension",
    "currency": "TND",
    "questions": [BORN, QUARTERS, WAGE, DISABLED, CARD],
}
REFUSED: dict[str, Any] = {
    "on": "2026-03-20",
    "outcome": "refused",
    "text": "Une condition manque",
    "failed_text": "Soixante ans",
    "unanswered": ["Un salaire"],
    "conditions": [
        {
            "holds": False,
            "sentence": "Soixante ans",
            "law": LAW,
            "facts": [{"name": "person.age", "name_text": "Âge", "kind": "number", "value": "41"}],
            "missing_texts": [],
        },
        {"holds": None, "sentence": "Cinq ans", "law": LAW, "facts": [], "missing_texts": ["Trimestres"]},
    ],
    "sum": None,
    "every": "month",
}
FACT = {"name": "answer.single", "name_text": "Seul ?", "value": "true", "source_text": "Votre réponse", "as_of": None}
LINE = {
    "name": "Pension du mois",
    "article": "Décret 74-499",
    "valid_from": "1974-01-01",
    "is_to_be_confirmed": True,
    "facts": [FACT],
    "amount": "700.000",
    "is_counted": True,
}
GRANTED = {
    **REFUSED,
    "outcome": "granted",
    "failed_text": None,
    "conditions": [],
    "sum": {"lines": [LINE], "amount": "700.000", "currency": "TND", "computed_on": "2026-03-20"},
}


def page(*, language: str = "fr", **shown: Any) -> str:
    usual = {"benefit": BENEFIT, "questions": BENEFIT["questions"], "given": {}, "values": {}, "labels": {}}
    usual |= {"found": None, "problem": None, "known": None, "facts": {}}
    with APP.app_context():
        return rendered(
            APP,
            "anyone/estimate.html",
            language=language,
            user={},
            **{**usual, **shown},
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_each_question_is_asked_by_its_kind_and_all_may_be_left_out(language: str) -> None:
    shown = page(language=language)
    for name in ("person.birth-on_day", "work.quarters", "wages.last-quarter"):
        assert f'name="answer-{name}"' in shown
    assert shown.count('type="radio"') == 4 and " required" not in shown and "novalidate" in shown
    assert "WAGES.LAST-QUARTER (TND)" in shown and "<i>" not in shown and 'id="found"' not in shown


KNOWN = [
    {
        "code": "person.birth-on",
        "value": "1964-05-01",
        "source_text": "Le registre",
        "as_of": "2026-03-20",
        "parts": [],
    },
    {
        "code": "work.quarters",
        "value": 84,
        "source_text": "Les <b>déclarations",
        "as_of": "2026-03-20",
        "parts": [{"period": "2025-Q4", "value": "3M"}, {"period": "2025-Q3", "value": "40D+8H"}],
    },
    {
        "code": "wages.last-quarter",
        "value": "2250.500",
        "source_text": "Les déclarations",
        "as_of": "2026-03-20",
        "parts": [{"period": "2025-Q4", "value": "2250.500"}],
    },
    {"code": "severe-disability", "value": False, "source_text": "Le registre", "as_of": "2026-03-20", "parts": []},
]


def test_what_the_fund_knows_is_filled_in_and_says_who_said_so() -> None:
    given = {each["code"]: each["value"] for each in KNOWN}
    with APP.test_request_context("/"):
        g.language, g.fund = "fr", {"country": "TN", "currency": "TND"}
        boxes = estimate._boxes(BENEFIT["questions"], given)
    shown = page(given=given, values=boxes, known={"items": KNOWN}, facts={each["code"]: each for each in KNOWN})
    assert 'name="answer-work.quarters" type="text" value="84"' in shown
    assert 'name="answer-wages.last-quarter" type="text" value="2250,500"' in shown
    assert 'value="1964"' in shown and 'value="no" checked' in shown
    assert shown.count("Connu de la caisse") == 4 and "Les &lt;b&gt;déclarations" in shown and "20 mars 2026" in shown
    assert "4e trimestre 2025" in shown and "3 mois" in shown and "40 jours + 8 heures" in shown
    assert "rien ne change dans votre dossier" in shown


def test_what_is_known_and_cannot_be_said_leaves_the_questions() -> None:
    shown = page(known=Problem(503, {"code": "x", "detail": "Les droits ne répondent pas."}))
    assert "Les droits ne répondent pas." in shown and 'name="answer-work.quarters"' in shown


def test_why_not_stands_before_the_conditions_each_with_its_text() -> None:
    shown = page(found=REFUSED)
    assert shown.index("Soixante ans") < shown.index("Décret &lt;b&gt;74-499") and "<b>74" not in shown
    assert "Âge" in shown and "41" in shown and "Trimestres" in shown and "à confirmer par la caisse" in shown
    assert "Cinq ans" not in shown  # the sentence says why not, and nobody knows that yet
    assert "Un salaire" not in shown  # one answer more would change nothing
    assert "engage personne" in shown


def test_a_sum_is_explained_and_said_to_be_an_estimate() -> None:
    shown = page(found=GRANTED)
    assert "Pension du mois" in shown and "chaque mois" in shown and "engage personne" in shown
    assert "Seul ?" in shown and ">Oui<" in shown and ">true<" not in shown
    assert "une fois" in page(found={**GRANTED, "every": None})


def test_what_was_left_as_known_names_its_source_in_the_sum_too() -> None:
    known = {"items": [{**each, "source_text": "Le registre"} for each in KNOWN]}
    given: dict[str, Any] = {"person.birth-on": "1964-05-01", "work.quarters": 84, "wages.last-quarter": "2250.5"}
    left = estimate._left(known, given)
    assert left.keys() == {"person.birth-on", "person.age", "work.quarters", "wages.last-quarter"}
    assert estimate._left(known, {**given, "work.quarters": 92}).keys() == left.keys() - {"work.quarters"}
    assert estimate._left(None, given) == {}
    quarters = {**FACT, "name": "work.quarters", "name_text": "Trimestres", "value": "84", "kind": "number"}
    typed = {**FACT, "name": "answer.stopped-on", "name_text": "Cessation", "value": "2026-01-01", "kind": "date"}
    lines = [{**LINE, "facts": [quarters, typed]}]
    shown = page(found={**GRANTED, "sum": {**GRANTED["sum"], "lines": lines}}, left=left)
    assert "Le registre, <bdi>20 mars 2026" in shown and shown.count("Votre réponse") == 1


def test_what_was_not_answered_is_named_where_it_decides() -> None:
    shown = page(found={**REFUSED, "outcome": "undecided", "failed_text": None})
    assert "Sans réponse" in shown and "Un salaire" in shown


def test_what_is_typed_is_read_in_any_script_and_leads_to_what_is_asked_next() -> None:
    typed = MultiDict(
        {
            "answer-person.birth-on_day": "١",
            "answer-person.birth-on_month": "٥",
            "answer-person.birth-on_year": "١٩٦٠",
            "answer-work.quarters": "١٠٠",
            "answer-wages.last-quarter": "2000,500",
            "answer-severe-disability": "no",
        }
    )
    with APP.test_request_context("/", method="POST", data=typed):
        g.language, g.fund = "ar", {"country": "TN", "currency": "TND"}
        given = typed_answers(BENEFIT["questions"])
    assert given == {
        "person.birth-on": "1960-05-01",
        "work.quarters": 100,
        "wages.last-quarter": "2000.500",
        "severe-disability": False,
    }
    asked = [each["code"] for each in open_questions(BENEFIT["questions"], given)]
    assert asked == [each["code"] for each in (BORN, QUARTERS, WAGE, DISABLED)]
    assert CARD in open_questions(BENEFIT["questions"], {**given, "severe-disability": True})


def test_a_fault_is_shown_at_its_field() -> None:
    fault = {"field": "answers.work.quarters", "detail": "Un nombre entier."}
    refused = estimate._by_field(Problem(422, {"code": "claim.answers-invalid", "errors": [fault]}))
    assert refused.fields == {"answer-work.quarters": "Un nombre entier."}
    shown = page(problem=refused, labels={"answer-work.quarters": "Trimestres"})
    assert 'href="#answer-work.quarters"' in shown and 'id="answer-work.quarters-fault"' in shown
    young = estimate._by_field(Problem(422, {"code": "right.not-born-yet", "detail": "Pas encore né."}))
    assert young.fields == {"answer-person.birth-on": "Pas encore né."}


def test_a_fund_without_such_benefits_says_so() -> None:
    with APP.app_context():
        shown = rendered(APP, "anyone/estimate-choose.html", language="fr", user={}, families={})
    assert "pas de prestation calculable" in shown and '<ul class="rows">' not in shown
