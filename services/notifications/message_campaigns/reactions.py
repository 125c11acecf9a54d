"""Reactions to events, for message campaigns: the pages of their audiences."""

from services.notifications.message_campaigns import actions
from shared.bus.reactions import Reactions
from shared.events.audiences import AudienceSelected
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(AudienceSelected)
def take_page(uow: UnitOfWork, event: AudienceSelected) -> None:
    actions.take_page(uow, event)
