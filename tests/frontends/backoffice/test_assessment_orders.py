"""Orders to assess silent employers as agents see them: given, previewed, started by another, and each employer."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.codes import Codes
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
NEW = SimpleNamespace(key="k", version=1, values={})
ORDER: dict[str, Any] = {
    "order_id": "o1",
    "reference": "TP260000000197",
    "form": "das",
    "form_name": "Déclaration annuelle",
    "period": "2025",
    "note": "Après deux rappels.",
    "status": "previewed",
    "text": "Le calcul est terminé, l'ordre attend une deuxième personne.",
    "employers": 412,
    "due": "84681450.00",
    "currency": "DZD",
    "left_out": [],
    "timeline": [
        {"status": "previewing", "at": "2026-03-05T09:00:00+00:00", "by": "agent-1", "reason": "", "text": "Calcul."}
    ],
    "version": 4,
}
PROGRESS = {"selected": 0, "to_assess": 412, "assessed": 0, "left_out": 17}
EMPLOYERS = [
    {
        "employer_id": "1600000001",
        "status": "assessed",
        "text": "Taxé",
        "due": "846814.50",
        "currency": "DZD",
        "reason": None,
        "reason_text": None,
        "assessment_ids": ["a1"],
    },
    {
        "employer_id": "1600000007",
        "status": "left-out",
        "text": "Écarté",
        "due": "0.00",
        "currency": "DZD",
        "reason": "no-basis",
        "reason_text": "Aucune déclaration antérieure pour base",
        "assessment_ids": [],
    },
]
CODES = Codes({"items": [{"name": "ordered-employer-statuses", "codes": [{"code": "left-out", "text": "Écarté"}]}]})


def page(language: str = "fr", *, by: str = "agent-2", progress: Any = PROGRESS, **changed: Any) -> str:
    order = {**ORDER, **changed}
    left_out = [{"reason": "no-basis", "text": "Aucune déclaration antérieure pour base", "count": 17}]
    with APP.app_context():
        return rendered(
            APP,
            "assessment-order.html",
            language=language,
            user={"sub": by, "actor": "staff", "scope": "bank:settle"},
            report={"order": order, "progress": progress, "left_out": left_out},
            order=order,
            employers={"items": EMPLOYERS, "next": None},
            codes=CODES,
            status="",
            forms=dict.fromkeys(("start", "cancel"), NEW),
            sent="",
            is_first=True,
            problem=None,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize(
    ("status", "acts"),
    [
        ("previewing", {"cancel"}),
        ("previewed", {"start", "cancel"}),
        ("started", set()),
        ("finished", set()),
        ("cancelled", set()),
    ],
)
def test_only_what_may_be_done_is_offered(language: str, status: str, acts: set[str]) -> None:
    shown = page(language, status=status)
    assert {act for act in ("start", "cancel") if f"/assessment-orders/o1/{act}" in shown} == acts
    assert ("hx-trigger" in shown) == (status in ("previewing", "started")), "what goes on is looked at again"


def test_who_gave_it_is_told_that_another_starts_it() -> None:
    own, other = page(by="agent-1"), page()
    assert "/assessment-orders/o1/start" not in own and "quelqu'un d'autre le lance" in own
    assert "Taxer 412 employeurs" in other and "84" in other


def test_how_far_it_is_and_what_became_of_each_employer() -> None:
    shown = page(status="started", progress={"selected": 0, "to_assess": 120, "assessed": 292, "left_out": 17})
    assert 'max="429" value="309"' in shown
    assert "/assessments/a1" in shown and "1600000007" in shown
    assert shown.count("Aucune déclaration antérieure pour base") == 2, "of the one, and of all"


def test_before_the_preview_the_progress_is_of_the_computing() -> None:
    shown = page(status="previewing", progress={"selected": 29, "to_assess": 383, "assessed": 0, "left_out": 17})
    assert 'max="429" value="400"' in shown


def test_why_it_was_cancelled_is_said() -> None:
    last = {"status": "cancelled", "at": "2026-03-06T09:00:00+00:00", "by": "agent-2", "text": "Annulé."}
    shown = page(status="cancelled", timeline=[*ORDER["timeline"], {**last, "reason": "Les rappels sont partis tard."}])
    assert "Les rappels sont partis tard." in shown


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_list_offers_a_new_one_to_whom_may_decide(language: str) -> None:
    def listed(scope: str) -> str:
        with APP.app_context():
            return rendered(
                APP,
                "assessment-orders.html",
                language=language,
                user={"sub": "agent-1", "actor": "staff", "scope": scope},
                listed={"items": [ORDER], "next": None},
                open_periods=[({"form": "das", "name": "DAS"}, [{"period": "2025"}])],
                chosen="das/2025",
                form=NEW,
                values={},
                is_first=True,
                problem=None,
            )

    decides, reads = listed("bank:settle ledger:read"), listed("ledger:read")
    assert 'value="das/2025" selected' in decides and 'name="which"' not in reads
    assert "/assessment-orders/o1" in decides and "TP260000000197" in decides
