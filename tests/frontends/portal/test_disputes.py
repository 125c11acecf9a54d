"""A firm's disputes: what it may file, what became of each."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.portal.portal import PORTAL
from tests.frontends.portal.test_owing import DEBT, FIRM
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
NEW = SimpleNamespace(key="k", version=1, values={})
DISPUTE: dict[str, Any] = {
    "dispute_id": "di1",
    "reference": "DI260000000145",
    "declaration_id": "d1",
    "employer_id": "1600000001",
    "form": "das",
    "form_name": "Déclaration annuelle",
    "period": "2025",
    "ground": "amount",
    "ground_name": "Le montant est inexact",
    "explanation": "Trois salariés étaient déjà partis.",
    "currency": "DZD",
    "amount": "1000.00",
    "relieved": "0.00",
    "filed_at": "2026-02-11T06:30:00+00:00",
    "decide_by_on": "2026-04-12",
    "status": "open",
    "text": "La caisse examine la contestation.",
    "reason": "",
    "version": 1,
}


def one(language: str = "fr", **changed: Any) -> str:
    found = {**DISPUTE, **changed}
    return rendered(APP, "employer/dispute.html", language=language, user=FIRM, found=found, form=NEW, problem=None)


@pytest.mark.parametrize(
    ("language", "act", "until"),
    [
        ("fr", "Retirer la contestation", "avant le"),
        ("ar", "سحب المنازعة", "يقرر"),
        ("en", "Take the dispute back", "by"),
    ],
)
def test_one_that_waits_may_be_taken_back(language: str, act: str, until: str) -> None:
    page = one(language)
    assert act in page and until in page and "Trois salariés" in page
    assert "/disputes/di1/withdrawal" in page


def test_one_that_is_decided_says_what_is_not_owed_and_why() -> None:
    page = one(
        status="reduced", text="La caisse a réduit la dette.", relieved="400.00", reason="Les départs sont établis."
    )
    assert "Non dû" in page and "400" in page and "Les départs sont établis." in page
    assert "/withdrawal" not in page


def test_what_an_agent_proposes_is_not_shown_before_it_is_decided() -> None:
    page = one(status="proposed", relieved="400.00", reason="Les départs sont établis.")
    assert "Non dû" not in page and "Les départs sont établis." not in page


def test_the_form_offers_what_is_left_and_the_funds_grounds() -> None:
    grounds = [("amount", "Le montant est inexact")]
    page = rendered(
        APP,
        "employer/dispute-new.html",
        language="fr",
        user=FIRM,
        found=DEBT,
        grounds=grounds,
        form=NEW,
        values={},
        problem=None,
    )
    assert 'value="1290.277"' in page and "Le montant est inexact" in page
    assert 'action="/declarations/d1/dispute"' in page


@pytest.mark.parametrize(
    ("disputed", "left", "may"), [("0.000", "1.000", True), ("1.000", "1.000", False), ("0.000", "0.000", False)]
)
def test_a_debt_leads_to_its_dispute_where_something_is_left_and_nothing_disputed(
    disputed: str, left: str, *, may: bool
) -> None:
    found = {**DEBT, "disputed": disputed, "left": left}
    page = rendered(APP, "employer/penalties.html", language="fr", user=FIRM, found=found)
    assert ("/declarations/d1/dispute" in page) is may
    assert ("Contesté" in page) is (disputed != "0.000")


def test_the_list_says_where_each_stands() -> None:
    listed = {"items": [DISPUTE], "next": None}
    page = rendered(
        APP, "employer/disputes.html", language="fr", user=FIRM, employer_id="1600000001", found=listed, is_first=True
    )
    assert "/disputes/di1" in page and "La caisse examine la contestation." in page
    none = {"items": [], "next": None}
    empty = rendered(
        APP, "employer/disputes.html", language="ar", user=FIRM, employer_id="1600000001", found=none, is_first=True
    )
    assert "لا تنازعون في شيء." in empty
