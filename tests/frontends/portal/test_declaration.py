"""What a firm sees of a declaration that it pays: each way with what it needs, also where a service is away."""

import re
from html import unescape
from typing import Any, ClassVar

import pytest

from frontends.kit.api import Unreachable
from frontends.portal.employer.declaring import RAILS, UNDER_WAY
from frontends.portal.portal import PORTAL
from tests.frontends.portal.test_owing import DEBT, FIRM
from tests.kit.frontends import rendered, unreached

DECLARATION: dict[str, Any] = {
    "declaration_id": "d1",
    "employer_id": "1600000001",
    "form": "quarterly-wages",
    "form_name": "Déclaration trimestrielle des salaires",
    "period": "2025-Q1",
    "received_at": "2025-04-08T09:00:00+00:00",
    "status": "accepted",
    "text": "La déclaration est acceptée.",
    "intake": "files",
    "due_on": "2025-04-15",
    "currency": "TND",
    "workers": 12,
    "confirm_until": None,
    "payment": {"text": "En attente du paiement.", "due": "1290.277", "paid": "0.000", "left": "1290.277"},
    "cards": None,
    "progress": None,
    "reconciliation": None,
    "complement": None,
    "slips": [],
    "receipts": [],
    "version": 3,
    "may_be_taken_back": False,
}
MOBILE: dict[str, Any] = {
    "collection_id": "c1",
    "reference": "CT027768008307521638",
    "rail": "mobile-money",
    "status": "announced",
    "amount": "1290.277",
    "currency": "TND",
    "account": {"number": "10010000000016200182", "holder": "CNSS", "bank": "STB"},
    "valid_until_on": "2025-05-25",
    "checkout_url": None,
    "debit_on": None,
    "operators": ["Mahfadha (opérateur fictif)"],
    "plan": None,
    "is_repetition": False,
    "timeline": [{"text": "Tout est prêt : vous pouvez payer.", "reason": ""}],
}


AT_COUNTER = {**MOBILE, "rail": "card-terminal", "operators": [], "places": ["Guichet 1"], "bring": "La carte"}


class NamedForm:
    """Stands for a form of a page, without a session."""

    key, version, name = "k", 3, "pay"
    values: ClassVar[dict[str, str]] = {}


def page(language: str, *, penalties: Any = DEBT, tried: tuple[dict[str, Any], ...] = (MOBILE,), **found: Any) -> str:
    ways = [
        {"rail": rail, "text": rail, "debit_on": "2025-04-15", "places": ["Guichet 1"], "bring": "La carte"}
        for rail in RAILS
    ]
    return rendered(
        unreached(PORTAL),
        "employer/declaration.html",
        user=FIRM,
        language=language,
        declaration={**DECLARATION, **found.get("declared", {})},
        findings={"items": [], "next": found.get("next"), "kinds": found.get("kinds", [])},
        by_severity={},
        findings_page=1,
        kind=found.get("kind", ""),
        collections={"items": list(tried), "to_pay": "1290.277", "ways": ways},
        penalties=penalties,
        is_checking=False,
        confirming=NamedForm,
        withdrawing=NamedForm,
        paying=dict.fromkeys(RAILS, NamedForm),
        under_way=UNDER_WAY,
        problem=None,
    )


@pytest.mark.parametrize(("language", "heading"), [("fr", "Paiement mobile"), ("ar", "الدفع بالهاتف الجوال")])
def test_a_reference_for_a_telephone_stands_there_with_what_it_costs_today_and_after(
    language: str, heading: str
) -> None:
    html = page(language)
    assert heading in html and "CT027768008307521638" in html and "Mahfadha (opérateur fictif)" in html
    assert html.count('value="mobile-money"') == 0, "what is asked for is not offered again"
    for amount in ("316", "328"):
        assert amount in html


@pytest.mark.parametrize(
    ("language", "numbers", "said"),
    [
        ("fr", [1], "Échéance 1 de l'échéancier SP250000000145"),
        ("fr", [1, 2], "Échéances 1, 2 de l'échéancier SP250000000145"),
        ("ar", [1], "القسط 1 من جدول التسديد SP250000000145"),
    ],
)
def test_what_pays_instalments_names_their_plan(language: str, numbers: list[int], said: str) -> None:
    """A try to collect a part of a plan stands among those of the plan's first declaration."""
    part = {"plan_id": "p1", "reference": "SP250000000145", "instalments": numbers}
    back = {**MOBILE, "rail": "direct-debit", "status": "reversed", "debit_on": "2025-04-15", "plan": part}
    for tried in ({**MOBILE, "plan": part}, back):
        html = page(language, tried=(tried,))
        assert said in unescape(re.sub("<[^>]*>", "", html)) and 'href="/plans/p1"' in html


def test_it_is_offered_beside_the_other_ways() -> None:
    assert 'value="mobile-money"' in page("fr", tried=())


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fr", "Par carte au guichet"), ("ar", "بالبطاقة لدى الشباك"), ("en", "By card at a counter")],
)
def test_a_card_is_paid_at_a_counter_with_what_is_to_bring(language: str, heading: str) -> None:
    offered = page(language, tried=())
    assert 'value="card-terminal"' in offered and "Guichet 1" in offered and "La carte" in offered
    asked = page(language, tried=(AT_COUNTER,))
    assert heading in asked and "CT027768008307521638" in asked and asked.count('value="card-terminal"') == 0
    assert "/payments/c1/receipt" in page(language, tried=({**AT_COUNTER, "status": "debited"},))


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_what_was_paid_at_a_counter_has_its_receipt(language: str) -> None:
    found = {
        "receipt": "TR260000000156",
        "declaration_id": "d1",
        "employer_id": "1600000001",
        "period": "2025",
        "reference": "CT027768008307521638",
        "amount": "3150.75",
        "currency": "DZD",
        "status": "taken",
        "text": "Payé.",
        "place": "Guichet 1",
        "terminal_id": "16000101",
        "acquirer_name": "Banque Atlas",
        "ticket": {"batch": "124", "ticket": "17", "authorisation": "A4B7C9", "taken_at": "2026-01-28T09:00:00+00:00"},
        "reversed_at": None,
    }
    html = rendered(unreached(PORTAL), "employer/card-receipt.html", user=FIRM, language=language, found=found)
    assert "TR260000000156" in html and "Guichet 1" in html and "A4B7C9" in html


def test_where_nobody_knows_the_penalties_the_amount_that_was_asked_for_stands_there() -> None:
    html = page("fr", penalties=Unreachable("payments"))
    assert "CT027768008307521638" in html and "290" in html


def test_what_was_found_is_chosen_by_its_kind() -> None:
    kinds = [
        {"code": "wage-file.name-unreadable", "severity": "error", "count": 1200, "hint": "Corrigez le nom."},
        {"code": "wage-file.below-minimum", "severity": "warning", "count": 1, "hint": "Vérifiez le salaire."},
    ]
    html = page("fr", kinds=kinds, kind="wage-file.below-minimum", next=2)
    assert "Corrigez le nom." in html and re.search(r"1.200 × Corrigez", html), html
    assert '<option value="wage-file.below-minimum" selected>' in html
    assert "findings=2&amp;kind=wage-file.below-minimum" in html, "the next page is of the same kind"
    assert 'name="kind"' not in page("fr", kinds=kinds[:1]), "of one kind there is nothing to choose"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_complementary_declaration_is_taken_back_where_the_fund_allows_it(language: str) -> None:
    way = "/declarations/d1/withdrawal"
    declared = {"declaration_id": "d1", "complement": 1, "is_complement": True}
    assert way in page(language, declared={**declared, "may_be_taken_back": True})
    assert way not in page(language, declared=declared)
