"""A provisional assessment as its employer sees it: what it is, how it ends, and how it is paid until then."""

from typing import Any

import pytest

from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)


class Sent:
    """A form that was not sent yet."""

    key, version = "k", None


FIRM = {"sub": "s", "actor": "employer", "employers": ["1600000001"], "scope": "declarations:file collections:pay"}
PART = {
    "branch_name": "Retraite",
    "side_name": "Employeur",
    "percent": "10",
    "amount": "105.000",
    "law": "Loi 83-14",
    "is_to_be_confirmed": False,
}
ASSESSED: dict[str, Any] = {
    "assessment_id": "a1",
    "employer_id": "1600000001",
    "form": "das",
    "form_name": "Déclaration annuelle",
    "period": "2025",
    "establishment": "",
    "due": "105.000",
    "due_on": "2026-01-31",
    "currency": "DZD",
    "basis_period": "2024",
    "basis": "100.000",
    "percent": "5.0",
    "surcharge": "5.000",
    "law": "Loi 83-14",
    "is_to_be_confirmed": True,
    "slips": [{"period": "2025-Q1", "base": "1000.000", "total": "105.000", "contributions": [PART]}],
    "status": "standing",
    "text": "Elle est due tant que l'employeur n'a pas déclaré.",
    "assessed_at": "2026-03-05T09:00:00+00:00",
    "replaced_by": None,
    "ended_at": None,
    "reason": "",
    "version": 1,
}
COST = {
    "left": "105.000",
    "penalties_left": "21.000",
    "to_pay": "126.000",
    "is_to_be_confirmed": True,
    "lines": [],
    "next_on": None,
    "currency": "DZD",
}
WAYS = {"items": [], "to_pay": "105.00", "ways": [{"rail": "transfer", "debit_on": None}]}


def page(language: str = "fr", **changed: Any) -> str:
    return rendered(
        APP,
        "employer/assessment.html",
        language=language,
        user=FIRM,
        found={**ASSESSED, **changed},
        collections=WAYS,
        penalties=COST,
        paying={"transfer": Sent()},
        under_way=("requested",),
        problem=None,
    )


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_it_says_what_ends_it_and_how_it_comes_about(language: str) -> None:
    shown = page(language)
    assert shown.count("which=das/2025") == 3, "by file, line by line, or nothing to declare"
    assert "/assessments/a1/payment" in shown
    to_be_confirmed = {"fr": "à confirmer par la caisse", "ar": "في انتظار تأكيد الصندوق"}[language]
    assert shown.count(to_be_confirmed) == 3, "the assessment, its penalties, and where it is explained"


def test_one_that_has_ended_is_not_paid() -> None:
    shown = page(status="replaced", text="L'employeur a déclaré.", replaced_by="d9")
    assert "/assessments/a1/payment" not in shown
    assert "/declarations/d9" in shown
    taken_back = page(status="withdrawn", text="La caisse l'a annulée.", reason="Fermée avant la période.")
    assert "Fermée avant la période." in taken_back
    assert "/assessments/a1/payment" not in taken_back
