"""Reactions to events, for declarations: the cards that were refreshed from their wages."""

from services.payments.declarations import actions
from shared.bus.reactions import Reactions
from shared.events.identity import CardsRefreshed
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(CardsRefreshed)
def count_cards(uow: UnitOfWork, event: CardsRefreshed) -> None:
    actions.count_cards(uow, event)
