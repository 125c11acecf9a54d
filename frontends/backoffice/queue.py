"""The queues of claims: choose one, the soonest legal date first, filters in the address, and on to the next case."""

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.backoffice.queues import Queue, Queues
from frontends.backoffice.texts import Offers
from frontends.kit import formats
from frontends.kit.api import Problem, Unreachable, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, flash, go_to, render, signed_in, user
from frontends.kit.words import _

pages = Blueprint("queue", __name__)

QUEUES = Queues(Path(__file__).parent / "queues.yaml")
PAGE = 25
LOOKED_AT_FOR_NEXT = 10
SOON_DAYS = 5


@pages.app_template_global()
def urgency(day: str | None) -> str:
    """How a date by which the fund has to act is coloured; the words beside it say the same."""
    if not day:
        return ""
    left = formats.days_until(day)
    return "bad" if left < 0 else "wait" if left <= SOON_DAYS else ""


@pages.get("/queues")
@signed_in("staff")
def index() -> Response:
    """One queue of those that are one's own; a reference finds its claim in whatever queue it is."""
    offered = QUEUES.of(_scopes())
    if not offered:
        abort(403)
    chosen = next((each for each in offered if each.queue == request.args.get("queue")), offered[0])
    reference = request.args.get("reference", "").strip()
    cursor = request.args.get("cursor") or None
    asked = api()
    listed, types, codes = together(
        lambda: _listed(chosen, cursor=cursor, reference=reference),
        lambda: _types(chosen),
        lambda: service.codes_list_sets(asked),
    )
    return render(
        "queue.html",
        queues=offered,
        chosen=chosen,
        listed=listed,
        offers=Offers(types),
        codes=Codes(codes),
        reference=reference,
        is_first=cursor is None,
    )


def queue_worked_on() -> str:
    """The queue that a case was opened from; empty where it was not."""
    return (request.form.get("queue") or request.args.get("queue", ""))[:40]


def next_case(queue: str, done_id: str) -> Response:
    """The next case of the queue that one works on; the queue itself where there is none."""
    chosen = next((each for each in QUEUES.of(_scopes()) if each.queue == queue), None)
    if chosen is None:
        return go_to("queue.index")
    try:
        items = _listed(chosen, cursor=None, limit=LOOKED_AT_FOR_NEXT)["items"]
    except (Problem, Unreachable):
        items = []  # what was sent is done: the list says itself why it is not there
    for claim in items:
        if claim["claim_id"] != done_id:
            page = "medical.one" if chosen.source == "medical" else "case.one"
            return go_to(page, claim_id=claim["claim_id"], queue=queue)
    flash(_("That was the last case of this queue."))
    return go_to("queue.index", queue=queue)


def _listed(queue: Queue, *, cursor: str | None, reference: str = "", limit: int = PAGE) -> service.QueuedClaimViewPage:
    if queue.source == "medical":
        return service.reviews_queue(api(), limit=limit, cursor=cursor)
    if reference:
        return service.claims_queue(api(), reference=reference[:64], purpose="handling")
    query: dict[str, Any] = queue.query(on=formats.today())
    return service.claims_queue(api(), limit=limit, cursor=cursor, **query)


def _types(queue: Queue) -> service.OfferViews:
    """The names of what is listed; medical control has a list of its own."""
    return service.reviews_list_types(api()) if queue.source == "medical" else service.claims_list_types(api())


def _scopes() -> set[str]:
    return set(str(user().get("scope", "")).split())
