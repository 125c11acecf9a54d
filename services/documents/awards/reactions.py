"""Reactions to events, for awards: what claims opened, and what became of it."""

from services.documents.awards import actions
from services.documents.awards.award import Status
from shared.bus.reactions import Reactions
from shared.events.claims.awards import AwardEnded, AwardOpened, AwardResumed, AwardSuspended, BenefitDue
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(AwardOpened)
def note_opened(uow: UnitOfWork, event: AwardOpened) -> None:
    actions.note_opened(uow, event)


@reactions.to(AwardSuspended)
def note_suspended(uow: UnitOfWork, event: AwardSuspended) -> None:
    actions.note_status(uow, award_id=event.award_id, to=Status.SUSPENDED)


@reactions.to(AwardResumed)
def note_resumed(uow: UnitOfWork, event: AwardResumed) -> None:
    actions.note_status(uow, award_id=event.award_id, to=Status.ACTIVE)


@reactions.to(AwardEnded)
def note_ended(uow: UnitOfWork, event: AwardEnded) -> None:
    actions.note_ended(uow, award_id=event.award_id, until_on=event.until_on)


@reactions.to(BenefitDue)
def note_due(uow: UnitOfWork, event: BenefitDue) -> None:
    actions.note_due(uow, event)
