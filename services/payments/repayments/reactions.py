"""Reactions to events, for repayments: what claims asks persons for, and asks for no more."""

from services.payments.repayments import actions
from shared.bus.reactions import Reactions
from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(OverpaymentFound)
def expect(uow: UnitOfWork, event: OverpaymentFound) -> None:
    actions.expect(uow, event)


@reactions.to(OverpaymentClosed)
def expect_nothing(uow: UnitOfWork, event: OverpaymentClosed) -> None:
    actions.expect_nothing(uow, event)
