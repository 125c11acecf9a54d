"""The first page: every service's signs at once, coloured by how urgent they are."""

from datetime import UTC, datetime
from functools import cache

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.kit.api import together
from frontends.kit.pages import api, render
from frontends.operations import health, thresholds
from frontends.operations.guard import READ, operators
from frontends.operations.services import CLIENTS, service_name
from frontends.operations.thresholds import worst

pages = Blueprint("overview", __name__)
pages.add_app_template_global(service_name)

EVERY_S = 10
"""How often a page that is looked at asks anew: five services are asked one question each."""

_thresholds = cache(thresholds.of_installation)


@pages.get("/")
@operators(READ)
def index() -> Response:
    """Asked anew every few seconds, unless the address says not to."""
    asked = api()
    summaries = together(*(lambda each=each: CLIENTS[each].operations_read_summary(asked) for each in CLIENTS))
    found = [
        health.of_service(service, summary=summary, thresholds=_thresholds(), now=_now())
        for service, summary in zip(CLIENTS, summaries, strict=True)
    ]
    return render(
        "operations/overview.html",
        services=found,
        level=worst(each.level for each in found),
        at=_now().isoformat(),
        every_s=EVERY_S,
        is_refreshed=request.args.get("refresh") != "off",
    )


def _now() -> datetime:
    return datetime.now(UTC)
