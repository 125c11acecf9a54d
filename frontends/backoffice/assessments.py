"""Employers that declared nothing: what they would be assessed to, assess them, take an assessment back."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import form_name
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, needed, together
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.periods import form_and_period, open_periods
from frontends.kit.words import _

pages = Blueprint("assessments", __name__)

REFUSALS = frozenset({404, 409, 422})


@pages.get("/employers/<employer_id>/assess")
@signed_in("staff")
def new(employer_id: str) -> Response:
    """Choose a period; once it is chosen, what the employer would owe for it."""
    return _new(employer_id)


@pages.post("/employers/<employer_id>/assess")
@signed_in("staff")
def assess(employer_id: str) -> Response:
    """Assess the period: it is owed from now on, and the employer is informed."""
    which, period = form_and_period()
    form = Form(form_name("assess", employer_id))
    body: payments.AssessmentBody = {
        "employer_id": employer_id,
        "form": which,
        "period": period,
        "note": request.form.get("note", "").strip(),
    }
    try:
        payments.provisional_assessments_assess(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _new(employer_id, problem=problem)
    form.done()
    flash(_("The period is assessed, and the employer is informed."))
    return go_to("employers.one", employer_id=employer_id, purpose=purpose_of(request.args.get("purpose")))


@pages.get("/assessments/<assessment_id>")
@signed_in("staff")
def one(assessment_id: str) -> Response:
    """How one was computed, and what became of it."""
    return _one(assessment_id)


@pages.post("/assessments/<assessment_id>/withdrawal")
@signed_in("staff")
def withdraw(assessment_id: str) -> Response:
    """Take it back, with a reason that the employer reads."""
    form = Form(form_name("withdraw-assessment", assessment_id))
    body: payments.AssessmentWithdrawalBody = {
        "version": form.read_version or 0,
        "reason": request.form.get("reason", "").strip(),
    }
    try:
        made = payments.provisional_assessments_withdraw(api(), assessment_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _one(assessment_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("assessments.one", assessment_id=assessment_id, purpose=purpose_of(request.args.get("purpose")))


def _new(employer_id: str, *, problem: Problem | None = None) -> Response:
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    (periods,) = together(lambda: open_periods(asked))
    which, period = form_and_period()
    would_be = _simulated(employer_id, which, period, purpose=purpose) if which and problem is None else None
    if isinstance(would_be, Problem):
        would_be, problem = None, would_be
    form = Form(form_name("assess", employer_id))
    return render(
        "assess.html",
        employer_id=employer_id,
        open_periods=needed(periods),
        chosen=f"{which}/{period}" if which else "",
        would_be=would_be,
        form=form,
        values=form.values,
        purpose=purpose,
        problem=problem,
    )


def _simulated(employer_id: str, which: str, period: str, *, purpose: str) -> payments.AssessedViews | Problem:
    """What the employer would owe for a period, or why there is nothing to assess."""
    try:
        return payments.provisional_assessments_simulate(
            api(), employer_id=employer_id, form=which, period=period, purpose=purpose
        )
    except Problem as refused:
        if refused.status not in REFUSALS:
            raise
        return refused


def _one(assessment_id: str, *, problem: Problem | None = None) -> Response:
    purpose = purpose_of(request.args.get("purpose"))
    found = payments.provisional_assessments_read(api(), assessment_id, purpose=purpose)
    form = Form(form_name("withdraw-assessment", assessment_id), found["version"])
    return render("assessment.html", found=found, form=form, values=form.values, purpose=purpose, problem=problem)
