"""What employers dispute of what they owe: an agent decides, and of much a second person agrees."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import form_name, forms
from frontends.backoffice.listing import listed_by_status
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in

pages = Blueprint("disputes", __name__)

ACTS = ("decide-dispute", "confirm-dispute", "reject-dispute")


@pages.get("/disputes")
@signed_in("staff")
def index() -> Response:
    """Those that wait, first those that are to be decided first; in another state where the address says so."""
    return listed_by_status("disputes.html", payments.disputes_list_by_status, status="")


@pages.get("/disputes/<dispute_id>")
@signed_in("staff")
def one(dispute_id: str) -> Response:
    """One of them."""
    return _page(dispute_id)


@pages.post("/disputes/<dispute_id>/decision")
@signed_in("staff")
def decide(dispute_id: str) -> Response:
    """Uphold the debt, or say how much of it is not owed."""
    form = Form(form_name("decide-dispute", dispute_id))
    typed = request.form.get("relieved", "").strip()
    body: payments.DisputeDecisionBody = {
        "version": form.read_version or 0,
        "reason": request.form.get("reason", "").strip(),
    }
    if typed:
        body["relieved"] = amount_to_send(typed)
    try:
        made = payments.disputes_decide(api(), dispute_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(dispute_id, problem=problem, sent="decide-dispute")
    return _done(form, made)


@pages.post("/disputes/<dispute_id>/confirmation")
@signed_in("staff")
def confirm(dispute_id: str) -> Response:
    """Agree as a second person."""
    form = Form(form_name("confirm-dispute", dispute_id))
    body: payments.DisputeVersionBody = {"version": form.read_version or 0}
    try:
        made = payments.disputes_confirm(api(), dispute_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(dispute_id, problem=problem)
    return _done(form, made)


@pages.post("/disputes/<dispute_id>/rejection")
@signed_in("staff")
def reject(dispute_id: str) -> Response:
    """Do not agree: it is decided anew."""
    form = Form(form_name("reject-dispute", dispute_id))
    body: payments.DisputeVersionBody = {"version": form.read_version or 0}
    try:
        made = payments.disputes_reject(api(), dispute_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(dispute_id, problem=problem)
    return _done(form, made)


def _done(form: Form, made: Any) -> Response:
    form.done()
    flash(made["text"])
    return go_to("disputes.one", dispute_id=made["dispute_id"])


def _page(dispute_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    purpose = purpose_of(request.args.get("purpose"))
    found = payments.disputes_read(api(), dispute_id, purpose=purpose)
    return render(
        "dispute.html",
        found=found,
        forms=forms(ACTS, dispute_id, found["version"], sent=sent),
        purpose=purpose,
        problem=problem,
    )
