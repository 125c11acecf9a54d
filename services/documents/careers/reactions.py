"""Events come in for careers: wages that employers declared."""

from services.documents.careers import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(WagesDeclared)
def write_page(work: Work, event: WagesDeclared) -> None:
    actions.write_page(work, event)
