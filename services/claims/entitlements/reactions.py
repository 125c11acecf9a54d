"""Events come in for entitlements: wages that employers declared."""

from services.claims.entitlements import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(WagesDeclared)
def decide_page(work: Work, event: WagesDeclared) -> None:
    actions.decide_page(work, event)
