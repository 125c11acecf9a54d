"""A mandate's pages: who must act, what may be done in each state, what was typed, and the form to print."""

import re
from html import unescape
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.mandates import DECISIONS
from frontends.kit.api import Problem
from frontends.kit.codes import Codes
from frontends.kit.pages import Form
from frontends.portal.employer.mandates import ACTS, _in_force
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

PORTAL_APP, BACKOFFICE_APP = unreached(PORTAL), unreached(BACKOFFICE)
CODES = Codes({"items": []})
IT: dict[str, Any] = {
    "mandate_id": "m1",
    "reference": "MD260000000112",
    "employer_id": "1600000001",
    "account": {"number": "00200300000056789073", "rule": "rib-dz", "holder": "SARL <b>", "bank": "Banque"},
    "amount_max": "500000.00",
    "currency": "DZD",
    "status": "issued",
    "starts_on": "2026-02-10",
    "ends_on": None,
    "issued_at": "2026-02-10T09:00:00+00:00",
    "bank_agreed_at": None,
    "accepted_at": None,
    "signed_form_at": None,
    "is_asked_of_bank": True,
    "findings": [],
    "amendment": None,
    "proposal": None,
    "suspended_by": None,
    "failures": 0,
    "last_debit_on": None,
    "timeline": [
        {
            "status": "issued",
            "party": "employer",
            "at": "2026-02-10T09:00:00+00:00",
            "about": "",
            "text": "Formulaire émis",
            "by_whom": "L'employeur",
        }
    ],
    "version": 3,
}
OFFER = {
    "accounts": ["rib-dz", "ccp"],
    "is_limit_required": False,
    "is_to_be_confirmed": True,
    "law": "To be set by the fund",
}


NO_PAPERS: dict[str, Any] = {"items": [], "next": None}


def page(
    status: str = "issued",
    *,
    language: str = "fr",
    problem: Problem | None = None,
    papers: object = NO_PAPERS,
    **changed: Any,
) -> str:
    with PORTAL_APP.app_context():
        return rendered(
            PORTAL_APP,
            "employer/mandate.html",
            language=language,
            user={"sub": "s", "actor": "employer", "scope": "collections:pay", "employers": ["1600000001"]},
            mandate={**IT, "status": status, **changed},
            papers=papers,
            codes=CODES,
            forms={verb: Form(f"{verb}:m1", 3) for verb in ACTS},
            problem=problem,
        )


def test_the_form_is_loaded_as_a_file_once_it_is_printed() -> None:
    printed = {"number": "PR260000000197", "status": "valid", "issued_at": "2026-02-10T09:00:05+00:00"}
    link = r'download href="[^"]*/firms/[0-9]+/papers/PR260000000197/pdf"'
    shown = page(papers={"items": [printed], "next": None})
    assert re.search(link, shown) and "Formulaire à imprimer" not in shown
    waiting = {"number": "PR260000000197", "status": "asked"}
    for none in (NO_PAPERS, {"items": [waiting], "next": None}, Problem(503, {})):
        shown = page(papers=none)
        assert "/mandates/m1/form" in shown and " download " not in shown


def acts(shown: str) -> set[str]:
    return set(re.findall(r'action="[^"]*/mandates/m1/(\w+)"', shown))


@pytest.mark.parametrize(
    ("status", "changed", "may"),
    [
        ("issued", {}, {"upload", "cancel"}),
        ("bank-agreed", {}, {"upload", "cancel"}),
        ("uploaded", {}, {"upload", "cancel"}),
        ("doubtful", {}, {"upload", "cancel"}),
        ("active", {}, {"suspend", "cancel"}),
        ("suspended", {"suspended_by": "employer"}, {"resume", "cancel"}),
        ("suspended", {"suspended_by": "platform"}, {"cancel"}),
        ("bank-refused", {}, set()),
        ("refused", {}, set()),
        ("cancelled", {}, set()),
        ("expired", {}, set()),
    ],
)
def test_each_state_offers_what_the_service_would_take(status: str, changed: dict[str, Any], may: set[str]) -> None:
    assert acts(page(status, **changed)) == may


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_says_who_must_act_and_shows_both_facts(language: str) -> None:
    shown = page(language=language)
    assert "MD260000000112" in shown and "SARL &lt;b&gt;" in shown
    assert shown.count('class="notice wait"') == 1
    assert {"ar": "ليس بعد", "fr": "Pas encore", "en": "Not yet"}[language] in shown
    assert 'name="form_version" value="3"' in shown


def test_what_differs_is_read_in_words() -> None:
    finding = {"code": "mandate.limit-lower", "found": "1.00", "expected": "2.00", "text": "Plafond inférieur."}
    assert "Plafond inférieur." in page("doubtful", findings=[finding])


def test_what_is_wrong_stands_first_and_what_was_typed_stays() -> None:
    fault = {"field": "account", "detail": "Clé inexacte."}
    problem = Problem(422, {"code": "request.invalid", "errors": [fault]})
    with PORTAL_APP.app_context():
        shown = rendered(
            PORTAL_APP,
            "employer/mandate-new.html",
            language="ar",
            employer_id="1600000001",
            offer=OFFER,
            accounts=[("rib-dz", "RIB"), ("ccp", "CCP")],
            form=Form("mandate:1"),
            values={"account": "٠٠٢", "account_rule": "ccp"},
            problem=problem,
        )
    assert shown.index("Clé inexacte.") < shown.index("<h1>")
    assert 'value="٠٠٢"' in shown and re.search(r'value="ccp" checked', shown)


def test_the_form_to_print_says_all_that_is_signed() -> None:
    with PORTAL_APP.app_context():
        shown = rendered(PORTAL_APP, "employer/mandate-form.html", language="fr", mandate=IT, codes=CODES)
    assert all(each in shown for each in ("MD260000000112", "00200300000056789073", "1600000001", "cachet"))


def decisions(status: str, **changed: Any) -> set[str]:
    with BACKOFFICE_APP.app_context():
        shown = rendered(
            BACKOFFICE_APP,
            "mandate.html",
            language="fr",
            mandate={**IT, "status": status, **changed},
            codes=CODES,
            forms={each: Form(f"{each}:m1", 3) for each in DECISIONS},
            user={"sub": "me", "actor": "staff", "scope": "bank:settle"},
            problem=None,
        )
    return set(re.findall(r'name="decision" value="(\w+)"', shown))


@pytest.mark.parametrize(
    ("status", "changed", "offered"),
    [
        ("doubtful", {}, {"accept", "refuse"}),
        ("doubtful", {"proposal": {"by": "another", "at": IT["issued_at"], "note": "seen"}}, {"confirm", "refuse"}),
        ("active", {}, {"suspend", "cancel"}),
        ("suspended", {}, {"resume", "cancel"}),
        ("issued", {}, set()),
        ("expired", {}, set()),
    ],
)
def test_an_agent_is_offered_what_may_be_decided(status: str, changed: dict[str, Any], offered: set[str]) -> None:
    assert decisions(status, **changed) == offered


AMENDMENT: dict[str, Any] = {
    "asked_at": "2026-02-10T09:00:00+00:00",
    "answer_until": "2026-03-12T09:00:00+00:00",
    "account": IT["account"],
    "amount_max": "900.000",
    "ends_on": None,
}


def test_other_terms_say_until_when_the_bank_is_awaited() -> None:
    shown = unescape(page("active", amendment=AMENDMENT))
    assert "Vous avez demandé d'autres conditions" in shown
    assert "12 mars 2026" in re.sub(r"[\u00a0\u202f]", " ", shown)
    assert "/mandates/m1/amend" not in shown
    assert "/mandates/m1/amend" in page("active", amendment=None)
    assert "/mandates/m1/amend" not in page("issued", amendment=None)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_terms_in_force_stand_in_the_boxes(language: str) -> None:
    mandate: Any = {**IT, "ends_on": "2027-03-31"}
    with PORTAL_APP.app_context():
        shown = rendered(
            PORTAL_APP,
            "employer/mandate-amend.html",
            language=language,
            user={"sub": "s", "actor": "employer", "scope": "collections:pay", "employers": ["1600000001"]},
            mandate=mandate,
            offer={**OFFER, "amendment_days_max": 30},
            accounts=[("rib-dz", "RIB"), ("ccp", "CCP")],
            form=Form("amend:m1", 3),
            values=_in_force(mandate),
            problem=None,
        )
    boxes = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', unescape(shown)))
    assert boxes["account"] == IT["account"]["number"] and boxes["holder"] == IT["account"]["holder"]
    assert (boxes["ends_on_day"], boxes["ends_on_month"], boxes["ends_on_year"]) == ("31", "03", "2027")
    without = _in_force({**mandate, "ends_on": None, "amount_max": None})
    assert {without[name] for name in ("ends_on_day", "ends_on_month", "ends_on_year", "amount_max")} == {""}
