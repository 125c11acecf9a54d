"""The endpoints of partners: who is told of what, and who does not answer."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.pages import api, render
from frontends.kit.words import _
from frontends.operations.guard import LEDGER, operators

pages = Blueprint("partners", __name__)

PAGE = 25


@pages.get("/partners")
@operators(LEDGER)
def index() -> Response:
    """All endpoints of the fund, with the reason of those that are off."""
    cursor = request.args.get("cursor") or None
    found = payments.partners_list_of_fund(api(), limit=PAGE, cursor=cursor)
    return render("operations/partners.html", found=found, is_first=cursor is None)


@pages.app_template_global()
def endpoint_status(status: str) -> str:
    """Whether an endpoint is told, in words."""
    return {"enabled": _("Is told"), "disabled": _("Switched off")}.get(status, status)


@pages.app_template_global()
def endpoint_reason(reason: str) -> str:
    """Why an endpoint is told nothing more, in words."""
    reasons = {
        "gone": _("It said that it is gone."),
        "not-answering": _("It did not answer, however often it was tried."),
        "given-up": _("An operator gave up its messages."),
    }
    return reasons.get(reason, reason)
