"""Reactions to events, for employers: pages of the fund's register."""

from services.payments.employers import actions
from shared.bus.reactions import Reactions
from shared.events.identity import EmployersRegistered
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(EmployersRegistered)
def save_page(uow: UnitOfWork, event: EmployersRegistered) -> None:
    actions.save_page(uow, event)
