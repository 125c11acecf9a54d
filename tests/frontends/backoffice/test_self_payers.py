"""Self-payers as an agent sees them: listed, with their months, and the forms that admit, change and end."""

from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.forms import forms
from frontends.backoffice.self_payers import month_of_form
from frontends.kit.codes import Codes
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "s", "actor": "staff", "scope": "ledger:read bank:settle"}
OFFER = {"base_name": "Dernière rémunération", "grounds": [{"code": "unpaid-leave", "name": "En disponibilité"}]}
FOUND: dict[str, Any] = {
    "person_ref": "pamiraaaaaaaaaaaaaaaaaaaa",
    "ground_name": "En disponibilité",
    "status": "admitted",
    "text": "La personne règle elle-même ses cotisations.",
    "from_month": "2026-M01",
    "last_month": None,
    "end_reason": "",
    "base": "4000.00",
    "currency": "MAD",
    "bases": [
        {"from_month": "2026-M01", "amount": "4000.00", "at": "2026-02-10T09:00:00+00:00", "note": "Arrêté <12>"}
    ],
    "version": 3,
}
MONTH: dict[str, Any] = {
    "month": "2026-M01",
    "reference": "CI260000000104",
    "status": "open",
    "text": "À payer",
    "due": "200.00",
    "received": "0.00",
    "currency": "MAD",
    "due_on": "2026-02-10",
}


def page(found: dict[str, Any] | None, *, language: str = "fr", claims: dict[str, str] = AGENT) -> str:
    with APP.app_context():
        return rendered(
            APP,
            "self-payer.html",
            language=language,
            user=claims,
            person_ref=FOUND["person_ref"],
            offer=OFFER,
            grounds=[("unpaid-leave", "En disponibilité")],
            found=found,
            months={"items": [MONTH], "next": None},
            purpose="handling",
            forms=forms(("admit", "base", "end"), "p1", 3 if found else None),
            sent="",
            problem=None,
            is_first=True,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_who_is_admitted_is_changed_or_ended(language: str) -> None:
    shown = page(FOUND, language=language)
    assert "CI260000000104" in shown and "Arrêté &lt;12&gt;" in shown
    assert 'name="last_month"' in shown and 'name="base"' in shown and 'name="ground"' not in shown


def test_who_is_none_is_admitted() -> None:
    shown = page(None)
    assert 'name="ground"' in shown and "En disponibilité" in shown and 'name="last_month"' not in shown


def test_who_is_ended_may_be_admitted_again() -> None:
    shown = page({**FOUND, "status": "ended", "last_month": "2026-M03", "end_reason": "Reprise"})
    assert 'name="ground"' in shown and "Reprise" in shown


def test_who_may_not_decide_has_no_form() -> None:
    assert "<textarea" not in page(FOUND, claims={**AGENT, "scope": "ledger:read"})


def test_the_list_leads_to_each() -> None:
    listed = {"items": [FOUND], "next": None}
    facts = {"listed": listed, "codes": Codes(None), "status": "", "is_first": True}
    shown = rendered(APP, "self-payers.html", user=AGENT, sought={"reference": ""}, **facts)
    assert f"/self-payers/{FOUND['person_ref']}" in shown and 'name="status"' in shown


def test_who_is_sought_is_shown_in_whichever_state() -> None:
    """What was looked for stays in its field; no state is offered beside it, since none limits what is found."""
    facts = {"listed": {"items": [], "next": None}, "codes": Codes(None), "status": "", "is_first": True}
    shown = rendered(APP, "self-payers.html", user=AGENT, sought={"reference": "CI2600"}, **facts)
    assert 'value="CI2600"' in shown and 'name="status"' not in shown


@pytest.mark.parametrize(
    ("typed", "month"), [("2026-01", "2026-M01"), ("2026-M01", "2026-M01"), ("", ""), ("January", "January")]
)
def test_a_month_is_sent_as_periods_are_written(typed: str, month: str) -> None:
    with APP.test_request_context("/", method="POST", data={"from_month": typed}):
        assert month_of_form("from_month") == month
