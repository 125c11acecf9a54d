"""Publishing: what waits to be sent, and having events sent again that others never got."""

from zoneinfo import ZoneInfo

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, go_to, render
from frontends.kit.typed import in_zone, read_day
from frontends.kit.words import _
from frontends.operations.guard import ACT, READ, operators
from frontends.operations.services import CLIENTS, client, service_choices

pages = Blueprint("outbox", __name__)


@pages.get("/publishing")
@operators(READ)
def index() -> Response:
    """Of each service what waits, and what was asked to be published again."""
    return _page()


@pages.post("/publishing")
@operators(ACT)
def republish() -> Response:
    """Have a worker publish again what a service published since an instant, or of one key."""
    form = Form("republish")
    service = request.form.get("service", "")
    day, key = read_day("since"), request.form.get("key", "").strip()
    since = in_zone(day, request.form.get("clock", ""), zone=ZoneInfo(g.fund["timezone"])) if day else None
    body = {"since": since, "key": key or None}
    try:
        client(service).operations_republish(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(problem=problem)
    form.done()
    flash(_("A worker publishes them again. Who had handled them ignores them."))
    return go_to("outbox.index")


def _page(*, problem: Problem | None = None) -> Response:
    asked = api()
    found = together(*(lambda each=each: CLIENTS[each].operations_read_outbox(asked) for each in CLIENTS))
    form = Form("republish")
    return render(
        "operations/outbox.html",
        found=list(zip(CLIENTS, found, strict=True)),
        services=service_choices(),
        form=form,
        values=form.values,
        problem=problem,
    )
