"""Campaigns as an agent sees them: written, counted, previewed, under way, and what may be done with each."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import request

from frontends.backoffice import campaigns
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.campaigns import ACTS
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "s", "actor": "staff", "scope": "campaigns:manage"}
NEW = SimpleNamespace(key="k", version=1, values={})
AUDIENCE = {
    "code": "silent-employers",
    "name": "Les employeurs qui n'ont rien déclaré",
    "of": "employers",
    "parameters": [
        {"name": "form", "text": "Déclaration", "kind": "form", "is_required": False},
        {"name": "period", "text": "Période", "kind": "period", "is_required": False},
    ],
    "values": [{"name": "due_on", "text": "le dernier jour"}],
}
DEBT = {
    "code": "employers-in-debt",
    "name": "Les employeurs redevables",
    "of": "employers",
    "parameters": [{"name": "at_least", "text": "D'au moins", "kind": "amount", "is_required": False}],
    "values": [{"name": "owed", "text": "le montant dû"}, {"name": "due_on", "text": "autre chose"}],
}
WORDING = {"subject": "Déclarez à temps", "text": "Dernier jour : {due_on}.", "sms": ""}
REACH = {
    "recipients": 120,
    "by_channel": {"email": 100},
    "by_language": {"fr": 120},
    "inbox_only": 15,
    "not_wanted": 5,
    "dead": 0,
    "not_registered": 2,
    "other_language": 0,
    "selected": 122,
}
CAMPAIGN: dict[str, Any] = {
    "campaign_id": "c1",
    "name": "Rappel du trimestre",
    "status": "ready",
    "text": "Prête à partir",
    "purpose": "campaign",
    "legal_reference": "",
    "audience": {
        "code": "silent-employers",
        "name": AUDIENCE["name"],
        "parameters": {"period": "2026-Q3"},
        "asked_with": [{"text": "Période", "kind": "period", "value": "2026-Q3"}],
        "also": [],
        "languages": [],
    },
    "channels": ["email"],
    "wordings": dict.fromkeys(("ar", "fr", "en"), WORDING),
    "reach": REACH,
    "progress": {"members": 0, "messages": 0},
    "written_at": "2026-10-05T09:00:00+00:00",
    "written_by": "agent-1",
    "started_at": None,
    "started_by": "",
    "ended_at": None,
    "reason": "",
    "refused": "",
    "counted": [],
    "needs_second_person": True,
    "previews": [
        {
            "channel": "inbox",
            "language": "fr",
            "subject": "Déclarez à temps",
            "text": "Dernier jour : 31 octobre 2026.",
            "parts": 0,
        }
    ],
    "version": 4,
}
REPORT: dict[str, Any] = {
    "channels": [
        {
            "channel": "email",
            "messages": 80,
            "queued": 10,
            "sent": 68,
            "delivered": 0,
            "undelivered": 0,
            "failed": 2,
            "in_doubt": 0,
        }
    ],
    "reasons": [
        {"channel": "email", "reason": "mail.address-refused", "text": "L’adresse n’existe pas.", "messages": 2}
    ],
    "per_minute": 40.0,
    "ends_at": "2026-10-05T09:20:00+00:00",
    "waits_until": None,
    "parts": 1,
}


def page(language: str = "fr", *, report: Any = None, **changed: Any) -> str:
    with APP.app_context():
        return rendered(
            APP,
            "campaign.html",
            language=language,
            user=AGENT,
            found={**CAMPAIGN, **changed},
            report=report,
            forms=dict.fromkeys(ACTS, NEW),
            sent="",
            problem=None,
        )


def form(language: str = "fr", *conditions: Any, **changed: Any) -> str:
    known = [campaigns.Condition(number, each) for number, each in enumerate((AUDIENCE, *conditions))]
    with APP.app_context():
        return rendered(
            APP,
            "campaign-edit.html",
            language=language,
            user=AGENT,
            conditions=known,
            offered=[(AUDIENCE["code"], AUDIENCE["name"]), (DEBT["code"], DEBT["name"])],
            placeholders=campaigns._placeholders(known, changed),
            may_add=len(known) < campaigns.CONDITIONS_MAX,
            found=None,
            declared=[("das", "Déclaration annuelle des salaires")],
            channels=campaigns.CHANNELS,
            form=NEW,
            values=changed,
            problem=None,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_form_asks_for_the_text_in_each_language_and_names_what_may_stand_in_it(language: str) -> None:
    shown = form(language)
    assert all(f'name="{part}_{each}"' in shown for part in ("subject", "text", "sms") for each in ("ar", "fr", "en"))
    assert "{due_on}" in shown and 'name="p_period"' in shown and "Déclaration annuelle" in shown
    assert shown.count("checked") == 3, "both channels, and that it informs"


def test_what_was_typed_stays() -> None:
    shown = form(name="Rappel", channel_email="1", text_fr="Bonjour", purpose="legal")
    assert "Bonjour" in shown and 'value="Rappel"' in shown and shown.count("checked") == 2


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize(
    ("status", "acts"),
    [
        ("draft", {"select", "cancel"}),
        ("selecting", {"cancel"}),
        ("ready", {"select", "start", "cancel"}),
        ("sending", {"stop"}),
        ("stopped", {"resume", "cancel"}),
        ("finished", set()),
        ("cancelled", set()),
    ],
)
def test_only_what_may_be_done_is_offered(language: str, status: str, acts: set[str]) -> None:
    shown = page(language, status=status)
    assert {act for act in ACTS if f"/campaigns/c1/{act}" in shown} == acts
    assert ("/campaigns/c1/edit" in shown) == (status in ("draft", "selecting", "ready"))


def test_whom_it_reaches_and_who_starts_it_are_said() -> None:
    shown = page()
    assert "Lancer : écrire à 120 destinataires" in shown
    assert "une autre personne que son auteur la lance" in shown
    assert "une autre personne" not in page(needs_second_person=False)
    assert "Dernier jour : 31 octobre 2026." in shown
    assert "Sans message : plus dans le registre" in shown and "Sans message : décédés" not in shown


def test_how_far_it_is_and_why_some_did_not_arrive() -> None:
    shown = page(
        status="sending",
        started_at="2026-10-05T09:10:00+00:00",
        progress={"members": 80, "messages": 80},
        report=REPORT,
    )
    assert "L’adresse n’existe pas." in shown and "sans accusé" in shown
    assert "messages par minute" in shown and 'hx-trigger="load delay:3s"' in shown
    many = page(status="sending", reach={**REACH, "recipients": 30_000}, report=REPORT)
    assert 'hx-trigger="load delay:15s"' in many, "counting thirty thousand takes the service a second or two"
    assert "recipients.csv" in shown


def test_a_long_report_comes_in_parts() -> None:
    shown = page(status="finished", report={**REPORT, "parts": 3})
    assert [f"part={number}" in shown for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_quiet_hours_are_said() -> None:
    shown = page(status="sending", report={**REPORT, "waits_until": "2026-10-06T07:00:00+00:00"})
    assert "Les heures calmes" in shown


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_condition_is_added_and_removed_without_a_script(language: str) -> None:
    shown = form(language)
    assert 'name="change" value="add" formnovalidate' in shown and 'value="employers-in-debt"' in shown
    assert "remove-" not in shown
    both = form(language, DEBT, not_1="1")
    assert 'name="also_1" value="employers-in-debt"' in both and 'name="p1_at_least"' in both
    assert 'value="remove-1" formnovalidate' in both
    assert shown.index("<button hidden>") < shown.index('name="change"'), "Enter keeps the draft"
    assert 'value="add"' not in form(language, *[DEBT] * 4), "five conditions are all"


def test_what_a_text_may_name_is_what_all_recipients_have() -> None:
    both = form("fr", DEBT)
    assert "{owed}" in both and "le montant dû" in both
    assert "le dernier jour" in both and "autre chose" not in both, "the first that tells it says it"
    assert "{owed}" not in form("fr", DEBT, not_1="1")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"change": "add", "add": "employers-in-debt"}, {"also_1": "employers-in-debt"}),
        (
            {"change": "add", "add": "employers", "also_1": "employers-in-debt", "also_3": "employers"},
            {"also_1": "employers-in-debt", "also_2": "employers", "also_3": "employers"},
        ),
        (
            {"change": "remove-1", "also_1": "employers", "not_1": "1", "p1_sector": "food", "also_2": "x"},
            {"also_2": "x"},
        ),
        ({"change": "remove-", "also_1": "employers"}, {"also_1": "employers"}),
    ],
)
def test_the_form_comes_again_with_a_condition_more_or_one_fewer(sent: dict[str, str], kept: dict[str, str]) -> None:
    with APP.test_request_context(method="POST", data={**sent, "p_period": "2026-Q3"}):
        changed = campaigns._changed(request.form)
    assert {name: value for name, value in changed.items() if name not in ("change", "add")} == {
        **kept,
        "p_period": "2026-Q3",
    }


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_how_many_meet_each_condition_and_all_of_them_is_said(language: str) -> None:
    at_least = {"text": "Au moins", "kind": "amount", "value": "1000"}
    parameters = {"at_least": "1000"}
    also = [
        {
            "code": "employers-in-debt",
            "name": DEBT["name"],
            "parameters": parameters,
            "asked_with": [at_least],
            "is_not": True,
        }
    ]
    shown = page(
        language,
        audience={**CAMPAIGN["audience"], "also": also, "languages": ["fr"]},
        counted=[640, 212],
        reach={**REACH, "selected": 588, "other_language": 466},
    )
    assert all(f">{count}<" in shown for count in ("640", "212", "588", "466"))
    said = {"ar": "وليس:", "fr": "et non :", "en": "and not:"}
    assert said[language] in shown and "2026-Q3" not in shown
    amount = {"ar": "1.000\u00a0TND", "fr": "1\u00a0000\u00a0TND", "en": "1,000\u00a0TND"}
    assert amount[language] in shown
    assert ">588<" not in page(language, reach={**REACH, "selected": 588}), "one condition is the audience"
