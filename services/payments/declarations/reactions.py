"""Events come in for declarations: the cards that were refreshed from their wages."""

from services.payments.declarations import actions
from shared.bus.reactions import Reactions
from shared.events.identity import CardsRefreshed
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(CardsRefreshed)
def count_cards(work: Work, event: CardsRefreshed) -> None:
    actions.count_cards(work, event)
