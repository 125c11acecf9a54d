"""Events come in for papers: wages that were declared anew, once careers has written them down."""

from services.documents.careers import actions as careers
from services.documents.papers import actions
from shared.bus.reactions import Reactions
from shared.events.payments import WagesDeclared
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(WagesDeclared)
def withdraw_differing(work: Work, event: WagesDeclared) -> None:
    actions.withdraw_differing(work, careers.leaning_on(work, event))
