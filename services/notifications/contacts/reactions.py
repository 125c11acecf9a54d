"""Reactions to events, for contacts: pages of the fund's register, and deaths."""

from services.notifications.contacts import actions
from services.notifications.contacts.contact import Contact
from shared.bus.reactions import Reactions
from shared.events.identity import DeathTakenBack, EmployersRegistered, PersonDied, PersonsRegistered
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PersonsRegistered)
def register_persons(uow: UnitOfWork, event: PersonsRegistered) -> None:
    at = event.registered_at
    published = [
        Contact(owner_id=each.person_ref, sealed=each.contact, language=each.language, registered_at=at)
        for each in event.persons
    ]
    actions.register(uow, published, part_of=event.page_id)


@reactions.to(EmployersRegistered)
def register_employers(uow: UnitOfWork, event: EmployersRegistered) -> None:
    at = event.registered_at
    published = [
        Contact(owner_id=each.employer_id, sealed=each.contact, language=each.language, registered_at=at)
        for each in event.employers
    ]
    actions.register(uow, published, part_of=event.page_id)


@reactions.to(PersonDied)
def stop(uow: UnitOfWork, event: PersonDied) -> None:
    actions.follow_death(uow, person_ref=event.person_ref, is_dead=True, revision=event.revision)


@reactions.to(DeathTakenBack)
def begin_again(uow: UnitOfWork, event: DeathTakenBack) -> None:
    actions.follow_death(uow, person_ref=event.person_ref, is_dead=False, revision=event.revision)
