"""The OpenAPI 3.1 document of a service, made from its routes and schemas, what its fields mean, and what each
operation may be refused for."""

import functools
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from shared.http import bodies, conditions, fields, problems
from shared.http.callers import KeysUnavailable, ScopeMissing, Verifier
from shared.http.endpoint import RequestInProgress
from shared.http.failures import Found, of_method, reachable
from shared.http.fields import FieldDescriptions
from shared.http.load_shedding import Overloaded
from shared.http.problems import NotMigrated, Problem, TooManyRequests
from shared.http.routes import ANYONE, Downloads, Route, Routes
from shared.http.routes import IDEMPOTENCY_KEY as KEY_HEADER
from shared.kernel.errors import Failure, Invalid, Stale
from shared.languages.texts import Texts
from shared.storage.connection import DatabaseUnavailable
from shared.storage.service_context import FundUnknown, ServiceContext

VERSION = "1.0.0"
MADE_OF_FIELDS = ("application/json", "multipart/form-data")
"""Bodies whose example is made of those of their fields; of others `describe` gives one."""

SCOPE = "x-required-scope"
"""OpenAPI has a place for the scopes of OAuth 2 flows alone, which would need the addresses of each fund's sign-in."""
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ABOUT = """The {service} service of Himaya.

**Errors** are `application/problem+json` (RFC 9457). A program decides by `code`, which is stable; `detail` is a \
sentence in the caller's language. Each operation names the codes that it may be refused with.

**Languages**: `Accept-Language` chooses among those of the fund (ar, fr, en) for every sentence and name.

**Amounts** are text in major units of the fund's currency, such as `3150.00`: a JSON number would lose decimals.

**The same request twice**: a POST with the `Idempotency-Key` of an earlier one gives the earlier one's answer, marked \
`Idempotent-Replayed: true`.

**Lists** come in pages: `next` of one answer is the `cursor` of the next request, and null on the last page.

**Versions**: an answer about a thing that people change has an `ETag`; sent back as `If-Match`, it refuses the change \
(412) where somebody else was first."""
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The languages that the caller reads, by preference (RFC 9110, 12.5.4).",
    "schema": {"type": "string"},
    "example": "fr",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that the caller saw; 412 where it is another by now.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that the caller has; 304 without a body where it is still the same.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "Fresh for each thing to be done, the same when it is sent again: then it is done once.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    "example": "5f0c6c1e-5b0e-4f7b-9a54-0d5f6c1b2a3e",
}
ETAG = {"ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}}}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
REFUSED = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "The caller may not",
    404: "There is no such thing, or none that the caller may know of",
    409: "The thing is not in a state that allows it",
    412: "Another version than the one that the caller saw",
    413: "Too large",
    415: "Not a media type that is read here",
    422: "What was sent cannot be accepted",
    429: "Too many requests",
    500: "A fault of ours",
    503: "Not available right now; try again later",
}
SAME_EVERYWHERE = {401: "Unauthenticated", 429: "TooManyRequests", 500: "Fault", 503: "Unavailable"}
"""Described once for all operations that may be refused with no more than these codes."""


def document(
    service: str, subjects: Sequence[Routes], *, texts: Texts, descriptions: FieldDescriptions
) -> dict[str, Any]:
    """What the service answers, as a program reads it."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title=f"Himaya {service}",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": ABOUT.format(service=service),
            "contact": {"name": "The fund that runs the service"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/", "description": "Where this document was read"}],
        tags=[
            {"name": each.subject, "description": each.about} for each in sorted(subjects, key=lambda it: it.subject)
        ],
    )
    spec.components.security_scheme(
        "bearer",
        {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token of the fund's identity service; each operation names the scope it needs.",
        },
    )
    routes = [route for each in subjects for route in each.all]
    spec.components.schema("Problem", schema=Problem)
    for status, name in SAME_EVERYWHERE.items():
        spec.components.response(name, _refusal(status, _everywhere(status), texts))
    for route in routes:
        path = PARAMETER.sub(r"{\1}", route.rule)
        spec.path(path=path, operations={route.method.lower(): _operation(route, texts)})
    made: dict[str, Any] = spec.to_dict()
    refs = plugin.converter.refs if plugin.converter else {}
    docstrings = {name: _docstring(key[0]) for key, name in refs.items()}
    _describe(made, docstrings=docstrings, descriptions=descriptions)
    return made


def _operation(route: Route, texts: Texts) -> dict[str, Any]:
    summary, _, rest = (route.handler.__doc__ or "").strip().partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": " ".join(summary.split()),
        "description": f"{' '.join((rest or summary).split())}\n\n{_who_may(route)}",
        "tags": [route.subject],
        "security": [] if route.scope == ANYONE else [{"bearer": []}],
        **({} if route.scope == ANYONE else {SCOPE: route.scope}),
        "parameters": _parameters(route),
        "responses": {**_answers(route), **_refusals(route, texts)},
    }
    if isinstance(route.request, type):
        operation["requestBody"] = {
            "description": _docstring(route.request) or "What is asked for.",
            "required": True,
            "content": {"application/json": {"schema": route.request}},
        }
    elif route.request is not None:
        operation["requestBody"] = dict(route.request.describe())
    return operation


def _who_may(route: Route) -> str:
    return "Open to everybody." if route.scope == ANYONE else f"Needs the scope `{route.scope}`."


def _parameters(route: Route) -> list[Any]:
    found: list[Any] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PARAMETER.findall(route.rule)
    ]
    if route.query is not None:
        found.append({"in": "query", "schema": route.query})
    if route.headers is not None:
        found.append({"in": "header", "schema": route.headers})
    if route.method == "POST" and route.key_header == KEY_HEADER and route.is_saving:
        found.append({**IDEMPOTENCY_KEY, "required": route.is_keyed})
    if route.edits is not None:
        found.append(IF_MATCH)
    if route.is_reference:
        found.append(IF_NONE_MATCH)
    return [*found, LANGUAGE]


def _answers(route: Route) -> dict[str, Any]:
    """What it answers when all is well."""
    if isinstance(route.response, Downloads):
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {str(route.status): {"description": "The file.", "content": {route.response.media_type: binary}}}
    if route.response is None:
        return {"204": {"description": "It is done."}}
    shown: dict[str, Any] = {
        "description": _docstring(route.response) or "As it is now.",
        "content": {"application/json": {"schema": route.response}},
    }
    if "version" in route.response._declared_fields or route.is_reference:
        shown["headers"] = ETAG
    unchanged = {"304": {"description": "What the caller has is still the same."}} if route.is_reference else {}
    return {str(route.status): shown, **unchanged}


# --- What it may be refused for ---------------------------------------------------------------------------------------


def codes(route: Route) -> Mapping[int, frozenset[str]]:
    """The codes that a request may be refused with, by status."""
    found = _by_status(_failures(route))
    if route.refusal is not None:  # a foreign standard has one status for what is not as it should be
        found[problems.BAD_REQUEST] = found.get(problems.BAD_REQUEST, frozenset()) | found.pop(INVALID)
    return dict(sorted(found.items()))


def _failures(route: Route) -> Found:
    """What the handler may end in, and what is found wrong before it is asked."""
    found: set[type[Failure]] = {*reachable(route.handler), FundUnknown, *_ALWAYS}
    if route.scope != ANYONE:
        found |= {*of_method(Verifier, "actor"), ScopeMissing}
    if route.query is not None:
        found |= reachable(bodies.query)
    if route.headers is not None:
        found |= reachable(bodies.headers)
    if isinstance(route.request, type):
        found |= reachable(bodies.body)
    elif route.request is not None:
        found |= {*reachable(route.request.read), problems.TooLarge, problems.BodyMalformed}
    if route.is_dry_run:
        return frozenset(found | of_method(ServiceContext, "run"))
    if not route.is_saving and not route.is_journaled and not route.is_sent_later:  # none is first
        return frozenset(each for each in found if not issubclass(each, Stale))
    found |= of_method(ServiceContext, "run")
    if route.method != "GET":
        found |= {*reachable(bodies.key), bodies.IdempotencyKeyReused, RequestInProgress}
        found -= set() if route.is_keyed else {bodies.IdempotencyKeyMissing}
    if route.edits is not None:
        found |= {*reachable(conditions.must_match), *reachable(route.edits)}
    return frozenset(found)


_ALWAYS = (TooManyRequests, NotMigrated, Overloaded, DatabaseUnavailable, KeysUnavailable)
_FAULT = "platform.fault"
INVALID = problems.status_of(Invalid)


def _by_status(found: Iterable[type[Failure]]) -> dict[int, frozenset[str]]:
    by_status: dict[int, set[str]] = {500: {_FAULT}}
    for each in found:
        by_status.setdefault(problems.status_of(each), set()).add(each.code)
    return {status: frozenset(by_status[status]) for status in sorted(by_status)}


@functools.cache
def _everywhere(status: int) -> frozenset[str]:
    return _by_status([*_ALWAYS, *of_method(Verifier, "actor")])[status]


def _refusals(route: Route, texts: Texts) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for status, found in codes(route).items():
        name = SAME_EVERYWHERE.get(status)
        is_usual = name is not None and found <= _everywhere(status)
        described[str(status)] = name if is_usual else _refusal(status, found, texts)
    if route.refusal is not None:
        described[str(problems.BAD_REQUEST)]["content"][problems.MEDIA_TYPE]["schema"]["allOf"][0] = route.refusal
    return described


def _refusal(status: int, found: frozenset[str], texts: Texts) -> dict[str, Any]:
    """A refusal with its codes, each with the sentence that people read."""
    ordered = sorted(found)
    sentences = "\n".join(f"- `{code}`: {_sentence(code, texts)}" for code in ordered)
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": ordered}}}]}
    shown = {
        "type": f"urn:himaya:problem:{ordered[0]}",
        "title": ordered[0],
        "status": status,
        "code": ordered[0],
        "detail": _sentence(ordered[0], texts),
    }
    refusal: dict[str, Any] = {
        "description": f"{REFUSED[status]}:\n{sentences}",
        "content": {problems.MEDIA_TYPE: {"schema": schema, "example": shown}},
    }
    return {**refusal, "headers": RETRY_AFTER} if status in (429, 503) else refusal


def _sentence(code: str, texts: Texts) -> str:
    """The sentence in English, with its parameters by name."""
    return texts.by_code.get(code, {}).get("en", code)


# --- What everything means --------------------------------------------------------------------------------------------


def _docstring(cls: type[Schema]) -> str:
    """The class's own docstring, on one line."""
    return " ".join(inspect.cleandoc(cls.__dict__.get("__doc__") or "").split())


def _describe(made: dict[str, Any], *, docstrings: Mapping[str, str], descriptions: FieldDescriptions) -> None:
    """Put what is said of shapes and fields into the document, and an example to each body."""
    schemas = made["components"]["schemas"]
    for shape, schema in schemas.items():
        if docstrings.get(shape):
            schema.setdefault("description", docstrings[shape])
        for field, inner in schema.get("properties", {}).items():
            _describe_field(inner, descriptions.of(shape, field).text)
    for operations in made["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                _describe_parameter(parameter, descriptions)
            answers = [each for status, each in operation["responses"].items() if status < "300"]
            for body in (operation.get("requestBody", {}), *answers):
                for media_type, content in body.get("content", {}).items():
                    if media_type in MADE_OF_FIELDS and "example" not in content:
                        shape = content["schema"]
                        content["example"] = fields.example(shape, name="", schemas=schemas, descriptions=descriptions)


def _describe_parameter(parameter: dict[str, Any], descriptions: FieldDescriptions) -> None:
    description = descriptions.of("", parameter["name"])
    if "enum" in parameter["schema"]:
        _with_type(parameter["schema"])
    if description.text:
        parameter.setdefault("description", description.text)
    if parameter["in"] == "path" and description.example is not fields.NONE_GIVEN:
        parameter.setdefault("example", description.example)


def _describe_field(schema: dict[str, Any], says: str) -> None:
    if says:
        schema.setdefault("description", says)
    for each in (schema, schema.get("items", {})):
        if "enum" in each:
            _with_type(each)


def _with_type(schema: dict[str, Any]) -> None:
    """An enumeration of ours is of texts; client generators need it to be explicit."""
    schema.setdefault("type", ["string", "null"] if None in schema["enum"] else "string")
