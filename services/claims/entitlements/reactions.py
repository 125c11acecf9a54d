"""Reactions to events, for entitlements: wages that employers declared."""

from services.claims.entitlements import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared, WagesDeclaredV2, in_version_2
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def decide_page(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    actions.decide_page(uow, event)


@reactions.to(WagesDeclared)
def decide_page_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        actions.decide_page(uow, in_version_2(event))
