"""HTTP routes of cards."""

from collections.abc import Mapping
from typing import Any

from services.identity.cards import actions
from services.identity.cards.card import Card
from services.identity.cards.rules import CardUnknown
from services.identity.cards.schemas import CardView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("cards", about="Health cards: until when a person's card is good for care.")


@routes.get("/card", scope="cards:read", response=CardView)
def read_own(uow: UnitOfWork) -> Card:
    """The caller's own health card."""
    if uow.by.person_ref is None:
        raise CardUnknown
    return actions.read(uow, person_ref=uow.by.person_ref)


@routes.get("/persons/<person_ref>/card", scope="cards:read", response=CardView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Mapping[str, Any], person_ref: str) -> Card:
    """A person's health card, for the person and for the fund's agents, whose look enters the access journal."""
    return actions.look_at(uow, person_ref=person_ref, purpose=query["purpose"])
