"""What the fund assessed because nothing was declared: how it comes about, how it ends, how it is paid until then."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem, needed, together
from frontends.kit.pages import Form, api, go_to, render, signed_in
from frontends.portal.employer.declaring import RAILS, UNDER_WAY, ask_to_pay

pages = Blueprint("assessments", __name__)


@pages.get("/assessments/<assessment_id>")
@signed_in("employer")
def one(assessment_id: str) -> Response:
    """What is owed until the period is declared."""
    return _page(assessment_id)


@pages.post("/assessments/<assessment_id>/payment")
@signed_in("employer")
def pay(assessment_id: str) -> Response:
    """Pay it as a declaration is paid."""
    try:
        ask_to_pay(assessment_id, rail=request.form.get("rail", "transfer"))
    except Problem as problem:
        return _page(assessment_id, problem=problem)
    return go_to("assessments.one", assessment_id=assessment_id, _anchor="payment")


def _page(assessment_id: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    found, collections, penalties = together(
        lambda: payments.provisional_assessments_read(asked, assessment_id),
        lambda: payments.collections_list_of_declaration(asked, assessment_id, limit=20),
        lambda: payments.arrears_of_declaration(asked, assessment_id),
    )
    return render(
        "employer/assessment.html",
        found=needed(found),
        collections=collections,
        penalties=penalties,
        paying={rail: Form(f"pay:{assessment_id}:{rail}") for rail in RAILS},
        under_way=UNDER_WAY,
        problem=problem,
    )
