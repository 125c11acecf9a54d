"""A settlement plan's pages: what it would come to, where it stands, how it is paid, what agents decide."""

import re
from html import unescape
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.api import Problem
from frontends.portal.employer.declaring import UNDER_WAY
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

PORTAL_APP, BACKOFFICE_APP = unreached(PORTAL), unreached(BACKOFFICE)
FIRM = {"sub": "s", "actor": "employer", "scope": "declarations:file collections:pay", "employers": ["1600000001"]}
AGENT = {"sub": "a", "actor": "staff", "scope": "bank:settle declarations:read ledger:read"}
SCHEME: dict[str, Any] = {
    "code": "amnesty-2024",
    "name": "Apurement des dettes 2024",
    "ask_from_on": "2024-10-16",
    "ask_until_on": "2025-03-31",
    "waived": [{"months_max": 36, "percent": "100"}, {"months_max": 60, "percent": "50.5"}],
    "breach": "missed",
    "missed_max": 3,
    "needs_current_paid": True,
    "law": "Décret d'octobre 2024",
    "is_to_be_confirmed": True,
}


def instalment(number: int, status: str, text: str, **changed: Any) -> dict[str, Any]:
    facts = {"due_on": f"2025-0{5 + number}-25", "amount": "50.000", "paid": "0.000", "left": "50.000", "paid_on": None}
    return {"number": number, "status": status, "text": text, **facts, **changed}


FIRST = instalment(1, "paid", "Payée", paid="50.000", left="0.000", paid_on="2025-06-20")
SECOND = instalment(2, "partly-paid", "Payée en partie", paid="20.000", left="30.000")
PLAN: dict[str, Any] = {
    "plan_id": "p1",
    "reference": "SP250000000145",
    "employer_id": "1600000001",
    "scheme": SCHEME,
    "months": 2,
    "status": "under-way",
    "text": "L'échéancier est en cours de paiement.",
    "asked_at": "2025-05-20T09:00:00+00:00",
    "as_of": "2025-05-25",
    "currency": "TND",
    "left": "100.000",
    "penalties": "3.800",
    "waived_percent": "100",
    "penalties_waived": "3.800",
    "to_pay": "100.000",
    "paid": "70.000",
    "still_to_pay": "30.000",
    "missed": 0,
    "debts": [
        {
            "declaration_id": "d1",
            "form": "quarterly-wages",
            "form_name": "Déclaration trimestrielle des salaires",
            "period": "2025-Q1",
            "due_on": "2025-04-15",
            "left": "100.000",
            "penalties": "3.800",
            "penalties_waived": "3.800",
        }
    ],
    "instalments": [FIRST, SECOND],
    "next_instalment": SECOND,
    "broken": None,
    "reason": "",
    "collection_id": None,
    "is_debited": False,
    "payable": {
        "ways": [{"rail": rail, "debit_on": None} for rail in ("transfer", "card", "mobile-money")],
        "may_be_debited": False,
    },
    "timeline": [{"status": "asked", "at": "2025-05-20T09:00:00+00:00", "text": "La demande est là.", "reason": ""}],
    "version": 3,
}
PAID_BY: dict[str, Any] = {
    "rail": "transfer",
    "status": "announced",
    "amount": "30.000",
    "currency": "TND",
    "reference": "TN250000000195",
    "account": {"number": "10006035183598478831", "holder": "Caisse", "bank": "Banque"},
    "debit_on": None,
    "valid_until_on": "2025-07-20",
    "plan": {"plan_id": "p1", "reference": "SP250000000145", "instalments": [2]},
    "is_repetition": False,
    "checkout_url": None,
    "timeline": [{"text": "Le paiement est attendu."}],
}


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>|[\u2066-\u2069\u200e\u200f]", " ", unescape(html)).replace("\u202f", " ").split())


DRAWN: dict[str, Any] = {**PAID_BY, "rail": "direct-debit", "status": "planned", "debit_on": "2025-07-25"}
REFUSED: dict[str, Any] = {
    **DRAWN,
    "status": "refused",
    "timeline": [
        {"text": "La banque a refusé le prélèvement.", "reason": "Le compte n'était pas assez approvisionné."}
    ],
}


def one(
    *, language: str = "fr", collection: Any = None, ended_debit: Any = None, user: Any = None, **changed: Any
) -> str:
    payable = {**PLAN["payable"], **{name: changed.pop(name) for name in ("ways", "may_be_debited") if name in changed}}
    plan = {**PLAN, "payable": payable, **changed}
    return words(
        rendered(
            PORTAL_APP,
            "employer/plan.html",
            language=language,
            user=user or FIRM,
            plan=plan,
            to_declaration=lambda debt: f"/declarations/{debt['declaration_id']}",
            collection=collection,
            ended_debit=ended_debit,
            costs={"to_pay": "30.000", "next_on": None},
            under_way=UNDER_WAY,
            withdrawing=None,
            paying={way["rail"]: None for way in payable["ways"]},
            debiting=None,
            problem=None,
        )
    )


def listed(*, language: str = "fr", **changed: Any) -> str:
    shown = {
        "listed": {"items": [], "next": None},
        "schemes": {"items": [SCHEME]},
        "has_open": False,
        "found": None,
        "scheme": "",
        "months": "",
        "form": None,
        "problem": None,
        "is_first": True,
        **changed,
    }
    html = rendered(PORTAL_APP, "employer/plans.html", language=language, user=FIRM, employer_id="1", **shown)
    return words(html)


def test_a_plan_says_what_is_next_and_how_to_pay_it() -> None:
    page = one()
    assert "Échéance 2" in page and "25 juillet 2025" in page and "Payer par virement" in page
    assert "Payée en partie" in page and "20 juin 2025" in page and "Retirer la demande" not in page
    waited_for = one(collection=PAID_BY)
    assert "TN250000000195" in waited_for
    assert "Payer par virement" not in waited_for and "Payer par carte" in waited_for
    assert "Payer par carte" not in one(user={**FIRM, "scope": "declarations:read"})


def test_what_is_next_is_paid_at_an_operator_by_its_reference() -> None:
    assert "Payer par téléphone mobile" in one()
    page = one(collection={**PAID_BY, "rail": "mobile-money", "reference": "TN1234", "operators": ["Mahfadha"]})
    assert "TN1234" in page and "Mahfadha" in page and "30,000" in page and "Payer par téléphone" not in page


def test_instalments_are_debited_where_the_employer_wants_it_and_a_mandate_allows_it() -> None:
    assert "Faire prélever chaque échéance" not in one()
    offered = one(may_be_debited=True, ways=[{"rail": "direct-debit", "debit_on": "2025-07-25"}])
    assert "Faire prélever chaque échéance à sa date" in offered
    assert "Prélever sur mon compte le 25 juillet 2025" in offered
    chosen = one(may_be_debited=True, is_debited=True, collection=DRAWN)
    assert "Ne plus prélever" in chosen and "Jour du prélèvement 25 juillet 2025" in chosen
    assert "Aucun mandat en vigueur" not in chosen
    assert "Aucun mandat en vigueur" in one(is_debited=True)
    assert "prélever chaque" not in one(may_be_debited=True, user={**FIRM, "scope": "declarations:read"})
    assert "prélever chaque" not in one(may_be_debited=True, status="finished", ways=[], next_instalment=None)


def test_a_debit_that_was_refused_says_why_and_what_to_do() -> None:
    page = one(ended_debit=REFUSED, is_debited=True, may_be_debited=True)
    assert "Le compte n'était pas assez approvisionné." in page and "Payez cette échéance autrement." in page
    assert "Payer par virement" in page


@pytest.mark.parametrize("status", ["asked", "proposed"])
def test_what_is_asked_for_can_be_withdrawn_and_not_paid(status: str) -> None:
    page = one(status=status, ways=[])
    assert "Retirer la demande" in page and "Payer par carte" not in page and "un agent décide" in page


def test_a_broken_plan_says_why() -> None:
    broken = {"because": "missed", "text": "Trop d'échéances n'ont pas été payées."}
    page = one(status="broken", broken=broken, ways=[], missed=3, next_instalment=SECOND)
    assert broken["text"] in page and "La suite" not in page


def test_schemes_say_what_they_waive_and_how_they_are_lost() -> None:
    page = listed()
    assert (
        "Jusqu'à 60 mois" in page and "50,5 %" in page.replace("\u00a0", " ") and "après 3 échéances manquées" in page
    )
    assert "aucun dispositif" in listed(schemes={"items": []})
    assert "échéancier en cours" in listed(has_open=True, listed={"items": [PLAN], "next": None})
    at_the_end = {**SCHEME, "breach": "last-day", "missed_max": None}
    assert "si tout n'est pas payé au dernier jour" in listed(schemes={"items": [at_the_end]})


def test_a_simulation_is_asked_for_as_it_is_shown() -> None:
    found = {**PLAN, "debts": 1, "as_of": "2025-05-20"}
    page = listed(found=found, scheme="amnesty-2024", months="2")
    assert "Demander cet échéancier à la caisse" in page and "100,000" in page and "Payée" not in page
    nothing = listed(found={**found, "instalments": []}, scheme="amnesty-2024", months="2")
    assert "aucune dette en retard" in nothing and "Demander cet" not in nothing


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_page_is_there_in_every_language(language: str) -> None:
    assert "SP25" in one(language=language, is_debited=True, ended_debit=REFUSED).replace(" ", "")
    assert listed(language=language, problem=Problem(409, {"code": "x", "detail": "y"}))


def office(**changed: Any) -> str:
    html = rendered(
        BACKOFFICE_APP,
        "plan.html",
        user=AGENT,
        plan={**PLAN, **changed},
        owed={"to_pay": "103.800", "currency": "TND"},
        to_declaration=lambda debt: "/",
        form=None,
        values={},
        purpose="care",
        problem=None,
    )
    return words(html)


def test_agents_decide_what_is_asked_for() -> None:
    asked = office(status="asked", paid="0.000")
    assert "Accepter l'échéancier" in asked and "103,800" in asked and "Une personne a donné son accord" not in asked
    assert "Une personne a donné son accord" in office(status="proposed")
    assert "Accepter l'échéancier" not in office()
    assert "prélevée à sa date" in office(is_debited=True) and "prélevée à sa date" not in office()
