"""Awards: covers and payments of every period, and what an agent may do about one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.listing import sought, to_send
from frontends.backoffice.texts import Offers
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, flash, go_to, render, signed_in
from frontends.kit.typed import read_day
from frontends.kit.words import _

pages = Blueprint("awards", __name__, url_prefix="/awards")

PAGE = 25
PURPOSE = "handling"
ACTS = ("suspend", "resume", "end", "life-certificate")


@pages.app_template_global()
def award_state(status: str) -> str:
    """How an award's status is coloured."""
    return {"active": "good", "suspended": "wait"}.get(status, "")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """In a state, oldest first; the filters live in the address."""
    status, claim_type = request.args.get("status", "active"), request.args.get("claim_type", "")
    found, cursor = sought("reference"), request.args.get("cursor") or None
    asked = api()
    listed, types, codes = together(
        lambda: service.awards_list_for_agent(
            asked,
            limit=PAGE,
            cursor=cursor,
            status=status or "active",
            claim_type=claim_type or None,
            **to_send(found),
        ),
        lambda: service.claims_list_types(asked),
        lambda: service.codes_list_sets(asked),
    )
    return render(
        "awards.html",
        listed=listed,
        offers=Offers(types),
        codes=Codes(codes),
        status=status,
        claim_type=claim_type,
        sought=found,
        is_first=cursor is None,
    )


@pages.get("/<award_id>")
@signed_in("staff")
def one(award_id: str) -> Response:
    """One award with its sum, its periods and what happened to it."""
    return _page(award_id)


@pages.post("/<award_id>/suspend")
@signed_in("staff")
def suspend(award_id: str) -> Response:
    """Nothing follows from it for now."""
    body: service.SuspensionBody = {"reason": request.form.get("reason", "")}
    return _act(award_id, "suspend", service.awards_suspend, _("The award is suspended."), body=body)


@pages.post("/<award_id>/resume")
@signed_in("staff")
def resume(award_id: str) -> Response:
    """It holds again."""
    return _act(award_id, "resume", service.awards_resume, _("The award holds again."))


@pages.post("/<award_id>/end")
@signed_in("staff")
def end(award_id: str) -> Response:
    """It ends with a day, today or before."""
    body: service.AwardEndBody = {"reason": request.form.get("reason", ""), "last_on": read_day("last_on")}
    return _act(award_id, "end", service.awards_end, _("The award is ended."), body=body)


@pages.post("/<award_id>/life-certificate")
@signed_in("staff")
def life_certificate(award_id: str) -> Response:
    """The person proved that they live."""
    body: service.LifeCertificateBody = {"given_on": read_day("given_on")}
    call = service.awards_take_life_certificate
    return _act(award_id, "life-certificate", call, _("The life certificate is recorded."), body=body)


def _act(award_id: str, act: str, call: Callable[..., Any], said: str, *, body: Any = None) -> Response:
    try:
        submit(act, award_id, call, body=body)
    except Problem as problem:
        return _page(award_id, problem=problem, sent=act)
    flash(said)
    return go_to("awards.one", award_id=award_id)


def _page(award_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    cursor = request.args.get("cursor") or None
    award, paid, again, codes = together(
        lambda: service.awards_read(asked, award_id, purpose=PURPOSE),
        lambda: service.runs_list_of_award(asked, award_id, purpose=PURPOSE, limit=PAGE, cursor=cursor),
        lambda: service.reassessments_read(asked, award_id, purpose=PURPOSE),
        lambda: service.codes_list_sets(asked),
    )
    award = needed(award)
    return render(
        "award.html",
        award=award,
        paid=paid,
        again=again,
        codes=Codes(codes),
        forms=forms(ACTS, award_id, award["version"], sent=sent),
        is_first=cursor is None,
        problem=problem,
        sent=sent,
    )
