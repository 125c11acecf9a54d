"""Settlement plans: those that wait for the fund, and what agents decide about them, two together where a scheme says
so; those that are followed."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import form_name
from frontends.backoffice.listing import PAGE, listed_by_status
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in

pages = Blueprint("plans", __name__)


@pages.get("/plans")
@signed_in("staff")
def index() -> Response:
    """Plans in a state, oldest first: those that wait for the fund, unless another is asked for."""
    return listed_by_status("plans.html", payments.settlements_list_plans, status="asked", found_by=("reference",))


@pages.get("/plans/<plan_id>")
@signed_in("staff")
def one(plan_id: str) -> Response:
    """One plan, with what its employer owes today."""
    return _page(plan_id)


@pages.post("/plans/<plan_id>/decision")
@signed_in("staff")
def decide(plan_id: str) -> Response:
    """Agree or refuse."""
    form = Form(form_name("decide-plan", plan_id))
    body: payments.SettlementDecisionBody = {
        "is_agreed": request.form.get("decision") == "agree",
        "reason": request.form.get("reason", "").strip(),
    }
    try:
        made = payments.settlements_decide(
            api(), plan_id, idempotency_key=form.key, body=body, version=form.read_version
        )
    except Problem as problem:
        return _page(plan_id, problem=problem)
    form.done()
    flash(made["text"])
    return go_to("plans.one", plan_id=plan_id)


def _page(plan_id: str, *, problem: Problem | None = None) -> Response:
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    plan = payments.settlements_read(asked, plan_id, purpose=purpose)
    (owed,) = together(
        lambda: payments.arrears_of_employer(asked, employer_id=plan["employer_id"], purpose=purpose, limit=PAGE)
    )
    form = Form(form_name("decide-plan", plan_id), plan["version"])
    return render(
        "plan.html",
        plan=plan,
        owed=owed,
        to_declaration=lambda debt: url_for(
            "employers.declaration", declaration_id=debt["declaration_id"], purpose=purpose
        ),
        form=form,
        values=form.values,
        purpose=purpose,
        problem=problem,
    )
