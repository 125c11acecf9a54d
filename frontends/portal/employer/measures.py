"""What a firm may ask the fund for when it cannot pay in time: to pay later, or to be spared penalties."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.portal.employer.firms import check_own

pages = Blueprint("measures", __name__)


@pages.get("/firms/<employer_id>/measures")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """What is open today, and what became of what was asked for."""
    return _page(employer_id)


@pages.post("/firms/<employer_id>/measures/<measure>")
@signed_in("employer")
def ask(employer_id: str, measure: str) -> Response:
    """Ask for one, with the word that the conditions are fulfilled."""
    check_own(employer_id)
    form = Form(f"measure:{employer_id}:{measure}")
    body: payments.MeasureAskBody = {"employer_id": employer_id, "is_declared": "is_declared" in request.form}
    try:
        made = payments.measures_ask(api(), measure, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(employer_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("measures.index", employer_id=employer_id)


def _page(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    found = payments.measures_list_offered(api(), employer_id=employer_id)["items"]
    return render(
        "employer/measures.html",
        employer_id=employer_id,
        found=found,
        asking={each["code"]: Form(f"measure:{employer_id}:{each['code']}") for each in found if each["is_open"]},
        problem=problem,
    )
