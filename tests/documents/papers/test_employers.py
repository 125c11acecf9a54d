"""The papers of employers: issued because payments says so, read by their employer, checked by anybody, revoked."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.documents.papers import actions, rules, store
from services.documents.papers.content import Holder
from services.documents.papers.paper import Paper, Status
from services.documents.wiring import service
from shared.events.payments import ClearanceGranted, ClearanceWithdrawn
from shared.storage import reencryption
from shared.storage.service_context import ServiceContext
from tests.documents.builders import FIRM, OTHER_FIRM, employers, settings_in
from tests.documents.paper_printing import code_on, printed
from tests.documents.papers.builders import a_clearance, a_paper
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, published_events, reading, someone
from tests.kit.people import AMIRA

REFERENCE = "CL260000000197"


def granted(**facts: Any) -> ClearanceGranted:
    """Valid for ninety days from today, by the true clock, which signs."""
    return ClearanceGranted(
        **{
            "clearance_id": "k1",
            "reference": REFERENCE,
            "employer_id": FIRM,
            "purpose": "public-tender",
            "language": "fr",
            "judged_on": date(2026, 2, 10),
            "valid_until": date.max - timedelta(days=400),
            "has_arrangement": False,
            "granted_at": AT,
            **facts,
        }
    )


def withdrawn() -> ClearanceWithdrawn:
    return ClearanceWithdrawn(clearance_id="k1", reference=REFERENCE, employer_id=FIRM, withdrawn_at=AT)


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    made = Office(service, context, settings_in(tmp_path))
    handle(context, service, employers())
    return made


def only_paper(context: ServiceContext) -> Paper:
    (paper,) = store.about(reading(context), REFERENCE)
    return paper


def test_a_clearance_becomes_a_paper_that_its_employer_reads(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    assert printed(context) == 1
    firm = office.employer(FIRM)
    (listed,) = firm.get(f"/employers/{FIRM}/papers").json["items"]
    assert (listed["kind"], listed["about"], listed["status"]) == ("clearance-certificate", REFERENCE, "valid")
    assert listed["name"] == "Attestation de mise à jour"
    pdf = firm.get(f"/employers/{FIRM}/papers/{listed['number']}/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert code_on(pdf.data).endswith(f"/v1/dz-cnas/verify/{listed['number']}")
    (event,) = published_events(context, "documents.employer-paper-issued")
    assert (event.employer_id, event.about, event.kind) == (FIRM, REFERENCE, "clearance-certificate")


def test_of_one_thing_alone(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(), granted(clearance_id="k2", reference="CL260000000294"))
    firm = office.employer(FIRM)
    assert len(firm.get(f"/employers/{FIRM}/papers").json["items"]) == 2
    (only,) = firm.get(f"/employers/{FIRM}/papers?about=cl-2600 0000 0197").json["items"]
    assert only["about"] == REFERENCE
    assert firm.get(f"/employers/{FIRM}/papers?about=none").json["items"] == []


def test_nobody_else_reads_it(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    number = only_paper(context).number
    other = office.employer(OTHER_FIRM)
    for stranger in (other, office.person(AMIRA)):
        for path in ("papers", f"papers/{number}", f"papers/{number}/pdf"):
            refused = stranger.get(f"/employers/{FIRM}/{path}")
            assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours"), path
        assert stranger.get(f"/papers/{number}").json["code"] == "paper.unknown"
    assert other.get(f"/employers/{OTHER_FIRM}/papers/{number}").json["code"] == "paper.unknown"
    assert office.staff().get(f"/employers/{FIRM}/papers/{number}").json["about"] == REFERENCE


def test_an_agents_look_enters_the_journal_of_the_employer(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    office.staff().get(f"/employers/{FIRM}/papers/{only_paper(context).number}")
    (entry,) = office.employer(FIRM).get("/access-journal").json["items"]
    assert entry["looked_at"] == "paper"


def test_anybody_checks_it_and_sees_what_it_says_for_its_code(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(has_arrangement=True))
    printed(context)
    paper, anyone = only_paper(context), office.app.test_client()
    path = f"/v1/dz-cnas/verifications/{paper.number}"
    assert anyone.get(path).json["status"] == "valid"
    shown = anyone.post(
        path, json={"code": paper.said.code}, headers={"Idempotency-Key": "k1", "Accept-Language": "fr"}
    ).json
    assert (shown["code"], shown["holder_name"]) == ("right", "SARL El Amel")
    assert shown["clearance"] == {
        "reference": REFERENCE,
        "purpose": "public-tender",
        "purpose_name": "Participation à un marché public",
        "judged_on": "2026-02-10",
        "has_arrangement": True,
    }
    page = anyone.post(
        f"/v1/dz-cnas/verify/{paper.number}", data={"code": paper.said.code}, headers={"Accept-Language": "fr"}
    )
    assert "Participation à un marché public" in page.text
    assert "SARL El Amel" in page.text


def test_a_withdrawn_clearance_revokes_it(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    printed(context)
    handle(context, service, withdrawn())
    paper = only_paper(context)
    assert paper.status is Status.REVOKED
    checked = office.app.test_client().get(f"/v1/dz-cnas/verifications/{paper.number}").json
    assert checked["status"] == "revoked"
    (event,) = published_events(context, "documents.employer-paper-revoked")
    assert event.reason == "not-in-order"
    shown = office.employer(FIRM).get(f"/employers/{FIRM}/papers/{paper.number}").json
    assert (
        shown["withdrawal"]["text"] == "Ce qui est échu depuis la délivrance du document n’est pas déclaré ou pas payé."
    )


def test_what_is_withdrawn_before_it_is_printed_is_not_printed(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(), withdrawn())
    assert printed(context) == 0
    assert only_paper(context).status is Status.REVOKED


def test_an_employer_that_the_register_has_not_named_yet_waits(office: Office, context: ServiceContext) -> None:
    early = granted(employer_id="1600000099")
    with pytest.raises(rules.EmployerUnnamed):
        context.run(DZ, by=someone(), cause="early", action=lambda uow: actions.issue_clearance(uow, early))
    assert store.about(reading(context), REFERENCE) == []


def test_a_firms_user_obtains_no_paper_of_a_person(office: Office) -> None:
    wanted = {"kind": "clearance-certificate", "language": "fr"}
    refused = office.person(AMIRA).post("/papers", wanted)
    assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")
    kinds = [each["kind"] for each in office.person(AMIRA).get("/paper-types").json["items"]]
    assert "clearance-certificate" not in kinds


def test_what_it_says_is_bound_to_its_employer(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    (stored,) = [each for each in reencryption.everything(reading(context), [store.papers]) if "papers" in str(each)]
    assert stored.associated_data == FIRM


def test_a_holder_is_a_person_or_an_employer() -> None:
    for numbers in ({}, {"insurance_number": "1", "employer_number": "2"}):
        with pytest.raises(ValueError, match="a holder is"):
            Holder(full_name="SARL El Amel", **numbers)


def test_a_paper_is_a_persons_or_an_employers() -> None:
    said = {"number": "PR1", "kind": a_paper().kind, "language": "fr", "said": None, "status": Status.ASKED}
    for owner in ({"person_ref": ""}, {"person_ref": AMIRA, "employer_id": FIRM}):
        with pytest.raises(ValueError, match="a person's or an employer's"):
            Paper(**said, asked_at=AT, **owner)  # type: ignore[arg-type]


def test_a_clearance_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        a_clearance(until_on=date(2026, 11, 21))
