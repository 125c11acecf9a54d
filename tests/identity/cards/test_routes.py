"""A card over HTTP."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.identity.wiring import service
from shared.kernel.references import has_valid_check_digits
from shared.languages import days
from shared.storage.service_context import ServiceContext
from tests.identity.builders import KARIM_NSS, known_people, ref, rights
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle, today


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    known_people(context, tmp_path)
    return Office(service, context)


def test_a_person_sees_the_own_card_before_and_after_a_right_opens(office: Office, context: ServiceContext) -> None:
    amira = office.person(ref())
    card = amira.get("/card").json
    assert has_valid_check_digits(card["card_number"]) and card["valid_until"] is None and card["is_to_be_confirmed"]
    assert card["text"] == "Aucun droit aux soins n'a encore été ouvert sur cette carte."
    soon = today() + timedelta(days=60)
    handle(context, service, rights(ref(), until=soon))
    assert amira.get("/card").json["valid_until"] == soon.isoformat()
    assert (
        amira.get("/card").json["text"] == f"La carte est valable jusqu'au {days.written(soon, language='fr')} inclus."
    )
    handle(context, service, rights(ref(), status="closed", declaration_id="d2", decided_at=context.clock()))
    closed, yesterday = amira.get("/card").json, today() - timedelta(days=1)
    assert (closed["valid_until"], closed["closed_on"]) == (yesterday.isoformat(), today().isoformat())
    day = days.written(yesterday, language="fr")
    assert closed["text"] == f"La carte était valable jusqu'au {day} inclus ; le droit aux soins n'est plus ouvert."


def test_a_card_is_between_the_person_and_the_fund(office: Office) -> None:
    path = f"/persons/{ref()}/card"
    assert office.staff().get(path).status_code == office.person(ref()).get(path).status_code == 200
    assert office.person(ref(KARIM_NSS)).get(path).json["code"] == "access.not-yours"
    assert office.machine().get(path).json["code"] == "access.not-yours"
    assert office.staff(fund=TN).get(path).json["code"] == "card.unknown"
    assert office.staff().get("/persons/pnobody/card").json["code"] == "card.unknown"
    assert office.staff().get("/card").json["code"] == "card.unknown"
    assert office.person(ref(fund_id=TN), fund=TN).get("/card").status_code == 404
    assert office.nobody().get(f"/v1/dz-cnas{path}").status_code == 401


def test_u14_the_day_on_a_card_is_written_in_the_reader_s_language(office: Office, context: ServiceContext) -> None:
    soon = today() + timedelta(days=60)
    handle(context, service, rights(ref(), until=soon))
    for language in ("ar", "fr", "en"):
        said = office.person(ref()).get("/card", headers={"Accept-Language": language}).json["text"]
        assert days.written(soon, language=language, country="DZ") in said and soon.isoformat() not in said
