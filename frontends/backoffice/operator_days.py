"""Days of operators of mobile money: what they took, what differs from what they had reported, what came of it."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.listing import PAGE
from frontends.kit.pages import api, render, signed_in
from frontends.kit.words import _

pages = Blueprint("operator_days", __name__, url_prefix="/operator-days")

DIFFERING = "differing"


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """The days, newest first; those with differences alone, where the address says so."""
    which, cursor = request.args.get("which", ""), request.args.get("cursor") or None
    wanted = True if which == DIFFERING else None
    listed = payments.mobile_money_list_days(api(), limit=PAGE, cursor=cursor, has_differences=wanted)
    choices = [("", _("All days")), (DIFFERING, _("Days with differences"))]
    return render("operator-days.html", listed=listed, which=which, choices=choices, is_first=cursor is None)


@pages.get("/<day_id>")
@signed_in("staff")
def one(day_id: str) -> Response:
    """One day, with each thing that differs."""
    return render("operator-day.html", day=payments.mobile_money_read_day(api(), day_id))
