"""Direct debit mandates: those that wait with a doubt, and what agents decide about them, two together."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments as service
from frontends.backoffice.forms import form_name, forms
from frontends.backoffice.listing import listed_by_status
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, download, flash, go_to, render, signed_in
from frontends.kit.words import _

pages = Blueprint("mandates", __name__, url_prefix="/bank/mandates")

DECISIONS = ("accept", "confirm", "refuse", "suspend", "resume", "cancel")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """Mandates in a state, oldest first: those with a doubt, unless another is asked for."""
    return listed_by_status("mandates.html", service.mandates_list_mandates, status="doubtful", found_by=("reference",))


@pages.get("/<mandate_id>")
@signed_in("staff")
def one(mandate_id: str) -> Response:
    """One mandate, and what may be decided about it."""
    return _page(mandate_id)


@pages.get("/<mandate_id>/form")
@signed_in("staff")
def form_file(mandate_id: str) -> Response:
    """The form as the employer sent it in."""
    content = service.mandates_read_form(api(), mandate_id)
    return download(content, file_name=f"mandate-{mandate_id}", media_type="application/octet-stream")


@pages.post("/<mandate_id>/decisions")
@signed_in("staff")
def decide(mandate_id: str) -> Response:
    """Decide, with a reason."""
    decision = request.form.get("decision", "")
    form = Form(form_name(decision, mandate_id))
    body: service.MandateDecisionBody = {"decision": decision, "note": request.form.get("note", "").strip()}
    try:
        service.mandates_decide(api(), mandate_id, idempotency_key=form.key, body=body, version=form.read_version)
    except Problem as problem:
        return _page(mandate_id, problem=problem, sent=decision)
    form.done()
    flash(_("The decision is recorded."))
    return go_to("mandates.one", mandate_id=mandate_id)


def _page(mandate_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    found, codes = together(lambda: service.mandates_read(asked, mandate_id), lambda: service.codes_list_sets(asked))
    mandate = needed(found)
    made = forms(DECISIONS, mandate_id, mandate["version"], sent=sent)
    return render("mandate.html", mandate=mandate, codes=Codes(codes), forms=made, problem=problem)
