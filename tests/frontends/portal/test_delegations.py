"""Who may act for a firm, on its pages and on those of its accountant."""

from typing import Any

import pytest

from frontends.kit.pages import Form
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
USER = {"sub": "s", "actor": "employer", "scope": "delegations:give", "employers": ["1600000001"]}
IT: dict[str, Any] = {
    "delegation_id": "d1",
    "reference": "DG260000000112",
    "employer_id": "1600000001",
    "name": "Cabinet <b>Amrani</b>",
    "powers": [
        {"code": "declarations:read", "text": "Consulter les déclarations"},
        {"code": "collections:pay", "text": "Payer les cotisations"},
    ],
    "periods_from": None,
    "periods_until": None,
    "payment_max": None,
    "currency": "DZD",
    "ends_on": "2026-12-31",
    "status": "in-force",
    "text": "En vigueur",
    "given_at": "2026-02-10T09:00:00+00:00",
    "code_expires_at": "2026-02-24T09:00:00+00:00",
    "taken_at": None,
    "ended_at": None,
    "version": 1,
}


def page(template: str, *, language: str = "fr", **changed: Any) -> str:
    with APP.app_context():
        return rendered(
            APP,
            template,
            language=language,
            user=USER,
            employer_id="1600000001",
            listed={"items": [{**IT, **changed}], "next": None},
            given={"code": "7KQM-2XHD-9RTB", "delegation": {**IT, **changed}},
            forms={"d1": Form("end:d1")},
            form=Form("take"),
            is_first=True,
            problem=None,
        )


@pytest.mark.parametrize(
    ("status", "may_end"),
    [("offered", True), ("in-force", True), ("expired", False), ("withdrawn", False), ("lapsed", False)],
)
@pytest.mark.parametrize("template", ["employer/delegations.html", "employer/delegations-taken.html"])
def test_what_is_open_can_be_ended(template: str, status: str, may_end: bool) -> None:
    assert ('action="/delegations/d1/end"' in page(template, status=status)) is may_end


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_bounds_are_said(language: str) -> None:
    shown = page(
        "employer/delegations.html",
        language=language,
        payment_max="2500.00",
        periods_from="2026-01-01",
        periods_until="2026-06-30",
    )
    assert "2026" in shown
    assert {"fr": "Au plus", "ar": "على الأكثر في المرة"}[language] in shown
    assert "&lt;b&gt;" in shown


def test_the_code_is_shown_where_it_was_given_alone() -> None:
    assert "7KQM-2XHD-9RTB" in page("employer/delegation-given.html")
    assert "7KQM" not in page("employer/delegations.html")
