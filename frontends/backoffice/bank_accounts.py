"""Changes of the account that a person's benefits are paid to: an agent agrees, or refuses with a reason."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import documents, identity
from frontends.backoffice.forms import forms, submit
from frontends.backoffice.listing import PAGE, sought, to_send
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, Unreachable, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, flash, go_to, may, render, signed_in

pages = Blueprint("bank_accounts", __name__)

ACTS = ("agree", "refuse")


@pages.get("/bank-accounts")
@signed_in("staff")
def index() -> Response:
    """Those that wait for an agent; those in another state where the address says so."""
    found = sought("reference")
    status = None if any(found.values()) else request.args.get("status") or "asked"
    cursor = request.args.get("cursor") or None
    asked = api()
    listed, codes = together(
        lambda: identity.bank_accounts_queue(asked, status=status, limit=PAGE, cursor=cursor, **to_send(found)),
        lambda: identity.codes_list_sets(asked),
    )
    return render(
        "bank-accounts.html",
        listed=listed,
        codes=Codes(codes),
        status=status,
        sought=found,
        is_first=cursor is None,
    )


@pages.get("/bank-accounts/<change_id>")
@signed_in("staff")
def one(change_id: str) -> Response:
    """One change with the whole account: to look enters the person's own journal."""
    return _page(change_id)


@pages.post("/bank-accounts/<change_id>/agreement")
@signed_in("staff")
def agree(change_id: str) -> Response:
    """Agree to it."""
    return _sent("agree", change_id, identity.bank_accounts_agree)


@pages.post("/bank-accounts/<change_id>/refusal")
@signed_in("staff")
def refuse(change_id: str) -> Response:
    """Refuse it, with the reason that the person reads."""
    body: identity.ChangeRefusalBody = {"reason": request.form.get("reason", "")}
    return _sent("refuse", change_id, identity.bank_accounts_refuse, body=body)


def _sent(act: str, change_id: str, call: Callable[..., Any], *, body: Any = None) -> Response:
    try:
        done = submit(act, change_id, call, body=body)
    except Problem as problem:
        return _page(change_id, sent=act, problem=problem)
    flash(done["change"]["text"])
    return go_to("bank_accounts.index")


def _page(change_id: str, *, sent: str = "", problem: Problem | None = None) -> Response:
    asked = api()
    found, codes = together(
        lambda: identity.bank_accounts_read(asked, change_id, purpose=purpose_of(request.args.get("purpose"))),
        lambda: identity.codes_list_sets(asked),
    )
    change = needed(found)
    return render(
        "bank-account.html",
        found=change,
        proof=_proof(change),
        codes=Codes(codes),
        forms=forms(ACTS, change_id, change["version"], sent=sent),
        sent=sent,
        problem=problem,
    )


def _proof(change: identity.ChangeForAgentView) -> documents.UploadView | Problem | Unreachable | None:
    """The bank's statement that the person named: theirs, or none, since the change says only an id. None where this
    agent may open no papers."""
    upload_id = change["proof_upload_id"]
    if not upload_id or not may("uploads:read"):
        return None
    try:
        proof = documents.uploads_read(api(), upload_id, purpose="handling")
    except (Problem, Unreachable) as refused:
        return refused
    is_theirs = proof["person_ref"] == change["person"]["person_ref"]
    return proof if is_theirs else Problem(404, {"code": "portal.not-theirs"})
