"""Reactions to payments' own events, for partners: only what was committed is sent. Messages name no person: only
amounts, and ids that the partner can query.
"""

from services.payments.partners import actions
from services.payments.partners.endpoint import WebhookKind
from shared.bus.reactions import Reactions
from shared.events.payments.collections import PaymentDebited
from shared.events.payments.declarations import DeclarationPaid
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.kernel.money import Money
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PaymentDebited)
def announce_debit(uow: UnitOfWork, event: PaymentDebited) -> None:
    facts = {"payment_id": event.collection_id, "rail": event.rail, **_amount(uow, event.amount_minor)}
    actions.announce(uow, WebhookKind.PAYMENT_DEBITED, happened_at=event.debited_at, facts=facts)


@reactions.to(DeclarationPaid)
def announce_declaration(uow: UnitOfWork, event: DeclarationPaid) -> None:
    facts = {"declaration_id": event.declaration_id, "period": event.period, **_amount(uow, event.amount_minor)}
    actions.announce(uow, WebhookKind.DECLARATION_PAID, happened_at=event.paid_at, facts=facts)


@reactions.to(BenefitOrdered)
def announce_order(uow: UnitOfWork, event: BenefitOrdered) -> None:
    facts = {"payout_id": event.payout_id, **_amount(uow, event.amount_minor)}
    actions.announce(uow, WebhookKind.BENEFIT_ORDERED, happened_at=event.ordered_at, facts=facts)


@reactions.to(BenefitPaid)
def announce_benefit(uow: UnitOfWork, event: BenefitPaid) -> None:
    facts = {"payout_id": event.payout_id, **_amount(uow, event.amount_minor)}
    actions.announce(uow, WebhookKind.BENEFIT_PAID, happened_at=event.paid_at, facts=facts)


@reactions.to(BenefitReturned)
def announce_return(uow: UnitOfWork, event: BenefitReturned) -> None:
    facts = {"payout_id": event.payout_id, "reason": event.reason}
    actions.announce(uow, WebhookKind.BENEFIT_RETURNED, happened_at=event.returned_at, facts=facts)


def _amount(uow: UnitOfWork, amount_minor: int) -> dict[str, str]:
    currency = uow.fund.currency
    return {"amount": str(Money(amount_minor, currency).decimal()), "currency": currency.value}
