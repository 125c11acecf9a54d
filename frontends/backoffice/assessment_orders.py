"""Orders to assess all employers that declared nothing for a period: given, previewed, started by a second person, and
what became of each employer."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.listing import PAGE
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.periods import chosen, form_and_period, open_periods

pages = Blueprint("assessment_orders", __name__, url_prefix="/assessment-orders")

PURPOSE = "control"
STEPS: Mapping[str, Callable[..., Any]] = {
    "start": payments.assessment_orders_start,
    "cancel": payments.assessment_orders_cancel,
}


@pages.app_template_global()
def order_state(status: str) -> str:
    """How an order's status is coloured."""
    return {"finished": "good", "cancelled": "bad"}.get(status, "wait")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """Newest first, and a new one."""
    return _list_page()


@pages.post("/")
@signed_in("staff")
def make() -> Response:
    """Have it computed what a period comes to. Nobody is assessed before a second person starts the order."""
    form = Form("assessment-order")
    which, period = form_and_period()
    body: payments.AssessmentOrderBody = {
        "form": which,
        "period": period,
        "note": request.form.get("note", "").strip(),
    }
    try:
        order = payments.assessment_orders_make(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _list_page(problem=problem)
    form.done()
    return go_to("assessment_orders.one", order_id=order["order_id"])


@pages.get("/<order_id>")
@signed_in("staff")
def one(order_id: str) -> Response:
    """What it comes to, how far it is, and what became of each employer."""
    return _page(order_id)


@pages.post("/<order_id>/<any(start, cancel):act>")
@signed_in("staff")
def step(order_id: str, act: str) -> Response:
    """Start it, as somebody else than who gave it; or cancel it."""
    reason = {"reason": request.form.get("reason", "").strip()} if act == "cancel" else None
    try:
        moved = submit(act, order_id, STEPS[act], body=reason)
    except Problem as problem:
        return _page(order_id, problem=problem, sent=act)
    flash(moved["text"])
    return go_to("assessment_orders.one", order_id=order_id)


def _list_page(*, problem: Problem | None = None) -> Response:
    asked, cursor = api(), request.args.get("cursor") or None
    listed, periods = together(
        lambda: payments.assessment_orders_list_orders(asked, limit=PAGE, cursor=cursor),
        lambda: open_periods(asked),
    )
    form = Form("assessment-order")
    return render(
        "assessment-orders.html",
        listed=listed,
        open_periods=needed(periods),
        chosen=chosen(),
        form=form,
        values=form.values,
        is_first=cursor is None,
        problem=problem,
    )


def _page(order_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked, status, cursor = api(), request.args.get("status", ""), request.args.get("cursor") or None
    report, employers, codes = together(
        lambda: payments.assessment_orders_report(asked, order_id),
        lambda: payments.assessment_orders_list_employers(
            asked, order_id, purpose=PURPOSE, limit=PAGE, cursor=cursor, status=status or None
        ),
        lambda: payments.codes_list_sets(asked),
    )
    report = needed(report)
    return render(
        "assessment-order.html",
        report=report,
        order=report["order"],
        employers=employers,
        codes=Codes(codes),
        status=status,
        forms=forms(STEPS, order_id, report["order"]["version"], sent=sent),
        sent=sent,
        is_first=cursor is None,
        problem=problem,
    )
