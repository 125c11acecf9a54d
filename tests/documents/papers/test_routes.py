"""A paper over HTTP: asked, printed, downloaded, checked by its signature and its code; and all that is refused."""

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.documents.papers.paper import WAITING_MAX
from services.documents.wiring import service
from shared.storage.service_context import ServiceContext, now
from tests.documents.builders import (
    CHAIN,
    FIRM,
    OTHER_FIRM,
    PUBLIC_URL,
    declared,
    employers,
    registered,
    settings_in,
    wage,
)
from tests.documents.paper_printing import asked, code_on, obtained, printed
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, parked, published
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    """Documents, with Amira and Karim in the register and a year's wages of both."""
    made = Office(service, context, settings_in(tmp_path))
    handle(context, service, registered(AMIRA, KARIM), employers(), declared(wage(AMIRA), wage(KARIM)))
    assert parked(context) == []
    return made


def test_a_paper_lives_from_the_request_to_the_signed_pdf(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    answer = amira.post("/papers", asked(from_period="2025-Q2", to_period="2025-Q3"))
    assert answer.status_code == 202, answer.text
    paper = answer.json
    assert (paper["status"], paper["name"], paper["is_to_be_confirmed"]) == ("asked", "Attestation de salaire", True)
    assert (paper["starts_on"], paper["ends_on"]) == ("2025-04-01", "2025-09-30")
    early = amira.get(f"/papers/{paper['number']}/pdf")
    assert (early.status_code, early.json["code"]) == (409, "paper.not-printed")

    assert printed(context) == 1
    assert printed(context) == 0
    assert published(context) == ["documents.paper-issued"]
    valid = amira.get(f"/papers/{paper['number']}").json
    assert (valid["status"], valid["text"]) == ("valid", "Le document est prêt et valable.")
    assert valid["valid_until"] > valid["issued_at"][:10]
    assert [each["number"] for each in amira.get("/papers").json["items"]] == [paper["number"]]
    for caller in (amira, office.staff()):
        pdf = caller.get(f"/papers/{paper['number']}/pdf")
        assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
        assert pdf.headers["Content-Disposition"] == f"attachment; filename={paper['number']}.pdf"


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("kind", ["salary-certificate", "affiliation-certificate"])
def test_the_downloaded_pdf_is_signed_by_the_fund(
    office: Office, context: ServiceContext, kind: str, language: str
) -> None:
    amira = office.person(AMIRA)
    number = obtained(amira, context, kind=kind, language=language)
    (signature,) = PdfFileReader(BytesIO(amira.get(f"/papers/{number}/pdf").data)).embedded_signatures
    root = x509.Certificate.load(pem.unarmor(CHAIN.root_pem)[2])
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], moment=now()))
    assert (status.bottom_line, status.coverage) == (True, SignatureCoverageLevel.ENTIRE_FILE)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler's pdftoppm is not here to look at the page")
@pytest.mark.parametrize("kind", ["salary-certificate", "affiliation-certificate"])
def test_the_code_on_the_page_leads_to_the_verification_of_this_paper(
    office: Office, context: ServiceContext, kind: str
) -> None:
    amira = office.person(AMIRA)
    number = obtained(amira, context, kind=kind)
    address = code_on(amira.get(f"/papers/{number}/pdf").data)
    assert address == f"{PUBLIC_URL}/v1/{DZ}/verify/{number}"
    page = office.app.test_client().get(address.removeprefix(PUBLIC_URL), headers={"Accept-Language": "fr"})
    assert page.mimetype == "text/html" and "Document authentique et valable" in page.text and number in page.text


def test_what_a_paper_says_rests_sealed(office: Office, context: ServiceContext) -> None:
    obtained(office.person(AMIRA), context)
    kept = json.dumps(list(context.database["papers"].find()), default=str)
    assert "Amira" not in kept and "18000000" not in kept and "900000000001" not in kept
    assert b"%PDF" not in b"".join(str(row).encode() for row in context.database["blob_pieces"].find())


def test_the_same_key_gives_the_same_paper_another_key_another_one(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    first, again = (amira.post("/papers", asked(), key="k") for _ in range(2))
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert amira.post("/papers", asked(language="ar"), key="k").json["code"] == "request.key-reused"
    second = amira.post("/papers", asked())
    assert printed(context) == 2
    items = amira.get("/papers").json["items"]
    assert {each["number"] for each in items} == {first.json["number"], second.json["number"]}
    assert {each["status"] for each in items} == {"valid"}  # a newer one does not void the older


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "request.invalid"),
        ({"kind": "diploma", "language": "fr"}, 422, "request.invalid"),
        (asked(language="de"), 422, "request.invalid"),
        (asked(language="en"), 422, "paper.language-not-offered"),
        (asked(from_period="spring"), 422, "request.invalid"),
        (asked(from_period=2025), 422, "request.invalid"),
        (asked(from_period="2025-Q5"), 422, "request.invalid"),
        (asked(from_period="1066"), 422, "fund.period-malformed"),
        (asked(from_period="2025", to_period="2024"), 422, "paper.period-reversed"),
        (asked(to_period="2024"), 422, "paper.period-without-wages"),
        (asked(from_period="2999"), 422, "paper.period-in-the-future"),
        (asked("affiliation-certificate", to_period="2025"), 422, "paper.period-not-wanted"),
        (asked(person_ref=KARIM), 422, "request.invalid"),
        (asked(status="valid"), 422, "request.invalid"),
    ],
)
def test_a_request_that_cannot_be_is_refused_and_leaves_nothing(
    office: Office, context: ServiceContext, body: dict[str, Any], status: int, code: str
) -> None:
    refused = office.person(AMIRA).post("/papers", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.json["detail"] != code
    for name in ("papers", "requests", "outbox"):
        assert context.database[name].count_documents({}) == 0


def test_who_cannot_have_a_paper(office: Office, context: ServiceContext) -> None:
    handle(context, service, registered("pnew"), declared(wage("pstranger"), employer_id=OTHER_FIRM))
    for caller, body, status, code in (
        (office.person("pnew"), asked(), 422, "paper.period-without-wages"),
        (office.person("pnew"), asked("affiliation-certificate"), 409, "paper.nothing-declared"),
        (office.person("pstranger"), asked(), 404, "register.person-unknown"),
        (office.person(AMIRA, fund=TN), asked(), 404, "register.person-unknown"),
        (office.staff(), asked(), 403, "access.not-yours"),
        (office.employer(FIRM), asked(), 403, "access.not-yours"),
    ):
        refused = caller.post("/papers", body)
        assert (refused.status_code, refused.json["code"]) == (status, code)
    refused = office.person(AMIRA).post("/papers", asked(), key=None)
    assert (refused.status_code, refused.json["code"]) == (400, "request.key-missing")


def test_an_employer_of_whom_the_register_did_not_tell_yet(office: Office, context: ServiceContext) -> None:
    handle(context, service, declared(employer_id="1600000009"))
    refused = office.person(AMIRA).post("/papers", asked())
    assert (refused.status_code, refused.json["code"]) == (409, "paper.employer-unnamed")
    assert "1600000009" in refused.json["detail"]


def test_the_press_is_not_flooded(office: Office, context: ServiceContext) -> None:
    amira = office.person(AMIRA)
    for _ in range(WAITING_MAX):
        assert amira.post("/papers", asked()).status_code == 202
    assert amira.post("/papers", asked()).json["code"] == "paper.too-many-waiting"
    assert office.person(KARIM).post("/papers", asked()).status_code == 202
    assert printed(context) == WAITING_MAX + 1
    assert amira.post("/papers", asked()).status_code == 202


def test_a_paper_is_between_the_person_and_the_fund(office: Office, context: ServiceContext) -> None:
    number = obtained(office.person(AMIRA), context)
    for path in (f"/papers/{number}", f"/papers/{number}/pdf"):
        assert office.person(KARIM).get(path).json["code"] == "access.not-yours"
        assert office.employer(FIRM).get(path).json["code"] == "access.not-yours"
        assert office.person(AMIRA, fund=TN).get(path).json["code"] == "paper.unknown"
    assert office.staff().get("/papers/none").json["code"] == "paper.unknown"
    assert office.person(KARIM).get("/papers").json["items"] == []
    assert office.staff().get("/papers").json["items"] == []


# --- Later facts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "status", "reason"),
    [
        (declared(wage(AMIRA, wage_minor=17_000_000), wage(KARIM), revision=2), "revoked", "wages-changed"),
        (declared(wage(KARIM), revision=2), "revoked", "wages-changed"),
        (declared(wage(AMIRA), employer_id=OTHER_FIRM), "superseded", "wages-added"),
    ],
)
def test_a_changed_declaration_withdraws_the_certificate_that_it_contradicts(
    office: Office, context: ServiceContext, page: Any, status: str, reason: str
) -> None:
    amira, karim = office.person(AMIRA), office.person(KARIM)
    mine, his, other = (
        obtained(amira, context),
        obtained(karim, context),
        obtained(amira, context, kind="affiliation-certificate"),
    )
    handle(context, service, page)
    assert published(context)[3:] == ["documents.paper-revoked"]
    paper = amira.get(f"/papers/{mine}").json
    assert (paper["status"], paper["withdrawal"]["reason"]) == (status, reason)
    assert "salaires" in paper["withdrawal"]["text"]
    assert amira.get(f"/papers/{mine}/pdf").status_code == 200
    assert karim.get(f"/papers/{his}").json["status"] == "valid"
    assert amira.get(f"/papers/{other}").json["status"] == "valid"
    assert parked(context) == []


def test_a_declaration_of_another_year_withdraws_nothing(office: Office, context: ServiceContext) -> None:
    number = obtained(office.person(AMIRA), context)
    handle(
        context, service, declared(wage(AMIRA, year=2024), year=2024), declared(wage(AMIRA), wage(KARIM), revision=2)
    )
    assert office.person(AMIRA).get(f"/papers/{number}").json["status"] == "valid"


def test_what_was_changed_before_it_was_printed_is_not_printed(office: Office, context: ServiceContext) -> None:
    number = office.person(AMIRA).post("/papers", asked()).json["number"]
    handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    assert printed(context) == 0
    assert office.person(AMIRA).get(f"/papers/{number}").json["status"] == "revoked"
    assert office.person(AMIRA).get(f"/papers/{number}/pdf").json["code"] == "paper.not-printed"
