"""The first page, and the style and script that the back office has beside the kit's."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from frontends.kit.pages import render, user

pages = Blueprint("home", __name__, static_folder="static", static_url_path="/own")


@pages.get("/")
def index() -> Response:
    """On to the queues for who is signed in; otherwise what this is, and the way in."""
    return redirect(url_for("queue.index")) if user() else render("welcome.html")
