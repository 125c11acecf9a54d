"""A person reads what the fund knows of them, in each language, and how a mistake is put right; a firm has its name."""

from typing import Any

import pytest

from frontends.kit.api import Problem
from frontends.portal.employer import firms
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
OWN: dict[str, Any] = {
    "person_ref": "p1",
    "insurance_number": "900000000001",
    "national_id": "109900000000000001",
    "family_name": "BEN <ALI>",
    "first_name": "Amira",
    "family_name_ar": "بن علي",
    "first_name_ar": "أميرة",
    "birth_on": "1990",
    "language": "ar",
    "dependants": 2,
    "email": "amira.benali@example.org",
    "mobile": None,
}
BANK = {"ending": "8831"}
AWAY = Problem(503, {"code": "x", "detail": "Le registre ne répond pas."})


def page(language: str = "fr", own: Any = OWN, bank: Any = BANK) -> str:
    with APP.app_context():
        return rendered(APP, "person/record.html", language=language, own=own, bank=bank)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_names_numbers_and_addresses_are_shown_whole_to_their_owner(language: str) -> None:
    shown = page(language)
    for each in ("900000000001", "109900000000000001", "BEN &lt;ALI&gt;", "أميرة", "1990", "amira.benali@example.org"):
        assert each in shown
    assert "8831" in shown and "/account/bank" in shown and "/claims/new/" in shown


def test_what_is_not_known_is_said_and_a_name_may_be_in_one_script() -> None:
    shown = page(own={**OWN, "first_name_ar": None, "family_name_ar": None}, bank={"ending": None})
    assert (
        shown.count("La caisse n'en connaît pas.") == 1 and "La caisse ne connaît pas de compte à votre nom." in shown
    )
    assert "None" not in shown


def test_one_service_that_is_away_leaves_the_other() -> None:
    shown = page(own=AWAY)
    assert "Le registre ne répond pas." in shown and "8831" in shown
    assert "900000000001" in page(bank=AWAY)


def test_a_firm_is_called_by_its_name_and_by_its_number_where_no_name_is_known() -> None:
    named = {"items": [{"employer_id": "1600000001", "name": "SARL <Jardins>"}]}
    assert firms._names(named) == {"1600000001": "SARL <Jardins>"} and firms._names(AWAY) == {}
    with APP.app_context():
        shown = rendered(APP, "employer/firms.html", firms=["1600000001", "1600000007"], names=firms._names(named))
    assert "SARL &lt;Jardins&gt;" in shown and "1600000001" in shown and "1600000007" in shown
