"""A payment that waits for an agent is shown with what differs, to the agent and to the person."""

from typing import Any

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.forms import forms
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
FACT = {"name_text": "Achat d'un véhicule", "value": "true", "source_text": "Registre", "as_of": "2026-02-13"}
CHECK: dict[str, Any] = {
    "status": "held",
    "text": "Le paiement attend l'examen d'un agent.",
    "hold": "register-changed",
    "hold_text": "Un autre registre répond autrement.",
    "amount": None,
    "differing": [{"text": "Aucun achat <b>", "condition": {"code": "c", "holds": False, "facts": [FACT]}}],
    "looked_at": None,
    "reason": "",
}
PAGE = """{% import "_macros.html" as m with context %}{% import "_parts.html" as b with context %}
{% macro begin(act) %}{{ m.form_begin(forms[act]) }}{% endmacro %}{% include "_held.html" %}"""


def held(scope: str = "claims:decide", **changed: Any) -> str:
    claim = {
        "claim_id": "c1",
        "approved": "280.000",
        "currency": "TND",
        "payment_check": {**CHECK, **changed},
    }
    return rendered(
        APP,
        APP.jinja_env.from_string(PAGE),
        user={"sub": "s", "actor": "staff", "scope": scope},
        claim=claim,
        forms=forms(("release-payment", "decide-anew"), "c1", 1),
    )


def test_an_agent_sees_what_differs_and_may_pay_or_not() -> None:
    shown = held()
    assert "Aucun achat &lt;b&gt;" in shown and "Achat d&#39;un véhicule" in shown
    assert "280,000" in shown
    assert shown.count("<form") == 2


def test_who_only_looks_has_no_buttons() -> None:
    assert "<form" not in held("claims:read")
    assert "<form" not in held(status="released", reason="seen", looked_at="2026-02-14T09:00:00+00:00")


def test_what_passed_is_not_mentioned() -> None:
    assert "<section" not in held(status="passed")
