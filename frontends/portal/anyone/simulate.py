"""What a wage makes due, and what opens a right: for anyone, without an account. The question stands in the address and
nothing is kept."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, payments
from frontends.kit import formats
from frontends.kit.api import Problem
from frontends.kit.pages import api, render
from frontends.kit.typed import digits, read_day
from frontends.kit.words import _

pages = Blueprint("simulate", __name__)

MONTHS_A_QUARTER = 3


@pages.get("/simulate")
def index() -> Response:
    """Ask for a wage, and show what it makes due by side and branch."""
    wage, activity = request.args.get("wage", ""), request.args.get("activity", "")
    activities, found, problem = payments.contributions_list_activities(api())["items"], None, None
    if wage:
        try:
            found = payments.contributions_simulate(api(), wage=formats.amount_to_send(wage.strip()), activity=activity)
        except Problem as refused:
            problem = refused
    return render("anyone/simulate.html", activities=activities, found=found, problem=problem)


@pages.get("/simulate/rights")
def rights() -> Response:
    """Ask how long somebody worked in the quarters that count, and show whether that opens a right to care."""
    terms, found, problem = claims.entitlements_read_terms(api()), None, None
    months = _months(terms["quarters"], until=str(formats.today())) if terms["self_paid"] else []
    if terms["rule"] and request.args.get("ask"):
        typed = {quarter: request.args.get(work_field(quarter), "").strip() for quarter in terms["quarters"]}
        problem = _not_whole(typed)
        if problem is None:
            try:
                found = claims.entitlements_simulate(api(), **_named(typed, terms=terms, months=months))
            except Problem as refused:
                problem = refused
    return render(
        "anyone/simulate-rights.html", terms=terms, months=months, work_field=work_field, found=found, problem=problem
    )


@pages.get("/simulate/family")
def family() -> Response:
    """Ask for somebody of a family, and show whether they would be covered through the insured person."""
    terms, found, problem = claims.entitlements_read_terms(api()), None, None
    if request.args.get("ask"):
        named = {name: request.args.get(name, "") for name in ("relation", "condition")}
        named = {name: value for name, value in {**named, "birth_on": read_day("birth_on")}.items() if value}
        problem = None if "relation" in named else _fault("relation", _("Please choose one."))
        if problem is None:
            try:
                found = claims.entitlements_simulate_dependant(api(), **named)
            except Problem as refused:
                of_birth = refused.code in ("right.birth-missing", "right.not-born-yet")
                problem = _fault("birth_on", refused.detail) if of_birth else refused
    return render("anyone/simulate-family.html", terms=terms, found=found, problem=problem)


def work_field(quarter: str) -> str:
    """The name of the box in which the work of a quarter is typed."""
    return f"work-{quarter}"


def _named(typed: Mapping[str, str], *, terms: Mapping[str, Any], months: list[str]) -> dict[str, str]:
    """What was typed and ticked, as the service reads it; what was left empty is left out."""
    paid = [month for month in request.args.getlist("self_paid") if month in months]
    named = {
        "worked": ",".join(f"{quarter}:{digits(text)}" for quarter, text in typed.items() if text),
        "unit": request.args.get("unit", "") or terms["units"][0],
        "self_paid": ",".join(paid),
        "insured_since": read_day("insured_since"),
    }
    return {name: value for name, value in named.items() if value}


def _not_whole(typed: Mapping[str, str]) -> Problem | None:
    """What is no whole number of what was typed, box by box."""
    wrong = [quarter for quarter, text in typed.items() if text and not text.isdecimal()]
    faults = [{"field": work_field(quarter), "detail": _("Type a whole number, in digits.")} for quarter in wrong]
    return Problem(422, {"code": "portal.not-whole", "errors": faults}) if faults else None


def _fault(field: str, detail: str) -> Problem:
    """What is wrong with one field, as a service would refuse it."""
    return Problem(422, {"code": "portal.unfilled", "errors": [{"field": field, "detail": detail}]})


def _months(quarters: list[str], *, until: str) -> list[str]:
    """The months of some quarters that have begun by a day, the latest first."""
    found = []
    for quarter in quarters:
        year, _dash, number = quarter.partition("-Q")
        last = int(number) * MONTHS_A_QUARTER
        found += [f"{year}-M{month:02d}" for month in range(last, last - MONTHS_A_QUARTER, -1)]
    return [month for month in found if month.replace("M", "") <= until[:7]]
