"""Reactions to events, for careers: wages that employers declared."""

from services.documents.careers import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclared)
def write_page(uow: UnitOfWork, event: WagesDeclared) -> None:
    actions.write_page(uow, event)
