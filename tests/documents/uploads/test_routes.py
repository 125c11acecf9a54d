"""Uploads over HTTP: what is given comes back clean, to those whose it is; everything else is refused with a reason."""

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array
from werkzeug.test import TestResponse

from services.documents.uploads.inspection import UPLOAD_BYTES_MAX
from services.documents.uploads.pdf import PAGES_MAX
from services.documents.wiring import service
from shared.storage.service_context import ServiceContext
from tests.documents.uploads.builders import a_pdf, a_picture, in_annotation, javascript, on_opening, png_that_claims
from tests.kit.callers import Caller, Office
from tests.kit.contexts import TN, published
from tests.kit.people import AMIRA, KARIM

HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture
def office(context: ServiceContext) -> Office:
    return Office(service, context)


def give(
    caller: Caller,
    content: bytes,
    media_type: str = "application/pdf",
    file_name: str = "Ordonnance de Amira.pdf",
    **more: Any,
) -> TestResponse:
    parts = {"file": (BytesIO(content), file_name, media_type)}
    return caller.post("/uploads", data=parts, content_type="multipart/form-data", **more)


@pytest.mark.parametrize(
    ("content", "media_type", "file_name", "ending", "pages"),
    [
        (a_pdf(pages=2), "application/pdf", "scan.pdf", "pdf", 2),
        (a_picture(), "image/jpeg", "photo.jpg", "jpg", 1),
        (a_picture("PNG"), "image/png", "صورة.png", "png", 1),
    ],
)
def test_a_paper_is_given_and_read_again(
    office: Office, context: ServiceContext, content: bytes, media_type: str, file_name: str, ending: str, pages: int
) -> None:
    amira = office.person(AMIRA)
    given = give(amira, content, media_type, file_name)
    assert given.status_code == 201, given.text
    upload_id = given.json["upload_id"]
    assert (given.json["media_type"], given.json["pages"]) == (media_type, pages)
    assert published(context) == ["documents.upload-stored"]
    for caller in (amira, office.staff()):
        assert caller.get(f"/uploads/{upload_id}").json == given.json
        paper = caller.get(f"/uploads/{upload_id}/content")
        assert (paper.mimetype, len(paper.data)) == (media_type, given.json["size"])
        assert paper.headers["Content-Disposition"] == f"attachment; filename={upload_id}.{ending}"
        assert paper.headers["X-Content-Type-Options"] == "nosniff"
        assert paper.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_paper_rests_sealed_and_its_file_name_nowhere(office: Office, context: ServiceContext) -> None:
    give(office.person(AMIRA), a_pdf())
    for name in context.database.list_collection_names():
        kept = str(list(context.database[name].find()))
        assert "Ordonnance" not in kept and "page 0" not in kept and "%PDF" not in kept


def test_the_same_paper_is_stored_once(office: Office, context: ServiceContext) -> None:
    first, second = give(office.person(AMIRA), a_pdf()), give(office.person(KARIM), a_pdf())
    assert first.json["sha256"] == second.json["sha256"]
    assert first.json["upload_id"] != second.json["upload_id"]
    assert context.database["blobs"].count_documents({}) == context.database["blob_pieces"].count_documents({}) == 1
    assert context.database["uploads"].count_documents({}) == 2


def test_the_same_key_gives_the_same_upload_whatever_the_boundary_and_the_name(
    office: Office, context: ServiceContext
) -> None:
    amira = office.person(AMIRA)
    paper = a_pdf()
    first = give(amira, paper, key="k")
    again = give(amira, paper, file_name="other.pdf", key="k")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = give(amira, a_pdf(pages=2), key="k")
    assert (other.status_code, other.json["code"]) == (422, "request.key-reused")
    assert context.database["uploads"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("content", "media_type", "file_name", "code"),
    [
        (b"", "application/pdf", "a.pdf", "upload.empty"),
        (HTML, "application/pdf", "a.pdf", "upload.not-what-it-says"),
        (HTML, "text/html", "a.html", "upload.type-not-allowed"),
        (a_picture("PNG"), "image/jpeg", "a.jpg", "upload.not-what-it-says"),
        (a_pdf(), "application/pdf", "a.exe", "upload.not-what-it-says"),
        (a_pdf(on_opening(javascript())), "application/pdf", "a.pdf", "upload.pdf-active-content"),
        (a_pdf(in_annotation(A=javascript())), "application/pdf", "a.pdf", "upload.pdf-active-content"),
        (a_pdf(encryption=pikepdf.Encryption(user="u", owner="o")), "application/pdf", "a.pdf", "upload.pdf-encrypted"),
        (a_pdf()[:300], "application/pdf", "a.pdf", "upload.pdf-damaged"),
        (a_pdf(pages=PAGES_MAX + 1), "application/pdf", "a.pdf", "upload.pdf-too-long"),
        (
            a_pdf(lambda it: it.Root.__setitem__("/Own", Array([0] * 200_001))),
            "application/pdf",
            "a.pdf",
            "upload.pdf-too-complex",
        ),
        (png_that_claims(60_000, 60_000), "image/png", "a.png", "upload.image-too-large"),
        (a_picture()[:200], "image/jpeg", "a.jpg", "upload.image-damaged"),
        (b"%PDF-" + bytes(UPLOAD_BYTES_MAX), "application/pdf", "a.pdf", "upload.too-large"),
    ],
)
def test_a_bad_paper_is_refused_with_the_reason_and_leaves_nothing(
    office: Office, context: ServiceContext, content: bytes, media_type: str, file_name: str, code: str
) -> None:
    refused = give(office.person(AMIRA), content, media_type, file_name, headers={"Accept-Language": "ar"})
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert refused.json["detail"] != code and "{" not in refused.json["detail"]
    for name in ("uploads", "blobs", "blob_pieces", "requests", "outbox"):
        assert context.database[name].count_documents({}) == 0


def test_what_is_far_too_large_is_not_even_read(office: Office, context: ServiceContext) -> None:
    refused = give(office.person(AMIRA), b"%PDF-" + bytes(100 * 1024 * 1024))
    assert (refused.status_code, refused.json["code"]) == (413, "request.too-large")
    assert refused.json["detail"] == "La demande dépasse la taille permise (31457280 octets)."


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ({}, {("file", "request.field-missing")}),
        ({"file": "not a file"}, {("file", "request.field-unknown")}),
        ({"file": (BytesIO(b"%PDF-"), "a.pdf"), "for": "x"}, {("for", "request.field-unknown")}),
        (
            {"other": (BytesIO(b"%PDF-"), "a.pdf")},
            {("other", "request.field-unknown"), ("file", "request.field-missing")},
        ),
    ],
)
def test_a_body_without_the_one_file_is_refused(
    office: Office, parts: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    refused = office.person(AMIRA).post("/uploads", data=parts, content_type="multipart/form-data")
    assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")
    assert {(fault["field"], fault["code"]) for fault in refused.json["errors"]} == faults


def test_a_body_of_another_type_or_without_key_is_refused(office: Office) -> None:
    refused = office.person(AMIRA).post("/uploads", {"file": "x"})
    assert (refused.status_code, refused.json["code"]) == (415, "request.media-type")
    refused = give(office.person(AMIRA), a_pdf(), key=None)
    assert (refused.status_code, refused.json["code"]) == (400, "request.key-missing")


def test_who_may_read_an_upload(office: Office) -> None:
    upload_id = give(office.person(AMIRA), a_pdf()).json["upload_id"]
    for path in (f"/uploads/{upload_id}", f"/uploads/{upload_id}/content"):
        assert office.person(KARIM).get(path).json["code"] == "access.not-yours"
        assert office.person(AMIRA, fund=TN).get(path).json["code"] == "upload.unknown"
        assert office.employer("1600000001").get(path).json["code"] == "access.not-yours"
    assert office.staff().get("/uploads/none").json["code"] == "upload.unknown"
    assert office.staff().get("/uploads/none/content").status_code == 404
    assert give(office.machine(), a_pdf()).json["code"] == "access.not-yours"
