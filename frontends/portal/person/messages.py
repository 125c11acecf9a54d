"""What the fund told a person."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from frontends.api import notifications
from frontends.kit.api import Problem
from frontends.kit.pages import api, flash, go_to, render, signed_in, user
from frontends.kit.words import _

pages = Blueprint("messages", __name__)

PAGE = 20
PAGES: Mapping[str, Mapping[str, str]] = {
    "person": {
        "claim": "claims.one",
        "award": "payments.one",
        "number": "papers.one",
        "change": "account.bank",
    },
    "employer": {
        "declaration": "declaring.one",
        "plan": "plans.one",
        "mandate": "mandates.one",
        "assessment": "assessments.one",
        "dispute": "disputes.one",
    },
}
"""Where what a message tells of stands, for each actor and by what it is."""


@pages.get("/messages")
@signed_in("person", "employer")
def index() -> Response:
    """Newest first."""
    cursor = request.args.get("cursor") or None
    found = notifications.messages_list_own(api(), limit=PAGE, cursor=cursor)
    return render("person/messages.html", found=found, address_of=_address, is_first=cursor is None)


@pages.get("/messages/preferences")
@signed_in("person", "employer")
def preferences() -> Response:
    """By which channels messages come; of which firm, where the user acts for several."""
    return _preferences()


@pages.post("/messages/preferences")
@signed_in("person", "employer")
def choose() -> Response:
    """Keep what was ticked: all choices of the page, so that what was not ticked is not wanted."""
    employer_id = _firm()
    offered = notifications.preferences_read(api(), employer_id=employer_id)["choices"]
    body: notifications.PreferencesBody = {
        "employer_id": employer_id,
        "choices": [
            {
                "purpose": each["purpose"],
                "channel": each["channel"],
                "is_wanted": f"{each['purpose']}-{each['channel']}" in request.form,
            }
            for each in offered
        ],
    }
    try:
        notifications.preferences_choose(api(), body=body)
    except Problem as problem:
        return _preferences(problem=problem)
    flash(_("Your choice holds from now on."))
    return go_to("messages.preferences", employer_id=employer_id)


def _address(message: notifications.MessageView) -> str:
    """The page of what a message tells of, where a paper that is asked for comes first; nothing where there is none."""
    kind = message.get("about_kind") or ""
    endpoint = PAGES.get(user()["actor"], {}).get(kind)
    if endpoint is None:
        return ""
    named: dict[str, Any] = {kind if kind == "number" else f"{kind}_id": message["about"]}
    return url_for(endpoint) if endpoint == "account.bank" else url_for(endpoint, **named)


def _preferences(*, problem: Problem | None = None) -> Response:
    employer_id = _firm()
    found = notifications.preferences_read(api(), employer_id=employer_id)
    purposes = {each["purpose"]: each["purpose_text"] for each in found["choices"]}
    return render(
        "person/preferences.html",
        found=found,
        purposes=purposes,
        employer_id=employer_id,
        firms=user().get("employers") or [],
        problem=problem,
    )


def _firm() -> str | None:
    """The firm that the address names, or the first of those that the user acts for; none of a person."""
    firms = user().get("employers") or []
    asked = request.values.get("employer_id")
    return asked if asked in firms else next(iter(firms), None)
