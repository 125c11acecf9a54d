"""A run as an agent sees it: which of its payments the bank gave back, and where each stands."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.codes import Codes
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "s", "actor": "staff", "scope": "runs:read awards:manage"}
STATUSES = [{"code": "paid", "text": "Payé"}, {"code": "returned", "text": "Rejeté par la banque"}]
PAYMENT = {
    "award_id": "a1",
    "reference": "AW260000000132",
    "change_text": "Nouveau",
    "text": "Rejeté par la banque",
    "before": "0.000",
    "amount": "58.560",
    "currency": "TND",
    "lines": [],
}


def page(language: str = "fr", *, returned: int = 1, status: str = "") -> str:
    run: dict[str, Any] = {
        "run_id": "r1",
        "reference": "RN260000000101",
        "name": "Allocations familiales",
        "period": "2026-Q1",
        "status": "told",
        "text": "Transmis",
        "currency": "TND",
        "totals": {"payments": 1, "amount": "58.560", "before": "0.000", "arrears": "0.000", "undecided": 0},
        "progress": {"paid_amount": "0.000", "returned": returned},
        "timeline": [],
        "version": 1,
    }
    with APP.app_context():
        return rendered(
            APP,
            "run.html",
            language=language,
            user=AGENT,
            run=run,
            lines={"items": [PAYMENT], "next": None},
            codes=Codes({"items": [{"name": "run-payment-statuses", "codes": STATUSES}]}),
            change="",
            status=status,
            forms=dict.fromkeys(("approve-run", "reject-run"), SimpleNamespace(key="k", version=1, values={})),
            is_first=True,
            problem=None,
        )


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_what_the_bank_gave_back_is_a_list_to_work_through(language: str) -> None:
    html = page(language)
    assert "/runs/r1?status=returned" in html and html.count("Rejeté par la banque") == 2, "the filter, and the row"
    assert '<option value="returned" selected>' in page(language, status="returned")
    assert '<option value="returned" selected>' not in html


def test_where_nothing_came_back_no_list_of_it_is_offered() -> None:
    assert "/runs/r1?status=returned" not in page(returned=0)
