"""What may happen to a claim. Pure: the fund's definition, the right and the time are handed in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from services.claims.benefits.judgement import ConditionResult
from services.claims.claims import decisions, duplicates
from services.claims.claims.assignment import held_by
from services.claims.claims.claim import (
    MOVES,
    SEPARATIONS_MAX,
    Claim,
    Decision,
    MedicalReview,
    RefusalReason,
    Separation,
    Status,
    StepKind,
)
from services.claims.claims.claim_types import type_of
from services.claims.claims.papers import paper_term
from services.claims.claims.pricing import NOTHING, PricingFacts, explained, priced
from services.claims.claims.steps import moved_to, noted
from shared.events.claims.claims import ClaimPaid, ClaimWithdrawn, MedicalReviewRequested, RequestDone
from shared.funds.benefits import ClaimType
from shared.funds.effects import EffectKind
from shared.funds.fund import Fund
from shared.funds.procedure import MedicalControl
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class ClaimUnknown(Missing):
    code = "claim.unknown"


class RightNotOpen(Conflict):
    code = "claim.right-not-open"


class LinesDiffer(Invalid):
    code = "claim.lines-differ"


class NothingApproved(Invalid):
    code = "claim.nothing-approved"


class PapersAwaited(Conflict):
    """The days within which the person gives a paper that was asked for are not over."""

    code = "claim.papers-awaited"


class DuplicateOpen(Conflict):
    """The claim looks like another, and no agent has said yet that they are two."""

    code = "claim.duplicate-open"


class NotAlike(Conflict):
    """This claim has no likeness to the other one, so there is nothing to confirm."""

    code = "claim.not-alike"


class TooManyToCompare(Conflict):
    """The person has more claims of one day of care than can be held against each other."""

    code = "claim.too-many-to-compare"


class TooManySeparations(Conflict):
    code = "claim.too-many-separations"


class NoTask(Conflict):
    """Nothing is to be done for such a claim: money or a cover follows from it."""

    code = "claim.no-task"


class MedicalControlNotForeseen(Conflict):
    """The fund has no medical control of such claims."""

    code = "claim.medical-control-not-foreseen"


class FoundComplete(Conflict):
    """An agent found the claim complete before."""

    code = "claim.found-complete"


def handled_at_counter(outcome: Outcome[Claim], *, agent: str | None) -> Outcome[Claim]:
    """What a person did with a claim, with the agent who did it for them at a counter and may not decide it now."""
    known = outcome.thing.counter_agents
    if agent is None or agent in known:
        return outcome
    return replace(outcome, thing=replace(outcome.thing, counter_agents=(*known, agent)))


def separate(claim: Claim, other: Claim, *, others: Iterable[Claim], by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent looked at two claims that are alike and says that they are two. `others` are those of the claim's
    person and day, and those with its papers."""
    held = held_by(claim, by=by)
    open_ = [each for each in duplicates.findings(claim, others) if not each.is_answered]
    if other.claim_id not in {each.claim_id for each in open_}:
        raise NotAlike(reference=other.reference)
    if len(claim.separations) == SEPARATIONS_MAX:
        raise TooManySeparations(separations_max=SEPARATIONS_MAX)
    separation = Separation(claim_id=other.claim_id, confirmed_by=by.subject, confirmed_at=at)
    return Outcome(replace(held, separations=(*claim.separations, separation)))


def withdraw(claim: Claim, *, at: datetime) -> Outcome[Claim]:
    """The person takes the claim back while it is undecided."""
    withdrawn = replace(moved_to(claim, Status.WITHDRAWN, at=at), requests=(), proposal=None, proposed_minor=0)
    published = ClaimWithdrawn(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        withdrawn_at=at,
    )
    return Outcome(withdrawn, (published,))


def find_complete(claim: Claim, *, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent looked at the papers and finds nothing lacking."""
    held = held_by(claim, by=by)
    moved(MOVES, claim.status, to=Status.TO_CONFIRM)  # only what waits for a decision
    if claim.found_complete_at is not None:
        raise FoundComplete
    return Outcome(replace(noted(held, StepKind.FOUND_COMPLETE, at=at), found_complete_at=at))


def ask_medical_control(claim: Claim, *, fund: Fund, by: str, at: datetime) -> Outcome[Claim]:
    """The claim goes to medical control; it stays in the hands of the agent who has it."""
    if type_of(fund, claim.claim_type).procedure.medical_control is MedicalControl.NEVER:
        raise MedicalControlNotForeseen
    sent = replace(moved_to(claim, Status.MEDICAL_CONTROL, at=at), medical=MedicalReview(asked_by=by, asked_at=at))
    published = MedicalReviewRequested(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        requested_at=at,
    )
    return Outcome(sent, (published,))


def may_grant(claim: Claim, *, by: Actor) -> Claim:
    """The claim in the hands of who may grant it: it waits for a decision, and not for a second person, and who decides
    an appeal had no part in the first decision."""
    held = held_by(claim, by=by)
    moved(MOVES, claim.status, to=Status.TO_CONFIRM)
    decisions.must_be_another(claim, by)
    return held


def must_be_no_duplicate(claim: Claim, others: Iterable[Claim], *, refused_lines: Mapping[int, str]) -> None:
    """Raises `DuplicateOpen` where the claim is like another, and nobody has said that they are two."""
    for finding in duplicates.findings(claim, others, refused_lines=refused_lines):
        if not finding.is_answered:
            raise DuplicateOpen(reference=finding.reference)


def approve(
    claim: Claim,
    *,
    refused_lines: Mapping[int, str],
    others: Iterable[Claim],
    fund: Fund,
    is_right_open: bool,
    by: Actor,
    at: datetime,
    facts: PricingFacts = NOTHING,
) -> Outcome[Claim]:
    """An agent decides line by line, numbered from 1; the fund pays its percentage of the reference price.

    Never more than that percentage of what the person paid. Prices and percentage are those of the day of care.
    `others` are the claims of the person and day, and those with the same papers: none may be alike and unanswered.
    """
    held = may_grant(claim, by=by)
    if not is_right_open:
        raise RightNotOpen(care_on=claim.care_on)
    if not set(refused_lines) <= set(range(1, len(claim.lines) + 1)):
        raise LinesDiffer(lines=len(claim.lines))
    must_be_no_duplicate(claim, others, refused_lines=refused_lines)
    definition = type_of(fund, claim.claim_type)
    decisions.must_be_reasons(refused_lines.values(), definition)
    decisions.must_be_justified(claim, definition, refused_lines=refused_lines)
    lines = priced(
        claim,
        definition,
        rounding=fund.rounding.of_prices(on=claim.care_on),
        refused_lines=refused_lines,
        facts=facts,
    )
    amount_minor = sum(line.reimbursed_minor for line in lines)
    if amount_minor == 0:
        raise NothingApproved
    why = explained(claim, lines, definition, fund=fund, on=fund.day_of(at))
    decision = Decision(lines=lines, decided_by=by.subject, decided_at=at, explained=why)
    return decisions.grant(held, decision, amount_minor=amount_minor, definition=definition, fund=fund, at=at)


def refuse(
    claim: Claim,
    *,
    reason: str,
    fund: Fund,
    by: Actor,
    at: datetime,
    conditions: tuple[ConditionResult, ...] = (),
) -> Outcome[Claim]:
    """An agent refuses the whole claim and says why. `conditions` are those of a benefit that is decided from facts, as
    they stood."""
    held = held_by(claim, by=by)
    decisions.must_be_another(claim, by)
    decisions.must_be_reasons([reason], type_of(fund, claim.claim_type))
    awaited = paper_term(claim, fund=fund) if reason == RefusalReason.PAPERS_NOT_GIVEN else None
    if awaited is not None and fund.day_of(at) <= awaited.until_on:
        raise PapersAwaited(until_on=awaited.until_on)
    decision = Decision(lines=(), decided_by=by.subject, decided_at=at, refused_for=reason, conditions=conditions)
    return decisions.refuse(held, decision, at=at)


def note_ordered(claim: Claim, *, at: datetime) -> Outcome[Claim]:
    """Payments put the payout on the list for the bank."""
    return Outcome(moved_to(claim, Status.ORDERED, at=at))


def note_paid(claim: Claim, *, currency: str, at: datetime) -> Outcome[Claim]:
    """The bank booked the payout."""
    published = ClaimPaid(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        amount_minor=claim.approved_minor,
        currency=currency,
        paid_at=at,
    )
    return Outcome(moved_to(claim, Status.PAID, at=at), (published,))


def note_returned(claim: Claim, *, reason: str, at: datetime) -> Outcome[Claim]:
    """The bank could not pay the person."""
    return Outcome(moved_to(claim, Status.RETURNED, at=at, about=reason))


def note_under_way(claim: Claim, *, at: datetime) -> Outcome[Claim]:
    """What was granted takes its course: an award was opened, or somebody of the fund does a task."""
    return Outcome(moved_to(claim, Status.UNDER_WAY, at=at))


def note_done(claim: Claim, *, at: datetime) -> Outcome[Claim]:
    """What was granted has ended."""
    return Outcome(moved_to(claim, Status.DONE, at=at))


def complete(claim: Claim, *, fund: Fund, by: Actor, at: datetime) -> Outcome[Claim]:
    """Somebody of the fund has done what a granted request asks for."""
    if type_of(fund, claim.claim_type).effect.kind is not EffectKind.TASK:
        raise NoTask
    published = RequestDone(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        done_at=at,
    )
    return Outcome(note_done(held_by(claim, by=by), at=at).thing, (published,))


def reimbursed_minor(claim: Claim, definition: ClaimType, *, fund: Fund, facts: PricingFacts) -> int:
    """What the fund pays for all lines of a claim for care."""
    rounding = fund.rounding.of_prices(on=claim.care_on)
    lines = priced(claim, definition, rounding=rounding, refused_lines={}, facts=facts)
    return sum(line.reimbursed_minor for line in lines)
