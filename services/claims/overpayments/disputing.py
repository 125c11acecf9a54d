"""The person says that they do not owe it, and somebody who had no part in it decides. Pure."""

from dataclasses import replace
from datetime import date, datetime

from services.claims.overpayments.moving import OverpaymentNotOpen, decided_event, dispute_decided, moved_to
from services.claims.overpayments.overpayment import (
    DISPUTES_MAX,
    TO_RECOVER,
    DisputeOutcome,
    Overpayment,
    OverpaymentDispute,
    Status,
)
from shared.events.claims.overpayments import OverpaymentDisputed
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.outcome import Outcome


class OverpaymentNotDisputable(Conflict):
    """The fund names nobody before whom it could be disputed."""

    code = "overpayment.not-disputable"


class OverpaymentDisputeTooLate(Conflict):
    """The days within which it could be disputed are over."""

    code = "overpayment.dispute-too-late"


class OverpaymentDisputedBefore(Conflict):
    """It is disputed already, or was, and somebody decided."""

    code = "overpayment.disputed-before"


class OverpaymentNotDisputed(Conflict):
    """There is no dispute to decide."""

    code = "overpayment.not-disputed"


class ConcernedWithOverpayment(Forbidden):
    """Who ended the award does not decide the dispute: somebody else does."""

    code = "overpayment.concerned-person"


def dispute(
    overpayment: Overpayment, *, statement: str, until_on: date | None, today: date, at: datetime
) -> Outcome[Overpayment]:
    """The person says that they do not owe it, up to the day `until_on`. Raises `OverpaymentNotOpen`,
    `OverpaymentNotDisputable`, `OverpaymentDisputeTooLate`, `OverpaymentDisputedBefore`."""
    _must_be_disputable(overpayment, until_on=until_on, today=today)
    made = OverpaymentDispute(statement=statement, at=at)
    published = OverpaymentDisputed(
        award_id=overpayment.award_id,
        reference=overpayment.reference,
        person_ref=overpayment.person_ref,
        claim_type=overpayment.claim_type,
        disputed_at=at,
    )
    return Outcome(replace(overpayment, disputes=(*overpayment.disputes, made), is_disputed=True), (published,))


def _must_be_disputable(overpayment: Overpayment, *, until_on: date | None, today: date) -> None:
    if overpayment.status not in TO_RECOVER:
        raise OverpaymentNotOpen
    if until_on is None or len(overpayment.disputes) >= DISPUTES_MAX:
        raise OverpaymentNotDisputable
    last = overpayment.dispute
    if overpayment.is_disputed or (last is not None and last.at >= overpayment.announced_at):
        raise OverpaymentDisputedBefore
    if today > until_on:
        raise OverpaymentDisputeTooLate(until_on=until_on)


def may_be_disputed(overpayment: Overpayment, *, until_on: date | None, today: date) -> bool:
    """Whether the person may dispute it on a day."""
    try:
        _must_be_disputable(overpayment, until_on=until_on, today=today)
    except Conflict:
        return False
    return True


def decide_dispute(
    overpayment: Overpayment, *, stands: bool, reason: str, by: str, ended_by: str, at: datetime
) -> Outcome[Overpayment]:
    """An agent who did not end the award decides: it stands, or it is proposed not to have it back, to which a second
    person agrees. Raises `OverpaymentNotDisputed`, `ConcernedWithOverpayment`."""
    if not overpayment.is_disputed or overpayment.status is not Status.OPEN:
        raise OverpaymentNotDisputed
    if by == ended_by:
        raise ConcernedWithOverpayment
    if not stands:
        return Outcome(moved_to(overpayment, to=Status.WAIVER_PROPOSED, by=by, at=at, reason=reason))
    decided = dispute_decided(overpayment, DisputeOutcome.REJECTED, reason=reason, by=by, at=at)
    return Outcome(decided, (decided_event(decided, stands=True, at=at),))
