"""Events come in for payees: pages of the fund's register."""

from services.payments.payees import actions
from shared.bus.reactions import Reactions
from shared.events.identity import PersonsRegistered
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(PersonsRegistered)
def keep_page(work: Work, event: PersonsRegistered) -> None:
    actions.keep_page(work, event)
