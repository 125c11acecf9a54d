"""Reactions to events, for cards: rights that claims decided, and deaths."""

from services.identity.cards import actions
from shared.bus.reactions import Reactions
from shared.events.claims.entitlements import RightDecided, RightsDecided
from shared.events.identity import DeathTakenBack, PersonDied
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(RightsDecided)
def refresh_page(uow: UnitOfWork, event: RightsDecided) -> None:
    actions.refresh_page(uow, event)


@reactions.to(RightDecided)
def refresh(uow: UnitOfWork, event: RightDecided) -> None:
    actions.refresh(uow, event)


@reactions.to(PersonDied)
def void(uow: UnitOfWork, event: PersonDied) -> None:
    actions.follow_death(uow, person_ref=event.person_ref)


@reactions.to(DeathTakenBack)
def restore(uow: UnitOfWork, event: DeathTakenBack) -> None:
    actions.follow_death(uow, person_ref=event.person_ref)
