"""Dead letters: events that a service could not handle, by what is wrong with them, and what an operator does."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from frontends.kit.api import Problem, needed, together
from frontends.kit.pages import Form, api, flash, go_to, render
from frontends.kit.settings import Settings
from frontends.kit.words import _, ngettext
from frontends.operations.guard import ACT, READ, operators
from frontends.operations.services import CLIENTS, client, service_choices

pages = Blueprint("dead_letters", __name__)

PAGE = 25
FOLLOWERS = 50


@pages.get("/dead-letters")
@operators(READ)
def index() -> Response:
    """What is wrong, group by group, in all services."""
    asked = api()
    found = together(*(lambda each=each: CLIENTS[each].operations_list_groups(asked) for each in CLIENTS))
    shown = list(zip(CLIENTS, found, strict=True))
    return render("operations/dead-letter-groups.html", found=shown, services=service_choices())


@pages.get("/dead-letters/find")
@operators(READ)
def find() -> Response:
    """By what an operator was given: the key of a case, or the number of an event."""
    service, asked_for = request.args.get("service", ""), request.args.get("key", "").strip()
    if is_event(asked_for):
        return go_to("dead_letters.one", service=service, event_id=asked_for)
    return go_to("dead_letters.of_service", service=service, key=asked_for)


@pages.get("/dead-letters/<service>")
@operators(READ)
def of_service(service: str) -> Response:
    """The open letters of a service, of one group or one key where the address says so."""
    key, fingerprint = request.args.get("key", "").strip(), request.args.get("fingerprint", "")
    cursor = request.args.get("cursor", "")
    asked, from_service = api(), client(service)
    found = from_service.operations_list_letters(
        asked, key=key or None, fingerprint=fingerprint or None, after=cursor or None, limit=PAGE
    )
    return render(
        "operations/dead-letters.html",
        service=service,
        services=service_choices(),
        found=found,
        key=key,
        fingerprint=fingerprint,
        is_first=not cursor,
        replay_key=Form(f"replay-key:{service}:{key}"),
        replay_group=Form(f"replay-group:{service}:{fingerprint}"),
    )


@pages.get("/dead-letters/<service>/<event_id>")
@operators(READ)
def one(service: str, event_id: str) -> Response:
    """One letter, why it is here, and those of its key that wait behind it."""
    return _page(service, event_id)


@pages.post("/dead-letters/<service>/<event_id>/replay")
@operators(ACT)
def replay(service: str, event_id: str) -> Response:
    """Have a worker try it again, and those behind it."""
    form = Form(f"replay:{service}:{event_id}")
    try:
        client(service).operations_replay_letter(api(), event_id, idempotency_key=form.key)
    except Problem as problem:
        return _page(service, event_id, problem=problem)
    form.done()
    flash(_("A worker tries it again, and then those behind it."))
    return go_to("dead_letters.one", service=service, event_id=event_id)


@pages.post("/dead-letters/<service>/<event_id>/discard")
@operators(ACT)
def discard(service: str, event_id: str) -> Response:
    """Close it without acting on it; the reason is kept for good."""
    form = Form(f"discard:{service}:{event_id}")
    body = {"reason": request.form.get("reason", "").strip()}
    try:
        client(service).operations_discard_letter(api(), event_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(service, event_id, problem=problem)
    form.done()
    flash(_("It is discarded. A worker goes on with those behind it."))
    return go_to("dead_letters.of_service", service=service)


@pages.post("/dead-letters/<service>/replay")
@operators(ACT)
def replay_several(service: str) -> Response:
    """Have a worker try again a whole group, or all letters of one key."""
    key, fingerprint = request.form.get("key", ""), request.form.get("fingerprint", "")
    if key:
        form = Form(f"replay-key:{service}:{key}")
        asked = client(service).operations_replay_key(api(), key, idempotency_key=form.key)
    else:
        form = Form(f"replay-group:{service}:{fingerprint}")
        asked = client(service).operations_replay_group(api(), fingerprint, idempotency_key=form.key)
    form.done()
    rows = asked["asked"]
    flash(
        ngettext("A worker tries %(num)s row of letters again.", "A worker tries %(num)s rows of letters again.", rows)
    )
    return go_to("dead_letters.index")


@pages.app_template_global()
def trace_address(trace_id: str) -> str:
    """Where a trace is looked at; empty where the installation keeps none."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.traces_url.rstrip('/')}/{trace_id}" if settings.traces_url and trace_id else ""


@pages.app_template_global()
def why_text(why: str) -> str:
    """Why a letter is here: what stands behind another is set apart from what failed itself."""
    return _("Waits behind an earlier one of its key") if why == "follows" else why


def is_event(text: str) -> bool:
    """Whether it is the number of an event, which no key is."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _page(service: str, event_id: str, *, problem: Problem | None = None) -> Response:
    asked, from_service = api(), client(service)
    letter = from_service.operations_read_letter(asked, event_id)
    followers: Any = None
    if letter["is_open"]:
        (followers,) = together(lambda: from_service.operations_list_letters(asked, key=letter["key"], limit=FOLLOWERS))
    return render(
        "operations/dead-letter.html",
        service=service,
        letter=needed(letter),
        followers=followers,
        problem=problem,
        replaying=Form(f"replay:{service}:{event_id}"),
        discarding=Form(f"discard:{service}:{event_id}"),
        replay_key=Form(f"replay-key:{service}:{letter['key']}"),
    )
