"""What a firm disputes of what it owes: file it, see what became of it, take it back."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem, needed, together
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.portal.employer.firms import check_own

pages = Blueprint("disputes", __name__)

PAGE = 20


@pages.get("/firms/<employer_id>/disputes")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """Those of a firm, newest first."""
    check_own(employer_id)
    cursor = request.args.get("cursor") or None
    found = payments.disputes_list_of_employer(api(), employer_id=employer_id, limit=PAGE, cursor=cursor)
    return render("employer/disputes.html", employer_id=employer_id, found=found, is_first=cursor is None)


@pages.get("/declarations/<declaration_id>/dispute")
@signed_in("employer")
def new(declaration_id: str) -> Response:
    """Say how much of a debt is disputed, and why."""
    return _new_page(declaration_id)


@pages.post("/declarations/<declaration_id>/dispute")
@signed_in("employer")
def file(declaration_id: str) -> Response:
    """File it."""
    form = Form(f"dispute:{declaration_id}")
    body: payments.DisputeBody = {
        "amount": amount_to_send(request.form.get("amount", "")),
        "ground": request.form.get("ground", ""),
        "explanation": request.form.get("explanation", "").strip(),
    }
    try:
        made = payments.disputes_file(api(), declaration_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _new_page(declaration_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("disputes.one", dispute_id=made["dispute_id"])


@pages.get("/disputes/<dispute_id>")
@signed_in("employer")
def one(dispute_id: str) -> Response:
    """One of them, and what the fund decided."""
    return _page(dispute_id)


@pages.post("/disputes/<dispute_id>/withdrawal")
@signed_in("employer")
def withdraw(dispute_id: str) -> Response:
    """Take it back."""
    form = Form(f"withdraw-dispute:{dispute_id}")
    try:
        made = payments.disputes_withdraw(api(), dispute_id, idempotency_key=form.key)
    except Problem as problem:
        return _page(dispute_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("disputes.one", dispute_id=dispute_id)


def _new_page(declaration_id: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    found, grounds = together(
        lambda: payments.arrears_of_declaration(asked, declaration_id),
        lambda: payments.disputes_list_grounds(asked),
    )
    form = Form(f"dispute:{declaration_id}")
    return render(
        "employer/dispute-new.html",
        found=needed(found),
        grounds=[(each["code"], each["name"]) for each in needed(grounds)["items"]],
        form=form,
        values=form.values,
        problem=problem,
    )


def _page(dispute_id: str, *, problem: Problem | None = None) -> Response:
    found = payments.disputes_read(api(), dispute_id)
    return render("employer/dispute.html", found=found, form=Form(f"withdraw-dispute:{dispute_id}"), problem=problem)
