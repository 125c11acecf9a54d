"""What is paid to a person every period: allowances and pensions, with how each sum came about."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, payments
from frontends.kit.api import needed, together
from frontends.kit.pages import api, render, signed_in

pages = Blueprint("payments", __name__)

PAGE = 24


@pages.get("/payments")
@signed_in("person")
def index() -> Response:
    """The payments of every period that were granted, what was paid too much of them, care that was paid, and, for whom
    it concerns, the way to the contributions that they pay themselves."""
    asked = api()
    awards, paid, owed, own = together(
        lambda: claims.awards_list_own(asked, kind="payment", limit=50),
        lambda: claims.claims_list_own(asked, status="paid", limit=20),
        lambda: claims.overpayments_list_own(asked, limit=20),
        lambda: payments.self_payers_list_own(asked, limit=1),
    )
    return render("person/payments.html", awards=awards, paid=paid, owed=owed, own=own)


@pages.get("/payments/<award_id>")
@signed_in("person")
def one(award_id: str) -> Response:
    """One of them, period by period."""
    asked = api()
    cursor = request.args.get("cursor") or None
    award, paid, again = together(
        lambda: claims.awards_read(asked, award_id),
        lambda: claims.runs_list_of_award(asked, award_id, limit=PAGE, cursor=cursor),
        lambda: claims.reassessments_read(asked, award_id),
    )
    return render("person/award.html", award=needed(award), paid=paid, again=again, is_first=cursor is None)
