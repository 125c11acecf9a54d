"""What a firm sees of a declaration that it pays: each way with what it needs, also where a service is away."""

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
    "is_repetition": False,
    "timeline": [{"text": "Tout est prêt : vous pouvez payer.", "reason": ""}],
}


class NamedForm:
    """Stands for a form of a page, without a session."""

    key, version, name = "k", 3, "pay"
    values: ClassVar[dict[str, str]] = {}


def page(language: str, *, penalties: Any = DEBT, tried: tuple[dict[str, Any], ...] = (MOBILE,)) -> str:
    ways = [{"rail": rail, "text": rail, "debit_on": "2025-04-15"} for rail in RAILS]
    return rendered(
        unreached(PORTAL),
        "employer/declaration.html",
        user=FIRM,
        language=language,
        declaration=DECLARATION,
        findings={"items": [], "next": None},
        by_severity={},
        findings_page=1,
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


def test_it_is_offered_beside_the_other_ways() -> None:
    assert 'value="mobile-money"' in page("fr", tried=())


def test_where_nobody_knows_the_penalties_the_amount_that_was_asked_for_stands_there() -> None:
    html = page("fr", penalties=Unreachable("payments"))
    assert "CT027768008307521638" in html and "290" in html
