"""Reactions to events, for overpayments: deaths, other ends of awards, what became of payments,
and money that persons paid back."""

from services.claims.overpayments import actions
from shared.bus.reactions import Reactions
from shared.events.claims.awards import AwardChanged, AwardEnded
from shared.events.identity import DeathTakenBack, PersonDied
from shared.events.payments.payouts import BenefitOrdered, BenefitReturned
from shared.events.payments.repayments import RepaymentReceived, RepaymentReversed
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PersonDied)
def follow_death(uow: UnitOfWork, event: PersonDied) -> None:
    actions.follow_death(uow, event)


@reactions.to(DeathTakenBack)
def undo_death(uow: UnitOfWork, event: DeathTakenBack) -> None:
    actions.follow_death(uow, event)


@reactions.to(AwardEnded)
def follow_end(uow: UnitOfWork, event: AwardEnded) -> None:
    actions.follow_end(uow, award_id=event.award_id)


@reactions.to(AwardChanged)
def follow_change(uow: UnitOfWork, event: AwardChanged) -> None:
    actions.follow_change(uow, award_id=event.award_id, difference_minor=event.difference_minor)


@reactions.to(BenefitOrdered)
def note_ordered(uow: UnitOfWork, event: BenefitOrdered) -> None:
    if event.payment_id:
        actions.note_payment(uow, payment_id=event.payment_id)


@reactions.to(BenefitReturned)
def note_returned(uow: UnitOfWork, event: BenefitReturned) -> None:
    if event.payment_id:
        actions.note_payment(uow, payment_id=event.payment_id)


@reactions.to(RepaymentReceived)
def note_repaid(uow: UnitOfWork, event: RepaymentReceived) -> None:
    actions.note_repaid(uow, event)


@reactions.to(RepaymentReversed)
def note_repayment_taken_back(uow: UnitOfWork, event: RepaymentReversed) -> None:
    actions.note_repayment_taken_back(uow, event)
