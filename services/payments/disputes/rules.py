"""What may happen to a dispute. Pure: the fund's definition and the time are handed in."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from services.payments.disputes.dispute import MOVES, STEPS_MAX, DebtDispute, DisputeStatus, DisputeStep
from services.payments.obligations.obligation import Obligation
from shared.events.payments.disputes import DisputeDecided
from shared.funds.arrears import DisputePenalties, DisputeRule
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

REFERENCE_KIND = "DI"


class DisputeUnknown(Missing):
    code = "dispute.unknown"


class DisputesNotOffered(Conflict):
    """The fund takes no disputes here."""

    code = "dispute.not-offered"


class DisputeGroundUnknown(Invalid):
    """It is none of the fund's grounds."""

    code = "dispute.ground-unknown"


class DisputedTooLate(Conflict):
    """The time in which the debt could be disputed is over."""

    code = "dispute.too-late"


class DisputeChanged(Conflict):
    """It was changed concurrently. `version` is the current one."""

    code = "dispute.changed"


class DecisionProposed(Conflict):
    """A decision is proposed: a second person agrees to it or does not, before another is made."""

    code = "dispute.proposed"


class NoDecisionProposed(Conflict):
    """There is no proposal to agree to."""

    code = "dispute.nothing-proposed"


class SameDisputePerson(Forbidden):
    """Who proposed it cannot agree to it, too."""

    code = "dispute.same-person"


def rule_of(fund: Fund) -> DisputeRule:
    """How the fund takes disputes. Raises `DisputesNotOffered`."""
    rule = fund.sections.arrears.disputes if fund.sections.arrears else None
    if rule is None:
        raise DisputesNotOffered
    return rule


def open_until_on(owed: Obligation, *, fund: Fund) -> date:
    """The last day on which a debt may be disputed."""
    return fund.day_of(owed.opened_at) + timedelta(days=rule_of(fund).within_days)


def file(
    owed: Obligation,
    *,
    dispute_id: str,
    reference: str,
    ground: str,
    explanation: str,
    amount_minor: int,
    fund: Fund,
    by: str,
    today: date,
    at: datetime,
) -> DebtDispute:
    """An employer disputes so much of a debt. Raises `DisputesNotOffered`, `DisputeGroundUnknown`,
    `DisputedTooLate`."""
    rule = rule_of(fund)
    if ground not in rule.grounds:
        raise DisputeGroundUnknown
    if today > (until_on := open_until_on(owed, fund=fund)):
        raise DisputedTooLate(until_on=until_on)
    return DebtDispute(
        dispute_id=dispute_id,
        reference=reference,
        declaration_id=owed.declaration_id,
        employer_id=owed.employer_id,
        form=owed.form,
        period=owed.period,
        ground=ground,
        explanation=explanation,
        amount_minor=amount_minor,
        decide_by_on=today + timedelta(days=rule.decide_within_days),
        status=DisputeStatus.OPEN,
        steps=(DisputeStep(status=DisputeStatus.OPEN, at=at, by=by),),
    )


def is_paused(fund: Fund) -> bool:
    """Whether months of lateness that begin during a dispute cost nothing, at least until it is decided."""
    return rule_of(fund).penalties is not DisputePenalties.RUN


def is_spared(dispute: DebtDispute, *, fund: Fund) -> bool:
    """Whether they stay without cost of what the fund upholds. Who takes a dispute back had none."""
    return rule_of(fund).penalties is DisputePenalties.SPARED and dispute.status is not DisputeStatus.WITHDRAWN


def decide(
    dispute: DebtDispute, *, relieved_minor: int, reason: str, fund: Fund, by: str, at: datetime
) -> Outcome[DebtDispute]:
    """An agent decides that so much of it is not owed, and tells the employer why. From the fund's amount on this is a
    proposal, to which a second person agrees. Raises `DecisionProposed`."""
    if dispute.status is DisputeStatus.PROPOSED:
        raise DecisionProposed
    threshold = rule_of(fund).second_person_from
    if threshold is not None and relieved_minor >= threshold.amount_minor:
        step = DisputeStep(status=DisputeStatus.PROPOSED, at=at, by=by, reason=reason)
        return Outcome(_moved(dispute, step, relieved_minor=relieved_minor, proposed_by=by))
    return _decided(dispute, relieved_minor=relieved_minor, reason=reason, fund=fund, by=by, at=at)


def confirm(dispute: DebtDispute, *, fund: Fund, by: str, at: datetime) -> Outcome[DebtDispute]:
    """A second person agrees to what was proposed. Raises `NoDecisionProposed`, `SameDisputePerson`."""
    if dispute.status is not DisputeStatus.PROPOSED:
        raise NoDecisionProposed
    if dispute.proposed_by == by:
        raise SameDisputePerson
    return _decided(dispute, relieved_minor=dispute.relieved_minor, reason=dispute.reason, fund=fund, by=by, at=at)


def reject(dispute: DebtDispute, *, by: str, at: datetime) -> DebtDispute:
    """What was proposed is not agreed to: it is to be decided anew. Raises `NoDecisionProposed`."""
    if dispute.status is not DisputeStatus.PROPOSED:
        raise NoDecisionProposed
    return _moved(dispute, DisputeStep(status=DisputeStatus.OPEN, at=at, by=by), relieved_minor=0, proposed_by="")


def withdraw(dispute: DebtDispute, *, by: str, at: datetime) -> DebtDispute:
    """The employer takes it back before the fund has decided: the debt is owed as it was."""
    step = DisputeStep(status=DisputeStatus.WITHDRAWN, at=at, by=by)
    return _moved(dispute, step, relieved_minor=0, proposed_by="")


def _decided(
    dispute: DebtDispute, *, relieved_minor: int, reason: str, fund: Fund, by: str, at: datetime
) -> Outcome[DebtDispute]:
    status = DisputeStatus.REDUCED
    if not relieved_minor:
        status = DisputeStatus.UPHELD
    elif relieved_minor == dispute.amount_minor:
        status = DisputeStatus.CANCELLED
    step = DisputeStep(status=status, at=at, by=by, reason=reason)
    decided = _moved(dispute, step, relieved_minor=relieved_minor, proposed_by="")
    published = DisputeDecided(
        dispute_id=dispute.dispute_id,
        reference=dispute.reference,
        employer_id=dispute.employer_id,
        form=dispute.form,
        period=dispute.period,
        disputed_minor=dispute.amount_minor,
        relieved_minor=relieved_minor,
        upheld_minor=decided.upheld_minor,
        currency=fund.currency.value,
        decided_at=at,
    )
    return Outcome(decided, (published,))


def _moved(dispute: DebtDispute, step: DisputeStep, *, relieved_minor: int, proposed_by: str) -> DebtDispute:
    return replace(
        dispute,
        status=moved(MOVES, dispute.status, to=step.status),
        steps=with_step(dispute.steps, step, limit=STEPS_MAX),
        relieved_minor=relieved_minor,
        proposed_by=proposed_by,
    )
