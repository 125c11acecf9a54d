"""The press of a worker: what it finds half done it does again, and nobody gets two papers of one number."""

from pathlib import Path

import pytest

from services.documents.papers import rules, store
from services.documents.papers.chores import POLL_S, printing
from services.documents.papers.demo_chain import make_signing_chain
from services.documents.papers.paper import Status
from services.documents.wiring import service
from shared.storage.platform import Platform
from tests.callers import Office
from tests.documents.builders import AMIRA, AT, PUBLIC_URL, declared, employers, registered, settings_in, wage
from tests.documents.press import asked, press, printed
from tests.ground import DZ, TN, hear, reading, told


@pytest.fixture
def number(platform: Platform) -> str:
    """A paper that waits for the press."""
    office = Office(service, platform)
    hear(platform, service, registered(AMIRA), employers(), declared(wage(AMIRA)))
    asked_for: str = office.person(AMIRA).post("/papers", asked()).json["number"]
    return asked_for


def test_a_worker_has_one_press_with_the_funds_key(platform: Platform, number: str, tmp_path: Path) -> None:
    (chore,) = service.chores(settings_in(tmp_path))
    assert (chore.name, chore.every_s) == ("papers.print", POLL_S)
    assert chore.run(platform, TN) == 0
    assert (chore.run(platform, DZ), chore.run(platform, DZ)) == (1, 0)
    assert store.papers.load(reading(platform), number).status is Status.VALID


def test_a_press_killed_after_putting_the_pdf_away_prints_again(platform: Platform, number: str) -> None:
    paper = store.papers.load(reading(platform), number)
    content = rules.content(paper, fund=platform.funds[DZ], public_url=PUBLIC_URL, at=platform.clock())
    store.keep_pdf(platform, DZ, press().printer.print(content))
    assert store.papers.load(reading(platform), number).status is Status.ASKED
    assert printed(platform) == 1
    assert told(platform) == ["documents.paper-issued"]


def test_of_two_presses_the_first_issues(platform: Platform, number: str) -> None:
    paper = store.papers.load(reading(platform), number)
    for _ in range(2):
        press().print(platform, DZ, paper)
    kept = store.papers.load(reading(platform), number)
    assert (kept.status, kept.version) == (Status.VALID, 2)
    assert told(platform) == ["documents.paper-issued"]


def test_a_paper_withdrawn_while_it_was_printed_stays_withdrawn(platform: Platform, number: str) -> None:
    paper = store.papers.load(reading(platform), number)
    hear(platform, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    press().print(platform, DZ, paper)
    assert store.papers.load(reading(platform), number).status is Status.REVOKED
    assert told(platform) == ["documents.paper-revoked"]


def test_a_key_that_is_not_the_certificates_stops_the_worker(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.paper_signing_key_file.write_bytes(make_signing_chain("CNAS", at=AT).key_pem)
    with pytest.raises(ValueError, match="does not belong"):
        printing(settings)


def test_the_actor_of_a_print_is_the_press(platform: Platform, number: str) -> None:
    printed(platform)
    (audited,) = platform.database["audit"].find({"entries.actor": "system:press"})
    assert audited["entries"][0]["cause"] == f"chore:papers.print:{number}"
