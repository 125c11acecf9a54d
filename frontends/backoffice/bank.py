"""Money that no rule settled: the bank's entries that wait, payouts that came back, refunds, differences."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments as service
from frontends.backoffice.colleagues import account_of
from frontends.backoffice.forms import form_name, forms, submit
from frontends.backoffice.listing import PAGE, listed_by_status, sought, to_send
from frontends.kit.api import Problem, items_of, needed, together
from frontends.kit.codes import Codes
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, may, render, signed_in
from frontends.kit.uploading import read_files
from frontends.kit.words import _

pages = Blueprint("bank", __name__, url_prefix="/bank")

SHARES = 5
"""So many shares has the form without a script; an entry for more is allocated through the API."""
ENTRY_ACTS = ("allocate", "send-back", "write-off", "confirm-entry", "reject-entry")
CASE_ACTS = ("take-case", "release-case", "reassign-case")
PURPOSE = "handling"
BY = ("reference", "amount")
"""What entries, payouts and refunds are found by."""


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """Entries of the bank, oldest first: those that wait for a person, unless another status is asked for."""
    return listed_by_status("entries.html", service.bank_list_entries, status="waiting", found_by=BY)


@pages.get("/entries/<entry_id>")
@signed_in("staff")
def entry(entry_id: str) -> Response:
    """One entry, and what may be decided about it."""
    return _entry_page(entry_id)


@pages.get("/dry-run")
@signed_in("staff")
def dry_run() -> Response:
    """Which statement is tried."""
    return _dry_run_page()


@pages.post("/dry-run")
@signed_in("staff")
def try_statement() -> Response:
    """What the rules would do with a statement's entries; nothing of it is stored."""
    try:
        _name, content, _kind = read_files("file")[0]
        tried = service.bank_try_statement(api(), content=content)
    except Problem as problem:
        return _dry_run_page(problem=problem)
    return _dry_run_page(tried=tried)


@pages.post("/entries/<entry_id>/allocation/dry-run")
@signed_in("staff")
def try_allocation(entry_id: str) -> Response:
    """What an allocation would do, before it is made."""
    form = Form(form_name("allocate", entry_id))
    body: service.AllocationTrialBody = {"shares": shares(request.form), "version": form.read_version or 0}
    try:
        effect = service.bank_try_allocation(api(), entry_id, body=body)
    except Problem as problem:
        return _entry_page(entry_id, problem=problem, sent="allocate")
    return _entry_page(entry_id, effect=effect, sent="allocate")


@pages.post("/entries/<entry_id>/allocation")
@signed_in("staff")
def allocate(entry_id: str) -> Response:
    """Say what it was for."""
    body: dict[str, Any] = {"shares": shares(request.form), "note": request.form.get("note", "").strip()}
    return _decide(entry_id, "allocate", service.bank_allocate, body)


@pages.post("/entries/<entry_id>/refund")
@signed_in("staff")
def send_back(entry_id: str) -> Response:
    """Send it back where it came from."""
    body: dict[str, Any] = {
        "ground": request.form.get("ground", ""),
        "note": request.form.get("note", "").strip(),
        "counterparty": request.form.get("counterparty", "").strip() or None,
    }
    return _decide(entry_id, "send-back", service.bank_send_back, body)


@pages.post("/entries/<entry_id>/write-off")
@signed_in("staff")
def write_off(entry_id: str) -> Response:
    """Close it."""
    body: dict[str, Any] = {"ground": request.form.get("ground", ""), "note": request.form.get("note", "").strip()}
    return _decide(entry_id, "write-off", service.bank_write_off, body)


@pages.post("/entries/<entry_id>/confirmation")
@signed_in("staff")
def confirm(entry_id: str) -> Response:
    """Agree as a second person."""
    return _decide(entry_id, "confirm-entry", service.bank_confirm, {})


@pages.post("/entries/<entry_id>/rejection")
@signed_in("staff")
def reject(entry_id: str) -> Response:
    """Say no: it waits again."""
    return _decide(entry_id, "reject-entry", service.bank_reject, {})


@pages.get("/payouts")
@signed_in("staff")
def payouts() -> Response:
    """Payouts in a state, oldest first: those that came back, unless another is asked for."""
    return _payouts_page()


@pages.post("/payouts/<payout_id>/again")
@signed_in("staff")
def order_again(payout_id: str) -> Response:
    """To the account that the register has by now."""
    form = Form(form_name("order-again", payout_id))
    try:
        made = service.payouts_order_again(api(), payout_id, idempotency_key=form.key)
    except Problem as problem:
        return _payouts_page(problem=problem)
    form.done()
    flash(_("The payout is ordered again, for %(reference)s.", reference=made["reference"]))
    return go_to("bank.payouts")


@pages.get("/refunds")
@signed_in("staff")
def refunds() -> Response:
    """Refunds in a state, oldest first: those that wait for a second person, unless another is asked for."""
    return listed_by_status("refunds.html", service.refunds_list_by_status, status="proposed", found_by=BY)


@pages.get("/refunds/<refund_id>")
@signed_in("staff")
def refund(refund_id: str) -> Response:
    """One refund, with what happened to it."""
    return _refund_page(refund_id)


@pages.post("/refunds/<refund_id>/confirmation")
@signed_in("staff")
def confirm_refund(refund_id: str) -> Response:
    """Agree as a second person that it is sent."""
    return _refund_act(refund_id, "confirm-refund", service.refunds_confirm, _("The refund goes to the bank."))


@pages.post("/refunds/<refund_id>/cancellation")
@signed_in("staff")
def cancel_refund(refund_id: str) -> Response:
    """Do not send it."""
    return _refund_act(refund_id, "cancel-refund", service.bank_cancel_refund, _("The refund is cancelled."))


@pages.get("/differences")
@signed_in("staff")
def differences() -> Response:
    """Where declared, called, collected and booked differ, and who looks into it."""
    return _differences_page()


@pages.post("/differences/<case_id>/take")
@signed_in("staff")
def take_case(case_id: str) -> Response:
    """Look into it."""
    return _case_act(case_id, "take-case", service.bank_take_case)


@pages.post("/differences/<case_id>/release")
@signed_in("staff")
def release_case(case_id: str) -> Response:
    """Give it back."""
    return _case_act(case_id, "release-case", service.bank_release_case)


@pages.post("/differences/<case_id>/reassign")
@signed_in("staff")
def reassign_case(case_id: str) -> Response:
    """A supervisor gives it to somebody else."""
    try:
        to = account_of(request.form.get("to", ""), scope="bank:settle")
    except Problem as problem:
        return _differences_page(problem=problem, sent=("reassign-case", case_id))
    body: service.CaseReassignmentBody = {"to": to, "reason": request.form.get("reason", "").strip()}
    return _case_act(case_id, "reassign-case", service.bank_reassign_case, body=body)


def shares(typed: Mapping[str, str]) -> list[service.ShareBody]:
    """The shares that were typed, row by row; a row with neither a number nor an amount is none. An amount that cannot
    be read goes on as it is: the service says what is wrong with it."""
    found: list[service.ShareBody] = []
    for row in range(1, SHARES + 1):
        target_id, text = typed.get(f"target_id-{row}", "").strip(), typed.get(f"amount-{row}", "").strip()
        if not target_id and (not text or row > 1):
            continue
        found.append(
            {
                "target": typed.get(f"target-{row}", ""),
                "target_id": target_id,
                "amount": amount_to_send(text),
            }
        )
    return found


def _decide(entry_id: str, act: str, call: Callable[..., service.BankEntryView], body: dict[str, Any]) -> Response:
    form = Form(form_name(act, entry_id))
    versioned = {**body, "version": form.read_version or 0}
    try:
        decided = call(api(), entry_id, idempotency_key=form.key, body=versioned)
    except Problem as problem:
        return _entry_page(entry_id, problem=problem, sent=act)
    form.done()
    flash(decided["text"])
    return go_to("bank.entry", entry_id=entry_id)


def _dry_run_page(*, tried: service.DryRunView | None = None, problem: Problem | None = None) -> Response:
    codes = Codes(service.codes_list_sets(api()))
    return render("dry-run.html", form=Form("file"), tried=tried, codes=codes, problem=problem)


def _entry_page(
    entry_id: str,
    *,
    effect: service.AllocationEffectView | None = None,
    problem: Problem | None = None,
    sent: str = "",
) -> Response:
    asked = api()
    settles = may("bank:settle")
    found, codes, proposed = together(
        lambda: service.bank_read_entry(asked, entry_id),
        lambda: service.codes_list_sets(asked),
        lambda: service.bank_list_proposals(asked, entry_id, purpose=PURPOSE) if settles else None,
    )
    found = needed(found)
    return render(
        "entry.html",
        entry=found,
        codes=Codes(codes),
        forms=forms(ENTRY_ACTS, entry_id, found["version"], sent=sent),
        rows=range(1, SHARES + 1),
        proposals=items_of(proposed),
        effect=effect,
        problem=problem,
    )


def _case_act(case_id: str, act: str, call: Callable[..., Any], *, body: Any = None) -> Response:
    try:
        submit(act, case_id, call, body=body)
    except Problem as problem:
        return _differences_page(problem=problem, sent=(act, case_id))
    flash(_("It is noted."))
    return go_to("bank.differences")


def _differences_page(*, problem: Problem | None = None, sent: tuple[str, str] = ("", "")) -> Response:
    held, cursor = request.args.get("held", ""), request.args.get("cursor") or None
    listed = service.bank_list_differences(api(), limit=PAGE, cursor=cursor, assigned_to=held or None)
    return render(
        "differences.html",
        listed=listed,
        forms={
            each["case_id"]: forms(
                CASE_ACTS, each["case_id"], each["version"], sent=sent[0] if sent[1] == each["case_id"] else ""
            )
            for each in listed["items"]
        },
        may_reassign=may("bank:supervise"),
        held=held,
        hands=[("", _("In any hands")), ("nobody", _("In nobody’s hands")), ("me", _("In my hands"))],
        is_first=cursor is None,
        problem=problem,
    )


def _payouts_page(*, problem: Problem | None = None) -> Response:
    found = sought(*BY)
    status = "" if any(found.values()) else request.args.get("status", "returned")
    cursor = request.args.get("cursor") or None
    asked = api()
    listed, codes = together(
        lambda: service.payouts_list_by_status(
            asked, limit=PAGE, cursor=cursor, status=status or None, **to_send(found)
        ),
        lambda: service.codes_list_sets(asked),
    )
    items = items_of(listed)
    return render(
        "payouts.html",
        listed=listed,
        codes=Codes(codes),
        status=status,
        sought=found,
        forms={each["payout_id"]: forms(["order-again"], each["payout_id"], None)["order-again"] for each in items},
        is_first=cursor is None,
        problem=problem,
    )


def _refund_act(refund_id: str, act: str, call: Callable[..., Any], said: str) -> Response:
    form = Form(form_name(act, refund_id))
    body: service.RefundVersionBody = {"version": form.read_version or 0}
    try:
        call(api(), refund_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _refund_page(refund_id, problem=problem, sent=act)
    form.done()
    flash(said)
    return go_to("bank.refund", refund_id=refund_id)


def _refund_page(refund_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    found = service.refunds_read(api(), refund_id)
    made = forms(("confirm-refund", "cancel-refund"), refund_id, found["version"], sent=sent)
    return render("refund.html", refund=found, forms=made, problem=problem)
