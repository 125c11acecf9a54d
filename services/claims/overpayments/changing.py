"""How an overpayment is found, kept and told, for whatever makes it change: an end, a fact, a run, a payment."""

from dataclasses import replace

from services.claims.awards import store as awards_store
from services.claims.awards.award import Award, AwardKind
from services.claims.awards.award import Status as AwardStatus
from services.claims.claims.timeline import AppealTerm, appeal_term_by
from services.claims.overpayments import rules
from services.claims.overpayments.overpayment import PAYMENTS_LOOKED_AT_MAX, Overpayment, RepaymentWay
from services.claims.overpayments.store import overpayments
from services.claims.runs import store as runs
from shared.events.claims.overpayments import REPAYMENT_PREFIX, OverpaymentFound
from shared.funds.law import find_in_force
from shared.funds.procedure import Recovery
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def look_for(uow: UnitOfWork, award: Award, *, carried_minor: int | None = None) -> None:
    """Find what was overpaid for an award by its payments as they stand now; `carried_minor` is what of it was overpaid
    while it held, where that is another sum now."""
    if award.kind is not AwardKind.PAYMENT:
        return
    known = overpayments.find(uow, award.award_id)
    is_over = award.before_death is not None or award.status is AwardStatus.ENDED
    if known is None and not is_over and not carried_minor:
        return
    payments = runs.last_payments_of(uow, award.award_id, limit=PAYMENTS_LOOKED_AT_MAX)
    if carried_minor is None:
        carried_minor = known.carried_minor if known else 0
    found = rules.found(
        known,
        award,
        payments,
        carried_minor=carried_minor,
        repayment_reference=known.repayment_reference if known else uow.new_reference(REPAYMENT_PREFIX),
        currency=uow.fund.currency.value,
        by=uow.by.subject,
        at=uow.at,
    )
    if found is not None:
        save(uow, known, found)


def save(uow: UnitOfWork, before: Overpayment | None, after: Overpayment) -> Overpayment:
    """Keep an overpayment that changed, and publish what the person and payments are told of that."""
    if not after.repayment_reference:  # one of an earlier release
        after = replace(after, repayment_reference=uow.new_reference(REPAYMENT_PREFIX))
    appeal_term = appeal_term_of(uow, after)
    events = rules.change_events(
        before, after, way=way_of(uow, after), until_on=appeal_term.until_on if appeal_term else None, at=uow.at
    )
    is_expected = after.is_expected or any(isinstance(each, OverpaymentFound) for each in events)
    return overpayments.save(uow, Outcome(replace(after, is_expected=is_expected), events))


def settle_account(uow: UnitOfWork, overpayment: Overpayment) -> None:
    """The overpayment is settled otherwise: payments of the award have nothing more taken off for it. Raises
    `OverpaymentAwaitsRun`."""
    account = runs.accounts.find(uow, overpayment.award_id)
    carry_minor = account.carry_minor if account else 0
    if rules.settled_minor(overpayment, account_carry_minor=carry_minor) and account is not None:
        runs.accounts.save(uow, Outcome(account.settled(-carry_minor)))


def settle_in_account(uow: UnitOfWork, overpayment: Overpayment, *, amount_minor: int) -> None:
    """So much was paid back, or, below zero, taken back by the bank: runs take so much less off payments of an award
    that holds. Of one that has ended nothing more is taken, and its account stays what runs have granted."""
    account = runs.accounts.find(uow, overpayment.award_id) if overpayment.last_on is None else None
    if account is not None and amount_minor:
        runs.accounts.save(uow, Outcome(account.settled(amount_minor)))


def recovery_of(uow: UnitOfWork, overpayment: Overpayment) -> Recovery | None:
    """How it is recovered, by what the fund says of the benefit now."""
    definition = uow.fund.claim_types.get(overpayment.claim_type)
    return None if definition is None else find_in_force(definition.procedure.recovery, on=uow.today)


def waits_for_dispute(recovery: Recovery | None) -> bool:
    """Whether nothing is taken while somebody disputes it: as the fund says, and where it says nothing."""
    return recovery is None or recovery.is_suspended_by_dispute


def appeal_term_of(uow: UnitOfWork, overpayment: Overpayment) -> AppealTerm | None:
    """Before whom and until when it may be disputed: as decisions about the benefit are contested."""
    definition = uow.fund.claim_types.get(overpayment.claim_type)
    announced_on = uow.fund.day_of(overpayment.announced_at)
    appeal = None if definition is None else find_in_force(definition.appeals, on=announced_on)
    return None if appeal is None else appeal_term_by(appeal, decided_on=announced_on, fund=uow.fund)


def way_of(uow: UnitOfWork, overpayment: Overpayment) -> RepaymentWay:
    """How it is paid back as things stand."""
    if overpayment.is_of_deceased:
        return RepaymentWay.HEIRS
    if overpayment.last_on is None:
        return RepaymentWay.OWN_PAYMENTS
    recovery = recovery_of(uow, overpayment)
    if recovery is not None and recovery.from_other_awards:
        others = awards_store.every_of(uow, overpayment.person_ref)
        if any(
            each.kind is AwardKind.PAYMENT and each.status is not AwardStatus.ENDED
            for each in others
            if each.award_id != overpayment.award_id
        ):
            return RepaymentWay.OTHER_PAYMENTS
    return RepaymentWay.TRANSFER
