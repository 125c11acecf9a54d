"""The firms that somebody acts for, and one firm's calendar: what is to be declared and paid, and by when."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from frontends.api import identity, payments
from frontends.kit.api import items_of, needed, together
from frontends.kit.pages import api, go_to, render, signed_in, user

pages = Blueprint("firms", __name__)

PERIODS_MAX = 8
PAGE = 20


@pages.get("/firms")
@signed_in("employer")
def index() -> Response:
    """All of them; the only one's own page where there is one."""
    firms = user()["employers"]
    if len(firms) == 1:
        return go_to("firms.one", employer_id=firms[0])
    asked = api()
    [known] = together(lambda: identity.upkeep_list_own_employers(asked))
    return render("employer/firms.html", firms=firms, names=_names(known))


@pages.get("/firms/<employer_id>")
@signed_in("employer")
def one(employer_id: str) -> Response:
    """The calendar: the last periods of each form with what became of them."""
    check_own(employer_id)
    asked = api()
    forms, declared, credits, owed, assessed, known = together(
        lambda: payments.declarations_list_forms(asked),
        lambda: payments.declarations_list_of_employer(asked, employer_id=employer_id, limit=100),
        lambda: payments.collections_list_credits(asked, employer_id=employer_id, is_open=True, limit=20),
        lambda: payments.arrears_of_employer(asked, employer_id=employer_id, limit=1),
        lambda: payments.provisional_assessments_list_of_employer(asked, employer_id=employer_id, limit=100),
        lambda: identity.upkeep_list_own_employers(asked),
    )
    found = needed(forms)["items"]
    periods = together(
        *[
            lambda form=form: payments.declarations_list_periods(asked, form["form"], limit=PERIODS_MAX)
            for form in found
        ]
    )
    return render(
        "employer/firm.html",
        employer_id=employer_id,
        name=_names(known).get(employer_id, ""),
        calendar=[_calendar(form, needed(each), declared) for form, each in zip(found, periods, strict=True)],
        declared=declared,
        credits=credits,
        owed=owed,
        assessed=_standing(assessed),
    )


@pages.get("/firms/<employer_id>/declarations")
@signed_in("employer")
def declarations(employer_id: str) -> Response:
    """All declarations, newest first; of one period where the address says so."""
    check_own(employer_id)
    cursor, period = request.args.get("cursor") or None, request.args.get("period", "").strip() or None
    found = payments.declarations_list_of_employer(
        api(), employer_id=employer_id, limit=PAGE, cursor=cursor, period=period
    )
    return render(
        "employer/declarations.html",
        employer_id=employer_id,
        found=found,
        period=period or "",
        is_first=cursor is None,
    )


def check_own(employer_id: str) -> None:
    """404 for a firm that one does not act for, whether it exists or not."""
    if employer_id not in user()["employers"]:
        abort(404)


def _names(known: Any) -> dict[str, str]:
    """How firms are called, by their numbers; none where identity does not answer."""
    return {each["employer_id"]: each["name"] for each in items_of(known)}


def _standing(assessed: Any) -> dict[str, str]:
    """The provisional assessments that stand, by form and period."""
    found = items_of(assessed)
    return {f"{it['form']}/{it['period']}": it["assessment_id"] for it in found if it["status"] == "standing"}


def _calendar(form: payments.FormView, periods: payments.FormPeriodViewPage, declared: Any) -> dict[str, Any]:
    """A form with its periods, each with the declaration that stands for it."""
    standing: dict[str, payments.SummaryView] = {}
    for each in items_of(declared):
        is_standing = each["status"] not in ("replaced", "withdrawn", "refused", "technically-refused")
        if each["form"] == form["form"] and (each["period"] not in standing or is_standing):
            standing[each["period"]] = each
    return {"form": form, "periods": [(period, standing.get(period["period"])) for period in periods["items"]]}
