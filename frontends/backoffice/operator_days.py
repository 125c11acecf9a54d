"""Days of operators of mobile money: what they took, what differs from what they had reported, what came of it, and
what agents do about a difference until it is closed."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.colleagues import account_of
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.listing import PAGE
from frontends.kit.api import Problem, items_of, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, flash, go_to, may, render, signed_in, user
from frontends.kit.words import _

pages = Blueprint("operator_days", __name__, url_prefix="/operator-days")

DIFFERING = "differing"
ACTS = ("take", "release", "reassign", "close", "confirm", "reject")
SHOWN = 100
"""Differences of a day whose state is shown beside them."""


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """The days, newest first; those with open differences alone, where the address says so."""
    which, cursor = request.args.get("which", ""), request.args.get("cursor") or None
    wanted = True if which == DIFFERING else None
    listed = payments.operator_days_list_days(api(), limit=PAGE, cursor=cursor, has_differences=wanted)
    choices = [("", _("All days")), (DIFFERING, _("Days with open differences"))]
    return render("operator-days.html", listed=listed, which=which, choices=choices, is_first=cursor is None)


@pages.get("/<day_id>")
@signed_in("staff")
def one(day_id: str) -> Response:
    """One day, with each thing that differs and where it stands."""
    asked = api()
    day, followed = together(
        lambda: payments.operator_days_read_day(asked, day_id),
        lambda: payments.operator_days_list_differences(asked, day_id=day_id, limit=SHOWN),
    )
    known = items_of(followed)
    states = {each["difference_id"]: each for each in known}
    return render("operator-day.html", day=needed(day), states=states)


@pages.get("/differences")
@signed_in("staff")
def differences() -> Response:
    """What differs and waits for an agent, oldest first; in another state, or in other hands, where the address says
    so."""
    status, held, cursor = (request.args.get(name, "") for name in ("status", "held", "cursor"))
    asked = api()
    listed, codes = together(
        lambda: payments.operator_days_list_differences(
            asked, limit=PAGE, cursor=cursor or None, status=status or None, assigned_to=held or None
        ),
        lambda: payments.codes_list_sets(asked),
    )
    hands = [("", _("In any hands")), ("nobody", _("In nobody’s hands")), ("me", _("In my hands"))]
    return render(
        "operator-differences.html",
        listed=listed,
        codes=Codes(codes),
        status=status,
        held=held,
        hands=hands,
        is_first=not cursor,
    )


@pages.get("/differences/<difference_id>")
@signed_in("staff")
def difference(difference_id: str) -> Response:
    """One difference, and what may be done about it."""
    return _page(difference_id)


@pages.post("/differences/<difference_id>/take")
@signed_in("staff")
def take(difference_id: str) -> Response:
    """Take it out of the common queue."""
    return _act(difference_id, "take", payments.operator_days_assign)


@pages.post("/differences/<difference_id>/release")
@signed_in("staff")
def release(difference_id: str) -> Response:
    """Put it back."""
    return _act(difference_id, "release", payments.operator_days_release)


@pages.post("/differences/<difference_id>/reassign")
@signed_in("staff")
def reassign(difference_id: str) -> Response:
    """A supervisor gives it to somebody else."""
    try:
        to = account_of(request.form.get("to", ""), scope="bank:settle")
    except Problem as problem:
        return _page(difference_id, problem=problem, sent="reassign")
    body: payments.DifferenceReassignmentBody = {"to": to, "reason": request.form.get("reason", "").strip()}
    return _act(difference_id, "reassign", payments.operator_days_reassign, body=body)


@pages.post("/differences/<difference_id>/close")
@signed_in("staff")
def close(difference_id: str) -> Response:
    """Close it, with the reason."""
    body: payments.DifferenceClosingBody = {
        "reason": request.form.get("reason", ""),
        "note": request.form.get("note", "").strip(),
    }
    return _act(difference_id, "close", payments.operator_days_close, body=body)


@pages.post("/differences/<difference_id>/confirm")
@signed_in("staff")
def confirm(difference_id: str) -> Response:
    """A second person agrees."""
    return _act(difference_id, "confirm", payments.operator_days_confirm)


@pages.post("/differences/<difference_id>/reject")
@signed_in("staff")
def reject(difference_id: str) -> Response:
    """A second person does not agree."""
    return _act(difference_id, "reject", payments.operator_days_reject)


def _act(difference_id: str, act: str, call: Callable[..., Any], *, body: Any = None) -> Response:
    try:
        done = submit(act, difference_id, call, body=body)
    except Problem as problem:
        return _page(difference_id, problem=problem, sent=act)
    flash(done["status_text"])
    return go_to("operator_days.difference", difference_id=difference_id)


def _page(difference_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    found, codes = together(
        lambda: payments.operator_days_read_difference(asked, difference_id),
        lambda: payments.codes_list_sets(asked),
    )
    found = needed(found)
    return render(
        "operator-difference.html",
        found=found,
        codes=Codes(codes),
        forms=forms(ACTS, difference_id, found["version"], sent=sent),
        is_mine=found["assigned_to"] == user()["sub"],
        may_reassign=may("bank:supervise"),
        problem=problem,
    )
