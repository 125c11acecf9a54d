"""Card terminals at the fund's counters: an employer's card is taken for what it owes, and a terminal is closed."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.forms import form_name, forms, submit
from frontends.backoffice.listing import PAGE
from frontends.kit.api import Problem, needed, together
from frontends.kit.formats import amount_to_send, today
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.typed import in_zone, read_day
from frontends.kit.uploading import read_files
from frontends.kit.words import _

pages = Blueprint("terminals", __name__, url_prefix="/card-terminals")

ACTS = ("ticket", "late-ticket", "cancel", "reverse")


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """The terminals, with the places where they stand."""
    return render("terminals.html", listed=payments.card_terminals_list_terminals(api()))


@pages.get("/file")
@signed_in("staff")
def day_file() -> Response:
    """Which file of a day is compared with the tickets."""
    return _file_page()


@pages.post("/file")
@signed_in("staff")
def compare_file() -> Response:
    """What differs between an acquirer's file and the tickets."""
    form, acquirer, day = Form("file"), request.form.get("acquirer", ""), read_day("day")
    try:
        _name, content, _kind = read_files("file")[0]
        compared = payments.card_terminals_compare_file(
            api(), acquirer, day or "-", idempotency_key=form.key, content=content
        )
    except Problem as problem:
        return _file_page(problem=problem)
    form.done()
    return _file_page(compared=compared)


@pages.get("/<terminal_id>")
@signed_in("staff")
def one(terminal_id: str) -> Response:
    """One terminal: take a card, close the day, and what was paid at it."""
    return _terminal_page(terminal_id)


@pages.post("/<terminal_id>/payments")
@signed_in("staff")
def begin(terminal_id: str) -> Response:
    """Begin to take a card, by the employer's reference or for a declaration."""
    form = Form(form_name("begin", terminal_id))
    body: payments.TerminalPaymentBody = {
        "declaration_id": request.form.get("declaration_id", "").strip(),
        "reference": request.form.get("reference", "").strip(),
    }
    try:
        begun = payments.card_terminals_begin(api(), terminal_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _terminal_page(terminal_id, problem=problem, sent="begin")
    form.done()
    return go_to("terminals.payment", payment_id=begun["payment_id"])


@pages.post("/<terminal_id>/closes")
@signed_in("staff")
def close(terminal_id: str) -> Response:
    """Type the totals of the terminal's close."""
    form = Form(form_name("close", terminal_id))
    try:
        closed = payments.card_terminals_close(api(), terminal_id, idempotency_key=form.key, body=_totals())
    except Problem as problem:
        return _terminal_page(terminal_id, problem=problem, sent="close")
    form.done()
    agrees = _("The day is closed, and everything agrees.")
    flash(_("The day is closed. Something differs: see below.") if closed["differences_count"] else agrees)
    return go_to("operator_days.one", day_id=closed["day_id"])


@pages.post("/closes/<day_id>/correction")
@signed_in("staff")
def correct(day_id: str) -> Response:
    """Type the totals anew."""
    form = Form(form_name("correct", day_id))
    try:
        payments.card_terminals_correct(
            api(), day_id, idempotency_key=form.key, version=form.read_version, body=_totals()
        )
    except Problem as problem:
        return _correction_page(day_id, problem=problem)
    form.done()
    flash(_("The totals are corrected."))
    return go_to("operator_days.one", day_id=day_id)


@pages.get("/closes/<day_id>/correction")
@signed_in("staff")
def correction(day_id: str) -> Response:
    """The totals of a close, to be typed anew."""
    return _correction_page(day_id)


@pages.get("/payments/<payment_id>")
@signed_in("staff")
def payment(payment_id: str) -> Response:
    """One payment: the amount for the terminal, its ticket, and then the receipt."""
    return _payment_page(payment_id)


@pages.post("/payments/<payment_id>/ticket")
@signed_in("staff")
def ticket(payment_id: str) -> Response:
    """Type the ticket."""
    return _act(payment_id, "ticket", payments.card_terminals_take, body=_ticket())


@pages.post("/payments/<payment_id>/late-ticket")
@signed_in("staff")
def late_ticket(payment_id: str) -> Response:
    """Type a ticket of a batch that is closed."""
    return _act(payment_id, "late-ticket", payments.card_terminals_take_late, body=_ticket())


@pages.post("/payments/<payment_id>/cancellation")
@signed_in("staff")
def cancel(payment_id: str) -> Response:
    """The card is not taken."""
    return _act(payment_id, "cancel", payments.card_terminals_cancel)


@pages.post("/payments/<payment_id>/reversal")
@signed_in("staff")
def reverse(payment_id: str) -> Response:
    """The ticket was cancelled at the terminal."""
    return _act(payment_id, "reverse", payments.card_terminals_reverse)


def _act(payment_id: str, act: str, call: Callable[..., Any], *, body: Any = None) -> Response:
    try:
        done = submit(act, payment_id, call, body=body)
    except Problem as problem:
        return _payment_page(payment_id, problem=problem, sent=act)
    flash(done["text"])
    return go_to("terminals.payment", payment_id=payment_id)


def _payment_page(payment_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    found = payments.card_terminals_read(api(), payment_id)
    made = forms(ACTS, payment_id, found["version"], sent=sent)
    return render(
        "terminal-payment.html", found=found, forms=made, today=today().isoformat(), sent=sent, problem=problem
    )


def _file_page(*, compared: payments.ComparedFileView | None = None, problem: Problem | None = None) -> Response:
    terminals = payments.card_terminals_list_terminals(api())["items"]
    acquirers = {each["acquirer"]: each["acquirer_name"] for each in terminals if each["has_day_file"]}
    return render(
        "terminals-file.html",
        acquirers=list(acquirers.items()),
        form=Form("file"),
        compared=compared,
        problem=problem,
        typed=request.form,
        today=today().isoformat(),
    )


def _terminal_page(terminal_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked, cursor = api(), request.args.get("cursor") or None
    listed, terminals = together(
        lambda: payments.card_terminals_list_payments(asked, terminal_id, limit=PAGE, cursor=cursor),
        lambda: payments.card_terminals_list_terminals(asked),
    )
    listed = needed(listed)
    here = next(each for each in needed(terminals)["items"] if each["terminal_id"] == terminal_id)
    return render(
        "terminal.html",
        terminal=here,
        listed=listed,
        forms=forms(("begin", "close"), terminal_id, None, sent=sent),
        today=today().isoformat(),
        sent=sent,
        is_first=cursor is None,
        problem=problem,
    )


def _correction_page(day_id: str, *, problem: Problem | None = None) -> Response:
    day = payments.operator_days_read_day(api(), day_id)
    form = Form(form_name("correct", day_id), day["version"])
    return render("terminal-correction.html", day=day, form=form, values=form.values, problem=problem)


def _ticket() -> "payments.TicketBody":
    typed = request.form
    return {
        "batch": typed.get("batch", "").strip(),
        "ticket": typed.get("ticket", "").strip(),
        "authorisation": typed.get("authorisation", "").strip(),
        "amount": amount_to_send(typed.get("amount", "")),
        "taken_at": _instant("taken_on"),
    }


def _totals() -> "payments.TerminalCloseBody":
    """What was typed of a close; what was cancelled is meant without its sign, which some terminals print."""
    typed = request.form
    body: payments.TerminalCloseBody = {
        "batch": typed.get("batch", "").strip(),
        "closed_at": _instant("closed_on"),
        "count": _count(typed.get("count", "")),
        "total": amount_to_send(typed.get("total", "")),
        "reversed_count": _count(typed.get("reversed_count", "") or "0"),
        "reversed": amount_to_send(typed.get("reversed", "").strip().lstrip("-−") or "0"),
    }
    if typed.get("fee", "").strip():
        body["fee"] = amount_to_send(typed["fee"])
    return body


def _instant(name: str) -> str:
    return in_zone(read_day(name), request.form.get("clock", ""), zone=ZoneInfo(g.fund["timezone"]))


def _count(typed: str) -> int:
    """A number as typed, in any script's digits; what is none is below zero, which the service refuses."""
    return int(typed) if typed.strip().isdecimal() else -1
