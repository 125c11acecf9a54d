"""An employer's whole record: who they are, what they declared, what they owe and are owed."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import identity, payments
from frontends.backoffice.forms import form_name, forms
from frontends.backoffice.persons import purpose_of
from frontends.kit.api import Problem, items_of, needed, together
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, flash, go_to, may, render, signed_in
from frontends.kit.words import _

pages = Blueprint("employers", __name__)

LISTED = 25
DIFFERENCES = 50


@pages.get("/employers/<employer_id>")
@signed_in("staff")
def one(employer_id: str) -> Response:
    """All of it in one round of questions."""
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    cursor = request.args.get("cursor") or None
    found, declared, credits, account, differences, owed, statement, plans, assessed = together(
        lambda: identity.register_list_employers(asked, number=employer_id, purpose=purpose, limit=1),
        lambda: payments.declarations_list_of_employer(
            asked, employer_id=employer_id, purpose=purpose, limit=LISTED, cursor=cursor
        ),
        lambda: payments.collections_list_credits(asked, employer_id=employer_id, purpose=purpose, limit=LISTED),
        lambda: payments.ledger_account(asked, f"receivable:{employer_id}", purpose=purpose),
        lambda: payments.bank_list_differences(asked, limit=DIFFERENCES),
        lambda: payments.arrears_of_employer(asked, employer_id=employer_id, purpose=purpose, limit=LISTED),
        lambda: payments.account_statements_read(
            asked, employer_id=employer_id, purpose=purpose, limit=LISTED, is_newest_first=True
        ),
        lambda: payments.settlements_list_plans(asked, employer_id=employer_id, purpose=purpose, limit=LISTED),
        lambda: payments.provisional_assessments_list_of_employer(
            asked, employer_id=employer_id, purpose=purpose, limit=LISTED
        ),
    )
    own = [each for each in items_of(differences) if each["employer_id"] == employer_id]
    return render(
        "employer.html",
        employer_id=employer_id,
        found=found,
        employer=next(iter(items_of(found)), None),
        declared=declared,
        credits=credits,
        account=account,
        differences=differences,
        owed=owed,
        statement=statement,
        plans=plans,
        assessed=assessed,
        own_differences=own,
        purpose=purpose,
        is_first=cursor is None,
    )


@pages.get("/declarations/<declaration_id>")
@signed_in("staff")
def declaration(declaration_id: str) -> Response:
    """One declaration: receipts, findings, what was collected of it."""
    return _declaration_page(declaration_id)


@pages.post("/declarations/<declaration_id>/card")
@signed_in("staff")
def take_card(declaration_id: str) -> Response:
    """The employer is at a counter and pays what is left by card."""
    form = Form(form_name("take-card", declaration_id))
    body: payments.TerminalPaymentBody = {"declaration_id": declaration_id, "reference": ""}
    terminal_id = request.form.get("terminal", "")
    try:
        begun = payments.card_terminals_begin(api(), terminal_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _declaration_page(declaration_id, problem=problem)
    form.done()
    return go_to("terminals.payment", payment_id=begun["payment_id"])


def _declaration_page(declaration_id: str, *, problem: Problem | None = None) -> Response:
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    read, findings, collected, terminals = together(
        lambda: payments.declarations_read(asked, declaration_id, purpose=purpose),
        lambda: payments.declarations_findings(asked, declaration_id, purpose=purpose, cursor=1),
        lambda: payments.collections_list_of_declaration(asked, declaration_id, purpose=purpose, limit=LISTED),
        lambda: payments.card_terminals_list_terminals(asked) if may("terminals:take") else None,
    )
    return render(
        "declaration.html",
        declaration=needed(read),
        findings=findings,
        collected=collected,
        terminals=_to_choose(terminals, collected),
        form=Form(form_name("take-card", declaration_id)),
        purpose=purpose,
        problem=problem,
    )


def _to_choose(terminals: object, collected: object) -> list[tuple[str, str]]:
    """The card terminals, where a card can be taken for what is left."""
    ways = collected["ways"] if isinstance(collected, dict) else []
    if not isinstance(terminals, dict) or all(way["rail"] != "card-terminal" for way in ways):
        return []
    return [(each["terminal_id"], f"{each['place']} ({each['terminal_id']})") for each in terminals["items"]]


@pages.get("/credits/<credit_id>")
@signed_in("staff")
def credit(credit_id: str) -> Response:
    """What was paid beyond the debts, what it went to, and how to send it back."""
    return _credit_page(credit_id)


@pages.post("/credits/<credit_id>/refund")
@signed_in("staff")
def refund_credit(credit_id: str) -> Response:
    """Send it back; a second person agrees before the bank is asked."""
    form = Form(form_name("refund-credit", credit_id))
    typed = request.form
    body: payments.CreditRefundBody = {
        "version": form.read_version or 0,
        "amount": amount_to_send(typed.get("amount", "")),
        "counterparty": typed.get("counterparty", "").strip(),
        "note": typed.get("note", "").strip(),
    }
    try:
        made = payments.collections_refund_credit(api(), credit_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _credit_page(credit_id, problem=problem)
    form.done()
    flash(_("Refund %(reference)s waits for a second person.", reference=made["reference"]))
    return go_to("bank.refund", refund_id=made["refund_id"])


def _credit_page(credit_id: str, *, problem: Problem | None = None) -> Response:
    found = payments.collections_read_credit(api(), credit_id, purpose=purpose_of(request.args.get("purpose")))
    form = forms(["refund-credit"], credit_id, found["version"], sent="refund-credit")["refund-credit"]
    return render("credit.html", credit=found, form=form, values=form.values, problem=problem)
