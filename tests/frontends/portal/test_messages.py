"""A message leads to what it tells of, where its reader has a page of that."""

from typing import Any

import pytest
from flask import g

from frontends.kit.sessions import Session
from frontends.portal.person import messages
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)


def message(about_kind: str | None, about: str = "t1") -> Any:
    usual = {"message_id": "m1", "template": "x", "told_at": "2026-03-20T09:00:00+00:00"}
    return {**usual, "about": about, "about_kind": about_kind, "subject": "Dossier <CL1>", "text": "Une pièce"}


@pytest.mark.parametrize(
    ("actor", "kind", "address"),
    [
        ("person", "claim", "/claims/t1"),
        ("person", "award", "/payments/t1"),
        ("person", "number", "/papers/t1"),
        ("person", "change", "/account/bank"),
        ("person", "declaration", ""),
        ("person", "account", ""),
        ("person", None, ""),
        ("employer", "declaration", "/declarations/t1"),
        ("employer", "plan", "/plans/t1"),
        ("employer", "mandate", "/mandates/t1"),
        ("employer", "assessment", "/assessments/t1"),
        ("employer", "claim", ""),
    ],
)
def test_each_leads_to_its_page(actor: str, kind: str | None, address: str) -> None:
    with APP.test_request_context("/"):
        g.session = Session("x" * 43, {"user": {"sub": "s", "actor": actor, "scope": ""}})
        assert messages._address(message(kind)) == address


@pytest.mark.parametrize(("language", "said"), [("fr", "Ouvrir"), ("ar", "افتحه"), ("en", "Open it")])
def test_the_link_names_its_message(language: str, said: str) -> None:
    def page(kind: str | None) -> str:
        found = {"items": [message(kind)], "next": None}
        shown = {"found": found, "address_of": messages._address, "is_first": True}
        return rendered(APP, "person/messages.html", language=language, **shown)

    with APP.app_context():
        assert said in page("claim") and "Dossier &lt;CL1&gt;</span></a>" in page("claim")
        assert said not in page(None)
