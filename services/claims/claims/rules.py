"""What may happen to a claim. Pure: the fund's definition, the right and the time are handed in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.claims.benefits import answers
from services.claims.benefits.answer import GivenAnswer, with_answers
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.fact import Facts
from services.claims.benefits.judgement import ConditionResult
from services.claims.claims import decisions, duplicates
from services.claims.claims.claim import (
    MOVES,
    PAPERS_MAX,
    SEPARATIONS_MAX,
    Claim,
    ClaimLine,
    ClaimPaper,
    ClaimStep,
    Decision,
    MedicalReview,
    PaperReason,
    PaperRequest,
    RefusalReason,
    Separation,
    Status,
    StepKind,
)
from services.claims.claims.pricing import NOTHING, PricingFacts, explained, price_of, priced
from services.claims.claims.steps import complete_at, moved_to, noted
from shared.events.claims import (
    ClaimPaid,
    ClaimSubmitted,
    ClaimWithdrawn,
    MedicalReviewRequested,
    PaperAdded,
    PaperRequested,
    RequestDone,
)
from shared.funds.benefits import ClaimType
from shared.funds.effects import EffectKind
from shared.funds.fund import Fund
from shared.funds.law import Law, find_in_force, in_force
from shared.funds.procedure import MedicalControl
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Invalid, Missing, Parameter
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class ClaimUnknown(Missing):
    code = "claim.unknown"


class ClaimTypeUnknown(Invalid):
    code = "claim.type-unknown"


class CareInTheFuture(Invalid):
    code = "claim.care-in-the-future"


class FiledTooLate(Invalid):
    code = "claim.filed-too-late"


class CareDayMissing(Invalid):
    """The benefit pays for care, and the claim does not say on which day it was."""

    code = "claim.care-day-missing"


class LinesMissing(Invalid):
    """The benefit pays for care, and the claim does not say what was done."""

    code = "claim.lines-missing"


class CareNotAsked(Invalid):
    """The benefit is not for care: a claim of it has neither a day of care nor lines."""

    code = "claim.care-not-asked"


class PaperKindUnknown(Invalid):
    code = "claim.paper-kind-unknown"


class PaperLacking(Invalid):
    code = "claim.paper-lacking"


class PaperTwice(Invalid):
    code = "claim.paper-twice"


class TooManyPapers(Invalid):
    code = "claim.too-many-papers"


class PaperNotAsked(Conflict):
    code = "claim.paper-not-asked"


class RightNotOpen(Conflict):
    code = "claim.right-not-open"


class LinesDiffer(Invalid):
    code = "claim.lines-differ"


class NothingApproved(Invalid):
    code = "claim.nothing-approved"


class PapersAwaited(Conflict):
    """The days within which the person gives a paper that was asked for are not over."""

    code = "claim.papers-awaited"


class AssignedToAnother(Conflict):
    """Another agent holds the claim: it is theirs to decide until they or a supervisor give it back."""

    code = "claim.assigned-to-another"


class NotAssigned(Conflict):
    """Nobody holds the claim."""

    code = "claim.not-assigned"


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


@dataclass(frozen=True, kw_only=True)
class ClaimFiling:
    """What a person sends to open a claim: the care, where the benefit is for care, and answers to its questions."""

    claim_type: str
    care_on: date | None
    lines: tuple[ClaimLine, ...]
    papers: tuple[ClaimPaper, ...]
    answers: tuple[GivenAnswer, ...] = ()


def type_of(fund: Fund, claim_type: str) -> ClaimType:
    """The fund's definition of a claim type."""
    found = fund.claim_types.get(claim_type)
    if found is None:
        raise ClaimTypeUnknown(claim_type=claim_type[:40])
    return found


def submit(
    filing: ClaimFiling,
    *,
    fund: Fund,
    person_ref: str,
    claim_id: str,
    reference: str,
    at: datetime,
    facts: Facts | None = None,
    dependants: Collection[str] = (),
) -> Outcome[Claim]:
    """A person files a claim, complete with the answers and the papers that its type requires. `facts` are what is
    known of the person besides, `dependants` the ids of theirs."""
    definition = type_of(fund, filing.claim_type)
    today = fund.day_of(at)
    care_on = _care_on(filing, definition, fund=fund, today=today)
    known = facts or Facts(known={}, currency=fund.currency)
    given = answers.checked(filing.answers, definition=definition, facts=known, dependants=dependants, on=today)
    _check_papers(definition, filing.papers, facts=with_answers(known, given, on=today), on=today)
    claim = Claim(
        claim_id=claim_id,
        reference=reference,
        person_ref=person_ref,
        claim_type=filing.claim_type,
        care_on=care_on,
        lines=filing.lines,
        papers=filing.papers,
        answers=given,
        status=Status.SUBMITTED,
        steps=(ClaimStep(status=Status.SUBMITTED, at=at),),
        due_on=usual_due_on(definition, fund=fund, complete_on=today),
        legal_due_on=legal_due_on(definition, fund=fund, complete_on=today),
    )
    published = ClaimSubmitted(
        claim_id=claim_id, reference=reference, person_ref=person_ref, claim_type=filing.claim_type, submitted_at=at
    )
    return Outcome(claim, (published,))


def _care_on(filing: ClaimFiling, definition: ClaimType, *, fund: Fund, today: date) -> date:
    """The day of care, with each line priced on it; the day of filing where the benefit is not for care."""
    if not definition.is_for_care:
        if filing.lines or filing.care_on is not None:
            raise CareNotAsked
        return today
    if filing.care_on is None:
        raise CareDayMissing
    if not filing.lines:
        raise LinesMissing
    if filing.care_on > today:
        raise CareInTheFuture
    term = in_force(definition.filing_terms, on=filing.care_on)
    if today > fund.calendar.after(filing.care_on, days=term.days_max, by=term):
        raise FiledTooLate(days_max=term.days_max)
    for line in filing.lines:
        price_of(definition, line, on=filing.care_on)
    return filing.care_on


def with_due_day(claim: Claim, *, fund: Fund) -> Outcome[Claim]:
    """The claim with the day by which the fund is to decide it, for one that was filed before claims had that day."""
    definition = type_of(fund, claim.claim_type)
    due_on = usual_due_on(definition, fund=fund, complete_on=fund.day_of(complete_at(claim)))
    return Outcome(replace(claim, due_on=due_on))


def usual_due_on(definition: ClaimType, *, fund: Fund, complete_on: date) -> date:
    """The day by which the fund is to decide a claim that came in complete on a day."""
    usual = in_force(definition.usual_days, on=complete_on)
    return fund.calendar.after(complete_on, days=usual.decision, by=usual)


def legal_due_on(definition: ClaimType, *, fund: Fund, complete_on: date) -> date:
    """The day by which the law wants a decision; the last of all days where it sets none."""
    delay = find_in_force(definition.procedure.legal_delays, on=complete_on)
    return date.max if delay is None else fund.calendar.after(complete_on, days=delay.days, by=delay)


@dataclass(frozen=True)
class PaperDeadline:
    """Until when papers that were asked for may be given, that day included, and by which text."""

    until_on: date
    law: Law


def paper_term(claim: Claim, *, fund: Fund) -> PaperDeadline | None:
    """Until when the person may give what was asked for last; None where nothing is asked, or the fund sets no term."""
    if claim.status is not Status.PAPERS_ASKED or not claim.requests:
        return None
    asked_on = fund.day_of(max(request.asked_at for request in claim.requests))
    term = find_in_force(type_of(fund, claim.claim_type).procedure.paper_terms, on=asked_on)
    return None if term is None else PaperDeadline(asked_on + timedelta(days=term.days), term.law)


def _check_papers(definition: ClaimType, papers: Sequence[ClaimPaper], *, facts: Facts, on: date) -> None:
    """A paper with a condition is required where that holds. Where it cannot be said it may be sent, and an agent may
    ask for it."""
    kinds, requirements = {paper.kind for paper in papers}, definition.requirements_on(on)
    for kind in kinds:
        if kind not in requirements:
            raise PaperKindUnknown(kind=_paper_name(definition, kind))
    for kind, requirement in requirements.items():
        is_asked = requirement.when is None or evaluate(requirement.when, facts).holds
        if requirement.is_required and is_asked and kind not in kinds:
            raise PaperLacking(kind=_paper_name(definition, kind))
    if len({paper.upload_id for paper in papers}) != len(papers):
        raise PaperTwice


def _paper_name(definition: ClaimType, kind: str) -> Parameter:
    """What the fund calls a kind of paper; what was sent, where it has none of that kind."""
    known = definition.papers.get(kind)
    return known.names if known else kind[:40]


def handled_at_counter(outcome: Outcome[Claim], *, agent: str | None) -> Outcome[Claim]:
    """What a person did with a claim, with the agent who did it for them at a counter and may not decide it now."""
    known = outcome.thing.counter_agents
    if agent is None or agent in known:
        return outcome
    return replace(outcome, thing=replace(outcome.thing, counter_agents=(*known, agent)))


def assign(claim: Claim, *, to: Actor) -> Outcome[Claim]:
    """An agent takes a claim out of the common queue; what a colleague holds stays with the colleague."""
    return Outcome(_held(claim, by=to))


def release(claim: Claim, *, by: Actor) -> Outcome[Claim]:
    """The agent who holds a claim puts it back into the common queue."""
    if claim.assigned_to is None:
        raise NotAssigned
    return Outcome(replace(_held(claim, by=by), assigned_to=None))


def reassign(claim: Claim, *, to: str | None) -> Outcome[Claim]:
    """A supervisor gives a claim to an agent, or back to the common queue, whoever holds it."""
    return Outcome(replace(claim, assigned_to=to))


def _held(claim: Claim, *, by: Actor) -> Claim:
    """The claim in the hands of an agent who acts on it. The first who does anything with a claim that nobody holds
    holds it from then on."""
    if claim.assigned_to not in (None, by.subject):
        raise AssignedToAnother
    return replace(claim, assigned_to=by.subject)


def separate(claim: Claim, other: Claim, *, others: Iterable[Claim], by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent looked at two claims that are alike and says that they are two. `others` are those of the claim's
    person and day, and those with its papers."""
    held = _held(claim, by=by)
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
    held = _held(claim, by=by)
    moved(MOVES, claim.status, to=Status.TO_CONFIRM)  # only what waits for a decision
    if claim.found_complete_at is not None:
        raise FoundComplete
    return Outcome(replace(noted(held, StepKind.FOUND_COMPLETE, at=at), found_complete_at=at))


def ask_paper(claim: Claim, *, kind: str, reason: PaperReason, fund: Fund, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent cannot decide without one more paper, and says why."""
    return request_paper(_held(claim, by=by), kind=kind, reason=reason, fund=fund, at=at)


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


def request_paper(claim: Claim, *, kind: str, reason: PaperReason, fund: Fund, at: datetime) -> Outcome[Claim]:
    """Somebody of the fund, whoever holds the claim, needs one more paper."""
    if kind not in type_of(fund, claim.claim_type).requirements_on(fund.day_of(at)):
        raise PaperKindUnknown(kind=kind[:40])
    asked = replace(
        moved_to(claim, Status.PAPERS_ASKED, at=at, about=f"{kind}/{reason}"),
        requests=(*claim.requests, PaperRequest(kind=kind, reason=reason, asked_at=at)),
        found_complete_at=None,
    )
    published = PaperRequested(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=kind,
        reason=reason.value,
        requested_at=at,
    )
    return Outcome(asked, (published,))


def add_paper(claim: Claim, paper: ClaimPaper, *, fund: Fund, at: datetime) -> Outcome[Claim]:
    """The person gives a paper, asked for or not, while nothing is decided; with the last one that was asked for the
    claim is back where it was."""
    definition = type_of(fund, claim.claim_type)
    if not claim.is_undecided:
        raise PaperNotAsked(kind=_paper_name(definition, paper.kind))
    if paper.kind not in definition.requirements_on(fund.day_of(at)) and paper.kind not in {
        request.kind for request in claim.requests
    }:
        raise PaperKindUnknown(kind=_paper_name(definition, paper.kind))
    if paper.upload_id in {known.upload_id for known in claim.papers}:
        raise PaperTwice
    if len(claim.papers) == PAPERS_MAX:
        raise TooManyPapers(papers_max=PAPERS_MAX)
    left = tuple(request for request in claim.requests if request.kind != paper.kind)
    added = replace(claim, papers=(*claim.papers, paper), requests=left)
    if claim.status is Status.PAPERS_ASKED and not left:
        added = _complete_again(added, definition, about=paper.kind, fund=fund, at=at)
    else:
        added = noted(added, StepKind.PAPER_ADDED, at=at, about=paper.kind)
    published = PaperAdded(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=paper.kind,
        added_at=at,
    )
    return Outcome(added, (published,))


def _complete_again(claim: Claim, definition: ClaimType, *, about: str, fund: Fund, at: datetime) -> Claim:
    """All that was asked for is there: the delays begin anew."""
    complete_on = fund.day_of(at)
    is_medical = claim.medical is not None and claim.medical.is_open
    return replace(
        moved_to(claim, Status.MEDICAL_CONTROL if is_medical else Status.SUBMITTED, at=at, about=about),
        due_on=usual_due_on(definition, fund=fund, complete_on=complete_on),
        legal_due_on=legal_due_on(definition, fund=fund, complete_on=complete_on),
    )


def may_grant(claim: Claim, *, by: Actor) -> Claim:
    """The claim in the hands of who may grant it: it waits for a decision, and not for a second person, and who decides
    an appeal had no part in the first decision."""
    held = _held(claim, by=by)
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
    held = _held(claim, by=by)
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
    return Outcome(note_done(_held(claim, by=by), at=at).thing, (published,))


def reimbursed_minor(claim: Claim, definition: ClaimType, *, fund: Fund, facts: PricingFacts) -> int:
    """What the fund pays for all lines of a claim for care."""
    rounding = fund.rounding.of_prices(on=claim.care_on)
    lines = priced(claim, definition, rounding=rounding, refused_lines={}, facts=facts)
    return sum(line.reimbursed_minor for line in lines)
