"""What a wage makes due: for anyone, without an account. The question stands in the address and nothing is kept."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit import formats
from frontends.kit.api import Problem
from frontends.kit.pages import api, render

pages = Blueprint("simulate", __name__)


@pages.get("/simulate")
def index() -> Response:
    """Ask for a wage, and show what it makes due by side and branch."""
    wage, activity = request.args.get("wage", ""), request.args.get("activity", "")
    activities, found, problem = payments.contributions_list_activities(api())["items"], None, None
    if wage:
        try:
            found = payments.contributions_simulate(api(), wage=_as_service_reads(wage), activity=activity)
        except Problem as refused:
            problem = refused
    return render("anyone/simulate.html", activities=activities, found=found, problem=problem)


def _as_service_reads(typed: str) -> str:
    """An amount in plain digits; what is none goes as it was typed, and is refused with its reason."""
    read = formats.read_amount(typed)
    return typed.strip() if read is None else f"{read:f}"
