"""Reactions to events, for careers: wages that employers declared."""

from services.documents.careers import actions
from shared.bus.reactions import Reactions
from shared.events.payments.wages import WagesDeclared, WagesDeclaredV2, in_version_2
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def write_page(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    actions.write_page(uow, event)


@reactions.to(WagesDeclared)
def write_page_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        actions.write_page(uow, in_version_2(event))
