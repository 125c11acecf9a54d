"""What every route does before and after its handler: who may, what is read, once per key, how it is refused."""

import threading
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from gunicorn.http.errors import (
    ChunkMissingTerminator,
    InvalidChunkExtension,
    InvalidChunkSize,
    InvalidHeader,
    InvalidHeaderName,
    LimitRequestHeaders,
    NoMoreData,
)
from marshmallow import Schema, fields, validate

from shared.http.files import Files
from shared.http.problems import Problem
from shared.http.routes import ANYONE, BODY_BYTES_MAX, Routes
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome
from shared.process.service import Service
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Office
from tests.kit.contexts import DZ, published
from tests.shared.storage.test_service_context import Pot, pots, submitted


class PotBody(Schema):
    pot_id = fields.String(required=True, validate=validate.Length(1, 10))
    amount = fields.Integer(strict=True, load_default=0)


class PotView(Schema):
    pot_id = fields.String(required=True)
    version = fields.Integer(required=True)


class Full(Conflict):
    code = "access.not-yours"  # any code that has a text


FORM_BYTES_MAX = 600_000
routes = Routes("pots")
barrier = threading.Event()


@routes.post("/pots", scope="pots:fill", request=PotBody, response=PotView, status=201, is_keyed=True)
def fill(uow: UnitOfWork, body: dict[str, Any]) -> Pot:
    """Fill a pot."""
    if body["pot_id"] == "slow":
        barrier.wait(5)
    if body["pot_id"] == "fault":
        raise RuntimeError("a name that must not be shown")
    if body["pot_id"] == "full":
        raise Full
    return pots.save(uow, Outcome(Pot(body["pot_id"], body["amount"]), (submitted(body["pot_id"]),)))


@routes.post(
    "/pots/file",
    scope="pots:fill",
    request=Files(
        fields=PotBody,
        part="file",
        count_max=1,
        size_max=FORM_BYTES_MAX,
        save=lambda context, fund_id, file: file.name,
    ),
)
def fill_from_file(uow: UnitOfWork, sent: Any) -> None:
    """Fill a pot from a file."""


def the_pot(uow: UnitOfWork, *, pot_id: str) -> Pot:
    return pots.load(uow, pot_id)


@routes.post("/pots/<pot_id>/more", scope="pots:fill", response=PotView, edits=the_pot)
def add(uow: UnitOfWork, pot_id: str) -> Pot:
    """Put more into a pot."""
    pot = the_pot(uow, pot_id=pot_id)
    if pot.amount_minor > 1:
        raise Full
    return pots.save(uow, Outcome(replace(pot, amount_minor=pot.amount_minor + 1)))


@routes.post("/pots/sums", scope="pots:fill", request=PotBody, response=PotView, is_read_only=True)
def add_up(uow: UnitOfWork, body: dict[str, Any]) -> Pot:
    """What a pot would hold."""
    return Pot(body["pot_id"], body["amount"] + 1)


@routes.post("/pots/dry-run", scope="pots:fill", request=PotBody, response=PotView, is_dry_run=True)
def try_out(uow: UnitOfWork, body: dict[str, Any]) -> Pot:
    """What filling a pot would do."""
    return fill(uow, body)


@routes.get("/pots/<pot_id>", scope=ANYONE, response=PotView)
def look(uow: UnitOfWork, pot_id: str) -> Pot:
    """Look into a pot."""
    return pots.load(uow, pot_id)


@routes.get("/pots/<pot_id>/inside", scope="pots:fill", response=PotView, is_journaled=True)
def look_inside(uow: UnitOfWork, pot_id: str) -> Pot:
    """Look into a pot; that an agent did is written down."""
    if uow.by.kind is ActorKind.STAFF:
        pots.save(uow, Outcome(Pot(f"look-{pot_id}")))
    return pots.load(uow, pot_id)


class PotHeaders(Schema):
    pot_id = fields.String(data_key="X-Pot", required=True, validate=validate.Length(1, 10))


@routes.post(
    "/foreign-pots",
    scope="pots:fill",
    request=PotBody,
    headers=PotHeaders,
    response=PotView,
    is_keyed=True,
    key_header="X-Pot-Key",
)
def fill_as_elsewhere(uow: UnitOfWork, body: dict[str, Any], headers: dict[str, Any]) -> Pot:
    """Fill a pot by a standard with headers of its own."""
    return pots.save(uow, Outcome(Pot(headers["pot_id"], body["amount"])))


class PotRefusal(Problem):
    reason = fields.Function(lambda it: it.detail[:10])
    asked = fields.Function(lambda it: it.said.get("pot_id"))


@routes.post("/refused-pots", scope="pots:fill", request=PotBody, response=PotView, refusal=PotRefusal)
def fill_in_other_words(uow: UnitOfWork, body: dict[str, Any]) -> Pot:
    """Fill a pot by a standard with refusals of its own."""
    return pots.save(uow, Outcome(Pot(body["pot_id"], body["amount"])))


@routes.get(
    "/foreign-pots/<pot_id>", scope="pots:fill", headers=PotHeaders, response=PotView, status=202, is_sent_later=True
)
def look_as_elsewhere(uow: UnitOfWork, headers: dict[str, Any], pot_id: str) -> Pot:
    """Look into a pot; the answer is kept to be sent."""
    pots.save(uow, Outcome(Pot(headers["pot_id"])))
    return pots.load(uow, pot_id)


@pytest.fixture
def office(context: ServiceContext, tmp_path: Any) -> Office:
    (tmp_path / "texts.yaml").write_text("pot.unknown: {ar: لا, fr: Aucun pot., en: No pot.}\n", encoding="utf-8")
    service = Service[None](
        name="pots", folder=tmp_path, settings=lambda env: None, routes=[routes], repositories=[pots]
    )
    return Office(service, context)


def test_a_thing_is_shown_with_its_version(office: Office) -> None:
    assert office.staff().post("/pots", {"pot_id": "a"}).status_code == 201
    seen = office.nobody().get(f"/v1/{DZ}/pots/a")
    assert seen.json == {"pot_id": "a", "version": 1}
    assert seen.headers["ETag"] == '"1"'
    assert seen.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        (None, 200),
        ('"2"', 200),
        ("*", 200),
        ('"1", "2"', 200),
        ('"1"', 412),
        ('"3"', 412),
        ('W/"2"', 412),  # a weak one never matches (RFC 9110, 13.1.1)
        ("", 412),
        ("nonsense", 412),
    ],
)
def test_r9_a_change_is_refused_where_the_caller_saw_another_version(
    office: Office, if_match: str | None, status: int
) -> None:
    staff = office.staff()
    staff.post("/pots", {"pot_id": "a"})
    staff.post("/pots/a/more")
    headers = {} if if_match is None else {"If-Match": if_match}
    answer = staff.post("/pots/a/more", headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert (answer.json["code"], answer.json["version"]) == ("request.changed-since-read", 2)
        assert answer.headers["ETag"] == '"2"'
        assert office.nobody().get(f"/v1/{DZ}/pots/a").json["version"] == 2


def test_r9_a_newer_version_is_told_before_what_its_state_forbids(office: Office) -> None:
    staff = office.staff()
    staff.post("/pots", {"pot_id": "a", "amount": 2})
    assert staff.post("/pots/a/more", headers={"If-Match": '"1"'}).status_code == 409
    assert staff.post("/pots/a/more", headers={"If-Match": '"7"'}).status_code == 412
    assert staff.post("/pots/none/more", headers={"If-Match": '"1"'}).json["code"] == "pot.unknown"


def test_r9_a_request_that_is_sent_again_with_its_key_gets_its_first_answer(office: Office) -> None:
    staff = office.staff()
    staff.post("/pots", {"pot_id": "a"})
    first, again = (staff.post("/pots/a/more", key="k1", headers={"If-Match": '"1"'}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true" and again.headers["ETag"] == '"2"'


def test_a_look_that_is_journaled_is_kept_where_it_was_answered(office: Office, context: ServiceContext) -> None:
    office.staff().post("/pots", {"pot_id": "a"})
    assert office.person("p1").get("/pots/a/inside").status_code == 200
    assert context.database["pots"].count_documents({}) == 1
    assert office.staff().get("/pots/none/inside").status_code == 404
    assert context.database["pots"].count_documents({}) == 1, "who saw nothing is not written down"
    assert office.staff().get("/pots/a/inside").status_code == 200
    assert context.database["pots"].count_documents({}) == 2


def test_a_dry_run_answers_as_the_real_thing_and_keeps_nothing(office: Office, context: ServiceContext) -> None:
    staff = office.staff()
    staff.post("/pots", {"pot_id": "a"})
    kept = {name: list(context.database[name].find()) for name in ("pots", "outbox", "audit", "requests")}
    for amount in (1, 2):  # the same key with another body is no repeated request
        tried = staff.post("/pots/dry-run", {"pot_id": "b", "amount": amount}, key="k")
        assert (tried.status_code, tried.json) == (200, {"pot_id": "b", "version": 1})
    assert staff.post("/pots/dry-run", {"pot_id": "full"}).json["code"] == Full.code
    assert {name: list(context.database[name].find()) for name in kept} == kept


def test_a_post_that_only_reads_keeps_nothing_not_even_its_answer(office: Office, context: ServiceContext) -> None:
    staff = office.staff()
    for amount in (1, 2):  # the same key with another body is no repeated request
        answer = staff.post("/pots/sums", {"pot_id": "a", "amount": amount}, key="k1")
        assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)
    kept = {name: context.database[name].count_documents({}) for name in ("requests", "pots", "outbox")}
    assert kept == {"requests": 0, "pots": 0, "outbox": 0}


def test_headers_are_read_as_their_schema_says(office: Office) -> None:
    staff = office.staff()
    filled = staff.post(
        "/foreign-pots", {"pot_id": "x"}, key=None, headers={"x-pot": "a", "X-Pot-Key": "k", "X-More": "1"}
    )
    assert (filled.status_code, filled.json["pot_id"]) == (200, "a")
    for headers, code in (({}, "request.field-missing"), ({"X-Pot": "a" * 11}, "request.field-invalid")):
        refused = staff.post("/foreign-pots", {"pot_id": "x"}, headers={"X-Pot-Key": "k2", **headers})
        assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")
        (fault,) = refused.json["errors"]
        assert (fault["field"], fault["code"]) == ("X-Pot", code)


def test_a_key_may_come_in_a_header_of_another_name(office: Office, context: ServiceContext) -> None:
    staff = office.staff()
    answers = [staff.post("/foreign-pots", {"pot_id": "x"}, headers={"X-Pot": "a", "X-Pot-Key": "k"}) for _ in range(2)]
    assert [each.headers.get("Idempotent-Replayed") for each in answers] == [None, "true"]
    refused = staff.post("/foreign-pots", {"pot_id": "x"}, key="k", headers={"X-Pot": "b"})
    assert (refused.status_code, refused.json["code"]) == (400, "request.key-missing")
    assert context.database["pots"].count_documents({}) == 1


def test_a_refusal_may_be_said_in_the_words_of_another_standard_too(office: Office) -> None:
    staff = office.staff()
    refused = staff.post("/refused-pots", {"pot_id": "a", "amount": "much"})
    assert (refused.status_code, refused.json["status"], refused.json["code"]) == (400, 400, "request.invalid")
    assert (refused.json["asked"], refused.json["reason"]) == ("a", refused.json["detail"][:10])
    unread = staff.post("/refused-pots", data=b"{", content_type="application/json")
    assert (unread.status_code, unread.json["code"], unread.json["asked"]) == (400, "request.malformed-json", None)
    assert staff.post("/refused-pots", {"pot_id": "a"}).status_code == 200
    assert office.machine().get("/foreign-pots/none", headers={"X-Pot": "a"}).json.keys().isdisjoint({"asked"})


def test_an_answer_that_is_sent_later_too_is_kept_with_what_was_looked_at(
    office: Office, context: ServiceContext
) -> None:
    office.staff().post("/pots", {"pot_id": "a"})
    seen = office.machine().get("/foreign-pots/a", headers={"X-Pot": "later"})
    assert (seen.status_code, context.database["pots"].count_documents({})) == (202, 2)
    assert office.machine().get("/foreign-pots/none", headers={"X-Pot": "never"}).status_code == 404
    assert context.database["pots"].count_documents({}) == 2


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"data": "{not json", "content_type": "application/json"}, 400, "request.malformed-json"),
        ({"data": "pot_id=a", "content_type": "application/x-www-form-urlencoded"}, 415, "request.media-type"),
        ({"data": "[]", "content_type": "application/json"}, 422, "request.invalid"),
        ({"data": "null", "content_type": "application/json"}, 422, "request.invalid"),
        ({"json": {}}, 422, "request.invalid"),
        ({"json": {"pot_id": 7}}, 422, "request.invalid"),
        ({"json": {"pot_id": "a", "colour": "red"}}, 422, "request.invalid"),
        ({"json": {"pot_id": "a" * 70_000}}, 413, "request.too-large"),
        ({"json": {"pot_id": "a"}, "headers": {"Idempotency-Key": "é"}}, 400, "request.key-malformed"),
        ({"json": {"pot_id": "full"}}, 409, "access.not-yours"),
        ({"json": {"pot_id": "fault"}}, 500, "platform.fault"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    office: Office, context: ServiceContext, asked: dict[str, Any], status: int, code: str
) -> None:
    headers = {"Authorization": f"Bearer {office.staff().token}", "Idempotency-Key": "k"} | asked.pop("headers", {})
    refused = office.nobody().post(f"/v1/{DZ}/pots", headers=headers, **asked)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.mimetype == "application/problem+json"
    assert "must not be shown" not in refused.text
    assert published(context) == [] and context.database["requests"].count_documents({}) == 0


BROKEN = {
    "raw-surrogate": (b'{"pot_id": "\xed\xa0\x80"}', "request.malformed-json"),
    "escaped-surrogate": (b'{"pot_id": "\\ud800"}', "request.malformed-json"),
    "escaped-surrogate-in-a-name": (b'{"\\ud800": 1, "\\ud800": 2}', "request.malformed-json"),
    "utf-16": ('{"pot_id": "a"}'.encode("utf-16"), "request.malformed-json"),
    "utf-16-without-mark": ('{"pot_id": "\\ud800"}'.encode("utf-16-le"), "request.malformed-json"),
    "utf-32": ('{"pot_id": "a"}'.encode("utf-32"), "request.malformed-json"),
    "latin-1": ('{"pot_id": "é"}'.encode("latin-1"), "request.malformed-json"),
    "overlong": (b'{"pot_id": "\xc0\xaf"}', "request.malformed-json"),
    "name-twice": (b'{"pot_id": "a", "pot_id": "b"}', "request.json-name-twice"),
    "name-twice-escaped": (b'{"pot_id": "a", "pot\\u005fid": "b"}', "request.json-name-twice"),
    "name-twice-inside": (b'{"pot_id": {"a": [{"b": 1, "b": 1}]}}', "request.json-name-twice"),
    "nan": (b'{"pot_id": "a", "amount": NaN}', "request.malformed-json"),
    "infinity": (b'{"pot_id": "a", "amount": -Infinity}', "request.malformed-json"),
    "infinity-in-digits": (b'{"pot_id": "a", "amount": 1e999}', "request.malformed-json"),
    "digits-without-end": (b'{"pot_id": "a", "amount": ' + b"9" * 5_000 + b"}", "request.malformed-json"),
    "deep": (b"[" * 33 + b"]" * 33, "request.json-too-deep"),
    "deep-objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "request.json-too-deep"),
    "very-deep": (b"[" * 30_000 + b"]" * 30_000, "request.malformed-json"),
    "empty": (b"", "request.malformed-json"),
    "two-values": (b"{} {}", "request.malformed-json"),
}


@pytest.mark.parametrize(("sent", "code"), BROKEN.values(), ids=BROKEN)
def test_h2_json_that_readers_would_read_differently_is_refused(office: Office, sent: bytes, code: str) -> None:
    refused = _posted(office, data=sent, content_type="application/json")
    assert (refused.status_code, refused.json["code"], refused.mimetype) == (400, code, "application/problem+json")
    assert refused.json["detail"] != code


def test_h2_a_name_that_stands_twice_is_told(office: Office) -> None:
    refused = _posted(office, data=b'{"pot_id": "a", "pot_id": "b"}', content_type="application/json")
    assert "pot_id" in refused.json["detail"]


@pytest.mark.parametrize("sent", ['{"pot_id": "قدر"}', '\ufeff{"pot_id": "a"}', '{"pot_id": "\\ud83d\\ude00"}'])
def test_h2_every_letter_of_utf_8_is_read(office: Office, sent: str) -> None:
    assert _posted(office, data=sent.encode(), content_type="application/json; charset=utf-8").status_code == 201


class _Breaks:
    """A body at which gunicorn finds a fault while it is read."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def read(self, size: int = -1) -> bytes:
        raise self.fault


@pytest.mark.parametrize(
    "fault",
    [
        *(InvalidChunkSize(b"zz"), ChunkMissingTerminator(b"xx"), InvalidChunkExtension("bare CR not allowed")),
        *(InvalidHeader("bare LF"), InvalidHeaderName("a b"), LimitRequestHeaders("too many"), NoMoreData()),
        *(ConnectionResetError(), TimeoutError()),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=b"])
def test_h2_a_body_that_breaks_while_it_is_read_is_the_caller_s_fault(
    office: Office, fault: Exception, media_type: str
) -> None:
    where = "/pots" if media_type == "application/json" else "/pots/file"
    refused = _posted(
        office,
        where,
        content_type=media_type,
        environ_overrides={"wsgi.input": _Breaks(fault), "wsgi.input_terminated": True},
    )
    assert (refused.status_code, refused.json["code"]) == (400, "request.body-broken")
    assert refused.mimetype == "application/problem+json"


def _posted(office: Office, where: str = "/pots", **asked: Any) -> Any:
    headers = {"Authorization": f"Bearer {office.staff().token}", "Idempotency-Key": "k"}
    return office.nobody().post(f"/v1/{DZ}{where}", headers=headers, **asked)


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/v1/xx-none/pots/a", "GET", 404, "fund.unknown"),
        (f"/v1/{DZ}/pots/none", "GET", 404, "pot.unknown"),
        (f"/v1/{DZ}/nowhere", "GET", 404, "request.not-found"),
        (f"/v1/{DZ}/pots", "DELETE", 405, "request.method-not-allowed"),
    ],
)
def test_what_is_not_there(office: Office, path: str, method: str, status: int, code: str) -> None:
    refused = office.nobody().open(path, method=method, headers={"Accept-Language": "fr-DZ,fr;q=0.9"})
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.json["detail"] != code
    if status == 405:
        assert "POST" in refused.headers["Allow"]


TOO_LARGE: dict[str, tuple[str, Callable[[], dict[str, Any]], int]] = {
    "json": ("/pots", lambda: {"json": {"pot_id": "a" * 70_000}}, BODY_BYTES_MAX),
    "json in chunks": (
        "/pots",
        lambda: {
            "content_type": "application/json",
            "environ_overrides": {"wsgi.input": BytesIO(b" " * 70_000), "wsgi.input_terminated": True},
        },
        BODY_BYTES_MAX,
    ),
    "file": ("/pots/file", lambda: {"data": {"file": (BytesIO(bytes(FORM_BYTES_MAX)), "a")}}, FORM_BYTES_MAX),
    "field": ("/pots/file", lambda: {"data": {"pot_id": "a" * 510_000, "file": (BytesIO(b"a"), "a")}}, 500_000),
}


@pytest.mark.parametrize(("where", "asked", "size_max"), TOO_LARGE.values(), ids=TOO_LARGE)
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_u4_what_is_too_large_is_told_how_large_it_may_be(
    office: Office, where: str, asked: Callable[[], dict[str, Any]], size_max: int, language: str
) -> None:
    headers = {"Authorization": f"Bearer {office.staff().token}", "Idempotency-Key": "k", "Accept-Language": language}
    refused = office.nobody().post(f"/v1/{DZ}{where}", headers=headers, **asked())
    assert (refused.status_code, refused.json["code"]) == (413, "request.too-large")
    assert refused.json["size_max"] == size_max and str(size_max) in refused.json["detail"]


def test_u4_a_form_of_too_many_parts_is_told_how_many_it_may_have(office: Office) -> None:
    parts: dict[str, Any] = {f"f{number}": "a" for number in range(1_001)}
    refused = _posted(office, "/pots/file", data=parts | {"file": (BytesIO(b"a"), "a")})
    assert (refused.status_code, refused.json["code"]) == (413, "request.too-many-parts")
    assert "1000" in refused.json["detail"] and "size_max" not in refused.json


@pytest.mark.parametrize(
    "path",
    ["//", "//evil.test", f"/v1//{DZ}/pots/a", f"//v1/{DZ}/pots/a", f"/v1/{DZ}//pots/a", f"/v1/{DZ}/pots/a/", "/docs/"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_h4_no_path_sends_a_caller_on_to_the_host_that_they_name(office: Office, path: str, method: str) -> None:
    client = office.app.test_client()
    refused = client.open(method=method, headers={"Host": "evil.test"}, environ_overrides={"PATH_INFO": path})
    assert (refused.status_code, refused.json["code"]) == (404, "request.not-found")
    assert "Location" not in refused.headers and "evil.test" not in refused.text


def test_a_sentence_comes_in_the_language_that_was_asked_for(office: Office) -> None:
    in_language = {
        language: office.nobody().get(f"/v1/{DZ}/pots/none", headers={"Accept-Language": language}).json["detail"]
        for language in ("ar", "fr", "en", "de")
    }
    assert in_language == {"ar": "لا", "fr": "Aucun pot.", "en": "No pot.", "de": "لا"}


@pytest.mark.parametrize("header", ["fr; q=0.9, en; q=0.8", "fr-TN", "ar;q=0, *"])
def test_h01_a_sentence_comes_in_the_language_that_is_preferred(office: Office, header: str) -> None:
    answer = office.nobody().get(f"/v1/{DZ}/pots/none", headers={"Accept-Language": header})
    assert answer.json["detail"] == "Aucun pot."


def test_the_same_key_acts_once_and_answers_twice(office: Office, context: ServiceContext) -> None:
    staff = office.staff()
    first, again = (staff.post("/pots", {"pot_id": "a"}, key='"k1"') for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert len(published(context)) == 1
    assert staff.post("/pots", {"pot_id": "b"}, key="k1").json["code"] == "request.key-reused"
    assert office.staff("agent-2").post("/pots", {"pot_id": "c"}, key="k1").status_code == 201


def test_a_refusal_is_not_remembered(office: Office) -> None:
    staff = office.staff()
    assert staff.post("/pots", {"pot_id": "full"}, key="k1").status_code == 409
    assert staff.post("/pots", {"pot_id": "good"}, key="k1").status_code == 201


def test_a_twin_that_still_runs_is_named(office: Office) -> None:
    barrier.clear()
    answers: list[Any] = []
    staff = office.staff()
    slow = threading.Thread(target=lambda: answers.append(staff.post("/pots", {"pot_id": "slow"}, key="k1")))
    slow.start()
    threading.Event().wait(0.3)
    twin = office.staff().post("/pots", {"pot_id": "slow"}, key="k1")
    assert (twin.status_code, twin.json["code"]) == (409, "request.twin-running")
    barrier.set()
    slow.join()
    assert answers[0].status_code == 201


def test_a_twin_in_another_process_acts_once_and_answers_the_same(office: Office, context: ServiceContext) -> None:
    barrier.clear()
    answers: list[Any] = []
    elsewhere = Office(office.service, ServiceContext(context.database, context.funds, context.keys))

    def ask(where: Office) -> None:
        answers.append(where.staff().post("/pots", {"pot_id": "slow"}, key="k1"))

    twins = [threading.Thread(target=ask, args=(where,)) for where in (office, elsewhere)]
    for twin in twins:
        twin.start()
    threading.Event().wait(0.5)
    barrier.set()
    for twin in twins:
        twin.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]
    assert len(published(context)) == 1
