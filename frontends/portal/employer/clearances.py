"""A firm's clearance certificate: whether it would be granted today, what is in the way, and those that were asked
for, each with its paper."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import documents, payments
from frontends.kit.api import Problem, needed, together
from frontends.kit.pages import Form, api, download, go_to, render, signed_in
from frontends.kit.typed import unfilled
from frontends.portal.employer.firms import check_own

pages = Blueprint("clearances", __name__)

PAGE = 20
PAPERS_MAX = 5


@pages.get("/firms/<employer_id>/certificates")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """How the firm stands, and what it asked for."""
    return _page(employer_id)


@pages.post("/firms/<employer_id>/certificates")
@signed_in("employer")
def ask(employer_id: str) -> Response:
    """Ask for one: the answer is there at once, the certificate a moment later."""
    check_own(employer_id)
    form = Form(f"clearance:{employer_id}")
    if empty := unfilled("purpose"):
        return _page(employer_id, problem=empty)
    body: payments.ClearanceBody = {
        "employer_id": employer_id,
        "purpose": request.form["purpose"],
        "language": request.form.get("paper_language", g.language),
    }
    try:
        made = payments.clearances_ask(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(employer_id, problem=problem)
    form.done()
    return go_to("clearances.one", employer_id=employer_id, clearance_id=made["clearance_id"])


@pages.get("/firms/<employer_id>/certificates/<clearance_id>")
@signed_in("employer")
def one(employer_id: str, clearance_id: str) -> Response:
    """One request: what was answered, and its paper."""
    check_own(employer_id)
    asked = api()
    clearance = payments.clearances_read(asked, clearance_id)
    (papers,) = together(
        lambda: documents.papers_list_of_employer(asked, employer_id, about=clearance["reference"], limit=PAPERS_MAX)
    )
    return render("employer/clearance.html", employer_id=employer_id, clearance=clearance, papers=papers)


@pages.get("/firms/<employer_id>/papers/<number>/pdf")
@signed_in("employer")
def pdf(employer_id: str, number: str) -> Response:
    """The paper itself."""
    check_own(employer_id)
    content = documents.papers_read_pdf_of_employer(api(), employer_id, number)
    return download(content, file_name=f"{number}.pdf", media_type="application/pdf")


def _page(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    asked, cursor = api(), request.args.get("cursor") or None
    offer, standing, listed = together(
        lambda: payments.clearances_offer(asked),
        lambda: payments.clearances_standing(asked, employer_id=employer_id),
        lambda: payments.clearances_list_clearances(asked, employer_id=employer_id, limit=PAGE, cursor=cursor),
    )
    form = Form(f"clearance:{employer_id}")
    return render(
        "employer/clearances.html",
        employer_id=employer_id,
        offer=offer,
        standing=standing,
        listed=needed(listed),
        form=form,
        values=form.values,
        problem=problem,
        is_first=cursor is None,
    )
