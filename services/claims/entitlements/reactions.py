"""Events come in for entitlements: wages that employers declared."""

from services.claims.entitlements import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclared)
def decide_page(uow: UnitOfWork, event: WagesDeclared) -> None:
    actions.decide_page(uow, event)
