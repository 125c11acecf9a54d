"""How an overpayment moves, whatever moves it: with the move goes a dispute that nobody has decided. Pure."""

from dataclasses import replace
from datetime import datetime

from services.claims.overpayments.overpayment import (
    MOVES,
    OVERPAYMENT_STEPS_MAX,
    TO_RECOVER,
    DisputeOutcome,
    Overpayment,
    OverpaymentStep,
    Status,
)
from shared.events.claims.overpayments import OverpaymentDisputeDecided
from shared.kernel.errors import Conflict
from shared.kernel.history import with_step
from shared.kernel.moves import moved


class OverpaymentNotOpen(Conflict):
    """It was settled before, or there is nothing to recover."""

    code = "overpayment.not-open"


def moved_to(overpayment: Overpayment, *, to: Status, by: str, at: datetime, reason: str = "") -> Overpayment:
    """Another status, with its step. A dispute that is open when nothing is owed any more is moot."""
    status = moved(MOVES, overpayment.status, to=to)
    step = OverpaymentStep(status=status, at=at, by=by, amount_minor=overpayment.amount_minor, reason=reason)
    steps = with_step(overpayment.steps, step, limit=OVERPAYMENT_STEPS_MAX)
    if overpayment.is_disputed and status not in TO_RECOVER:
        overpayment = dispute_decided(overpayment, DisputeOutcome.MOOT, reason=reason, by=by, at=at)
    return replace(overpayment, status=status, steps=steps)


def recovered(overpayment: Overpayment, *, by: str, at: datetime) -> Overpayment:
    """The last of what was owed has come."""
    status = overpayment.status
    if status is Status.WAIVER_PROPOSED:
        overpayment = moved_to(overpayment, to=Status.OPEN, by=by, at=at)
    return moved_to(overpayment, to=Status.RECOVERED, by=by, at=at)


def dispute_decided(
    overpayment: Overpayment, outcome: DisputeOutcome, *, reason: str, by: str, at: datetime
) -> Overpayment:
    """The last dispute is decided, with the reason."""
    decided = replace(overpayment.disputes[-1], outcome=outcome, decided_at=at, decided_by=by, reason=reason)
    return replace(overpayment, disputes=(*overpayment.disputes[:-1], decided), is_disputed=False)


def decided_event(overpayment: Overpayment, *, stands: bool, at: datetime) -> OverpaymentDisputeDecided:
    """What the person is told of a decision: whether it stands."""
    return OverpaymentDisputeDecided(
        award_id=overpayment.award_id,
        reference=overpayment.reference,
        person_ref=overpayment.person_ref,
        claim_type=overpayment.claim_type,
        stands=stands,
        amount_minor=overpayment.amount_minor,
        currency=overpayment.currency,
        decided_at=at,
    )
