"""A mandate by which more can be debited than before: the employer's plan need not wait until it is looked at again."""

from services.payments.settlements import actions
from shared.bus.reactions import Reactions
from shared.events.payments.mandates import MandateAccepted, MandateAmended, MandateResumed
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(MandateAccepted)
def follow_accepted(uow: UnitOfWork, event: MandateAccepted) -> None:
    actions.follow_soon(uow, employer_id=event.employer_id)


@reactions.to(MandateResumed)
def follow_resumed(uow: UnitOfWork, event: MandateResumed) -> None:
    actions.follow_soon(uow, employer_id=event.employer_id)


@reactions.to(MandateAmended)
def follow_amended(uow: UnitOfWork, event: MandateAmended) -> None:
    actions.follow_soon(uow, employer_id=event.employer_id)
