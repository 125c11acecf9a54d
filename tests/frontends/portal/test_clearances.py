"""What a firm reads of its clearance certificate: how it stands, what is in the way, what it was answered."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from frontends.kit.api import Problem
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

FIRM = {"sub": "s", "actor": "employer", "scope": "declarations:file declarations:read", "employers": ["1600000001"]}

OFFER: dict[str, Any] = {
    "name": "Attestation de régularité",
    "purposes": [
        {"code": "public-tender", "name": "Participation à un marché public"},
        {"code": "tax", "name": "Fisc"},
    ],
    "languages": ["ar", "fr"],
    "validity_days": 90,
    "in_order": ["deferral"],
    "counts_penalties": True,
    "declared_periods": 4,
    "is_withdrawn": True,
    "law": "To be set by the fund",
    "is_to_be_confirmed": True,
}
UNPAID: dict[str, Any] = {
    "kind": "unpaid",
    "text": "Sommes échues et non payées",
    "form": "quarterly-wages",
    "form_name": "Déclaration trimestrielle des salaires",
    "period": "2025-Q1",
    "due_on": "2025-04-15",
    "declaration_id": "d1",
    "contributions": "1290.277",
    "penalties": "25.806",
    "to_pay": "1316.083",
}
UNDECLARED: dict[str, Any] = {
    **UNPAID,
    "kind": "undeclared",
    "text": "Période non déclarée",
    "period": "2025-Q2",
    "declaration_id": "",
    **dict.fromkeys(("contributions", "penalties", "to_pay"), "0.000"),
}
IN_ORDER: dict[str, Any] = {
    "employer_id": "1600000001",
    "as_of": "2025-05-20",
    "is_in_order": True,
    "has_arrangement": False,
    "currency": "TND",
    "to_pay": "0.000",
    "obstacles": [],
}
IN_DEBT = {**IN_ORDER, "is_in_order": False, "to_pay": "1316.083", "obstacles": [UNPAID, UNDECLARED]}
GRANTED: dict[str, Any] = {
    "clearance_id": "k1",
    "reference": "CL260000000197",
    "employer_id": "1600000001",
    "purpose": "public-tender",
    "purpose_name": "Participation à un marché public",
    "language": "fr",
    "status": "granted",
    "text": "L'attestation est accordée.",
    "asked_at": "2025-05-20T09:00:00+00:00",
    "judged_on": "2025-05-20",
    "valid_until": "2025-08-18",
    "has_arrangement": False,
    "withdrawn_at": None,
    "currency": "TND",
    "to_pay": "0.000",
    "obstacles_in_all": 0,
    "obstacles": [],
    "version": 1,
}
REFUSED = {
    **GRANTED,
    "status": "refused",
    "text": "L'attestation n'est pas accordée, il reste des obligations à régler.",
    "valid_until": None,
    "to_pay": "1316.083",
    "obstacles_in_all": 70,
    "obstacles": [UNPAID, UNDECLARED],
}
PAPER: dict[str, Any] = {
    "number": "PR260000000197",
    "kind": "clearance-certificate",
    "name": "Attestation de régularité",
    "language": "fr",
    "status": "valid",
    "text": "Le document est prêt et valable.",
    "award": "",
    "about": "CL260000000197",
    "asked_at": "2025-05-20T09:00:00+00:00",
    "issued_at": "2025-05-20T09:00:05+00:00",
    "valid_until": "2025-08-18",
    "is_to_be_confirmed": True,
    "withdrawal": None,
    "failure": None,
    "version": 2,
}

Read = Callable[..., str]


@pytest.fixture(scope="module")
def app() -> Any:
    return unreached(PORTAL)


@pytest.fixture(scope="module")
def read(app: Any) -> Read:
    def page(template: str, *, language: str = "fr", **shown: Any) -> str:
        html = rendered(
            app, f"employer/{template}.html", language=language, user=FIRM, employer_id="1600000001", **shown
        )
        words = re.sub(r"<[^>]+>|[\u2066-\u2069\u200e\u200f]", "", unescape(html)).replace("\u202f", " ")
        return " ".join(words.replace("\u00a0", " ").split())

    return page


def index(read: Read, **shown: Any) -> str:
    usual: dict[str, Any] = {
        "offer": OFFER,
        "standing": IN_ORDER,
        "listed": {"items": [], "next": None},
        "form": None,
        "values": {},
        "problem": None,
        "is_first": True,
    }
    return read("clearances", **{**usual, **shown})


def test_a_firm_in_order_may_ask(read: Read) -> None:
    page = index(read)
    assert "L'entreprise est en règle aujourd'hui." in page and "Participation à un marché public" in page
    assert "Demander" in page and "Valable 90 jours." in page and "à confirmer par la caisse" in page
    assert "Rien pour le moment." in page


def test_a_firm_in_debt_reads_what_is_in_the_way(read: Read) -> None:
    page = index(read, standing=IN_DEBT, listed={"items": [GRANTED, REFUSED], "next": None})
    assert "Ce qui s'y oppose aujourd'hui" in page and "1 316,083" in page and "Période non déclarée" in page
    assert "Motif de la demande" not in page
    assert "jusqu'au 18 août 2025" in page and "CL260000000197" in page


def test_a_fund_that_gives_none_says_so(read: Read) -> None:
    problem = Problem(409, {"code": "clearance.not-offered", "detail": "La caisse ne la délivre pas."})
    page = index(read, offer=problem, standing=problem)
    assert "La caisse ne la délivre pas." in page and "Demander" not in page


def test_the_paper_is_loaded_as_a_file(app: Any) -> None:
    shown = {"clearance": GRANTED, "papers": {"items": [PAPER], "next": None}}
    html = rendered(app, "employer/clearance.html", user=FIRM, employer_id="1600000001", **shown)
    assert re.search(
        r'<a class="btn btn-primary" download href="[^"]*/firms/1600000001/papers/PR260000000197/pdf', html
    )


def test_until_it_is_printed_it_says_so(read: Read) -> None:
    page = read("clearance", clearance=GRANTED, papers={"items": [], "next": None})
    assert "en cours d'impression" in page and "Télécharger" not in page
    asked = {**PAPER, "status": "asked", "text": "En cours."}
    asked.pop("issued_at")
    assert "Télécharger" not in read("clearance", clearance=GRANTED, papers={"items": [asked], "next": None})


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_refusal_keeps_its_reasons(read: Read, language: str) -> None:
    page = read("clearance", language=language, clearance=REFUSED, papers={"items": [], "next": None})
    assert REFUSED["text"] in page and UNPAID["text"] in page
    assert {"fr": "2 sur 70 sont affichés.", "ar": "المعروض 2 من 70."}[language] in page


def test_one_that_was_taken_back_says_when_and_why(read: Read) -> None:
    back = {**GRANTED, "status": "withdrawn", "withdrawn_at": "2025-06-16T00:00:00+00:00", "obstacles": [UNPAID]}
    revoked = {**PAPER, "status": "revoked", "withdrawal": {"reason": "not-in-order", "text": "Pas payé depuis."}}
    page = read("clearance", clearance={**back, "obstacles_in_all": 1}, papers={"items": [revoked], "next": None})
    assert "Retirée le" in page and "Pas payé depuis." in page and "Valable jusqu'au" not in page
