"""What employers ask for who cannot pay in time: an agent grants it or refuses it, with a reason that they read."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import form_name
from frontends.backoffice.listing import PAGE, listed_by_status
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, needed, together
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in

pages = Blueprint("measures", __name__)


@pages.get("/measures")
@signed_in("staff")
def index() -> Response:
    """Those that wait, the oldest first; in another state where the address says so."""
    return listed_by_status("measures.html", payments.measures_list_requests, status="")


@pages.get("/measures/<request_id>")
@signed_in("staff")
def one(request_id: str) -> Response:
    """One request, with what its employer owes."""
    return _page(request_id)


@pages.post("/measures/<request_id>/decision")
@signed_in("staff")
def decide(request_id: str) -> Response:
    """Grant it or refuse it."""
    form = Form(form_name("decide-measure", request_id))
    body: payments.MeasureDecisionBody = {
        "version": form.read_version or 0,
        "is_granted": request.form.get("decision") == "grant",
        "reason": request.form.get("reason", "").strip(),
    }
    try:
        made = payments.measures_decide(api(), request_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(request_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("measures.index")


def _page(request_id: str, *, problem: Problem | None = None) -> Response:
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    found = payments.measures_read(asked, request_id, purpose=purpose)
    (owed,) = together(
        lambda: payments.arrears_of_employer(asked, employer_id=found["employer_id"], purpose=purpose, limit=PAGE)
    )
    form = Form(form_name("decide-measure", request_id), needed(found)["version"])
    return render(
        "measure.html", found=found, owed=owed, form=form, values=form.values, purpose=purpose, problem=problem
    )
