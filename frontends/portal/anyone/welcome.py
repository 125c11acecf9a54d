"""The first page: what can be done here, for whoever comes; who is signed in goes on to their own first page."""

from flask import Blueprint, abort, g
from werkzeug.wrappers import Response

from frontends.api import claims, documents, identity, notifications, payments
from frontends.kit.api import Problem, Unreachable, together
from frontends.kit.pages import api, go_to, render, user

pages = Blueprint("welcome", __name__)

FIRST_PAGES = {"person": "home.index", "employer": "firms.index"}


@pages.get("/")
def index() -> Response:
    """Of the fund; of the platform where no fund is named."""
    if g.fund is None:
        abort(404)
    if user() and user()["actor"] in FIRST_PAGES:
        return go_to(FIRST_PAGES[user()["actor"]])
    return render("anyone/welcome.html")


@pages.get("/status")
def status() -> Response:
    """Whether each part of the platform answers."""
    parts = ("identity", "documents", "claims", "payments", "notifications")
    asked = api()
    answers = together(
        lambda: identity.codes_list_sets(asked),
        lambda: documents.codes_list_sets(asked),
        lambda: claims.codes_list_sets(asked),
        lambda: payments.codes_list_sets(asked),
        lambda: notifications.messages_list_own(asked, limit=1),
    )
    working = {
        part: not isinstance(answer, Unreachable) and not (isinstance(answer, Problem) and answer.status >= 500)
        for part, answer in zip(parts, answers, strict=True)
    }
    return render("anyone/status.html", working=working)
