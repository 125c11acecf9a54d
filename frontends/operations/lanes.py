"""Work by kind, and the banks, providers and registers behind it: the last success, what fails, what is paused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.kit.api import together
from frontends.kit.pages import api, render
from frontends.operations.guard import READ, operators
from frontends.operations.services import CLIENTS

pages = Blueprint("lanes", __name__)


@pages.get("/work")
@operators(READ)
def index() -> Response:
    """Of each service every kind of its work, since its workers started."""
    asked = api()
    found = together(*(lambda each=each: CLIENTS[each].operations_list_lanes(asked) for each in CLIENTS))
    now = datetime.now(UTC)
    return render(
        "operations/lanes.html",
        found=list(zip(CLIENTS, found, strict=True)),
        level=lambda lane: level(lane, now=now),
    )


def level(lane: Mapping[str, Any], *, now: datetime) -> str:
    """How urgent it is: what is paused is away now; what failed last is to be watched until it succeeds."""
    if lane["paused_until"] and datetime.fromisoformat(lane["paused_until"]) > now:
        return "bad"
    if not lane["last_failed_at"]:
        return "good"
    succeeded_at = lane["last_done_at"] or lane["last_failed_at"]
    is_over = datetime.fromisoformat(succeeded_at) > datetime.fromisoformat(lane["last_failed_at"])
    return "good" if is_over else "wait"
