"""Entries of the bank as agents see them: how each was matched, and what would be done before it is done."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.bank import CASE_ACTS, ENTRY_ACTS
from frontends.backoffice.listing import sought, to_send
from frontends.kit.codes import Codes
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "agent-1", "actor": "staff", "scope": "ledger:read bank:settle"}
FORM = SimpleNamespace(key="k", version=3, values={})
CODES = Codes(
    {
        "items": [
            {"name": "targets", "codes": [{"code": "collection", "text": "Demande de paiement"}]},
            {"name": "grounds", "codes": [{"code": "other", "text": "Autre"}]},
            {"name": "bank-entry-outcomes", "codes": [{"code": "waiting", "text": "Elle attendrait."}]},
        ]
    }
)
SHARE = {
    "target": "collection",
    "target_id": "c1",
    "amount": "3200.00",
    "employer_id": "1600000001",
    "period": "2025",
    "left": "0.00",
    "credit": "49.75",
}
OF_ENTRY = {
    "entry_id": "e1",
    "bank_reference": "BNA-1",
    "account": "bank:collections",
    "direction": "credit",
    "amount": "3200.00",
    "currency": "DZD",
    "stated": "",
    "booked_on": "2026-02-11",
    "counterparty": "00200300000056789016",
    "remittance": "COTISATIONS 2025",
}
BOOKED = {
    **OF_ENTRY,
    "outcome": "booked",
    "text": "Elle serait comptabilisée.",
    "match": {"rule": "reference", "text": "Le texte donne une référence.", "by": "platform", "at": ""},
    "why": None,
    "why_text": None,
    "shares": [SHARE],
}
WAITING = {
    **OF_ENTRY,
    "outcome": "waiting",
    "text": "Elle attendrait.",
    "match": None,
    "why": "no-reference",
    "why_text": "Aucune référence.",
    "shares": [],
}
KNOWN = {**BOOKED, "outcome": "known", "text": "Elle a déjà été traitée.", "entry_id": "e9"}
TOTAL = {
    "outcome": "waiting",
    "rule": None,
    "why": "no-reference",
    "text": "Aucune référence.",
    "direction": "credit",
    "currency": "DZD",
    "count": 41,
    "amount": "75.00",
}
ENTRY = {
    **OF_ENTRY,
    "status": "waiting",
    "text": "En attente.",
    "why": "no-reference",
    "why_text": "Aucune référence.",
    "taken_at": "2026-02-11T09:00:00+00:00",
    "note": "",
    "match": None,
    "shares": [],
    "decision": None,
    "decided_before": [],
    "version": 1,
}


def tried(language: str = "fr", **more: Any) -> str:
    run = {"entries": [BOOKED, WAITING, KNOWN], "totals": [TOTAL], "faults": [{"text": "Ligne 3 illisible."}], **more}
    return rendered(APP, "dry-run.html", language=language, user=AGENT, form=FORM, codes=CODES, tried=run, problem=None)


def one(language: str = "fr", effect: dict[str, Any] | None = None, proposals: Any = None, **changed: Any) -> str:
    made = dict.fromkeys(ENTRY_ACTS, FORM)
    return rendered(
        APP,
        "entry.html",
        language=language,
        user=AGENT,
        entry={**ENTRY, **changed},
        codes=CODES,
        forms=made,
        rows=range(1, 3),
        effect=effect,
        proposals=proposals or [],
        problem=None,
    )


@pytest.mark.parametrize(
    ("language", "left", "credit"),
    [
        ("fr", "reste à payer ensuite", "devient un crédit de l’employeur"),
        ("ar", "الباقي بعد ذلك", "يصبح رصيدا للمستخدم"),
        ("en", "left to pay after it", "becomes the employer’s credit"),
    ],
)
def test_a_statement_that_is_tried_is_shown_entry_by_entry(language: str, left: str, credit: str) -> None:
    html = tried(language)
    assert left in html and credit in html and "49" in html and "Le texte donne une référence." in html
    assert "Aucune référence." in html and "41" in html and "Ligne 3 illisible." in html
    assert "/bank/entries/e9" in html, "what was handled before can be read"
    assert "/bank/entries/e1" not in html, "what is not stored cannot"


def test_a_statement_without_an_entry_says_so() -> None:
    assert "aucune écriture comptabilisée" in tried(entries=[], totals=[], faults=[])


def test_an_allocation_says_what_it_would_do_and_who_has_to_agree() -> None:
    assert "Ce que ferait" not in one()
    html = one(effect={"needs_two": True, "shares": [SHARE]})
    assert "Ce que ferait cette affectation" in html and "Une seconde personne doit" in html and "2025" in html
    assert "Elle est faite aussitôt" in one(effect={"needs_two": False, "shares": [SHARE]})
    assert "formaction" in html and "/bank/entries/e1/allocation/dry-run" in html


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "De qui elle pourrait être"), ("ar", "لمن قد يكون المبلغ"), ("en", "Whose it could be")],
)
def test_it_says_whose_it_could_be_and_why(language: str, title: str) -> None:
    """Each proposal leads to what allocating to it would do, with the whole amount."""
    rules = [{"rule": "amount", "text": "Le montant est exact."}]
    debt = {"target": "collection", "target_id": "c7", "employer_id": "1600000001", "employer_name": "Atelier"}
    found = [
        {**debt, "period": "2025", "to_pay": "3200.00", "rules": rules},
        {**debt, "target": "employer", "employer_name": "", "period": None, "to_pay": "0.00", "rules": rules},
    ]
    html = one(language, proposals=found)
    assert title in html and "Le montant est exact." in html and "Atelier" in html
    assert 'name="target_id-1" value="c7"' in html and 'name="amount-1" value="3200.00"' in html
    assert title not in one(language)
    assert title not in one(language, proposals=found, status="settled", why_text=None), "it waits no more"


@pytest.mark.parametrize(("by", "shown"), [("platform", "automatiquement"), ("agent-7", "agent-7")])
def test_an_entry_says_how_it_was_matched_and_by_whom(by: str, shown: str) -> None:
    match = {"rule": "reference", "text": "Le texte donne une référence.", "by": by, "at": "2026-02-11T09:00:00+00:00"}
    html = one(status="booked", why_text=None, match=match)
    assert "Comment elle a été rapprochée" in html and "Le texte donne une référence." in html and shown in html


CASE = {
    "case_id": "1600000001:2025",
    "case": "partial",
    "text": "Une partie seulement est payée.",
    "employer_id": "1600000001",
    "period": "2025",
    "bank_reference": None,
    "entry_id": None,
    "opened_at": "2026-02-11T06:30:00+00:00",
    "declared": "3150.25",
    "called": "3150.25",
    "collected": "1000.00",
    "booked": "1000.00",
    "due": "2150.25",
    "disputed": "500.00",
    "assigned_to": None,
    "version": 3,
}


def differences(
    language: str = "fr",
    *,
    may_reassign: bool = False,
    scope: str = "",
    held: str = "",
    is_any: bool = True,
    **changed: Any,
) -> str:
    found = {**CASE, **changed}
    return rendered(
        APP,
        "differences.html",
        language=language,
        user={**AGENT, "scope": scope or AGENT["scope"]},
        listed={"items": [found] if is_any else [], "next": None},
        forms={found["case_id"]: dict.fromkeys(CASE_ACTS, FORM)},
        may_reassign=may_reassign,
        held=held,
        hands=[("", "Toutes"), ("nobody", "Personne"), ("me", "Moi")],
        is_first=True,
        problem=None,
    )


@pytest.mark.parametrize(
    ("language", "nobody", "mine"),
    [
        ("fr", "Personne", "Moi"),
        ("ar", "لا يتكفل به أحد", "أتكفل به"),
        ("en", "In nobody’s hands", "In my hands"),
    ],
)
def test_a_difference_says_in_whose_hands_it_is(language: str, nobody: str, mine: str) -> None:
    assert f"<div>{nobody}" in differences(language)
    assert f"<div>{mine}" in differences(language, assigned_to="agent-1")


def test_who_settles_takes_a_difference_or_gives_their_own_back_and_a_supervisor_moves_it() -> None:
    at = "/bank/differences/1600000001:2025"
    assert f"{at}/take" in differences() and f"{at}/release" not in differences()
    held = differences(assigned_to="agent-1")
    assert f"{at}/release" in held and f"{at}/take" not in held
    others = differences(assigned_to="agent-7")
    assert at not in others, "a colleague looks into it"
    assert f"{at}/reassign" in differences(assigned_to="agent-7", may_reassign=True)
    assert at not in differences(scope="ledger:read")


def test_what_is_sought_is_sent_as_services_take_it() -> None:
    """An amount as people type it; what was left empty is not asked for, and what cannot be read is told by the
    service."""
    with APP.test_request_context("/bank/?reference=+CT16+00&amount=1+200,50&status=waiting"):
        assert to_send(sought("reference", "amount")) == {"reference": "CT16 00", "amount": "1200.50"}
    with APP.test_request_context("/bank/?reference=&amount=much"):
        assert to_send(sought("reference", "amount")) == {"amount": "much"}


@pytest.mark.parametrize(
    ("language", "none"),
    [("fr", "Aucun écart n’est ici"), ("ar", "لا يوجد أي فرق هنا"), ("en", "Nothing is in these hands.")],
)
def test_those_in_some_hands_are_asked_for_and_none_there_is_not_that_everything_agrees(
    language: str, none: str
) -> None:
    assert '<option value="me" selected' in differences(language, held="me")
    assert none in differences(language, held="me", is_any=False)
    assert none not in differences(language, is_any=False)


def test_a_difference_says_what_is_due_and_what_is_disputed() -> None:
    page = differences()
    assert 'data-label="Contesté"' in page and "500,00" in page
