"""Events come in for cards: rights that claims decided."""

from services.identity.cards import actions
from shared.bus.reactions import Reactions
from shared.events.claims import RightsDecided
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(RightsDecided)
def refresh_page(work: Work, event: RightsDecided) -> None:
    actions.refresh_page(work, event)
