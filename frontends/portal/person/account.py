"""One's own account: who looked at my file, where I am signed in, my password."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, documents, identity, payments
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.typed import passwords_differ
from frontends.kit.words import _

pages = Blueprint("account", __name__, url_prefix="/account")

LOOKS_MAX = 50


@pages.get("/")
@signed_in("person", "employer")
def index() -> Response:
    """Sessions and password."""
    return _page()


@pages.post("/password")
@signed_in("person", "employer")
def change_password() -> Response:
    """Every other session of the account ends at once."""
    form = Form("password")
    if (differ := passwords_differ("new_password")) is not None:
        return _page(problem=differ)
    body: identity.PasswordBody = {
        "current_password": request.form.get("current_password", ""),
        "new_password": request.form.get("new_password", ""),
    }
    try:
        done = identity.upkeep_change_password(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(problem=problem)
    form.done()
    flash(done["text"])
    return go_to("account.index")


@pages.post("/sessions/<session_id>/end")
@signed_in("person", "employer")
def end_session(session_id: str) -> Response:
    """Sign out somewhere else."""
    form = Form(f"end:{session_id}")
    identity.upkeep_end_session(api(), session_id, idempotency_key=form.key)
    form.done()
    flash(_("That session is ended."))
    return go_to("account.index")


@pages.post("/sessions/end-others")
@signed_in("person", "employer")
def end_others() -> Response:
    """Sign out everywhere else."""
    form = Form("end-others")
    identity.upkeep_end_others(api(), idempotency_key=form.key)
    form.done()
    flash(_("You are signed out everywhere but here."))
    return go_to("account.index")


@pages.get("/access")
@signed_in("person")
def access() -> Response:
    """Who of the fund looked at my file, when and why: the journals of all services as one."""
    asked = api()
    visits, *journals = together(
        lambda: identity.counter_list_own(asked, limit=LOOKS_MAX),
        lambda: identity.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: claims.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: documents.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: payments.access_journal_list_own(asked, limit=LOOKS_MAX),
    )
    entries = [entry for journal in journals if isinstance(journal, dict) for entry in journal["items"]]
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    is_whole = all(isinstance(journal, dict) for journal in journals)
    return render("person/access.html", entries=entries[:LOOKS_MAX], visits=visits, is_whole=is_whole)


def _page(*, problem: Problem | None = None) -> Response:
    sessions = identity.upkeep_list_sessions(api(), limit=20)["items"]
    return render(
        "person/account.html",
        sessions=sessions,
        password=Form("password"),
        ending={each["session_id"]: Form(f"end:{each['session_id']}") for each in sessions},
        ending_others=Form("end-others"),
        problem=problem,
    )
