"""Reactions to events, for entitlements: wages that employers declared, months that persons paid alone."""

from services.claims.entitlements import actions
from shared.bus.reactions import Reactions
from shared.events.payments.self_payers import SelfContributionPaid, SelfContributionReopened
from shared.events.payments.wages import WagesDeclared, WagesDeclaredV2, in_version_2
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def decide_page(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    actions.decide_page(uow, event)


@reactions.to(WagesDeclared)
def decide_page_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        actions.decide_page(uow, in_version_2(event))


@reactions.to(SelfContributionPaid)
def count_self_paid(uow: UnitOfWork, event: SelfContributionPaid) -> None:
    actions.count_self_paid(uow, person_ref=event.person_ref, month=event.month, is_paid=True, as_of=event.paid_at)


@reactions.to(SelfContributionReopened)
def discount_self_paid(uow: UnitOfWork, event: SelfContributionReopened) -> None:
    actions.count_self_paid(uow, person_ref=event.person_ref, month=event.month, is_paid=False, as_of=event.reopened_at)
