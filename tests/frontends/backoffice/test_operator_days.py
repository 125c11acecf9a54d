"""The days of operators of mobile money as an agent sees them: listed, with what differs."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.operator_days import ACTS
from frontends.kit.codes import Codes
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
    "differences_open": 2,
    "written_off": "0.000",
    "terminal_id": "",
    "terminal_place": "",
    "batch": "",
    "is_paid_in": True,
    "differences": [
        {
            "difference_id": "d1",
            "kind": "not-in-file",
            "text": "Un paiement signalé manque dans le fichier.",
            "payment_id": "op-77",
            "known": "290.277",
            "stated": "0.000",
            "known_count": 0,
            "stated_count": 0,
        },
        {
            "difference_id": "d2",
            "kind": "fee-differs",
            "text": "La commission diffère de celle qui est convenue.",
            "payment_id": "fee",
            "known": "6.652",
            "stated": "9.000",
            "known_count": 0,
            "stated_count": 0,
        },
    ],
    "taken_at": "2025-04-10T22:15:00+00:00",
}
DIFFERENCE: dict[str, Any] = {
    "difference_id": "d1",
    "day_id": DAY["day_id"],
    "operator": "mahfadha",
    "operator_name": "Mahfadha (opérateur fictif)",
    "day": "2025-04-10",
    "kind": "not-in-file",
    "text": "Un paiement signalé manque dans le fichier.",
    "payment_id": "op-77",
    "known": "290.277",
    "stated": "0.000",
    "known_count": 0,
    "stated_count": 0,
    "ticket_id": "",
    "balance": "290.277",
    "in_question": "290.277",
    "currency": "TND",
    "status": "proposed",
    "status_text": "Attend une deuxième personne",
    "opened_at": "2025-04-10T22:15:00+00:00",
    "opened_on": "2025-04-10",
    "assigned_to": "agent-7",
    "closing": {
        "reason": "refunded",
        "text": "Remboursé au payeur",
        "by": "agent-7",
        "at": "2025-04-11T08:00:00+00:00",
        "confirmed_by": None,
        "confirmed_at": None,
    },
    "note": "Vu avec l'opérateur.",
    "closed_before": [],
    "version": 3,
}
OPEN = {**DIFFERENCE, "status": "open", "status_text": "À traiter", "closing": None, "assigned_to": None}
NEW = SimpleNamespace(key="k", version=3, values={})
STATES = {"d1": DIFFERENCE}
CODES = Codes(
    {
        "items": [
            {"name": "operator-difference-statuses", "codes": [{"code": "open", "text": "À traiter"}]},
            {"name": "operator-difference-reasons", "codes": [{"code": "written-off", "text": "Passé en perte"}]},
        ]
    }
)


def listed(language: str = "fr", **more: Any) -> str:
    return rendered(
        APP,
        "operator-days.html",
        language=language,
        user=AGENT,
        **{"listed": {"items": [DAY], "next": None}, "which": "", "choices": [("", "x")], "is_first": True, **more},
    )


def one(language: str = "fr", **changed: Any) -> str:
    return rendered(APP, "operator-day.html", language=language, user=AGENT, day={**DAY, **changed}, states=STATES)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_day_is_listed_with_how_many_things_differ(language: str) -> None:
    html = listed(language)
    assert "/operator-days/mahfadha-2025-04-10" in html and "283" in html
    assert {"fr": "2 écarts ouverts", "ar": "فرقان مفتوحان", "en": "2 open differences"}[language] in html


def test_without_a_day_that_is_said() -> None:
    assert "Aucun opérateur" in listed(listed={"items": [], "next": None})


def test_each_thing_that_differs_is_shown_with_both_amounts() -> None:
    html = one()
    assert "op-77" in html and "Toute la journée" in html and "RM251234567812" in html
    assert "Un paiement signalé manque" in html and "290" in html
    assert "/operator-days/differences/d1" in html and "Attend une deuxième personne" in html
    assert "op-77" not in one(differences=[], differences_count=0)
    assert "600 écarts en tout" in one(differences_count=600)


def difference(language: str = "fr", scope: str = "ledger:read bank:settle", **changed: Any) -> str:
    found = {**DIFFERENCE, **changed}
    claims = {**AGENT, "scope": scope}
    with APP.app_context():
        return rendered(
            APP,
            "operator-difference.html",
            language=language,
            user=claims,
            found=found,
            codes=CODES,
            forms=dict.fromkeys(ACTS, NEW),
            is_mine=found["assigned_to"] == "s",
            may_reassign="bank:supervise" in scope,
            problem=None,
        )


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_what_waits_is_listed_with_its_age_and_its_owner(language: str) -> None:
    html = rendered(
        APP,
        "operator-differences.html",
        language=language,
        user=AGENT,
        listed={"items": [DIFFERENCE, {**OPEN, "difference_id": "d2"}], "next": None},
        codes=CODES,
        status="",
        held="",
        hands=[("", "x")],
        is_first=True,
    )
    assert "/operator-days/differences/d2" in html and "290" in html
    assert {"fr": "Ouvert depuis le", "ar": "مفتوح منذ", "en": "Open since"}[language] in html
    assert {"fr": "Personne ne s", "ar": "لا يتكفل به أحد", "en": "Nobody holds it"}[language] in html


def test_an_agent_closes_what_is_open_and_a_second_one_agrees() -> None:
    html = difference(**OPEN)
    assert "/d1/close" in html and "/d1/take" in html and "Passé en perte" in html
    assert "/d1/confirm" in difference() and "/d1/close" not in difference()
    assert "/d1/confirm" not in difference(closing={**DIFFERENCE["closing"], "by": "s"})
    assert "/d1/release" in difference(**{**OPEN, "assigned_to": "s"})
    assert "/d1/close" not in difference(**{**OPEN, "assigned_to": "agent-7"})


def test_of_a_terminal_it_is_said_what_was_typed_and_what_stands_on_its_close() -> None:
    totals = {"kind": "totals-differ", "payment_id": "totals", "known_count": 2, "stated_count": 3}
    html = difference(**totals)
    assert (
        "Tickets saisis" in html and "Sur la clôture" in html and "3 paiements" in html and "Toute la journée" in html
    )
    day = one(terminal_id="16000101", terminal_place="Guichet 1", batch="124")
    assert "Remise" in day and "124" in day and "Clôture saisie le" in day


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_of_an_acquirer_s_file_the_ticket_is_shown_and_no_money_that_is_to_come(language: str) -> None:
    ticket = {"kind": "ticket-not-in-file", "payment_id": "16000101/124/9", "ticket_id": "t9", "balance": "0.000"}
    html = difference(language, **{**ticket, "in_question": "315.075"})
    assert "/card-terminals/payments/t9" in html and "16000101/124/9" in html and "315" in html
    day = one(language, is_paid_in=False, status="compared", net="0.000")
    assert "RM251234567812" not in day
    assert {"fr": "seulement comparé", "ar": "للمقارنة بالتذاكر فقط", "en": "only held against"}[language] in day
    row = listed(language, listed={"items": [{**DAY, "is_paid_in": False}], "next": None})
    assert "290" in row and "283" not in row, "what the file comes to, and not what is to be paid in"


def test_who_may_only_read_gets_no_form_and_a_supervisor_gives_it_to_another() -> None:
    assert "/operator-days/differences/d1/" not in difference(scope="ledger:read", **OPEN)
    assert "/d1/reassign" in difference(scope="ledger:read bank:supervise", **OPEN)


def test_what_is_closed_says_how_by_whom_and_why() -> None:
    done = {**DIFFERENCE, "status": "closed", "closing": {**DIFFERENCE["closing"], "by": ""}}
    html = difference(**done)
    assert "Remboursé au payeur" in html and "fichier ultérieur" in html and "Vu avec" in html
    assert "/operator-days/differences/d1/" not in html
