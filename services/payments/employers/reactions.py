"""Events come in for employers: pages of the fund's register."""

from services.payments.employers import actions
from shared.bus.reactions import Reactions
from shared.events.identity import EmployersRegistered
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(EmployersRegistered)
def keep_page(work: Work, event: EmployersRegistered) -> None:
    actions.keep_page(work, event)
