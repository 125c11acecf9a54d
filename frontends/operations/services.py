"""The five services as operations see them: each answers the same questions at an address of its own."""

from collections.abc import Mapping
from types import ModuleType

from flask import abort

from frontends.api import claims, documents, identity, notifications, payments
from frontends.kit.words import _

CLIENTS: Mapping[str, ModuleType] = {
    "identity": identity,
    "documents": documents,
    "claims": claims,
    "payments": payments,
    "notifications": notifications,
}


def client(service: str) -> ModuleType:
    """How a service is called; no page for one that there is not."""
    if service not in CLIENTS:
        abort(404)
    return CLIENTS[service]


def service_name(service: str) -> str:
    """A service as people call it."""
    names = {
        "identity": _("Identity"),
        "documents": _("Documents"),
        "claims": _("Claims"),
        "payments": _("Payments"),
        "notifications": _("Notifications"),
    }
    return names.get(service, service)


def service_choices() -> list[tuple[str, str]]:
    """The services for a filter."""
    return [(service, service_name(service)) for service in CLIENTS]
