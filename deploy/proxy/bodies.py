"""How large a body each route may have, as the services themselves say it: the proxy has no numbers of its own."""

import importlib
import re
from collections.abc import Mapping

from deploy.local.addresses import SERVICES
from frontends.kit.frontend import Frontend
from services.documents.verification.pages import FILE_BODY_BYTES_MAX
from shared.http.routes import BODY_BYTES_MAX

USUAL_MAX = BODY_BYTES_MAX
"""Of every route that says nothing else."""
PAGES: Mapping[str, Mapping[str, int]] = {"documents": {"/v1/<fund>/verify": FILE_BODY_BYTES_MAX}}
"""Of the pages for people, which are no declared routes."""


def larger(service: str) -> dict[str, int]:
    """By rule, the routes of a service whose bodies may be larger than usual, and how large, in bytes."""
    declared = importlib.import_module(f"services.{service}.wiring").service
    sizes = {
        route.rule: route.request.size_max
        for routes in declared.routes
        for route in routes.all
        if hasattr(route.request, "size_max")
    }
    return {rule: size for rule, size in sorted({**sizes, **PAGES.get(service, {})}.items()) if size > USUAL_MAX}


def all_larger() -> dict[str, dict[str, int]]:
    return {service: larger(service) for service in SERVICES}


def of_frontend(name: str) -> int:
    """How large a body the pages of a frontend may send, in bytes: a form, or the files in it."""
    declared: Frontend = getattr(importlib.import_module(f"frontends.{name}.{name}"), name.upper())
    return declared.body_max


def pattern(rule: str) -> str:
    """A rule such as `/v1/<fund>/uploads/<path:name>` as a pattern of nginx."""
    parts = re.split(r"(<[^>]+>)", rule)
    return "".join(_part(each) for each in parts)


def _part(part: str) -> str:
    if not part.startswith("<"):
        return re.escape(part).replace(r"\-", "-")
    return ".+" if part.startswith("<path:") else "[^/]+"
