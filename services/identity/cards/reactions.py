"""Reactions to events, for cards: rights that claims decided."""

from services.identity.cards import actions
from shared.bus.reactions import Reactions
from shared.events.claims import RightsDecided
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(RightsDecided)
def refresh_page(uow: UnitOfWork, event: RightsDecided) -> None:
    actions.refresh_page(uow, event)
