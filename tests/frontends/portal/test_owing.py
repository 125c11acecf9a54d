"""What a firm reads of its debts, penalties, account and measures."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from frontends.kit.pages import Form
from frontends.portal.employer.owing import _wanted
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

FIRM = {"sub": "s", "actor": "employer", "scope": "declarations:file collections:pay", "employers": ["1600000001"]}

DEBT: dict[str, Any] = {
    "declaration_id": "d1",
    "employer_id": "1600000001",
    "form": "quarterly-wages",
    "form_name": "Déclaration trimestrielle des salaires",
    "period": "2025-Q1",
    "due_on": "2025-04-15",
    "as_of": "2025-05-20",
    "currency": "TND",
    "left": "1290.277",
    "penalties": "25.806",
    "penalties_charged": "25.806",
    "penalties_paid": "0.000",
    "penalties_left": "25.806",
    "to_pay": "1316.083",
    "to_pay_tomorrow": "1316.083",
    "pay_by_on": "2025-06-15",
    "next_on": "2025-06-16",
    "to_pay_next": "1328.986",
    "deferred": "0.000",
    "deferred_until_on": None,
    "deferred_parts": [],
    "is_late": True,
    "penalties_spared": "0.000",
    "disputed": "0.000",
    "plan_id": None,
    "is_provisional": False,
    "is_to_be_confirmed": False,
    "lines": [
        {
            "reason": "late-payment",
            "reason_text": "Retard de paiement",
            "from_on": "2025-04-16",
            "until_on": "2025-06-15",
            "months": 2,
            "base": "1290.277",
            "percent": "1.0",
            "amount": "25.806",
            "law": "Loi 60-30",
            "is_to_be_confirmed": True,
        }
    ],
}
DUE: dict[str, Any] = {
    "employer_id": "1600000001",
    "as_of": "2025-05-20",
    "currency": "TND",
    "debts": 1,
    "left": "1290.277",
    "penalties_left": "25.806",
    "to_pay": "1316.083",
    "to_pay_tomorrow": "1316.083",
    "is_to_be_confirmed": True,
    "in_plan": "0.000",
    "beside_plans": "1316.083",
    "beside_plans_tomorrow": "1316.083",
    "items": [DEBT],
    "next": None,
}
ACCOUNT: dict[str, Any] = {
    "employer_id": "1600000001",
    "currency": "TND",
    "opening": "0.000",
    "charged": "1316.083",
    "credited": "1400.000",
    "closing": "-83.917",
    "paper_languages": ["ar", "fr"],
    "items": [
        {
            "entry_id": f"e{number}",
            "value_on": day,
            "text": text,
            "period": period,
            "charged": charged,
            "credited": credited,
            "balance": balance,
        }
        for number, (day, text, period, charged, credited, balance) in enumerate(
            [
                ("2025-05-20", "Paiement reçu", "2025-Q1", "0.000", "1400.000", "-83.917"),
                ("2025-05-16", "Majorations de retard", "2025-Q1", "12.903", "0.000", "1316.083"),
                ("2025-04-16", "Majorations de retard", "2025-Q1", "12.903", "0.000", "1303.180"),
                ("2025-04-10", "Cotisations déclarées", "2025-Q1", "1290.277", "0.000", "1290.277"),
            ]
        )
    ],
    "next": None,
}
MEASURE: dict[str, Any] = {
    "code": "deferral",
    "kind": "defer",
    "name": "Report de la contribution patronale",
    "conditions": "Les entreprises touchées par le confinement.",
    "form_name": "Déclaration trimestrielle des salaires",
    "periods": ["2025-Q1", "2025-Q2"],
    "side": "employer",
    "ask_until_on": "2025-07-15",
    "new_due_on": "2025-10-15",
    "part_days": [],
    "frozen_from_on": None,
    "frozen_to_on": None,
    "proof": "checked",
    "loss": "unpaid",
    "law": "Décret-loi 2020-4",
    "is_to_be_confirmed": True,
    "is_open": True,
    "request": None,
}

Read = Callable[..., str]


@pytest.fixture(scope="module")
def read() -> Read:
    app = unreached(PORTAL)

    def page(template: str, *, language: str = "fr", **shown: Any) -> str:
        html = rendered(
            app, f"employer/{template}.html", language=language, user=FIRM, employer_id="1600000001", **shown
        )
        words = re.sub(r"<[^>]+>|[\u2066-\u2069\u200e\u200f]", "", unescape(html)).replace("\u202f", " ")
        return " ".join(words.replace("\u00a0", " ").split())

    return page


def test_a_debt_says_until_when_it_costs_what(read: Read) -> None:
    page = read("due", found=DUE, is_first=True)
    assert "1 déclaration à payer" in page and page.count("à confirmer par la caisse") == 1
    assert "Payé au plus tard le 15 juin 2025 :" in page and "à partir du 16 juin 2025 :" in page
    put_off = {**DEBT, "deferred": "800.000", "deferred_until_on": "2025-10-15"}
    assert "à payer au plus tard le 15 octobre 2025" in read("due", found={**DUE, "items": [put_off]}, is_first=True)
    assert "Rien n'est dû." in read("due", found={**DUE, "items": [], "debts": 0}, is_first=True)


def test_a_debt_that_is_paid_in_parts_says_each_part_and_its_day(read: Read) -> None:
    parts = [
        {"due_on": "2025-09-15", "amount": "400.000", "left": "150.000"},
        {"due_on": "2025-10-15", "amount": "400.000", "left": "400.000"},
    ]
    in_parts = {**DEBT, "deferred": "800.000", "deferred_until_on": "2025-10-15", "deferred_parts": parts}
    assert "en retard depuis" in read("due", found={**DUE, "items": [in_parts]}, is_first=True)
    page = read("due", found={**DUE, "items": [{**in_parts, "is_late": False}]}, is_first=True)
    assert "en retard" not in page and "reporté" in page
    assert "Dont 800,000 TND à payer en plusieurs parts" in page
    assert "part 1 au plus tard le 15 septembre 2025 : 400,000 TND" in page and "reste : 150,000 TND" in page
    assert "part 2 au plus tard le 15 octobre 2025 : 400,000 TND" in page and page.count("reste :") == 1


def test_a_debt_in_a_plan_is_not_called_late(read: Read) -> None:
    planned = {**DUE, "items": [{**DEBT, "plan_id": "p1"}], "in_plan": "1316.083"}
    planned |= {"beside_plans": "0.000", "beside_plans_tomorrow": "0.000"}
    page = read("due", found=planned, is_first=True)
    assert "selon un échéancier" in page and "en retard" not in page
    assert re.search("À payer aujourd.hui ?0,000 TND", page), page
    assert re.search("par les échéances d.un échéancier ?1 316,083 TND", page), page


def test_penalties_say_how_they_come_about(read: Read) -> None:
    page = read("penalties", found=DEBT)
    assert "Retard de paiement" in page and "à confirmer par la caisse" in page and "2 mois" in page
    assert "Payez au plus tard le 15 juin 2025" in page
    assert "Payez aujourd'hui" in read("penalties", found={**DEBT, "to_pay_tomorrow": "1328.986"})
    final = {**DEBT, "next_on": None, "pay_by_on": None, "lines": []}
    assert "Il n'y en a pas." in read("penalties", found=final) and "Payez" not in read("penalties", found=final)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_balance_below_zero_is_said_in_words(read: Read, language: str) -> None:
    page = read_account(read, language=language)
    assert {"fr": "à votre crédit", "ar": "لفائدتكم"}[language] in page
    assert "-83" not in page and "\u200e-" not in page


def read_account(read: Read, *, language: str = "fr", **more: Any) -> str:
    found = {**ACCOUNT, **more}
    shown = {"year": "2025", "period": "", "problem": None, "form": Form("account-statement:1"), "is_first": True}
    return read("account", found=found, language=language, **shown)


def test_it_is_asked_for_as_a_paper_where_the_fund_issues_one(read: Read) -> None:
    assert "En document signé (PDF)" in read_account(read)
    assert "En document signé (PDF)" not in read_account(read, paper_languages=[])
    shown = {"reference": "SA260000000147", "papers": {"items": [], "next": None}}
    page = read("account-paper", **shown)
    assert "SA260000000147" in page and "en cours d'impression" in page


def test_a_measure_is_asked_for_with_the_firms_word(read: Read) -> None:
    page = read("measures", found=[MEASURE], asking={"deferral": None}, problem=None)
    assert "Je déclare que l'entreprise remplit ces conditions." in page and "Demander" in page
    assert "À défaut de paiement à cette date" in page
    days = {"kind": "split", "new_due_on": None, "part_days": ["2025-09-15", "2025-10-15"]}
    page = read("measures", found=[{**MEASURE, **days}], asking={"deferral": None}, problem=None)
    assert "À payer en parts égales au plus tard le" in page
    assert "15 septembre 2025" in page and "15 octobre 2025" in page
    assert "À défaut de paiement d'une part à sa date" in page
    refused = {"request_id": "r", "status": "refused", "text": "La demande est refusée.", "reason": "Trop tard."}
    asked = {**MEASURE, "is_open": False, "request": {**refused, "asked_at": "2025-05-02T09:00:00+00:00"}}
    page = read("measures", found=[asked], asking={}, problem=None)
    assert "Trop tard." in page and "Demander" not in page.replace("À demander", "")
    assert "Il n'y a rien à demander aujourd'hui." in read("measures", found=[], asking={}, problem=None)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ({}, {"period": None}),
        ({"year": "2025"}, {"from_on": "2025-01-01", "until_on": "2025-12-31", "period": None}),
        ({"year": "\u200f٢٠٢٥ "}, {"from_on": "2025-01-01", "until_on": "2025-12-31", "period": None}),
        ({"year": "25", "period": " 2025-Q1 "}, {"period": "2025-Q1"}),
        ({"year": "soon", "period": "x" * 90}, {"period": "X" * 8}),
        ({"period": "٢٠٢٥-q1"}, {"period": "2025-Q1"}),
    ],
)
def test_a_year_is_read_in_any_script(typed: dict[str, str], wanted: dict[str, str | None]) -> None:
    app = unreached(PORTAL)
    with app.test_request_context("/", query_string=MultiDict(typed)):
        assert _wanted() == wanted
