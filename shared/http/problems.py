"""Errors leave here: each kind has one status, each code a sentence in the caller's language (RFC 9457)."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g, json, request
from marshmallow import Schema, fields
from opentelemetry import trace
from pymongo.errors import PyMongoError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from shared.http.callers import Unauthenticated
from shared.kernel.errors import Conflict, Failure, Forbidden, Invalid, Missing, Stale, Superseded, Unavailable
from shared.languages.texts import LANGUAGES, Texts, best_language
from shared.storage.connection import DatabaseUnavailable, is_gone

MEDIA_TYPE = "application/problem+json"
NOTHING_MORE: Mapping[str, object] = {}
BAD_REQUEST = 400
UNAVAILABLE = "503 SERVICE UNAVAILABLE"
RETRY_AFTER_S = 2
TO_STAFF = ".to-staff"
"""After a code: the sentence for the fund's staff, of one that speaks to the person."""
CODE_OF_STATUS = {
    404: "request.not-found",
    405: "request.method-not-allowed",
    415: "request.media-type",
}
SCHEME_OF_REFUSAL = {
    "access.scope-missing": 'Bearer error="insufficient_scope"',
    "access.other-fund": 'Bearer error="invalid_token"',
}
"""What a 403 says in `WWW-Authenticate` where another token would help (RFC 6750, 3.1)."""

log = structlog.get_logger()


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a request; `field` is its path, such as `lines.0.amount`."""

    field: str
    code: str


class Malformed(Failure):
    """The request cannot be read at all (HTTP 400)."""


class BodyMalformed(Malformed):
    """The body ended too early, or its chunks are not as they must be."""

    code = "request.body-broken"


class TooLarge(Failure):
    """The body, or one field of a form, is larger than `size_max` bytes (HTTP 413)."""

    code = "request.too-large"


class TooManyParts(TooLarge):
    """A form has more than `count_max` parts."""

    code = "request.too-many-parts"


class NotMigrated(Unavailable):
    """The database is not as this release needs it."""

    code = "platform.not-migrated"


class WrongMediaType(Failure):
    """The body is of a type that this route does not read (HTTP 415)."""

    code = "request.media-type"


class TooManyRequests(Failure):
    """The caller asks more often than their quota allows (HTTP 429)."""

    code = "request.too-many"


class BodyInvalid(Invalid):
    """Fields are missing, unknown or malformed."""

    code = "request.invalid"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


STATUS_OF: tuple[tuple[type[Failure], int], ...] = (
    (Malformed, 400),
    (TooLarge, 413),
    (WrongMediaType, 415),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (Missing, 404),
    (Conflict, 409),
    (Stale, 409),
    (Superseded, 412),
    (TooManyRequests, 429),
    (Invalid, 422),
    (Unavailable, 503),
)


class FieldFaultView(Schema):
    field = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Schema):
    """An error, as every service answers it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; what a program decides by."})
    detail = fields.String(required=True, metadata={"description": "A sentence in the caller's language."})
    trace_id = fields.String(metadata={"description": "Under which the request can be found again."})
    version = fields.Integer(metadata={"description": "That of the thing now, where If-Match named another (412)."})
    size_max = fields.Integer(metadata={"description": "The limit in bytes, where what came is larger (413)."})
    errors = fields.List(fields.Nested(FieldFaultView), metadata={"description": "Field by field."})


def language() -> str:
    """The language in which to answer this request, found once: every sentence of an answer asks for it."""
    if "language" not in g:
        offered = g.fund.languages if "fund" in g else LANGUAGES
        g.language = best_language(request.headers.get("Accept-Language", ""), offered)
    found: str = g.language
    return found


def texts() -> Texts:
    """The sentences of this service."""
    found: Texts = current_app.extensions["texts"]
    return found


def translate(code: str, **parameters: object) -> str:
    """A sentence of this service in the caller's language. Staff read the one that is written for them, under the code
    with `.to-staff`, where the usual one speaks to the person."""
    if g.get("is_to_staff") and f"{code}{TO_STAFF}" in texts().by_code:
        code = f"{code}{TO_STAFF}"
    country = g.fund.country if "fund" in g else ""
    return texts().translate(code, language(), parameters, country=country)


def problem(
    status: int,
    code: str,
    *,
    detail: str,
    faults: Sequence[FieldFault] = (),
    version: int | None = None,
    size_max: int | None = None,
    more: Mapping[str, object] = NOTHING_MORE,
) -> Response:
    """The answer that says what is wrong; `more` is what a foreign standard says beside it."""
    body: dict[str, object] = {
        "type": f"urn:himaya:problem:{code}",
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    if (here := trace.get_current_span().get_span_context()).is_valid:
        body["trace_id"] = format(here.trace_id, "032x")
    if faults:
        body["errors"] = [
            {"field": fault.field, "code": fault.code, "detail": translate(fault.code)} for fault in faults
        ]
    if version is not None:
        body["version"] = version
    if size_max is not None:
        body["size_max"] = size_max
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    if version is not None:
        answer.set_etag(str(version))
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer" if code == "token.missing" else 'Bearer error="invalid_token"'
    if code in SCHEME_OF_REFUSAL:
        answer.headers["WWW-Authenticate"] = SCHEME_OF_REFUSAL[code]
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def status_of(kind: type[Failure]) -> int:
    """The status that answers a failure of this kind."""
    return next((status for each, status in STATUS_OF if issubclass(kind, each)), 500)


@dataclass(frozen=True)
class ForeignRefusal:
    """What a foreign standard may say of a refusal: the sentence, and what the request said by name."""

    detail: str
    said: Mapping[str, object]


def in_foreign_words(failure: Failure, words: type[Schema]) -> Response:
    """The answer to a request that is not as it should be, as a foreign standard says it beside the problem."""
    body = request.get_json(silent=True)
    said = {**request.args, **(body if isinstance(body, dict) else {})}
    refusal = ForeignRefusal(translate(failure.code, **failure.parameters), said)
    return of_failure(failure, status=BAD_REQUEST, more=dict(words().dump(refusal)))


def of_failure(failure: Failure, *, status: int | None = None, more: Mapping[str, object] = NOTHING_MORE) -> Response:
    """The answer to a failure of a known kind."""
    status = status or status_of(type(failure))
    level = {503: "error", 500: "error"}.get(status, "info")
    getattr(log, level)("refused", code=failure.code, status=status)
    detail = translate(failure.code, **failure.parameters)
    version, size_max = failure.parameters.get("version"), failure.parameters.get("size_max")
    answer = problem(
        status,
        failure.code,
        detail=detail,
        faults=getattr(failure, "faults", ()),
        version=version if isinstance(failure, Superseded) and isinstance(version, int) else None,
        size_max=size_max if isinstance(size_max, int) else None,
        more=more,
    )
    if "retry_after_s" in failure.parameters:
        answer.headers["Retry-After"] = str(failure.parameters["retry_after_s"])
    return answer


def of_http(error: HTTPException) -> Response:
    """The answer to what Flask itself refuses, with the headers that it wants to give."""
    if isinstance(error, ClientDisconnected):
        return of_failure(BodyMalformed())
    if isinstance(error, RequestEntityTooLarge):
        return of_failure(TooLarge(size_max=request.max_content_length or 0))
    status = error.code or 500
    code = CODE_OF_STATUS.get(status, "request.refused")
    answer = problem(status, code, detail=translate(code))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            answer.headers[name] = value
    return answer


def of_database(error: PyMongoError) -> Response:
    """The answer where the database failed outside of a unit of work."""
    return of_failure(DatabaseUnavailable()) if is_gone(error) else of_fault(error)


def of_fault(error: Exception) -> Response:
    """The answer to a fault of ours: nothing of it is shown; its class and place are logged, not its text."""
    where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]
    log.error("fault", fault=type(error).__name__, where=where)
    return problem(500, "platform.fault", detail=translate("platform.fault"))


def install(app: Flask) -> None:
    """Translate every error that leaves a route of the app."""
    app.register_error_handler(Failure, lambda failure: of_failure(failure))
    app.register_error_handler(PyMongoError, of_database)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_fault)
