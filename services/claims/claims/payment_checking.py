"""What claims does before it owes what is paid once: registers are asked again, and what they answer is held against
the decision."""

from services.claims.benefits import actions as benefits
from services.claims.claims import payment_check, store
from services.claims.claims.claim import Claim, PaymentCheckStatus
from services.claims.claims.claim_types import type_of
from services.claims.claims.payment_check import PaymentCheckFacts
from services.claims.crosschecks import actions as crosschecks
from services.claims.deaths import actions as deaths
from shared.storage.unit_of_work import UnitOfWork


def begin(uow: UnitOfWork, claim: Claim) -> Claim:
    """A claim was granted: ask its registers again where their answers are not of today, and go on where none is
    awaited."""
    if not is_awaited(claim):
        return claim
    crosschecks.ask_again_before_payment(uow, claim)
    return go_on(uow, claim)


def go_on(uow: UnitOfWork, claim: Claim) -> Claim:
    """Once every register has answered, the claim is owed, or an agent has to look."""
    if not is_awaited(claim) or crosschecks.are_open(uow, claim):
        return claim
    is_judged = not type_of(uow.fund, claim.claim_type).is_for_care
    known = PaymentCheckFacts(
        died_on=deaths.died_on(uow, claim.person_ref),
        has_changed=crosschecks.have_changed(uow, claim),
        is_lost=crosschecks.are_lost(uow, claim),
        judgement=benefits.judge_claim(uow, claim, on=uow.today) if is_judged else None,
    )
    outcome = payment_check.conclude(claim, known, currency=uow.fund.currency.value, at=uow.at)
    return store.claims.save(uow, outcome)


def is_awaited(claim: Claim) -> bool:
    """Whether registers are being asked before it is owed."""
    return claim.payment_check is not None and claim.payment_check.status is PaymentCheckStatus.AWAITED


def release(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    """The caller, who did not decide the claim, lets it be paid as it was decided."""
    claim = store.claims.load(uow, claim_id)
    outcome = payment_check.release(claim, reason=reason, currency=uow.fund.currency.value, by=uow.by, at=uow.at)
    kept = store.claims.save(uow, outcome)
    uow.note("payment-released", "claims", claim_id, version=kept.version, why=reason)
    return kept


def decide_anew(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    """The caller lets it not be paid: the claim is decided anew."""
    kept = store.claims.save(
        uow, payment_check.decide_anew(store.claims.load(uow, claim_id), reason=reason, by=uow.by, at=uow.at)
    )
    uow.note("to-decide-anew", "claims", claim_id, version=kept.version, why=reason)
    return kept
