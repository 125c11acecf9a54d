"""What follows when a claim is granted or refused: a second person above an amount, what medical control said, and what
an appeal comes to. Pure: who decides what of a claim stands in `rules`."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.claims.benefits.rules import NOTHING_DUE
from services.claims.claims.claim import (
    AppealOutcome,
    Claim,
    Decision,
    MedicalAnswer,
    Objection,
    PaymentCheck,
    PaymentCheckStatus,
    RefusalReason,
    Status,
    StepKind,
)
from services.claims.claims.steps import moved_to, noted
from shared.events.claims.claims import AppealDecided, ClaimApproved, ClaimRefused, RequestGranted
from shared.funds.benefits import ClaimType, DecidedBy
from shared.funds.effects import EffectKind
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.procedure import MedicalControl
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.outcome import Outcome


class SamePerson(Forbidden):
    """Whoever decided something neither confirms it nor decides the appeal against it."""

    code = "claim.same-person"


class HandledAtCounter(Forbidden):
    """Whoever filed a claim or gave a paper of it for the person at a counter has no part in deciding it."""

    code = "claim.handled-at-counter"


class NoDecisionToConfirm(Conflict):
    """No decision about the claim waits for a second person."""

    code = "claim.nothing-to-confirm"


class MedicalAnswerLacking(Conflict):
    """Such a claim is granted only after medical control has answered."""

    code = "claim.medical-answer-lacking"


class MedicallyRefused(Conflict):
    """Medical control does not find it justified: its answer binds the agent."""

    code = "claim.medically-refused"


class AppealGivesNoMore(Conflict):
    """It gives no more than the first decision, and the fund's appeals do not take away: refused, it confirms it."""

    code = "claim.appeal-gives-no-more"


class ReasonUnknown(Invalid):
    """The fund does not refuse such a claim for that reason."""

    code = "claim.reason-unknown"


# --- Who may decide what ----------------------------------------------------------------------------------------------


def must_be_another(claim: Claim, by: Actor) -> None:
    """Raises `SamePerson` for somebody who had a part in the decision that this claim is an appeal against, and
    `HandledAtCounter` for an agent who acted for the person: nobody both makes a claim and decides it."""
    if by.subject in claim.counter_agents:
        raise HandledAtCounter
    if claim.appealed is not None and by.subject in claim.appealed.deciders:
        raise SamePerson


def must_be_justified(claim: Claim, definition: ClaimType, *, refused_lines: Collection[int]) -> None:
    """Raises `MedicalAnswerLacking` or `MedicallyRefused` where medical control has not agreed to what is granted."""
    review = claim.medical
    if review is None or review.answer is None:
        if needs_medical_control(definition):
            raise MedicalAnswerLacking
        return
    if review.answer is MedicalAnswer.NO or not set(review.refused_lines) <= set(refused_lines):
        raise MedicallyRefused


def needs_medical_control(definition: ClaimType) -> bool:
    """Whether nothing of the kind is granted without an answer of medical control."""
    is_always = definition.procedure.medical_control is MedicalControl.ALWAYS
    return is_always or definition.decided_by is DecidedBy.MEDICAL


def must_be_reasons(reasons: Collection[str], definition: ClaimType) -> None:
    """Raises `ReasonUnknown` for a reason that the fund does not refuse such claims for."""
    for reason in reasons:
        if reason not in reasons_of(definition):
            raise ReasonUnknown(reason=reason[:40])


def reasons_of(definition: ClaimType) -> Collection[str]:
    """The codes of the reasons for which such a claim may be refused: the conditions that it has to meet, and the
    fund's own or the platform's."""
    own = definition.procedure.refusal_reasons
    met = [each.code for each in definition.conditions] + ([NOTHING_DUE] if definition.formula else [])
    if needs_medical_control(definition):
        met.append(RefusalReason.MEDICALLY_NOT_JUSTIFIED.value)
    return list(dict.fromkeys([*met, *([each.value for each in RefusalReason] if own is None else own)]))


# --- Granted ----------------------------------------------------------------------------------------------------------


def grant(
    claim: Claim, decision: Decision, *, amount_minor: int, definition: ClaimType, fund: Fund, at: datetime
) -> Outcome[Claim]:
    """The claim as an agent decided it. Above the amount that one person may grant it waits for a second one."""
    owed_minor = _owed_minor(claim, amount_minor, definition, fund=fund)
    limit = find_in_force(definition.procedure.one_person_up_to, on=fund.day_of(at))
    # Of an appeal the whole sum counts: who adds to a first decision grants it once more.
    if limit is not None and amount_minor > limit.amount.amount_minor:
        waiting = replace(moved_to(claim, Status.TO_CONFIRM, at=at), proposal=decision, objection=None)
        return Outcome(replace(waiting, proposed_minor=owed_minor))
    return _granted(claim, decision, owed_minor=owed_minor, definition=definition, fund=fund, at=at)


def confirm(claim: Claim, *, definition: ClaimType, fund: Fund, by: Actor, at: datetime) -> Outcome[Claim]:
    """A second person agrees with what another granted: from now on it holds."""
    if claim.status is not Status.TO_CONFIRM or claim.proposal is None:
        raise NoDecisionToConfirm
    must_be_another(claim, by)
    if by.subject in claim.proposal.deciders:
        raise SamePerson
    decision = replace(claim.proposal, confirmed_by=by.subject, confirmed_at=at)
    return _granted(claim, decision, owed_minor=claim.proposed_minor, definition=definition, fund=fund, at=at)


def send_back(claim: Claim, *, reason: str, by: Actor, at: datetime) -> Outcome[Claim]:
    """A second person does not agree, and says why: the claim is to be decided anew."""
    if claim.status is not Status.TO_CONFIRM or claim.proposal is None:
        raise NoDecisionToConfirm
    if by.subject in claim.proposal.deciders:
        raise SamePerson
    objection = Objection(by=by.subject, at=at, reason=reason)
    back = replace(moved_to(claim, Status.SUBMITTED, at=at), proposal=None, proposed_minor=0, objection=objection)
    return Outcome(back)


def _owed_minor(claim: Claim, amount_minor: int, definition: ClaimType, *, fund: Fund) -> int:
    """What is owed: for an appeal, the difference to what the first decision granted, which is negative where the law
    of the day of the appeal lets it take away. `AppealGivesNoMore`."""
    if claim.appealed is None or not is_paid_once(definition):
        return amount_minor
    difference_minor = amount_minor - claim.appealed.approved_minor
    law = find_in_force(definition.appeals, on=fund.day_of(claim.submitted_at))
    if difference_minor == 0 or (difference_minor < 0 and not (law and law.may_lower)):
        raise AppealGivesNoMore
    return difference_minor


def is_paid_once(definition: ClaimType) -> bool:
    return definition.effect.kind is EffectKind.PAY_ONCE


def _granted(
    claim: Claim, decision: Decision, *, owed_minor: int, definition: ClaimType, fund: Fund, at: datetime
) -> Outcome[Claim]:
    """What is paid once is owed from now on; what an appeal takes away is recovered. An award has its own events."""
    is_owed = is_paid_once(definition) and owed_minor >= 0
    overpaid_minor = max(0, -owed_minor)
    granted = replace(
        moved_to(claim, Status.APPROVED, at=at),
        decision=decision,
        approved_minor=owed_minor if is_owed else 0,
        overpaid_minor=overpaid_minor,
        is_to_recover=overpaid_minor > 0,
        proposal=None,
        proposed_minor=0,
        objection=None,
    )
    published: tuple[object, ...] = ()
    if is_owed and owed_minor and definition.effect.is_checked_at_payment:
        granted = replace(granted, payment_check=PaymentCheck(status=PaymentCheckStatus.AWAITED, since=at))
    elif is_owed:
        published = (approved_event(granted, currency=fund.currency.value, at=at),)
    elif definition.effect.kind is EffectKind.TASK:
        request = RequestGranted(
            claim_id=claim.claim_id,
            reference=claim.reference,
            person_ref=claim.person_ref,
            claim_type=claim.claim_type,
            granted_at=at,
        )
        published = (request,)
    decided = moved_to(granted, Status.DONE, at=at) if overpaid_minor else granted
    return Outcome(decided, (*published, *_appeal_decided(decided, at=at)))


def approved_event(claim: Claim, *, currency: str, at: datetime) -> ClaimApproved:
    """That the fund owes what the claim was granted."""
    return ClaimApproved(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        amount_minor=claim.approved_minor,
        currency=currency,
        approved_at=at,
        appeal_of=claim.appealed.claim_id if claim.appealed else "",
    )


# --- Refused ----------------------------------------------------------------------------------------------------------


def refuse(claim: Claim, decision: Decision, *, at: datetime) -> Outcome[Claim]:
    """The claim is refused as a whole; of an appeal this means that the first decision stands."""
    reason = decision.refused_for or ""
    refused = replace(moved_to(claim, Status.REFUSED, at=at, about=reason), decision=decision)
    if claim.appealed is not None:
        return Outcome(refused, _appeal_decided(refused, at=at))
    published = ClaimRefused(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        reason=reason,
        refused_at=at,
    )
    return Outcome(refused, (published,))


# --- Appeals ----------------------------------------------------------------------------------------------------------

_HAPPENINGS = {
    AppealOutcome.CONFIRMED: StepKind.APPEAL_CONFIRMED,
    AppealOutcome.CHANGED: StepKind.APPEAL_CHANGED,
    AppealOutcome.LOWERED: StepKind.APPEAL_LOWERED,
    AppealOutcome.REVERSED: StepKind.APPEAL_REVERSED,
    AppealOutcome.WITHDRAWN: StepKind.APPEAL_WITHDRAWN,
}


def outcome_of(appeal: Claim) -> AppealOutcome | None:
    """What an appeal came to; None while it is undecided, and of a claim that is no appeal."""
    if appeal.appealed is None or appeal.is_undecided:
        return None
    if appeal.status is Status.WITHDRAWN:
        return AppealOutcome.WITHDRAWN
    if appeal.status is Status.REFUSED:
        return AppealOutcome.CONFIRMED
    if appeal.overpaid_minor:
        return AppealOutcome.LOWERED
    return AppealOutcome.CHANGED if appeal.appealed.approved_minor else AppealOutcome.REVERSED


def note_appeal_decided(first: Claim, appeal: Claim, *, at: datetime) -> Outcome[Claim]:
    """The first claim learns what became of the appeal against it. Its own decision stays as it is."""
    outcome = outcome_of(appeal)
    if first.appeal is None or first.appeal.claim_id != appeal.claim_id or outcome is None:
        raise ValueError("the appeal is decided, and the claim's own")
    link = replace(first.appeal, outcome=outcome, decided_at=at)
    return Outcome(replace(noted(first, _HAPPENINGS[outcome], at=at), appeal=link))


def _appeal_decided(appeal: Claim, *, at: datetime) -> tuple[AppealDecided, ...]:
    outcome = outcome_of(appeal)
    if outcome is None or appeal.appealed is None:
        return ()
    published = AppealDecided(
        claim_id=appeal.claim_id,
        reference=appeal.reference,
        person_ref=appeal.person_ref,
        claim_type=appeal.claim_type,
        appeal_of=appeal.appealed.claim_id,
        first_reference=appeal.appealed.reference,
        outcome=outcome.value,
        amount_minor=appeal.approved_minor,
        decided_at=at,
        first_minor=appeal.appealed.approved_minor,
        granted_minor=appeal.granted_minor,
        overpaid_minor=appeal.overpaid_minor,
    )
    return (published,)
