"""Persons who pay their contributions themselves: an agent admits them, changes what they pay on, ends it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import forms
from frontends.backoffice.listing import PAGE, listed_by_status
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, needed, together
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, go_to, render, signed_in

pages = Blueprint("self_payers", __name__)

ACTS = ("admit", "base", "end")
UNKNOWN = "self-payer.unknown"


@pages.get("/self-payers")
@signed_in("staff")
def index() -> Response:
    """Those who are admitted; those who are ended where the address says so."""
    return listed_by_status("self-payers.html", payments.self_payers_list_by_status, status="", found_by=("reference",))


@pages.get("/self-payers/<person_ref>")
@signed_in("staff")
def one(person_ref: str) -> Response:
    """One of them with the months; or, of who is none, the form that admits."""
    return _page(person_ref)


@pages.post("/self-payers/<person_ref>/admission")
@signed_in("staff")
def admit(person_ref: str) -> Response:
    """Admit the person from a month on."""
    body: payments.SelfPayerBody = {
        "person_ref": person_ref,
        "ground": request.form.get("ground", ""),
        "from_month": month_of_form("from_month"),
        "base": amount_to_send(_text("base")),
        "note": _text("note"),
    }
    return _sent(
        "admit", person_ref, lambda form: payments.self_payers_admit(api(), idempotency_key=form.key, body=body)
    )


@pages.post("/self-payers/<person_ref>/base")
@signed_in("staff")
def change_base(person_ref: str) -> Response:
    """Record another base."""
    body: payments.SelfPayerBaseBody = {
        "from_month": month_of_form("from_month"),
        "base": amount_to_send(_text("base")),
        "note": _text("note"),
    }
    return _sent(
        "base",
        person_ref,
        lambda form: payments.self_payers_change_base(
            api(), person_ref, idempotency_key=form.key, body=body, version=form.read_version
        ),
    )


@pages.post("/self-payers/<person_ref>/end")
@signed_in("staff")
def end(person_ref: str) -> Response:
    """End it with a month."""
    body: payments.SelfPayerEndBody = {"last_month": month_of_form("last_month"), "reason": _text("reason")}
    return _sent(
        "end",
        person_ref,
        lambda form: payments.self_payers_end(
            api(), person_ref, idempotency_key=form.key, body=body, version=form.read_version
        ),
    )


def _sent(act: str, person_ref: str, send: Callable[[Form], Any]) -> Response:
    form = forms([act], person_ref, None, sent=act)[act]
    try:
        send(form)
    except Problem as problem:
        return _page(person_ref, sent=act, problem=problem)
    form.done()
    return go_to("self_payers.one", person_ref=person_ref)


def _page(person_ref: str, *, sent: str = "", problem: Problem | None = None) -> Response:
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    cursor = request.args.get("cursor") or None
    offer, found, months = together(
        lambda: payments.self_payers_offer(asked),
        lambda: payments.self_payers_read(asked, person_ref, purpose=purpose),
        lambda: payments.self_payers_list_months(asked, person_ref, purpose=purpose, limit=PAGE, cursor=cursor),
    )
    if isinstance(found, Problem) and found.code == UNKNOWN:
        found = None
    version = needed(found)["version"] if found else None
    return render(
        "self-payer.html",
        person_ref=person_ref,
        offer=needed(offer),
        grounds=[(each["code"], each["name"]) for each in needed(offer)["grounds"]],
        found=found,
        months=months,
        purpose=purpose,
        forms=forms(ACTS, person_ref, version, sent=sent),
        sent=sent,
        problem=problem,
        is_first=cursor is None,
    )


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def month_of_form(name: str) -> str:
    """A month as a browser sends it (`2026-01`), as the service takes it; anything else as it was typed."""
    year, _dash, number = _text(name).partition("-")
    return f"{year}-M{number}" if len(number) == len("01") else _text(name)
