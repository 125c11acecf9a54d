"""A declaration by file: hand it in, see it being checked, mend or confirm what was found, see what it comes to."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.api.payments import CorrectedFileView, DraftFileView
from frontends.kit.api import Problem, items_of, needed, together
from frontends.kit.pages import Form, api, download, flash, go_to, render, signed_in
from frontends.kit.periods import chosen, open_periods
from frontends.kit.uploading import read_files
from frontends.kit.words import _
from frontends.portal.employer.firms import check_own

pages = Blueprint("declaring", __name__)

WAGE_FILE = "application/octet-stream"
CHECKING = frozenset({"received", "held"})
RAILS = ("transfer", "card", "direct-debit", "mobile-money", "card-terminal")
SEARCH_CHARACTERS_MAX = 80
KIND_CHARACTERS_MAX = 80
UNDER_WAY = ("requested", "announced", "planned", "in-file", "sent", "unknown")
"""States of a payment of which something is still to come."""


@pages.get("/firms/<employer_id>/declare")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """Choose the period and the files."""
    return _form(employer_id)


@pages.post("/firms/<employer_id>/declare")
@signed_in("employer")
def file(employer_id: str) -> Response:
    """Hand them in; they are checked within moments."""
    check_own(employer_id)
    form = Form(f"declare:{employer_id}")
    which, _slash, period = request.form.get("which", "").partition("/")
    told = {"employer_id": employer_id, "form": which, "period": period}
    for name in ("control_workers", "control_wages", "complement_number"):
        if typed := request.form.get(name, "").strip():
            told[name] = typed
    for name in ("pay_by_debit", "is_complement"):
        if request.form.get(name):
            told[name] = "true"
    try:
        files = {"files": read_files("files")}
        made = payments.declarations_file(api(), idempotency_key=form.key, files=files, form=told)
    except Problem as problem:
        return _form(employer_id, problem=problem)
    form.done()
    return go_to("declaring.one", declaration_id=made["declaration_id"])


@pages.get("/declarations/<declaration_id>")
@signed_in("employer")
def one(declaration_id: str) -> Response:
    """Its receipts, what was found, what is due, how many cards are refreshed, what is paid."""
    return _page(declaration_id)


@pages.get("/declarations/<declaration_id>/workers")
@signed_in("employer")
def workers(declaration_id: str) -> Response:
    """The workers as they were declared, all or those of a name or a number."""
    asked, number = api(), _page_number("page")
    search = request.args.get("search", "").strip()[:SEARCH_CHARACTERS_MAX]
    declaration, lines = together(
        lambda: payments.declarations_read(asked, declaration_id),
        lambda: payments.declarations_lines(asked, declaration_id, page=number, search=search or None),
    )
    return render(
        "employer/workers.html", declaration=needed(declaration), lines=needed(lines), page=number, search=search
    )


@pages.get("/declarations/<declaration_id>/corrected")
@signed_in("employer")
def corrected(declaration_id: str) -> Response:
    """What can be put right with certainty, as files to download, and what remains."""
    asked = api()
    declaration, made = together(
        lambda: payments.declarations_read(asked, declaration_id),
        lambda: payments.declarations_correct(asked, declaration_id),
    )
    return render("employer/corrected.html", declaration=needed(declaration), made=made)


def wage_file(content: bytes, *, number: str, among: Sequence[CorrectedFileView | DraftFileView]) -> Response:
    """A wage file to keep, by the name that it has among those that a page showed."""
    name = next((each["name"] for each in among if str(each["number"]) == number), "")
    return download(content, file_name=name, media_type=WAGE_FILE)


@pages.get("/declarations/<declaration_id>/corrected/<number>")
@signed_in("employer")
def corrected_file(declaration_id: str, number: str) -> Response:
    """One corrected file, as it is to be sent."""
    asked = api()
    made = payments.declarations_correct(asked, declaration_id)
    content = payments.declarations_read_corrected(asked, declaration_id, number)
    return wage_file(content, number=number, among=made["files"])


@pages.post("/declarations/<declaration_id>/confirmation")
@signed_in("employer")
def confirm(declaration_id: str) -> Response:
    """What was found is right as it is."""
    form = Form(f"confirm:{declaration_id}")
    try:
        payments.declarations_confirm(api(), declaration_id, idempotency_key=form.key, version=form.read_version)
    except Problem as problem:
        return _page(declaration_id, problem=problem)
    form.done()
    flash(_("You confirmed what was found. The declaration is being booked."))
    return go_to("declaring.one", declaration_id=declaration_id)


@pages.post("/declarations/<declaration_id>/withdrawal")
@signed_in("employer")
def withdraw(declaration_id: str) -> Response:
    """Take it back before it is booked; of one that was added to another, also after that."""
    form = Form(f"withdraw:{declaration_id}")
    try:
        key, version = form.key, form.read_version
        made = payments.declarations_withdraw(api(), declaration_id, idempotency_key=key, version=version)
    except Problem as problem:
        return _page(declaration_id, problem=problem)
    form.done()
    is_added = made["declaration_id"] != declaration_id
    flash(
        _("The complementary declaration is being taken back.")
        if is_added
        else _("The declaration is withdrawn. Nothing of it was booked.")
    )
    return go_to("declaring.one", declaration_id=made["declaration_id"])


@pages.get("/payments/<collection_id>/receipt")
@signed_in("employer")
def receipt(collection_id: str) -> Response:
    """The receipt of what was paid by card at a counter."""
    return render("employer/card-receipt.html", found=payments.card_terminals_receipt(api(), collection_id))


@pages.post("/declarations/<declaration_id>/payment")
@signed_in("employer")
def pay(declaration_id: str) -> Response:
    """Ask for a reference to transfer or to pay at an operator with, go on to the bank's page for a card, or have the
    account debited."""
    try:
        ask_to_pay(declaration_id, rail=request.form.get("rail", "transfer"))
    except Problem as problem:
        return _page(declaration_id, problem=problem)
    return go_to("declaring.one", declaration_id=declaration_id, _anchor="payment")


def ask_to_pay(declaration_id: str, *, rail: str) -> None:
    """Have a debt collected in a way, once for each form that is sent."""
    form = Form(f"pay:{declaration_id}:{rail}")
    body: payments.CollectionBody = {"rail": rail}
    payments.collections_request(api(), declaration_id, idempotency_key=form.key, body=body)
    form.done()


def _form(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    form = Form(f"declare:{employer_id}")
    asked = api()
    periods, mandates = together(
        lambda: open_periods(asked),
        lambda: payments.mandates_list_mandates(asked, employer_id=employer_id, status="active", limit=1),
    )
    return render(
        "employer/declare.html",
        employer_id=employer_id,
        open_periods=needed(periods),
        mandates=mandates,
        form=form,
        values=form.values,
        chosen=form.values.get("which") or chosen(),
        problem=problem,
    )


def _page(declaration_id: str, *, problem: Problem | None = None) -> Response:
    asked, number = api(), _page_number("findings")
    kind = request.args.get("kind", "").strip()[:KIND_CHARACTERS_MAX]
    declaration, findings, collections, penalties = together(
        lambda: payments.declarations_read(asked, declaration_id),
        lambda: payments.declarations_findings(asked, declaration_id, cursor=number, code=kind or None),
        lambda: payments.collections_list_of_declaration(asked, declaration_id, limit=20),
        lambda: payments.arrears_of_declaration(asked, declaration_id),
    )
    version = needed(declaration)["version"]
    return render(
        "employer/declaration.html",
        declaration=declaration,
        findings=findings,
        by_severity=_by_severity(findings),
        findings_page=number,
        kind=kind,
        collections=collections,
        penalties=penalties,
        is_checking=declaration["status"] in CHECKING,
        confirming=Form(f"confirm:{declaration_id}", version),
        withdrawing=Form(f"withdraw:{declaration_id}", version),
        paying={rail: Form(f"pay:{declaration_id}:{rail}") for rail in RAILS},
        under_way=UNDER_WAY,
        problem=problem,
    )


def _page_number(name: str) -> int:
    page = request.args.get(name, "1")
    return int(page) if page.isdecimal() and 0 < len(page) < 6 else 1


def _by_severity(findings: Any) -> dict[str, list[payments.FindingView]]:
    """What was found, grouped by what it means for the file."""
    grouped: dict[str, list[payments.FindingView]] = {"error": [], "confirm": [], "warning": []}
    for finding in items_of(findings):
        grouped[finding["severity"]].append(finding)
    return {severity: found for severity, found in grouped.items() if found}
