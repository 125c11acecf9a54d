"""Nothing to declare: choose the period, look at what it means, send; the declaration's own page is the receipt."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, go_to, render, signed_in
from frontends.kit.periods import chosen, form_and_period, open_periods
from frontends.portal.employer.firms import check_own

pages = Blueprint("nothing", __name__)

DECLARED_ALREADY = "declaration.declared-already"


@pages.get("/firms/<employer_id>/nothing")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """What it means to declare nothing, and for which period."""
    return _page(employer_id)


@pages.post("/firms/<employer_id>/nothing")
@signed_in("employer")
def declare(employer_id: str) -> Response:
    """Say so. Wages that are declared for the period are taken back only where that was asked for by name."""
    check_own(employer_id)
    form = Form(f"nothing:{employer_id}:{chosen()}:{request.form.get('to_replace', '')}")
    which, period = form_and_period()
    body: payments.NothingBody = {
        "employer_id": employer_id,
        "form": which,
        "period": period,
        "to_replace": request.form.get("to_replace", ""),
    }
    try:
        made = payments.declarations_declare_nothing(api(), idempotency_key=form.fresh_key, body=body)
    except Problem as problem:
        return _page(employer_id, problem=problem)
    form.done()
    return go_to("declaring.one", declaration_id=made["declaration_id"])


def _page(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    asked = api()
    in_force = None
    if problem is not None and problem.code == DECLARED_ALREADY:
        in_force = _in_force(employer_id)
    form = Form(f"nothing:{employer_id}")
    return render(
        "employer/nothing.html",
        employer_id=employer_id,
        open_periods=open_periods(asked),
        form=form,
        chosen=form.values.get("which") or chosen(),
        in_force=in_force,
        problem=problem,
    )


def _in_force(employer_id: str) -> payments.SummaryView | None:
    """The wages that stand for the chosen period."""
    which, period = form_and_period()
    found = payments.declarations_list_of_employer(api(), employer_id=employer_id, period=period, limit=100)
    standing = [each for each in found["items"] if each["form"] == which and each["status"] == "accepted"]
    return next((each for each in standing if not each["establishment"].strip("0")), None)
