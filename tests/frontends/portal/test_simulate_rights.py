"""What anyone sees who asks for rights: what is typed in any script, the answer with its rule, and what is missing."""

from typing import Any

import pytest
from flask import g
from werkzeug.datastructures import MultiDict

from frontends.kit.api import Problem
from frontends.portal.anyone import simulate
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
LAW = {"law": "Loi <b>2004-71", "law_from": "2004-08-02", "is_to_be_confirmed": True}
SURE = {**LAW, "law": "Loi 60-30", "is_to_be_confirmed": False}
HALF = {"days": 50, "hours": None, "quarters": 2, "text": "50 jours"}
YEAR = {"days": 80, "hours": 540, "quarters": 4, "text": "80 jours ou 540 heures"}
TERMS: dict[str, Any] = {
    "on": "2026-01-20",
    "rule": {"thresholds": [HALF, YEAR], "newcomers": [], "newcomer_months": 0, "law": SURE},
    "lifetime": {"months": 12, "law": LAW},
    "self_paid": None,
    "dependants": [{"relation": "child", "condition": "student", "until_age": 25, "law": LAW}],
    "quarters": ["2026-Q1", "2025-Q4", "2025-Q3", "2025-Q2", "2025-Q1"],
    "units": ["D", "H", "M"],
}
CLOSED: dict[str, Any] = {
    "on": "2026-01-20",
    "status": "closed",
    "text": "Le droit n'est pas ouvert",
    "from_on": None,
    "valid_until": None,
    "missing_text": "Il manque 9 jours",
    "is_newcomer": False,
    "law": SURE,
    "lifetime": {"months": 12, "law": LAW},
    "progress": [
        {
            "threshold": YEAR,
            "days_worked": 71,
            "hours_worked": 479,
            "days_missing": 9,
            "hours_missing": 61,
            "is_reached": False,
        }
    ],
}
OPEN = {**CLOSED, "status": "open", "from_on": "2026-01-20", "valid_until": "2027-01-19", "missing_text": None}


def page(template: str = "anyone/simulate-rights.html", *, language: str = "fr", **shown: Any) -> str:
    facts = {"terms": TERMS, "months": [], "work_field": simulate.work_field, "found": None, "problem": None, **shown}
    with APP.app_context():
        return rendered(APP, template, language=language, user={}, **facts)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_asks_for_each_quarter_that_counts_and_says_what_is_enough(language: str) -> None:
    shown = page(language=language)
    assert shown.count('inputmode="numeric"') == 5 and "Loi 60-30" in shown
    assert "<details>" in shown and 'name="insured_since_day"' not in shown  # two quarters are older; no newcomers


def test_hours_are_offered_where_the_fund_counts_them_alone() -> None:
    assert 'value="H"' in page() and 'name="unit"' in page()
    assert 'value="H"' not in page(terms={**TERMS, "units": ["D", "M"]})


def test_what_is_missing_is_said_with_the_rule_and_its_date() -> None:
    shown = page(found=CLOSED)
    assert "Il manque 9 jours" in shown and "depuis" in shown and "Loi 60-30" in shown
    assert "71" in shown and "479" in shown and "61" in shown


def test_an_open_right_says_from_when_until_when_and_what_is_to_be_confirmed() -> None:
    shown = page(found=OPEN)
    assert "20" in shown and "19" in shown and "2027" in shown and "à confirmer par la caisse" in shown
    assert "<b>2004" not in page("anyone/simulate-family.html", terms=TERMS)


def test_a_fund_without_rights_by_work_leads_to_the_family() -> None:
    shown = page(terms={**TERMS, "rule": None, "quarters": [], "units": [], "lifetime": None})
    assert "<form class" not in shown and "/simulate/family" in shown


def test_the_family_is_told_what_would_cover_them() -> None:
    otherwise = [{"condition": "student", "until_on": "2031-01-19", "law": LAW}]
    found = {"on": "2026-01-20", "relation": "child", "is_covered": False, "text": "Non", "cover": None}
    shown = page("anyone/simulate-family.html", found={**found, "otherwise": otherwise})
    assert "2031" in shown and "Loi &lt;b&gt;2004-71" in shown and "poursuite" in shown
    cover = {"condition": None, "until_on": None, "law": SURE}
    assert "sans limite" in page(
        "anyone/simulate-family.html", found={**found, "is_covered": True, "cover": cover, "otherwise": []}
    )


def test_digits_of_any_script_are_sent_and_empty_boxes_are_not() -> None:
    typed = {"2026-Q1": "", "2025-Q4": "٤٩", "2025-Q3": "7"}
    asked = MultiDict([("unit", "M"), ("self_paid", "2025-M12"), ("self_paid", "1999-M01")])
    with APP.test_request_context("/", query_string=asked.to_dict(flat=False)):
        named = simulate._named(typed, terms=TERMS, months=["2025-M12"])
    assert named == {"worked": "2025-Q4:49,2025-Q3:7", "unit": "M", "self_paid": "2025-M12"}


def test_what_is_no_whole_number_is_named_at_its_box() -> None:
    with APP.test_request_context("/"):
        g.words = APP.extensions["words"]["fr"]
        problem = simulate._not_whole({"2026-Q1": "12,5", "2025-Q4": "3", "2025-Q3": ""})
    assert isinstance(problem, Problem) and list(problem.fields) == ["work-2026-Q1"]
    assert "Tapez un nombre entier" in page(problem=problem)


def test_months_are_those_of_the_quarters_that_have_begun() -> None:
    assert simulate._months(["2026-Q1", "2025-Q4"], until="2026-02-03") == [
        "2026-M02",
        "2026-M01",
        "2025-M12",
        "2025-M11",
        "2025-M10",
    ]
