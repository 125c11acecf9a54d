"""What a person who pays the contributions alone owes month by month: how the sum came about, and how it is paid."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.pages import api, render, signed_in

pages = Blueprint("self_payments", __name__)

PAGE = 12


@pages.get("/self-payments")
@signed_in("person")
def index() -> Response:
    """The months, newest first."""
    cursor = request.args.get("cursor") or None
    found = payments.self_payers_list_own(api(), limit=PAGE, cursor=cursor)
    return render("person/self-payments.html", found=found, is_first=cursor is None)
