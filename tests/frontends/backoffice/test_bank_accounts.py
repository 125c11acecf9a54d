"""What an agent sees of a change of account: the whole account, whose it is, and what may be done with it."""

from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.bank_accounts import ACTS
from frontends.backoffice.forms import forms
from frontends.kit.api import Problem
from frontends.kit.codes import Codes
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "a", "actor": "staff", "scope": "register:read register:record"}
READER = {**AGENT, "scope": "register:read"}
CODES = Codes(
    {
        "items": [
            {"name": "bank-account-changes", "codes": [{"code": "asked", "text": "Attend un agent"}]},
            {"name": "bank-account-refusals", "codes": [{"code": "holder-differs", "text": "Autre titulaire"}]},
        ]
    }
)
CHANGE: dict[str, Any] = {
    "change_id": "c1",
    "reference": "BA260000000132",
    "ending": "0141",
    "status": "asked",
    "text": "Attend un <b>agent",
    "asked_at": "2026-02-10T09:30:00+00:00",
    "effective_at": "2026-02-13T09:30:00+00:00",
    "ended_at": None,
    "is_open": True,
    "refused_for": None,
}
PERSON = {
    "person_ref": "p1",
    "insurance_number": "900000000001",
    "family_name": "Benali",
    "first_name": "Amira",
    "family_name_ar": "بن علي",
    "first_name_ar": "أميرة",
}


def page(
    *, user: dict[str, Any] = AGENT, language: str = "fr", upload_id: str = "", proof: Any = None, **change: Any
) -> str:
    found = {
        "change": {**CHANGE, **change},
        "person": PERSON,
        "account": "00700100000000000141",
        "former_ending": "4563",
        "proof_upload_id": upload_id,
        "decided_by": "",
        "version": 1,
    }
    with APP.test_request_context("/"):
        return rendered(
            APP,
            "bank-account.html",
            language=language,
            user=user,
            found=found,
            proof=proof,
            codes=CODES,
            forms=forms(ACTS, "c1", 1),
            sent="",
            problem=None,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_account_stands_beside_whose_it_is(language: str) -> None:
    shown = page(language=language)
    assert "00700100000000000141" in shown and "Benali" in shown and "بن علي" in shown and "…4563" in shown
    assert "&lt;b&gt;agent" in shown


def test_the_statement_is_opened_where_it_is_theirs() -> None:
    proof = {"upload_id": "u1", "pages": 2, "stored_at": "2026-02-10T09:30:00+00:00", "person_ref": "p1"}
    assert "/papers/u1" in page(upload_id="u1", proof=proof) and "Ouvrir le relevé" in page(upload_id="u1", proof=proof)
    nobodys = page(upload_id="u1", proof=Problem(404, {"code": "portal.not-theirs"}))
    assert "/papers/u1" not in nobodys and "Aucun fichier de cette personne" in nobodys
    assert "pas accès aux pièces" in page(upload_id="u1")
    assert "Relevé d" not in page()


def test_an_agent_agrees_or_refuses_with_a_reason() -> None:
    shown = page()
    assert "/bank-accounts/c1/agreement" in shown and "/bank-accounts/c1/refusal" in shown
    assert 'value="holder-differs"' in shown


def test_what_was_agreed_to_may_still_be_refused_and_what_is_over_may_not() -> None:
    agreed = page(status="agreed")
    assert "/agreement" not in agreed and "/refusal" in agreed
    over = page(status="refused", is_open=False, refused_for="Autre titulaire")
    assert "/refusal" not in over and "Autre titulaire" in over


def test_who_may_only_read_is_shown_no_button() -> None:
    shown = page(user=READER)
    assert "/agreement" not in shown and "/refusal" not in shown


def test_the_list_names_no_account() -> None:
    row = {**CHANGE, "person_ref": "p1"}
    listed = {"items": [row], "next": None}
    with APP.test_request_context("/"):
        shown = rendered(
            APP,
            "bank-accounts.html",
            user=AGENT,
            listed=listed,
            codes=CODES,
            status="asked",
            sought={"reference": ""},
            is_first=True,
        )
    assert "BA260000000132" in shown and "0141" not in shown.replace("BA260000000132", "")
