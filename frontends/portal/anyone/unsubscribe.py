"""No more campaigns by mail: by the link of one, for who reads it and for mail programs (RFC 8058)."""

import hashlib

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.api import notifications
from frontends.kit.api import Problem
from frontends.kit.pages import api, render
from frontends.kit.security import from_elsewhere

pages = Blueprint("unsubscribe", __name__)
TOKEN_MAX = 500


@pages.get("/unsubscribe/<token>")
def ask(token: str) -> Response:
    """A link alone changes nothing: programs follow links before people do."""
    return render("anyone/unsubscribe.html", token=token[:TOKEN_MAX], is_done=False, problem=None)


@pages.post("/unsubscribe/<token>")
@from_elsewhere
def unsubscribe(token: str) -> Response:
    """Whom the mail went to gets no more campaigns by mail."""
    problem = None
    try:
        key = hashlib.sha256(token.encode()).hexdigest()[:32]
        notifications.preferences_unsubscribe(api(), idempotency_key=key, body={"token": token[:TOKEN_MAX]})
    except Problem as refused:
        problem = refused
    return render("anyone/unsubscribe.html", token=token[:TOKEN_MAX], is_done=problem is None, problem=problem)
