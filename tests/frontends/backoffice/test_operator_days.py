"""The days of operators of mobile money as an agent sees them: listed, with what differs."""

from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "s", "actor": "staff", "scope": "ledger:read bank:settle"}
DAY: dict[str, Any] = {
    "day_id": "mahfadha-2025-04-10",
    "operator": "mahfadha",
    "operator_name": "Mahfadha (opérateur fictif)",
    "day": "2025-04-10",
    "reference": "RM251234567812",
    "status": "expected",
    "text": "Versement attendu.",
    "payments": 3,
    "total": "1290.277",
    "fee": "6.652",
    "net": "1283.625",
    "settled": "0.000",
    "currency": "TND",
    "differences_count": 2,
    "differences": [
        {
            "kind": "not-in-file",
            "text": "Un paiement signalé manque dans le fichier.",
            "payment_id": "op-77",
            "known": "290.277",
            "stated": "0.000",
        },
        {
            "kind": "fee-differs",
            "text": "La commission diffère de celle qui est convenue.",
            "payment_id": "fee",
            "known": "6.652",
            "stated": "9.000",
        },
    ],
    "taken_at": "2025-04-10T22:15:00+00:00",
}


def listed(language: str = "fr", **more: Any) -> str:
    return rendered(
        APP,
        "operator-days.html",
        language=language,
        user=AGENT,
        **{"listed": {"items": [DAY], "next": None}, "which": "", "choices": [("", "x")], "is_first": True, **more},
    )


def one(language: str = "fr", **changed: Any) -> str:
    return rendered(APP, "operator-day.html", language=language, user=AGENT, day={**DAY, **changed})


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_day_is_listed_with_how_many_things_differ(language: str) -> None:
    html = listed(language)
    assert "/operator-days/mahfadha-2025-04-10" in html and "283" in html
    assert {"fr": "2 écarts", "ar": "فرقان", "en": "2 differences"}[language] in html


def test_without_a_day_that_is_said() -> None:
    assert "Aucun opérateur" in listed(listed={"items": [], "next": None})


def test_each_thing_that_differs_is_shown_with_both_amounts() -> None:
    html = one()
    assert "op-77" in html and "Toute la journée" in html and "RM251234567812" in html
    assert "Un paiement signalé manque" in html and "290" in html
    assert "op-77" not in one(differences=[], differences_count=0)
    assert "600 écarts en tout" in one(differences_count=600)
