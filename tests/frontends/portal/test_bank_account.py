"""What a person sees of the account that benefits are paid to: its end alone, the change that waits, and how to ask."""

import re
from typing import Any

import pytest

from frontends.kit.api import Problem
from frontends.kit.pages import Form
from frontends.portal.person import account
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
TERMS = {"waiting_days": 3, "needs_agreement": True, "needs_proof": False, "law": "x", "is_to_be_confirmed": True}
CHANGE: dict[str, Any] = {
    "change_id": "c1",
    "reference": "BA260000000132",
    "ending": "0141",
    "status": "asked",
    "text": "En attente de <b>l'accord",
    "asked_at": "2026-02-10T09:30:00+00:00",
    "effective_at": "2026-02-13T09:30:00+00:00",
    "ended_at": None,
    "version": 1,
    "is_open": True,
    "refused_for": None,
}


def page(
    *,
    language: str = "fr",
    problem: Problem | None = None,
    typed: str = "",
    has_chosen_file: bool = False,
    **found: Any,
) -> str:
    known = {"ending": "4563", "digits": 20, "terms": TERMS, "change": None, **found}
    with APP.app_context():
        return rendered(
            APP,
            "person/bank-account.html",
            language=language,
            found=known,
            form=Form("bank"),
            withdrawing=Form("withdraw:c1"),
            typed=typed,
            has_chosen_file=has_chosen_file,
            problem=problem,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_shows_the_end_of_the_account_and_says_what_follows(language: str) -> None:
    shown = page(language=language)
    assert "4563" in shown and "•••• " in shown
    assert 'name="account"' in shown and 'autocomplete="current-password"' in shown and "RIB" in shown


def test_a_change_that_waits_is_shown_and_may_be_withdrawn_and_no_other_is_asked_for() -> None:
    shown = page(change=CHANGE)
    assert "BA260000000132" in shown and "/account/bank/c1/withdrawal" in shown and "&lt;b&gt;" in shown
    assert 'name="account"' not in shown


def test_a_refused_change_says_why_and_another_may_be_asked_for() -> None:
    over = {"status": "refused", "is_open": False, "refused_for": "Le compte est au nom d'une autre personne."}
    shown = page(change={**CHANGE, **over})
    assert "au nom d" in shown and "/withdrawal" not in shown and 'name="account"' in shown


def test_the_bank_s_statement_is_asked_for_where_the_fund_wants_it_and_again_where_it_was_not_kept() -> None:
    assert 'name="proof"' not in page()
    wanted = {**TERMS, "needs_proof": True}
    shown = page(terms=wanted)
    assert 'type="file" id="proof" name="proof"' in shown and "multipart/form-data" in shown
    assert "pas été gardé" not in shown
    missing = account._at_its_field(Problem(422, {"code": "bank-account.proof-missing", "detail": "Le relevé manque."}))
    assert missing.fields == {"proof": "Le relevé manque."}
    shown = page(terms=wanted, problem=missing)
    assert 'id="proof-fault"' in shown and "Le relevé manque." in shown
    wrong = account._at_its_field(Problem(422, {"code": "account.current-password-wrong", "detail": "Faux."}))
    shown = page(terms=wanted, problem=wrong, has_chosen_file=True)
    assert "pas été gardé" in shown and 'id="proof-fault"' not in shown


def test_a_fund_that_changes_nothing_here_says_so() -> None:
    shown = page(terms=None, ending=None)
    assert 'name="account"' not in shown and "adressez-vous" in shown


@pytest.mark.parametrize(
    ("code", "status", "field"),
    [
        ("bank-account.key-wrong", 422, "account"),
        ("bank-account.unchanged", 422, "account"),
        ("account.current-password-wrong", 422, "current_password"),
        ("bank-account.change-open", 409, None),
        ("account.door-shut", 409, None),
    ],
)
def test_what_is_refused_stands_at_its_field_and_no_password_comes_back(
    code: str, status: int, field: str | None
) -> None:
    problem = account._at_its_field(Problem(status, {"code": code, "detail": "Vérifiez-le."}))
    assert list(problem.fields) == ([field] if field else [])
    shown = page(problem=problem, typed="0070")
    assert "Vérifiez-le." in shown and 'value="0070"' in shown
    assert not re.search(r'type="password" value="[^"]', shown)
