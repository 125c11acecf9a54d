"""The first page: every service's signs at once, coloured by how urgent they are."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.kit.api import Api, together
from frontends.kit.pages import api, render
from frontends.operations import health, thresholds
from frontends.operations.guard import READ, operators
from frontends.operations.services import CLIENTS, service_name
from frontends.operations.thresholds import worst

pages = Blueprint("overview", __name__)
pages.add_app_template_global(service_name)

EVERY_S = 10
"""How often a page that is looked at asks anew: five services are asked four questions each."""
JOBS_COUNTED_MAX = 100

_thresholds = cache(thresholds.of_installation)


@pages.get("/")
@operators(READ)
def index() -> Response:
    """Asked anew every few seconds, unless the address says not to."""
    asked = api()
    answers = together(*(call for service in CLIENTS for call in _questions(asked, service)))
    found = [
        health.of_service(service, **dict(zip(ASKED, each, strict=True)), thresholds=_thresholds(), now=_now())
        for service, each in zip(CLIENTS, _by(len(ASKED), answers), strict=True)
    ]
    return render(
        "operations/overview.html",
        services=found,
        level=worst(each.level for each in found),
        at=_now().isoformat(),
        every_s=EVERY_S,
        is_refreshed=request.args.get("refresh") != "off",
    )


ASKED = ("outbox", "inbox", "groups", "jobs")


def _questions(asked: Api, service: str) -> list[Callable[[], Any]]:
    client = CLIENTS[service]
    return [
        lambda: client.operations_read_outbox(asked),
        lambda: client.operations_read_inbox(asked),
        lambda: client.operations_list_groups(asked),
        lambda: client.operations_list_jobs(asked, limit=JOBS_COUNTED_MAX, status="failed"),
    ]


def _by(size: int, answers: list[Any]) -> list[list[Any]]:
    return [answers[start : start + size] for start in range(0, len(answers), size)]


def _now() -> datetime:
    return datetime.now(UTC)
