"""Reactions to events, for payouts: approved claims, payments of awards that are due, accounts that may now be
known."""

from services.payments.payouts import actions
from shared.bus.reactions import Reactions
from shared.events.claims.awards import BenefitDue
from shared.events.claims.claims import ClaimApproved
from shared.events.identity import PersonsRegistered
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(ClaimApproved)
def order(uow: UnitOfWork, event: ClaimApproved) -> None:
    actions.order(uow, event)


@reactions.to(BenefitDue)
def order_award_payment(uow: UnitOfWork, event: BenefitDue) -> None:
    actions.order_award_payment(uow, event)


@reactions.to(PersonsRegistered)
def order_waiting(uow: UnitOfWork, event: PersonsRegistered) -> None:
    with_account = [person.person_ref for person in event.persons if person.bank is not None]
    actions.order_waiting(uow, with_account)
    actions.order_to_other_accounts(uow, with_account)
