"""Reactions to events, for papers: wages that were declared anew, once careers has written them down."""

from services.documents.careers import actions as careers
from services.documents.papers import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclared)
def withdraw_differing(uow: UnitOfWork, event: WagesDeclared) -> None:
    actions.withdraw_differing(uow, careers.leaning_on(uow, event))
