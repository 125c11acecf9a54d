"""What operators did: every replay, discard, retry and decision about money, with who, when and why."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.kit.api import together
from frontends.kit.pages import api, render
from frontends.kit.typed import read_day
from frontends.operations.guard import READ, operators
from frontends.operations.services import CLIENTS, client, service_choices

pages = Blueprint("acts", __name__)

PAGE, GLANCE = 25, 5
"""Shown of one service, and of each where all are."""


@pages.get("/acts")
@operators(READ)
def index() -> Response:
    """By service, person and day; the filters live in the address."""
    service, by = request.args.get("service", ""), request.args.get("by", "").strip()
    on, cursor = request.args.get("on", "") or read_day("on"), request.args.get("cursor") or None
    asked = api()
    shown = [service] if service and client(service) else list(CLIENTS)
    found = together(
        *(
            lambda each=each: CLIENTS[each].operations_list_acts(
                asked,
                by=by or None,
                on=on or None,
                limit=PAGE if service else GLANCE,
                cursor=cursor if service else None,
            )
            for each in shown
        )
    )
    return render(
        "operations/acts.html",
        found=list(zip(shown, found, strict=True)),
        services=service_choices(),
        service=service,
        by=by,
        on=on,
        is_first=cursor is None,
    )
