"""Reactions to events, for the register: pages of it that identity imported."""

from services.documents.register import actions
from shared.bus.reactions import Reactions
from shared.events.identity import EmployersRegistered, PersonsRegistered
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PersonsRegistered)
def note_persons(uow: UnitOfWork, event: PersonsRegistered) -> None:
    actions.note_persons(uow, event)


@reactions.to(EmployersRegistered)
def note_employers(uow: UnitOfWork, event: EmployersRegistered) -> None:
    actions.note_employers(uow, event)
