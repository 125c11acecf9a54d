"""What may happen to payouts, and how a batch of them is made. Pure: the time is handed in. What may happen to the
batch's file: `order_files/rules.py`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.payments.order_files.order_file import FileStatus, FileStep
from services.payments.payouts.batch import PayoutBatch
from services.payments.payouts.payout import MOVES, STEPS_MAX, Owed, Payout, PayoutStep, Status
from shared.events.claims.awards import BenefitDue
from shared.events.claims.claims import ClaimApproved
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.kernel.errors import Conflict, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class PayoutUnknown(Missing):
    code = "payout.unknown"


class PayoutBatchUnknown(Missing):
    code = "payout.batch-unknown"


class NotReturned(Conflict):
    """The payout may still reach the person: another one would pay them twice."""

    code = "payout.not-returned"


class AlreadyReplaced(Conflict):
    """Another payout was ordered in its place."""

    code = "payout.already-replaced"


# --- Payouts ----------------------------------------------------------------------------------------------------------


def owed_for_claim(claim: ClaimApproved) -> Owed:
    """What an approved claim owes."""
    return Owed(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        amount_minor=claim.amount_minor,
        currency=claim.currency,
    )


def owed_for_award(due: BenefitDue) -> Owed:
    """What an approved run owes for an award and a period."""
    return Owed(
        claim_id=due.claim_id,
        reference=due.reference,
        person_ref=due.person_ref,
        claim_type=due.claim_type,
        amount_minor=due.amount_minor,
        currency=due.currency,
        award_id=due.award_id,
        payment_id=due.payment_id,
    )


def order(owed: Owed, *, payout_id: str, has_account: bool, at: datetime, traceparent: str = "") -> Outcome[Payout]:
    """The fund owes a person an amount. Without a bank account it waits, visibly, until one is known."""
    waiting = Payout(
        payout_id=payout_id,
        end_to_end_id=payout_id.replace("-", ""),
        claim_id=owed.claim_id,
        reference=owed.reference,
        person_ref=owed.person_ref,
        claim_type=owed.claim_type,
        amount_minor=owed.amount_minor,
        status=Status.WAITING_ACCOUNT,
        steps=(PayoutStep(status=Status.WAITING_ACCOUNT, at=at),),
        traceparent=traceparent,
        award_id=owed.award_id,
        payment_id=owed.payment_id,
    )
    return account_known(waiting, currency=owed.currency, at=at) if has_account else Outcome(waiting)


def account_known(payout: Payout, *, currency: str, at: datetime) -> Outcome[Payout]:
    """The person has a bank account: the payout stands in the list for the bank. Published the first time only."""
    ordered = _moved(payout, to=Status.ORDERED, at=at)
    if any(step.status is Status.ORDERED for step in payout.steps):
        return Outcome(ordered)
    published = BenefitOrdered(
        claim_id=payout.claim_id,
        payout_id=payout.payout_id,
        person_ref=payout.person_ref,
        amount_minor=payout.amount_minor,
        currency=currency,
        ordered_at=at,
        award_id=payout.award_id,
        payment_id=payout.payment_id,
    )
    return Outcome(ordered, (published,))


def set_aside(payout: Payout, *, at: datetime) -> Payout:
    """Name or account cannot be written for the bank: it waits, visibly, until the register publishes them again."""
    return _moved(payout, to=Status.WAITING_ACCOUNT, at=at, about="unusable")


def put_in_batch(payout: Payout, *, batch_id: str, account_index: str, at: datetime) -> Payout:
    step = PayoutStep(status=moved(MOVES, payout.status, to=Status.BATCHED), at=at)
    steps = _steps(payout, step)
    return replace(payout, status=step.status, steps=steps, batch_id=batch_id, account_index=account_index)


def order_again(
    returned: Payout, *, payout_id: str, has_account: bool, currency: str, at: datetime, traceparent: str = ""
) -> tuple[Payout, Outcome[Payout]]:
    """The fund owes the person still: the payout that came back, replaced, and the one that takes its place, with an
    EndToEndId that the bank has never seen. Nothing more is booked as owed. `NotReturned`, `AlreadyReplaced`."""
    if returned.status is not Status.RETURNED:
        raise NotReturned
    if returned.replaced_by is not None:
        raise AlreadyReplaced
    again = Payout(
        payout_id=payout_id,
        end_to_end_id=payout_id.replace("-", ""),
        claim_id=returned.claim_id,
        reference=returned.reference,
        person_ref=returned.person_ref,
        claim_type=returned.claim_type,
        amount_minor=returned.amount_minor,
        status=Status.WAITING_ACCOUNT,
        steps=(PayoutStep(status=Status.WAITING_ACCOUNT, at=at),),
        replaces=returned.payout_id,
        award_id=returned.award_id,
        payment_id=returned.payment_id,
        traceparent=traceparent,
    )
    ordered = account_known(again, currency=currency, at=at) if has_account else Outcome(again)
    return replace(returned, replaced_by=payout_id), ordered


def follow_batch(payout: Payout, *, to: Status, at: datetime) -> Payout:
    """What is known of the file holds for its payouts, except for those of which more is known already."""
    if payout.status is to or to not in MOVES[payout.status]:
        return payout
    return _moved(payout, to=to, at=at)


def pay(payout: Payout, *, entry_id: str, currency: str, at: datetime) -> Outcome[Payout]:
    """The bank booked the money out. If it reported the return first, the payout stays returned."""
    paid = replace(payout, paid_by=entry_id)
    if payout.status is Status.RETURNED:
        return Outcome(paid)
    published = BenefitPaid(
        claim_id=payout.claim_id,
        payout_id=payout.payout_id,
        person_ref=payout.person_ref,
        amount_minor=payout.amount_minor,
        currency=currency,
        paid_at=at,
        award_id=payout.award_id,
        payment_id=payout.payment_id,
    )
    return Outcome(_moved(paid, to=Status.PAID, at=at), (published,))


def give_back(payout: Payout, *, entry_id: str | None, reason: str, at: datetime) -> Outcome[Payout]:
    """The person did not get it: refused at once (no entry of the bank), or paid and come back by an entry."""
    returned = replace(payout, returned_by=entry_id)
    published = BenefitReturned(
        claim_id=payout.claim_id,
        payout_id=payout.payout_id,
        person_ref=payout.person_ref,
        reason=reason,
        returned_at=at,
        award_id=payout.award_id,
        payment_id=payout.payment_id,
    )
    return Outcome(_moved(returned, to=Status.RETURNED, at=at, about=reason), (published,))


def is_refused(payout: Payout) -> bool:
    """Whether the bank refused to execute it. No money left, as far as is known."""
    return payout.status is Status.RETURNED and payout.returned_by is None


# --- Batches ----------------------------------------------------------------------------------------------------------


def gather(payouts: Sequence[Payout], *, batch_id: str, sha256: str, size: int, at: datetime) -> PayoutBatch:
    """A file that is written and stored."""
    return PayoutBatch(
        batch_id=batch_id,
        payout_ids=tuple(payout.payout_id for payout in payouts),
        total_minor=sum(payout.amount_minor for payout in payouts),
        sha256=sha256,
        size=size,
        status=FileStatus.READY,
        steps=(FileStep(status=FileStatus.READY, at=at),),
        next_look_at=at,
    )


# ----------------------------------------------------------------------------------------------------------------------


def _moved(payout: Payout, *, to: Status, at: datetime, about: str = "") -> Payout:
    status = moved(MOVES, payout.status, to=to)
    return replace(payout, status=status, steps=_steps(payout, PayoutStep(status=status, at=at, about=about)))


def _steps(payout: Payout, step: PayoutStep) -> tuple[PayoutStep, ...]:
    return with_step(payout.steps, step, limit=STEPS_MAX)
