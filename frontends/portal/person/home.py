"""A person's first page: what is asked of me, what is owed to me, what is under way."""

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.api import claims, notifications
from frontends.kit.api import items_of, together
from frontends.kit.pages import api, render, signed_in
from frontends.kit.person.claim_types import NamedClaims, name_all

pages = Blueprint("home", __name__)

UNDER_WAY_MAX = 5
OPEN = frozenset({"submitted", "medical-control", "to-confirm", "approved", "ordered", "returned", "under-way"})


@pages.get("/home")
@signed_in("person")
def index() -> Response:
    """All of it in one round of questions; what does not answer is said to be missing, and the rest is shown."""
    asked = api()
    filed, drafts, awards, owed, right, told, types = together(
        lambda: claims.claims_list_own(asked, limit=50),
        lambda: claims.drafts_list_own(asked),
        lambda: claims.awards_list_own(asked, limit=20),
        lambda: claims.overpayments_list_own(asked, limit=20),
        lambda: claims.entitlements_read_own(asked),
        lambda: notifications.messages_list_own(asked, limit=3),
        lambda: claims.claims_list_types(asked),
    )
    named = NamedClaims(name_all(types))
    items = items_of(filed)
    return render(
        "person/home.html",
        filed=filed,
        drafts=drafts,
        awards=awards,
        right=right,
        told=told,
        name_of=named.name_of,
        paper_name=named.paper,
        repayments=[it for it in owed["items"] if it["status"] == "open"] if isinstance(owed, dict) else [],
        asks=[claim for claim in items if claim["next"]["who"] == "you"],
        under_way=[claim for claim in items if claim["status"] in OPEN and claim["next"]["who"] != "you"][
            :UNDER_WAY_MAX
        ],
    )
