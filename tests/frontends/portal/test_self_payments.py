"""What a person who pays alone sees: the sum and how it came about, the reference, and the account to pay into."""

import re
from typing import Any

import pytest

from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
MONTH: dict[str, Any] = {
    "month": "2026-M01",
    "reference": "CI260000000104",
    "status": "open",
    "text": "À payer",
    "base_name": "Dernière <b>rémunération",
    "base": "1000.00",
    "due": "140.00",
    "received": "40.00",
    "left": "100.00",
    "currency": "MAD",
    "due_on": "2026-02-10",
    "is_to_be_confirmed": True,
    "shares": [
        {"side_name": "Part patronale", "percent": "2.50", "amount": "70.00", "text": "Le minimum", "law": "Loi 1"},
        {"side_name": "Part salariale", "percent": "2.50", "amount": "70.00", "text": "Le minimum", "law": "Loi 1"},
    ],
    "pay_into": {"number": "10006035183598478831", "holder": "Caisse <nationale>", "bank": "Banque exemple"},
}


def page(*months: dict[str, Any], language: str = "fr") -> str:
    found = {"items": list(months), "next": None}
    with APP.app_context():
        return rendered(APP, "person/self-payments.html", language=language, found=found, is_first=True)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_says_what_is_due_why_and_how_to_pay(language: str) -> None:
    shown = page(MONTH, language=language)
    assert "CI260000000104" in shown and "Caisse &lt;nationale&gt;" in shown and "Banque exemple" in shown
    assert "10006035183598478831" in re.sub("<[^>]*>|[^0-9A-Za-z<>]", "", shown)
    assert "Dernière &lt;b&gt;rémunération" in shown and shown.count("Loi 1") == 2


def test_what_is_paid_asks_for_nothing() -> None:
    shown = page({**MONTH, "status": "paid", "left": "0.00", "pay_into": None})
    assert "CI260000000104" not in shown and "Banque exemple" not in shown


def test_of_a_month_that_is_cancelled_nothing_is_computed() -> None:
    assert "Loi 1" not in page({**MONTH, "status": "cancelled", "pay_into": None})


def test_who_pays_nothing_is_told() -> None:
    assert "Vous ne réglez pas de cotisations vous-même." in page()
