"""Events come in for the register: pages of it that identity imported."""

from services.documents.register import actions
from shared.bus.reactions import Reactions
from shared.events.identity import EmployersRegistered, PersonsRegistered
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(PersonsRegistered)
def note_persons(work: Work, event: PersonsRegistered) -> None:
    actions.note_persons(work, event)


@reactions.to(EmployersRegistered)
def note_employers(work: Work, event: EmployersRegistered) -> None:
    actions.note_employers(work, event)
