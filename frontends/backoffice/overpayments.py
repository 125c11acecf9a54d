"""Overpayments: what was paid for awards and was not due, how it is recovered, waived by two people, and disputed."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.listing import sought, to_send
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, flash, go_to, render, signed_in
from frontends.kit.words import _

pages = Blueprint("overpayments", __name__, url_prefix="/overpayments")

PAGE = 25
PURPOSE = "handling"
ACTS = ("settle", "waiver", "dispute")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """In a state, of all or of those that are disputed; the filters live in the address."""
    found, disputed = sought("reference"), request.args.get("disputed", "")
    status = None if any(found.values()) else request.args.get("status", "") or "open"
    cursor = request.args.get("cursor") or None
    asked = api()
    listed, codes = together(
        lambda: service.overpayments_list_for_agent(
            asked,
            purpose=PURPOSE,
            limit=PAGE,
            cursor=cursor,
            status=status,
            is_disputed={"yes": True, "no": False}.get(disputed),
            **to_send(found),
        ),
        lambda: service.codes_list_sets(asked),
    )
    return render(
        "overpayments.html",
        listed=listed,
        codes=Codes(codes),
        status=status,
        disputed=disputed,
        sought=found,
        is_first=cursor is None,
    )


@pages.get("/<award_id>")
@signed_in("staff")
def one(award_id: str) -> Response:
    """One of them, with what was done about it."""
    return _page(award_id)


@pages.post("/<award_id>/settle")
@signed_in("staff")
def settle(award_id: str) -> Response:
    """It was recovered, or it is proposed to waive it."""
    body: service.SettlementBody = {"to": request.form.get("to", ""), "reason": _reason()}
    said = _("A second person has to agree to the waiver.") if body["to"] == "waived" else _("It is recovered.")
    return _act(award_id, "settle", service.overpayments_settle, said, body=body)


@pages.post("/<award_id>/waiver")
@signed_in("staff")
def waiver(award_id: str) -> Response:
    """A second person agrees that it is not had back, or does not."""
    body: service.WaiverBody = {"agrees": request.form.get("agrees") == "yes", "reason": _reason()}
    return _act(award_id, "waiver", service.overpayments_decide_waiver, _("The waiver is decided."), body=body)


@pages.post("/<award_id>/dispute")
@signed_in("staff")
def dispute(award_id: str) -> Response:
    """What the person disputes stands, or is proposed not to be had back."""
    body: service.DisputeDecisionBody = {"stands": request.form.get("stands") == "yes", "reason": _reason()}
    return _act(award_id, "dispute", service.overpayments_decide_dispute, _("The dispute is decided."), body=body)


def _reason() -> str:
    return request.form.get("reason", "").strip()


def _act(award_id: str, act: str, call: Callable[..., Any], said: str, *, body: Any) -> Response:
    try:
        submit(act, award_id, call, body=body)
    except Problem as problem:
        return _page(award_id, problem=problem, sent=act)
    flash(said)
    return go_to("overpayments.one", award_id=award_id)


def _page(award_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    found, codes = together(
        lambda: service.overpayments_read(asked, award_id, purpose=PURPOSE),
        lambda: service.codes_list_sets(asked),
    )
    found = needed(found)
    return render(
        "overpayment.html",
        it=found,
        codes=Codes(codes),
        forms=forms(ACTS, award_id, found["version"], sent=sent),
        problem=problem,
        sent=sent,
    )
