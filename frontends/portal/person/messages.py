"""What the fund told a person."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import notifications
from frontends.kit.pages import api, render, signed_in

pages = Blueprint("messages", __name__)

PAGE = 20


@pages.get("/messages")
@signed_in("person", "employer")
def index() -> Response:
    """Newest first."""
    cursor = request.args.get("cursor") or None
    found = notifications.messages_list_own(api(), limit=PAGE, cursor=cursor)
    return render("person/messages.html", found=found, is_first=cursor is None)
