"""Bodies with files: what each becomes, what is refused, and that long ones do not stay in memory."""

import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from marshmallow import Schema, fields
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from shared.http.files import NAME_LENGTH_MAX, Files, SubmittedForm, UploadedFile
from shared.http.routes import Routes
from shared.kernel.personal import DataClass
from shared.process.service import Service
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Office

MEGABYTE = 1 << 20


class Label(Schema):
    colour = fields.String(required=True)


class SeenView(Schema):
    colour = fields.String(required=True)
    files = fields.List(fields.String(), required=True)


def save(context: ServiceContext, fund_id: str, sent: UploadedFile) -> tuple[str, Blob]:
    chunks = iter(lambda: sent.stream.read(MEGABYTE), b"")
    return sent.name, blobs.store(context, fund_id, chunks, data_class=DataClass.CIVIL, size_max=32 * MEGABYTE)


routes = Routes("chests")


@routes.post(
    "/chests",
    scope="chests:fill",
    request=Files(fields=Label, part="things", count_max=2, size_max=32 * MEGABYTE, save=save),
    response=SeenView,
    is_keyed=True,
)
def fill(uow: UnitOfWork, sent: SubmittedForm[tuple[str, Blob]]) -> dict[str, Any]:
    """Fill a chest."""
    return {**sent.fields, "files": [f"{name} {blob.size}" for name, blob in sent.files]}


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    (tmp_path / "texts.yaml").write_text("")
    service = Service[None](name="chests", folder=tmp_path, settings=lambda env: None, routes=[routes])
    return Office(service, context)


def send(office: Office, *, key: str = "", **parts: Any) -> TestResponse:
    return office.staff().post("/chests", key=key, data={"colour": "blue", **parts}, content_type="multipart/form-data")


def file(name: str, content: bytes = b"gold") -> tuple[BinaryIO, str]:
    return BytesIO(content), name


def test_a_body_of_fields_and_files_is_read(office: Office) -> None:
    answer = send(office, things=[file("a.txt"), file("b.txt", b"")])
    assert answer.json == {"colour": "blue", "files": ["a.txt 4", "b.txt 0"]}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\\\wages\\\\D2025E.TXT", "D2025E.TXT"),  # a backslash in a quoted name is written twice
        ("../../etc/passwd", "passwd"),
        ("n\x07o\x7fw", "now"),
        ("x" * 500, "x" * NAME_LENGTH_MAX),
    ],
)
def test_a_name_is_a_name_and_nothing_more(office: Office, sent: str, kept: str) -> None:
    assert send(office, things=file(sent)).json["files"] == [f"{kept} 4"]


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ({}, {("things", "request.field-missing")}),
        ({"things": file("")}, {("things", "request.field-missing")}),
        ({"things": "not a file"}, {("things", "request.field-unknown")}),
        ({"things": [file("a"), file("b"), file("c")]}, {("things", "request.field-invalid")}),
        ({"things": file("a"), "more": file("b")}, {("more", "request.field-unknown")}),
        ({"things": file("a"), "size": "1"}, {("size", "request.field-unknown")}),
    ],
)
def test_parts_that_are_missing_or_unknown_are_named(
    office: Office, context: ServiceContext, parts: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    refused = send(office, **parts)
    assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")
    assert {(fault["field"], fault["code"]) for fault in refused.json["errors"]} == faults
    assert context.database["blobs"].count_documents({}) == 0


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(office: Office, content_type: str) -> None:
    refused = office.staff().post("/chests", data=b"{}", content_type=content_type)
    assert (refused.status_code, refused.json["code"]) == (415, "request.media-type")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=other"])
def test_a_body_that_cannot_be_taken_apart_lacks_its_fields(office: Office, content_type: str) -> None:
    refused = office.staff().post("/chests", data=b"--one\r\nnonsense", content_type=content_type)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "request.field-missing")


def test_a_body_too_large_is_refused_in_the_callers_language(office: Office) -> None:
    refused = send(office, things=file("big", bytes(32 * MEGABYTE)))
    assert (refused.status_code, refused.json["code"]) == (413, "request.too-large")
    assert refused.json["detail"] == "La demande dépasse la taille permise (33554432 octets)."


def test_the_same_files_under_the_same_key_are_the_same_request(office: Office) -> None:
    first, again = (send(office, key="k", things=file("a.txt")) for _ in range(2))
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    for other in (file("a.txt", b"lead"), file("b.txt")):
        refused = send(office, key="k", things=other)
        assert (refused.status_code, refused.json["code"]) == (422, "request.key-reused")


def test_a_long_file_goes_through_without_staying_in_memory(office: Office) -> None:
    caller, boundary = office.staff(), "x" * 20
    part = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
    head = f"--{boundary}\r\n{part.format('colour', '')}blue\r\n--{boundary}\r\n"
    head += part.format("things", '; filename="big"')
    body = head.encode() + bytes(24 * MEGABYTE) + f"\r\n--{boundary}--\r\n".encode()
    stream = BytesIO(body)
    tracemalloc.start()
    answer = caller.post("/chests", data=stream, content_type=f"multipart/form-data; boundary={boundary}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.json["files"] == [f"big {24 * MEGABYTE}"]
    assert peak < 12 * MEGABYTE


def test_the_document_describes_the_parts(office: Office) -> None:
    document = office.app.test_client().get("/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    shape = document["components"]["schemas"]["LabelWithFiles"]
    assert set(shape["required"]) == {"colour", "things"}
    assert shape["properties"]["things"] == {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "minItems": 1,
        "maxItems": 2,
    }


def send_raw(office: Office, head: bytes, content: bytes = b"gold", *, end: bytes = b"--x--\r\n") -> TestResponse:
    """A body written by hand: a field, and a file whose name stands in the head as it is."""
    colour = b'--x\r\nContent-Disposition: form-data; name="colour"\r\n\r\nblue\r\n'
    part = b'--x\r\nContent-Disposition: form-data; name="things"; ' + head + b"\r\n\r\n" + content + b"\r\n"
    return office.staff().post("/chests", data=colour + part + end, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'filename="re\xe7u.jpg"', "reçu.jpg"),
        (b'filename="re\xc3\xa7u.jpg"', "reçu.jpg"),
        (b"filename=re\xe7u.jpg", "re"),  # a name without quotes ends at the first letter that needs them
        (b'filename="\xc7\xd1\xda.pdf"', "ÇÑÚ.pdf"),  # an Arabic name in cp1256: the letters are lost, not the file
        (b'filename="\xff\xfe\x80.pdf"', "ÿþ\x80.pdf"),
        (b"filename*=UTF-8''re%C3%A7u.jpg", "reçu.jpg"),
        (b"filename*=ISO-8859-1''re%E7u.jpg", "reçu.jpg"),
        (b"filename=\"re\xe7u.jpg\"; filename*=UTF-8''re%C3%A7u.jpg", "reçu.jpg"),
        (b'filename="re\xe7u.jpg"\r\nContent-Type: image/jpeg', "reçu.jpg"),
    ],
)
def test_d07_the_name_of_a_file_may_be_in_latin_1(office: Office, head: bytes, name: str) -> None:
    answer = send_raw(office, head)
    assert answer.status_code == 200, answer.text
    assert answer.json["files"] == [f"{name} 4"]


def test_d07_long_files_and_odd_bytes_come_whole(office: Office) -> None:
    content = bytes(range(256)) * 4096 + b"\r\n--y\r\n"
    assert send_raw(office, b'filename="a"', content).json["files"] == [f"a {len(content)}"]


@pytest.mark.parametrize("end", [b"", b"--x", b"--x\r\nContent-Disposition: form-data"])
def test_d07_a_body_that_ends_early_is_refused(office: Office, end: bytes) -> None:
    assert send_raw(office, b'filename="re\xe7u.jpg"', end=end).status_code == 422


def test_d07_a_field_is_not_a_way_to_fill_the_memory(office: Office) -> None:
    assert send(office, things=[file("a")], colour="b" * 600_000).status_code == 413
