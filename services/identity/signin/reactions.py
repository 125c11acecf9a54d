"""Reactions to events, for sign-in: who died signs in no more."""

from services.identity.signin import actions
from shared.bus.reactions import Reactions
from shared.events.identity import DeathTakenBack, PersonDied
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PersonDied)
def close(uow: UnitOfWork, event: PersonDied) -> None:
    actions.follow_death(uow, person_ref=event.person_ref)


@reactions.to(DeathTakenBack)
def reopen(uow: UnitOfWork, event: DeathTakenBack) -> None:
    actions.follow_death(uow, person_ref=event.person_ref)
