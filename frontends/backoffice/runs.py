"""Runs: all awards of a benefit computed for a period, looked through, and approved by a second person."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.texts import Offers
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.words import _

pages = Blueprint("runs", __name__, url_prefix="/runs")

PAGE = 25
PURPOSE = "control"


@pages.app_template_global()
def run_state(status: str) -> str:
    """How a run's status is coloured."""
    return {"computed": "wait", "approved": "good", "told": "good", "rejected": "bad"}.get(status, "")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """Newest first, and a new one."""
    return _list_page()


@pages.post("/")
@signed_in("staff")
def make() -> Response:
    """Have a benefit computed. Nothing is paid before a second person approves it."""
    form = Form("run")
    body: service.RunBody = {
        "claim_type": request.form.get("benefit", ""),
        "period": request.form.get("period", "").strip(),
    }
    try:
        run = service.runs_make(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _list_page(problem=problem)
    form.done()
    return go_to("runs.one", run_id=run["run_id"])


@pages.get("/<run_id>")
@signed_in("staff")
def one(run_id: str) -> Response:
    """What it comes to, and how it differs from the last one."""
    return _page(run_id)


@pages.post("/<run_id>/approve")
@signed_in("staff")
def approve(run_id: str) -> Response:
    """As somebody else than who made it."""
    return _act(
        run_id, "approve-run", service.runs_approve, _("The run is approved; its payments are owed from now on.")
    )


@pages.post("/<run_id>/reject")
@signed_in("staff")
def reject(run_id: str) -> Response:
    """Nothing of it is paid."""
    body: service.RejectionBody = {"reason": request.form.get("reason", "").strip()}
    return _act(run_id, "reject-run", service.runs_reject, _("The run is rejected."), body=body)


def _act(run_id: str, act: str, call: Callable[..., Any], said: str, *, body: Any = None) -> Response:
    try:
        submit(act, run_id, call, body=body)
    except Problem as problem:
        return _page(run_id, problem=problem, sent=act)
    flash(said)
    return go_to("runs.one", run_id=run_id)


def _list_page(*, problem: Problem | None = None) -> Response:
    claim_type, cursor = request.args.get("claim_type", ""), request.args.get("cursor") or None
    asked = api()
    listed, types = together(
        lambda: service.runs_list_all(asked, limit=PAGE, cursor=cursor, claim_type=claim_type or None),
        lambda: service.claims_list_types(asked),
    )
    form = Form("run")
    return render(
        "runs.html",
        listed=listed,
        offers=Offers(types),
        claim_type=claim_type,
        form=form,
        values=form.values,
        is_first=cursor is None,
        problem=problem,
    )


def _page(run_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    change, status = request.args.get("change", ""), request.args.get("status", "")
    cursor = request.args.get("cursor") or None
    run, lines, codes = together(
        lambda: service.runs_read(asked, run_id),
        lambda: service.runs_list_payments(
            asked, run_id, purpose=PURPOSE, limit=PAGE, cursor=cursor, change=change or None, status=status or None
        ),
        lambda: service.codes_list_sets(asked),
    )
    run = needed(run)
    return render(
        "run.html",
        run=run,
        lines=lines,
        codes=Codes(codes),
        change=change,
        status=status,
        forms=forms(("approve-run", "reject-run"), run_id, run["version"], sent=sent),
        is_first=cursor is None,
        problem=problem,
    )
