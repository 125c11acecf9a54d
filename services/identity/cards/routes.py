"""HTTP comes in for cards."""

from services.identity.cards import actions
from services.identity.cards.card import Card
from services.identity.cards.rules import CardUnknown
from services.identity.cards.schemas import CardView
from shared.http.routes import Routes
from shared.storage.work import Work

routes = Routes("cards")


@routes.get("/card", needs="cards:read", shows=CardView)
def read_own(work: Work) -> Card:
    """The caller's own health card."""
    if work.by.person_ref is None:
        raise CardUnknown
    return actions.read(work, person_ref=work.by.person_ref)


@routes.get("/persons/<person_ref>/card", needs="cards:read", shows=CardView)
def read(work: Work, person_ref: str) -> Card:
    """A person's health card, for the person and for the fund's agents."""
    return actions.read(work, person_ref=person_ref)
