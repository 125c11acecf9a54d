"""Reactions to events, for payees: pages of the fund's register."""

from services.payments.payees import actions
from shared.bus.reactions import Reactions
from shared.events.identity import PersonsRegistered
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PersonsRegistered)
def save_page(uow: UnitOfWork, event: PersonsRegistered) -> None:
    actions.save_page(uow, event)
