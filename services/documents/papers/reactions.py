"""Reactions to events, for papers: wages that were declared anew, once careers has written them down."""

from services.documents.careers import actions as careers
from services.documents.papers import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared, WagesDeclaredV2, in_version_2
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def withdraw_differing(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    actions.withdraw_differing(uow, careers.dependent_papers(uow, event))


@reactions.to(WagesDeclared)
def withdraw_differing_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        actions.withdraw_differing(uow, careers.dependent_papers(uow, in_version_2(event)))
