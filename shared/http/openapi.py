"""The OpenAPI 3.1 document of a service, made from its routes and schemas."""

import re
from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.http.problems import Problem
from shared.http.routes import ANYONE, Downloads, Route

VERSION = "1.0.0"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that the caller saw; 412 where it is another by now.",
    "schema": {"type": "string"},
}
PROBLEM = {"application/problem+json": {"schema": Problem}}


def document(service: str, routes: Iterable[Route]) -> dict[str, Any]:
    """What the service answers, as a program reads it."""
    spec = APISpec(
        title=f"Himaya {service}",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": f"The {service} service of Himaya. Errors are problem+json with a stable code."},
    )
    spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."}
    )
    for route in routes:
        path = PARAMETER.sub(r"{\1}", route.rule)
        spec.path(path=path, operations={route.method.lower(): _operation(route)})
    made: dict[str, Any] = spec.to_dict()
    return made


def _operation(route: Route) -> dict[str, Any]:
    summary, _, rest = (route.handler.__doc__ or "").strip().partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": " ".join(summary.split()),
        "tags": [route.subject],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if rest:
        operation["description"] = " ".join(rest.split())
    if route.needs != ANYONE:
        operation["security"] = [{"bearer": [route.needs]}]
    if isinstance(route.takes, type):
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.takes}}}
    elif route.takes is not None:
        operation["requestBody"] = route.takes.describe()
    return operation


def _parameters(route: Route) -> list[Any]:
    found: list[Any] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PARAMETER.findall(route.rule)
    ]
    if route.query is not None:
        found.append({"in": "query", "schema": route.query})
    if route.method == "POST":
        shape = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": route.is_keyed, "schema": shape})
    if route.edits is not None:
        found.append(IF_MATCH)
    found.append({"name": "Accept-Language", "in": "header", "required": False, "schema": {"type": "string"}})
    return found


def _responses(route: Route) -> dict[str, Any]:
    described = {"default": {"description": "What is wrong, with a stable code", "content": PROBLEM}}
    if isinstance(route.shows, Downloads):
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {
            str(route.status): {"description": "The file", "content": {route.shows.media_type: binary}},
            **described,
        }
    if route.shows is None:
        return {"204": {"description": "Done"}, **described}
    shown = {"application/json": {"schema": route.shows}}
    return {str(route.status): {"description": "As it is now", "content": shown}, **described}
