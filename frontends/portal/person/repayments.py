"""What was paid too much to a person: why, how it is paid back, and the dispute of it."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.words import _

pages = Blueprint("repayments", __name__)

PAGE = 20


@pages.get("/repayments")
@signed_in("person")
def index() -> Response:
    """All of them, that of the newest award first."""
    cursor = request.args.get("cursor") or None
    found = claims.overpayments_list_own(api(), limit=PAGE, cursor=cursor)
    return render("person/repayments.html", found=found, is_first=cursor is None)


@pages.get("/repayments/<award_id>")
@signed_in("person")
def one(award_id: str) -> Response:
    """One of them, payment by payment."""
    return _page(award_id)


@pages.post("/repayments/<award_id>/dispute")
@signed_in("person")
def dispute(award_id: str) -> Response:
    """Say that one does not owe it; somebody else decides."""
    form = Form(f"dispute:{award_id}")
    body: claims.OverpaymentDisputeBody = {"statement": request.form.get("statement", "").strip()}
    try:
        claims.overpayments_dispute(api(), award_id, idempotency_key=form.key, body=body, version=form.read_version)
    except Problem as problem:
        return _page(award_id, problem=problem)
    form.done()
    flash(_("Your dispute is received."))
    return go_to("repayments.one", award_id=award_id)


def _page(award_id: str, *, problem: Problem | None = None) -> Response:
    found = claims.overpayments_read_own(api(), award_id)
    form = Form(f"dispute:{award_id}", found["version"])
    return render("person/repayment.html", it=found, form=form, problem=problem)
