"""What was paid too much is shown with its reason, how it is paid back, and how it is disputed; what an award was
decided again for, with its sums."""

import re
from typing import Any

import pytest

from frontends.kit.pages import Form
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
IT: dict[str, Any] = {
    "award_id": "a1",
    "reference": "AW260000000132",
    "name": "Pension <b>",
    "last_on": "2026-03-31",
    "amount": "120.000",
    "currency": "TND",
    "status": "open",
    "text": "Versé en trop",
    "why": "Le droit a pris fin.",
    "way": "other-payments",
    "way_text": "Une part est retenue.",
    "reference_to_pay_by": None,
    "share": {"percent": "20", "leaves": "50.000", "law": "décret 1", "is_to_be_confirmed": True},
    "is_paused": False,
    "payments": [{"period": "2026-Q2", "amount": "200.000"}],
    "withheld": [{"period": "2026-Q2", "reference": "AW260000000150", "amount": "80.000"}],
    "taken": "0.000",
    "repaid": [{"on": "2026-07-02", "amount": "40.000"}, {"on": "2026-07-05", "amount": "-40.000"}],
    "pay_into": None,
    "contest": {"text": "Commission, 60 jours", "until_on": "2026-09-01", "is_to_be_confirmed": False},
    "may_be_disputed": True,
    "dispute": None,
    "timeline": [{"status": "open", "at": "2026-07-01T09:00:00+00:00", "amount": "200.000", "text": "Versé en trop"}],
    "version": 1,
}


def page(language: str = "fr", **changed: Any) -> str:
    with APP.app_context():
        return rendered(
            APP, "person/repayment.html", language=language, it={**IT, **changed}, form=Form("x", 1), problem=None
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_says_what_why_how_and_how_to_dispute_it(language: str) -> None:
    shown = page(language)
    assert "Pension &lt;b&gt;" in shown and "Le droit a pris fin." in shown
    assert "AW260000000150" in shown and "Commission, 60 jours" in shown
    assert 'name="statement"' in shown
    assert "20" in shown and "%(share)s" not in shown


def test_a_transfer_has_its_reference_and_no_share() -> None:
    account = {"number": "10006035183598478831", "holder": "Caisse <nationale>", "bank": "Banque exemple"}
    shown = page(reference_to_pay_by="OP260000000150", pay_into=account, share=None, way="transfer", withheld=[])
    assert "OP260000000150" in shown and "Caisse &lt;nationale&gt;" in shown and "Banque exemple" in shown
    assert "10006035183598478831" in re.sub("<[^>]*>|[^0-9A-Za-z<>]", "", shown)
    assert "Au plus" not in shown


def test_what_was_decided_is_not_disputed_again() -> None:
    dispute = {"statement": "J'ai <i>prévenu", "text": "Rejetée", "reason": "Trop tard", "outcome": "rejected"}
    shown = page(may_be_disputed=False, dispute=dispute)
    assert "J&#39;ai &lt;i&gt;prévenu" in shown and "Trop tard" in shown
    assert 'name="statement"' not in shown


def test_what_came_back_is_listed_and_what_the_bank_took_back_says_so() -> None:
    shown = page()
    assert "Ce qui a été remboursé par virement" in shown and shown.count("repris par la banque") == 1
    assert "Ce qui a été remboursé par virement" not in page(repaid=[])


def test_what_is_settled_asks_nothing() -> None:
    shown = page(status="recovered", amount="0.000", may_be_disputed=False)
    assert "Reste à rembourser" not in shown


AWARD: dict[str, Any] = {
    "law": None,
    "award_id": "a1",
    "name": "Pension",
    "reference": "AW260000000132",
    "text": "",
    "life_certificate_due_on": None,
    "sum": None,
    "timeline": [],
    "claim_id": "c1",
}
STEP: dict[str, Any] = {
    "at": "2026-07-01T09:00:00+00:00",
    "text": "Le montant du droit change.",
    "before": "200.000",
    "amount": "150.000",
    "difference": "-50.000",
    "causes": [{"at": "2026-06-30T09:00:00+00:00", "text": "Un employeur a remplacé une déclaration."}],
    "failed_text": None,
}


def award_page(again: Any) -> str:
    return rendered(APP, "person/award.html", award=AWARD, paid={"items": []}, again=again, is_first=True)


def test_an_award_says_why_and_when_its_sum_changed() -> None:
    shown = award_page({"steps": [STEP], "waiting": []})
    for said in ("Réexamens", "200,000", "150,000", "-50,000", "Un employeur a remplacé une déclaration."):
        assert said in shown, said


def test_an_award_that_nothing_was_decided_again_of_says_nothing() -> None:
    assert "Réexamens" not in award_page({"steps": [], "waiting": []})


LAW = {"law": "Loi 60-30", "law_from": "1960-12-14", "is_to_be_confirmed": True}
SUM = {
    "amount": "58.560",
    "currency": "TND",
    "computed_on": "2026-03-31",
    "lines": [
        {
            "name": "Allocation par enfant",
            "facts": [],
            "article": "Loi 60-30, art. 5",
            "valid_from": "1960-12-14",
            "is_to_be_confirmed": False,
            "is_counted": True,
            "amount": "58.560",
        }
    ],
}
PAID = {
    "period": "2026-Q1",
    "text": "Payé",
    "change_text": "",
    "taken": "0.000",
    "withheld": "0.000",
    "amount": "38.560",
    "currency": "TND",
    "lines": [
        {
            "period": "2026-Q1",
            "right": "58.560",
            "granted": "20.000",
            "amount": "38.560",
            "reason_text": None,
            "law": LAW,
            "sum": SUM,
        }
    ],
}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("Dû à ce jour", "58,560", "20,000", "38,560", "Allocation par enfant", "Loi 60-30, art. 5", "1960")),
        ("ar", ("المستحق حاليا", "Allocation par enfant")),
        ("en", ("Due by now", "Granted before")),
    ],
)
def test_each_payment_says_how_it_came_about_and_by_which_law(language: str, said: tuple[str, ...]) -> None:
    nothing = {"steps": [], "waiting": []}
    with APP.app_context():
        shown = rendered(
            APP,
            "person/award.html",
            language=language,
            award={**AWARD, "law": LAW},
            paid={"items": [PAID], "next": None},
            again=nothing,
            is_first=True,
        )
    assert [each for each in said if each not in shown] == []
