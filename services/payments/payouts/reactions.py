"""Events come in for payouts: claims that were approved, and persons whose account may now be known."""

from services.payments.payouts import actions
from shared.bus.reactions import Reactions
from shared.events.claims import ClaimApproved
from shared.events.identity import PersonsRegistered
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(ClaimApproved)
def order(work: Work, event: ClaimApproved) -> None:
    actions.order(work, event)


@reactions.to(PersonsRegistered)
def order_waiting(work: Work, event: PersonsRegistered) -> None:
    with_account = [person.person_ref for person in event.persons if person.bank is not None]
    actions.order_waiting(work, with_account)
    actions.order_to_other_accounts(work, with_account)
