"""Direct debit: give a mandate, see where it stands and who must act, send in the signed form, suspend, cancel."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import documents, payments
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.typed import read_day, unfilled
from frontends.kit.uploading import read_files
from frontends.kit.words import _
from frontends.portal.employer.firms import check_own

pages = Blueprint("mandates", __name__)

PAGE = 20
TERMS = ("account", "account_rule", "holder", "bank")
"""What a mandate has to say; a limit and a last day it may have."""
ACTS = ("upload", "suspend", "resume", "cancel")
OVER = frozenset({"bank-refused", "refused", "cancelled", "expired"})


@pages.get("/firms/<employer_id>/mandates")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """The firm's mandates, and whether another may be given."""
    check_own(employer_id)
    asked, cursor = api(), request.args.get("cursor") or None
    found, codes = together(
        lambda: payments.mandates_list_mandates(asked, employer_id=employer_id, limit=PAGE, cursor=cursor),
        lambda: payments.codes_list_sets(asked),
    )
    listed = needed(found)
    is_open = any(each["status"] not in OVER for each in listed["items"])
    return render(
        "employer/mandates.html",
        employer_id=employer_id,
        listed=listed,
        codes=Codes(codes),
        is_open=is_open,
        is_first=cursor is None,
    )


@pages.get("/firms/<employer_id>/mandates/new")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """What a mandate says."""
    return _form(employer_id)


@pages.post("/firms/<employer_id>/mandates/new")
@signed_in("employer")
def give(employer_id: str) -> Response:
    """Issue its form, and have the bank asked."""
    check_own(employer_id)
    form = Form(f"mandate:{employer_id}")
    if empty := unfilled(*TERMS):
        return _form(employer_id, problem=empty)
    body = {"employer_id": employer_id, **_terms()}
    try:
        made = payments.mandates_issue(api(), idempotency_key=form.key, body=body)  # type: ignore[arg-type]
    except Problem as problem:
        return _form(employer_id, problem=problem)
    form.done()
    return go_to("mandates.one", mandate_id=made["mandate_id"])


@pages.get("/mandates/<mandate_id>")
@signed_in("employer")
def one(mandate_id: str) -> Response:
    """Where it stands, who must act, and all that happened."""
    return _page(mandate_id)


@pages.get("/mandates/<mandate_id>/amend")
@signed_in("employer")
def terms(mandate_id: str) -> Response:
    """The terms in force, to be changed."""
    return _terms_page(mandate_id)


@pages.post("/mandates/<mandate_id>/amend")
@signed_in("employer")
def amend(mandate_id: str) -> Response:
    """Ask for other terms: those in force stay so until the bank has agreed."""
    form = Form(f"amend:{mandate_id}")
    if empty := unfilled(*TERMS):
        return _terms_page(mandate_id, problem=empty)
    try:
        payments.mandates_amend(
            api(),
            mandate_id,
            idempotency_key=form.key,
            body=_terms(),  # type: ignore[arg-type]
            version=form.read_version,
        )
    except Problem as problem:
        return _terms_page(mandate_id, problem=problem)
    form.done()
    flash(_("You asked for other terms. Those in force stay so until your bank has agreed."))
    return go_to("mandates.one", mandate_id=mandate_id)


@pages.get("/mandates/<mandate_id>/form")
@signed_in("employer")
def paper(mandate_id: str) -> Response:
    """The form, to be printed and signed."""
    asked = api()
    mandate, codes = together(
        lambda: payments.mandates_read(asked, mandate_id), lambda: payments.codes_list_sets(asked)
    )
    return render("employer/mandate-form.html", mandate=needed(mandate), codes=Codes(codes))


@pages.post("/mandates/<mandate_id>/upload")
@signed_in("employer")
def upload(mandate_id: str) -> Response:
    """Send in the form that the bank signed."""
    form = Form(f"upload:{mandate_id}")
    try:
        files = {"file": read_files("file")}
        payments.mandates_upload(api(), mandate_id, idempotency_key=form.key, files=files, version=form.read_version)
    except Problem as problem:
        return _page(mandate_id, problem=problem)
    form.done()
    flash(_("The signed form is here."))
    return go_to("mandates.one", mandate_id=mandate_id)


@pages.post("/mandates/<mandate_id>/suspend")
@signed_in("employer")
def suspend(mandate_id: str) -> Response:
    """No debits for now."""
    return _act(mandate_id, "suspend", payments.mandates_suspend, _("The mandate is suspended. Nothing is debited."))


@pages.post("/mandates/<mandate_id>/resume")
@signed_in("employer")
def resume(mandate_id: str) -> Response:
    """Debits again."""
    return _act(mandate_id, "resume", payments.mandates_resume, _("The mandate is in force again."))


@pages.post("/mandates/<mandate_id>/cancel")
@signed_in("employer")
def cancel(mandate_id: str) -> Response:
    """Take it back for good."""
    return _act(mandate_id, "cancel", payments.mandates_cancel, _("The mandate is cancelled."))


def _act(mandate_id: str, verb: str, call: Callable[..., payments.MandateView], said: str) -> Response:
    form = Form(f"{verb}:{mandate_id}")
    try:
        call(api(), mandate_id, idempotency_key=form.key, version=form.read_version)
    except Problem as problem:
        return _page(mandate_id, problem=problem)
    form.done()
    flash(said)
    return go_to("mandates.one", mandate_id=mandate_id)


def _terms() -> dict[str, Any]:
    """The terms that were typed."""
    body: dict[str, Any] = {name: request.form.get(name, "").strip() for name in TERMS}
    if amount := request.form.get("amount_max", "").strip():
        body["amount_max"] = amount_to_send(amount)
    if request.form.get("ends_on_year", "").strip():
        body["ends_on"] = read_day("ends_on")
    return body


def _terms_page(mandate_id: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    found, offer, codes = together(
        lambda: payments.mandates_read(asked, mandate_id),
        lambda: payments.mandates_offer(asked),
        lambda: payments.codes_list_sets(asked),
    )
    mandate, own = needed(found), Codes(codes)
    form = Form(f"amend:{mandate_id}", mandate["version"])
    return render(
        "employer/mandate-amend.html",
        mandate=mandate,
        offer=needed(offer),
        accounts=[(rule, own.text("account-rules", rule)) for rule in needed(offer)["accounts"]],
        form=form,
        values=form.values or _in_force(mandate),
        problem=problem,
    )


def _in_force(mandate: payments.MandateView) -> dict[str, str]:
    """The terms as they would be typed."""
    account, ends_on = mandate["account"], mandate["ends_on"]
    year, month, day = (ends_on or "--").split("-")
    return {
        "account": account["number"],
        "account_rule": account["rule"],
        "holder": account["holder"],
        "bank": account["bank"],
        "amount_max": mandate["amount_max"] or "",
        "ends_on_year": year,
        "ends_on_month": month,
        "ends_on_day": day,
    }


def _form(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    asked = api()
    offer, codes = together(lambda: payments.mandates_offer(asked), lambda: payments.codes_list_sets(asked))
    form, own = Form(f"mandate:{employer_id}"), Codes(codes)
    return render(
        "employer/mandate-new.html",
        employer_id=employer_id,
        offer=needed(offer),
        accounts=[(rule, own.text("account-rules", rule)) for rule in needed(offer)["accounts"]],
        form=form,
        values=form.values,
        problem=problem,
    )


def _page(mandate_id: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    found, codes = together(lambda: payments.mandates_read(asked, mandate_id), lambda: payments.codes_list_sets(asked))
    mandate = needed(found)
    (papers,) = together(
        lambda: documents.papers_list_of_employer(asked, mandate["employer_id"], about=mandate["reference"], limit=1)
    )
    return render(
        "employer/mandate.html",
        mandate=mandate,
        papers=papers,
        codes=Codes(codes),
        forms={verb: Form(f"{verb}:{mandate_id}", mandate["version"]) for verb in ACTS},
        problem=problem,
    )
