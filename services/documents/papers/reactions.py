"""Reactions to events, for papers: wages that were declared anew, once careers has written them down, and awards, once
`awards` has noted what became of them."""

from services.documents.careers import actions as careers
from services.documents.papers import actions
from services.documents.papers.paper import WithdrawalReason
from shared.bus.reactions import Reactions
from shared.events.claims.awards import AwardEnded, AwardOpened, AwardResumed, AwardSuspended, BenefitDue
from shared.events.payments.account_statements import AccountStatementDrawn
from shared.events.payments.clearances import ClearanceGranted, ClearanceWithdrawn
from shared.events.payments.mandates import MandateCancelled, MandateExpired, MandateIssued, MandateRefused
from shared.events.payments.wages import WagesDeclared, WagesDeclaredV2, in_version_2
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def withdraw_differing(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    actions.withdraw_differing(uow, careers.dependent_papers(uow, event))


@reactions.to(WagesDeclared)
def withdraw_differing_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        actions.withdraw_differing(uow, careers.dependent_papers(uow, in_version_2(event)))


@reactions.to(AwardOpened)
def certify_opened(uow: UnitOfWork, event: AwardOpened) -> None:
    actions.certify_award(uow, award_id=event.award_id)


@reactions.to(AwardResumed)
def certify_resumed(uow: UnitOfWork, event: AwardResumed) -> None:
    actions.certify_award(uow, award_id=event.award_id)


@reactions.to(AwardSuspended)
def withdraw_of_suspended(uow: UnitOfWork, event: AwardSuspended) -> None:
    actions.withdraw_of_award(uow, award_id=event.award_id)


@reactions.to(AwardEnded)
def withdraw_of_ended(uow: UnitOfWork, event: AwardEnded) -> None:
    actions.withdraw_of_award(uow, award_id=event.award_id)


@reactions.to(BenefitDue)
def withdraw_of_other_amount(uow: UnitOfWork, event: BenefitDue) -> None:
    actions.withdraw_of_award(uow, award_id=event.award_id)


@reactions.to(ClearanceGranted)
def issue_clearance(uow: UnitOfWork, event: ClearanceGranted) -> None:
    actions.issue_clearance(uow, event)


@reactions.to(ClearanceWithdrawn)
def revoke_clearance(uow: UnitOfWork, event: ClearanceWithdrawn) -> None:
    actions.withdraw_about(uow, event.reference, reason=WithdrawalReason.NOT_IN_ORDER)


@reactions.to(AccountStatementDrawn)
def issue_account_statement(uow: UnitOfWork, event: AccountStatementDrawn) -> None:
    actions.issue_account_statement(uow, event)


@reactions.to(MandateIssued)
def issue_mandate_form(uow: UnitOfWork, event: MandateIssued) -> None:
    actions.issue_mandate_form(uow, event)


@reactions.to(MandateRefused)
def revoke_form_of_refused(uow: UnitOfWork, event: MandateRefused) -> None:
    actions.withdraw_about(uow, event.reference, reason=WithdrawalReason.MANDATE_OVER)


@reactions.to(MandateCancelled)
def revoke_form_of_cancelled(uow: UnitOfWork, event: MandateCancelled) -> None:
    actions.withdraw_about(uow, event.reference, reason=WithdrawalReason.MANDATE_OVER)


@reactions.to(MandateExpired)
def revoke_form_of_expired(uow: UnitOfWork, event: MandateExpired) -> None:
    actions.withdraw_about(uow, event.reference, reason=WithdrawalReason.MANDATE_OVER)
