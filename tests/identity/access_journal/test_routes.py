"""Who of the fund looked at whom, as the person reads it."""

from pathlib import Path

import pytest

from services.identity.access_journal.accessed import AccessedKind
from services.identity.wiring import service
from shared.process.access_journal.entry import Purpose
from shared.storage.service_context import ServiceContext
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS, KARIM_NSS, known_people, ref
from tests.kit.callers import Office
from tests.kit.contexts import TN


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    known_people(context, tmp_path)
    return Office(service, context)


def search(office: Office, number: str = AMIRA_NSS, purpose: str = "control", by: str = "agent-1") -> None:
    found = office.staff(by).post("/persons/searches", {"number": number, "purpose": purpose})
    assert found.status_code == 200, found.text


def test_a_person_reads_who_looked_when_and_why_newest_first(office: Office) -> None:
    assert office.person(ref()).get("/access-journal").json == {"items": [], "next": None}
    search(office)
    search(office, AMIRA_NIN, "complaint", by="agent-2")
    search(office, KARIM_NSS)
    seen = office.person(ref()).get("/access-journal").json["items"]
    assert [(each["by"], each["purpose"], each["looked_at"]) for each in seen] == [
        ("agent-2", "complaint", "person"),
        ("agent-1", "control", "person"),
    ]
    assert seen[0]["purpose_text"] == "Pour traiter une réclamation."
    assert seen[0]["looked_at_text"] == "Vos données au registre des assurés"
    assert len(office.person(ref(KARIM_NSS)).get("/access-journal").json["items"]) == 1


def test_a_journal_longer_than_a_page_is_shown_whole(office: Office) -> None:
    for _ in range(7):
        search(office)
    amira, seen, cursor = office.person(ref()), [], ""
    for _ in range(5):
        page = amira.get(f"/access-journal?limit=3{cursor}").json
        seen += [each["at"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == 7 and seen == sorted(seen, reverse=True)


def test_u10_an_agents_look_at_a_card_is_kept_and_the_persons_own_is_not(office: Office) -> None:
    path = f"/persons/{ref()}/card"
    assert office.person(ref()).get(path).status_code == 200
    assert office.staff().get(path).status_code == 200
    assert office.staff("agent-2").get(f"{path}?purpose=complaint").status_code == 200
    assert office.staff().get(f"{path}?purpose=curiosity").status_code == 422
    assert office.staff().get("/persons/pnobody/card").status_code == 404
    seen = office.person(ref()).get("/access-journal").json["items"]
    assert [(each["by"], each["purpose"], each["looked_at"]) for each in seen] == [
        ("agent-2", "complaint", "card"),
        ("agent-1", "handling", "card"),
    ]


def test_nobody_but_the_person_has_a_journal(office: Office) -> None:
    search(office)
    assert office.staff().get("/access-journal").json["items"] == []
    assert office.person(ref(fund_id=TN), fund=TN).get("/access-journal").json["items"] == []
    assert office.nobody().get("/v1/dz-cnas/access-journal").status_code == 401


@pytest.mark.parametrize(
    "code", [f"access.purpose.{each}" for each in Purpose] + [f"access.looked-at.{each}" for each in AccessedKind]
)
def test_every_purpose_and_every_look_has_its_sentence(code: str) -> None:
    texts = service.texts()
    assert all(texts.translate(code, language) not in ("", code) for language in ("ar", "fr", "en"))
