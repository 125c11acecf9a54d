"""Who may act for a firm: an employer lets its accountant, by a code; the accountant takes it up, or gives it up."""

from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from frontends.api import identity
from frontends.kit.api import Problem
from frontends.kit.codes import Codes
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, render, session, signed_in, user
from frontends.kit.signin import SignIn
from frontends.kit.typed import read_day, unfilled
from frontends.kit.words import _
from frontends.portal.employer.firms import check_own

pages = Blueprint("delegations", __name__)

PAGE = 20
READING = "declarations:read"


@pages.get("/firms/<employer_id>/delegations")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """Who may act for the firm, and who could before."""
    check_own(employer_id)
    cursor = request.args.get("cursor") or None
    found = identity.delegations_list_given(api(), employer_id=employer_id, limit=PAGE, cursor=cursor)
    return render(
        "employer/delegations.html",
        employer_id=employer_id,
        listed=found,
        forms=_forms(found),
        is_first=cursor is None,
    )


@pages.get("/firms/<employer_id>/delegations/new")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """What somebody may do, and within which bounds."""
    return _form(employer_id)


@pages.post("/firms/<employer_id>/delegations/new")
@signed_in("employer")
def give(employer_id: str) -> Response:
    """The answer has the code, which is said once; the same form sent again shows it again."""
    check_own(employer_id)
    if empty := unfilled("name", "ends_on"):
        return _form(employer_id, problem=empty)
    typed = request.form
    body: dict[str, Any] = {
        "employer_id": employer_id,
        "name": typed["name"].strip(),
        "powers": typed.getlist("powers"),
        "ends_on": read_day("ends_on"),
        **{name: day for name in ("periods_from", "periods_until") if (day := read_day(name))},
    }
    if amount := typed.get("payment_max", "").strip():
        body["payment_max"] = amount_to_send(amount)
    try:
        given = identity.delegations_give(
            api(),
            idempotency_key=Form(f"delegation:{employer_id}").key,
            body=body,  # type: ignore[arg-type]
        )
    except Problem as problem:
        return _form(employer_id, problem=problem)
    Form(f"delegation:{employer_id}").done()
    return render("employer/delegation-given.html", employer_id=employer_id, given=given)


@pages.get("/delegations")
@signed_in("employer")
def taken() -> Response:
    """Firms that let the caller act for them, and a code to be typed."""
    return _taken()


@pages.post("/delegations")
@signed_in("employer")
def take() -> Response:
    """Take one up: the next page acts for that firm already."""
    if empty := unfilled("code"):
        return _taken(problem=empty)
    form = Form("take")
    try:
        found = identity.delegations_take(api(), idempotency_key=form.key, body={"code": request.form["code"].strip()})
    except Problem as problem:
        return _taken(problem=problem)
    form.done()
    _renew()
    flash(_("You may act for firm %(number)s now.", number=found["employer_id"]))
    return go_to("firms.one", employer_id=found["employer_id"])


@pages.post("/delegations/<delegation_id>/end")
@signed_in("employer")
def end(delegation_id: str) -> Response:
    """Take it back, or give it up."""
    form = Form(f"end:{delegation_id}")
    ended = identity.delegations_end(api(), delegation_id, idempotency_key=form.key, version=form.read_version)
    form.done()
    _renew()
    flash(_("The delegation is ended."))
    if ended["status"] == "renounced":
        return go_to("delegations.taken")
    return go_to("delegations.index", employer_id=ended["employer_id"])


def _form(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    codes = Codes(identity.codes_list_sets(api()))
    form = Form(f"delegation:{employer_id}")
    return render(
        "employer/delegation-new.html",
        employer_id=employer_id,
        powers=[(each, text) for each, text in codes.choices("delegation-powers") if each != READING],
        form=form,
        values=form.values,
        problem=problem,
    )


def _taken(*, problem: Problem | None = None) -> Response:
    cursor = request.args.get("cursor") or None
    listed = identity.delegations_list_taken(api(), limit=PAGE, cursor=cursor)
    return render(
        "employer/delegations-taken.html",
        listed=listed,
        forms=_forms(listed),
        form=Form("take"),
        is_first=cursor is None,
        problem=problem,
    )


def _forms(listed: Any) -> dict[str, Form]:
    return {each["delegation_id"]: Form(f"end:{each['delegation_id']}", each["version"]) for each in listed["items"]}


def _renew() -> None:
    """What the caller may do has changed: their next call has to say so."""
    sign_in: SignIn = current_app.extensions["sign_in"]
    if user():
        sign_in.renew(session(), caller=request.remote_addr or "")
