"""The ledger: an account's balance, and the entries of what moved money."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, render
from frontends.operations.guard import LEDGER, operators

pages = Blueprint("accounts", __name__)


@pages.get("/ledger")
@operators(LEDGER)
def index() -> Response:
    """An account by its code, or the entries of a cause; both are looked up with a purpose, which the journal keeps."""
    account, cause = request.args.get("account", "").strip(), request.args.get("cause", "").strip()
    purpose = request.args.get("purpose") or "control"
    asked = api()
    codes, found, entries = together(
        lambda: payments.codes_list_sets(asked),
        lambda: payments.ledger_account(asked, account, purpose=purpose) if account else None,
        lambda: payments.ledger_entries(asked, cause=cause, purpose=purpose) if cause else None,
    )
    problem = next((each for each in (found, entries) if isinstance(each, Problem)), None)
    return render(
        "operations/ledger.html",
        found=found,
        entries=entries,
        problem=problem,
        account=account,
        cause=cause,
        purpose=purpose,
        purposes=Codes(codes).choices("purposes"),
    )
