"""A person's rights: whether care is covered and why, the health card, covers, dependants."""

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.api import claims, identity
from frontends.kit.api import together
from frontends.kit.pages import api, render, signed_in

pages = Blueprint("rights", __name__)


@pages.get("/rights")
@signed_in("person")
def index() -> Response:
    """All of it at once."""
    asked = api()
    right, card, covers, dependants = together(
        lambda: claims.entitlements_read_own(asked),
        lambda: identity.cards_read_own(asked),
        lambda: claims.awards_list_own(asked, kind="cover", limit=50),
        lambda: claims.insured_list_own(asked),
    )
    return render("person/rights.html", right=right, card=card, covers=covers, dependants=dependants)
