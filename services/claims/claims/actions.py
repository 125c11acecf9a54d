"""What claims does with a claim: load, decide, keep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.benefits import actions as benefits
from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.claims import decisions, duplicates, judged, payment_checking, rules, search, store
from services.claims.claims.claim import (
    Claim,
    ClaimPaper,
    DecidedLine,
    MedicalAnswer,
    PaperReason,
    RefusalReason,
    Status,
)
from services.claims.claims.duplicates import DuplicateFinding
from services.claims.claims.pricing import ActUnknown, CoverInForce, PricingFacts, priced
from services.claims.claims.rules import ClaimFiling
from services.claims.crosschecks import actions as crosschecks
from services.claims.entitlements import actions as entitlements
from services.claims.figures import actions as figures
from services.claims.insured import actions as insured
from services.claims.reassessments import actions as reassessments
from shared.funds.benefits import ClaimType, DecidedBy
from shared.kernel import normalize
from shared.kernel.actors import Actor, NotYours, system
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

RULES = system("rules")
"""Who decides where nobody of the fund does."""


class ClaimUploadUnknown(Conflict):
    """The paper is unknown (documents may publish it a moment later), or it is somebody else's."""

    code = "claim.upload-unknown"


class PaperInAnotherClaim(Conflict):
    """The file, be it uploaded anew, stands in another claim of the person, which is not refused or withdrawn."""

    code = "claim.paper-in-another-claim"


@dataclass(frozen=True)
class ClaimForAgent:
    """A claim as an agent needs it to decide: beside what may be the same bill."""

    claim: Claim
    beside: tuple[Claim, ...]
    findings: tuple[DuplicateFinding, ...]
    first: Claim | None = None
    """The claim whose decision is contested, where this one is an appeal."""
    judgement: Judgement | None = None
    """What the rules come to now, of a benefit that is decided from facts and not decided yet."""
    would_pay: tuple[DecidedLine, ...] = ()
    """What each line comes to now were all granted, of a claim for care that is not decided yet."""

    @property
    def version(self) -> int:
        return self.claim.version


# --- The person -------------------------------------------------------------------------------------------------------


def submit(uow: UnitOfWork, filing: ClaimFiling) -> Claim:
    """The caller files a claim for themselves."""
    outcome = handled(uow, _filed(uow, filing))
    use_papers(uow, outcome.thing, outcome.thing.papers)
    filed = store.claims.save(uow, outcome)
    note_act(uow, filed)
    return _as_filed(uow, filed)


def note_act(uow: UnitOfWork, claim: Claim) -> None:
    """An agent did something with a claim for the person at a counter: it enters their access journal."""
    journal.note_act(uow, claim.person_ref, done_with=AccessedKind.CLAIM, reference=claim.reference)


def check(uow: UnitOfWork, filing: ClaimFiling) -> None:
    """Raises what filing this would be refused with now. Nothing is filed."""
    claim = _filed(uow, filing).thing
    _uses(uow, claim, claim.papers, or_of="")


def _filed(uow: UnitOfWork, filing: ClaimFiling) -> Outcome[Claim]:
    """The claim that the caller files, not saved yet."""
    if uow.by.person_ref is None:
        raise NotYours
    papers = known_papers(uow, filing.papers, person_ref=uow.by.person_ref)
    known = benefits.beside_answers(uow, person_ref=uow.by.person_ref, claim_type=filing.claim_type)
    given = benefits.with_deceased(uow, filing.answers, claim_type=filing.claim_type)
    return rules.submit(
        replace(filing, papers=papers, answers=given),
        fund=uow.fund,
        person_ref=uow.by.person_ref,
        claim_id=uow.new_id(),
        reference=uow.new_reference("CL"),
        at=uow.at,
        facts=known.facts,
        dependants=known.dependants,
    )


def read(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """A claim, for the person whose it is and for the fund's agents."""
    claim = store.claims.load(uow, claim_id)
    uow.by.must_act_for_person(claim.person_ref)
    return claim


def look_at(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> Claim:
    """As `read`; what an agent reads enters the access journal."""
    claim = read(uow, claim_id=claim_id)
    journal.note_person(uow, claim.person_ref, looked_at=AccessedKind.CLAIM, reference=claim.reference, purpose=purpose)
    return claim


def of_caller(uow: UnitOfWork, *, wanted: PageRequest, status: Status | None) -> Page[Claim]:
    """The caller's own claims, of one status or of any."""
    if uow.by.person_ref is None:
        return Page([])
    return store.of_person(uow, uow.by.person_ref, wanted=wanted, status=status)


def add_paper(uow: UnitOfWork, *, claim_id: str, paper: ClaimPaper) -> Claim:
    claim = read(uow, claim_id=claim_id)
    (known,) = known_papers(uow, [paper], person_ref=claim.person_ref)
    outcome = rules.add_paper(claim, known, fund=uow.fund, at=uow.at)
    use_papers(uow, claim, [known], or_of=claim.appealed.claim_id if claim.appealed else "")
    note_act(uow, claim)
    return store.claims.save(uow, handled(uow, outcome))


def handled(uow: UnitOfWork, outcome: Outcome[Claim]) -> Outcome[Claim]:
    """The claim with the agent who acts for its person at a counter, where one does."""
    return rules.handled_at_counter(outcome, agent=uow.by.agent)


def withdraw(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The person, and nobody for them, takes the claim back."""
    claim = store.claims.load(uow, claim_id)
    if uow.by.person_ref != claim.person_ref:
        raise NotYours
    outcome = rules.withdraw(claim, at=uow.at)
    store.free_papers(uow, claim)
    note_act(uow, claim)
    return _decided(uow, outcome)


# --- The fund's agents ------------------------------------------------------------------------------------------------


def queue(
    uow: UnitOfWork,
    *,
    wanted: PageRequest,
    status: Status | None,
    assigned_to: str | None,
    due_before: date | None,
    person_ref: str | None,
    purpose: Purpose,
) -> Page[Claim]:
    """Claims by what an agent asks for, the first due first. One person's enter the access journal."""
    if person_ref is not None:
        journal.note_person(uow, person_ref, looked_at=AccessedKind.CLAIMS, purpose=purpose)
    held_by = uow.by.subject if assigned_to == "me" else assigned_to
    return store.queue(
        uow, wanted=wanted, status=status, assigned_to=held_by, due_before=due_before, person_ref=person_ref
    )


def overdue(uow: UnitOfWork, *, status: Status, wanted: PageRequest) -> Page[Claim]:
    """Claims whose legal delay is over, those first that are late for longest."""
    return store.overdue(uow, status=status, on=uow.today, wanted=wanted)


def to_recover(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Appeals by which the fund has something to recover."""
    return store.to_recover(uow, wanted=wanted)


def payments_held(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Claims that were granted and are not paid before an agent has looked at what differs by now."""
    return store.payments_held(uow, wanted=wanted)


def find_reference(uow: UnitOfWork, *, reference: str, purpose: Purpose) -> Page[Claim]:
    """The claim of a reference, however it is written; an empty page where there is none."""
    found = store.of_reference(uow, normalize.reference(reference))
    if found is None:
        return Page([])
    journal.note_person(uow, found.person_ref, looked_at=AccessedKind.CLAIM, reference=found.reference, purpose=purpose)
    return Page([found])


def find_number(uow: UnitOfWork, *, number: str, purpose: Purpose) -> search.Found:
    """The claim or the person of a number that an agent typed. Raises `NothingFound`."""
    found = store.of_reference(uow, normalize.reference(number))
    if found is not None:
        journal.note_person(
            uow, found.person_ref, looked_at=AccessedKind.CLAIM, reference=found.reference, purpose=purpose
        )
        return search.Found(person_ref=found.person_ref, claim_id=found.claim_id)
    insurance_number = search.insurance_number(number, fund=uow.fund)
    person_ref = uow.keys.person_ref(insurance_number)
    is_known = entitlements.is_known(uow, person_ref=person_ref)
    if not is_known and not store.of_person(uow, person_ref, wanted=PageRequest(limit=1), status=None).items:
        raise search.NothingFound
    journal.note_person(uow, person_ref, looked_at=AccessedKind.PERSON, purpose=purpose)
    return search.Found(person_ref=person_ref)


def for_agent(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> ClaimForAgent:
    """A claim with the person's others of the same act and day, and what of it may be filed twice."""
    claim = look_at(uow, claim_id=claim_id, purpose=purpose)
    return beside(uow, claim)


def beside(uow: UnitOfWork, claim: Claim) -> ClaimForAgent:
    """The claim with what stands beside it, for who has looked at it or changed it."""
    others = store.comparable(uow, claim)
    alike = (each for each in others if each.person_ref == claim.person_ref and duplicates.has_same_act(claim, each))
    first = store.claims.load(uow, claim.appealed.claim_id) if claim.appealed else None
    found = duplicates.findings(claim, others)
    if not claim.is_undecided:
        return ClaimForAgent(claim, tuple(alike), found, first)
    if rules.type_of(uow.fund, claim.claim_type).is_for_care:
        return ClaimForAgent(claim, tuple(alike), found, first, would_pay=_would_pay(uow, claim))
    return ClaimForAgent(claim, tuple(alike), found, first, benefits.judge_claim(uow, claim, on=uow.today))


def _would_pay(uow: UnitOfWork, claim: Claim) -> tuple[DecidedLine, ...]:
    definition = rules.type_of(uow.fund, claim.claim_type)
    try:
        rounding = uow.fund.rounding.of_prices(on=claim.care_on)
        return priced(claim, definition, rounding=rounding, refused_lines={}, facts=_pricing_facts(uow, claim))
    except ActUnknown:
        return ()  # the fund no longer knows a price for the day: the claim is still to be read


def assign(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, an agent, takes the claim."""
    return _assigned(uow, "took", rules.assign(store.claims.load(uow, claim_id), to=uow.by))


def release(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, who holds the claim, gives it back."""
    return _assigned(uow, "released", rules.release(store.claims.load(uow, claim_id), by=uow.by))


def reassign(uow: UnitOfWork, *, claim_id: str, to: str | None, reason: str) -> Claim:
    """A supervisor gives the claim to an agent, or back to the queue, and says why."""
    return _assigned(uow, "reassigned", rules.reassign(store.claims.load(uow, claim_id), to=to), why=reason)


def separate(uow: UnitOfWork, *, claim_id: str, other_id: str) -> ClaimForAgent:
    """The caller confirms that two claims that are alike are two."""
    claim, other = store.claims.load(uow, claim_id), store.claims.load(uow, other_id)
    others = store.comparable(uow, claim)
    outcome = rules.separate(claim, other, others=others, by=uow.by, at=uow.at)
    return beside(uow, store.claims.save(uow, outcome))


def find_complete(uow: UnitOfWork, *, claim_id: str) -> Claim:
    return store.claims.save(uow, rules.find_complete(store.claims.load(uow, claim_id), by=uow.by, at=uow.at))


def ask_paper(uow: UnitOfWork, *, claim_id: str, kind: str, reason: PaperReason) -> Claim:
    claim = store.claims.load(uow, claim_id)
    outcome = rules.ask_paper(claim, kind=kind, reason=reason, fund=uow.fund, by=uow.by, at=uow.at)
    return store.claims.save(uow, outcome)


def approve(uow: UnitOfWork, *, claim_id: str, refused_lines: Mapping[int, str]) -> Claim:
    """The caller grants a claim: line by line, or, of a benefit that is no care, what the rules come to."""
    claim = store.claims.load(uow, claim_id)
    crosschecks.must_be_settled(uow, claim)
    if rules.type_of(uow.fund, claim.claim_type).is_for_care:
        return _decided(uow, _approval(uow, claim, refused_lines=refused_lines, by=uow.by))
    if refused_lines:
        raise rules.LinesDiffer(lines=0)
    return _decided(uow, _grant(uow, claim, benefits.judge_claim(uow, claim, on=uow.today), by=uow.by))


def _approval(uow: UnitOfWork, claim: Claim, *, refused_lines: Mapping[int, str], by: Actor) -> Outcome[Claim]:
    """A claim for care, priced and decided line by line."""
    return rules.approve(
        claim,
        refused_lines=refused_lines,
        others=store.comparable(uow, claim),
        fund=uow.fund,
        is_right_open=_is_right_open(uow, claim),
        by=by,
        at=uow.at,
        facts=_pricing_facts(uow, claim),
    )


def _grant(uow: UnitOfWork, claim: Claim, judgement: Judgement, *, by: Actor) -> Outcome[Claim]:
    """A claim that is decided from facts, as the rules compute it."""
    return judged.grant(
        claim,
        judgement,
        others=store.comparable(uow, claim),
        definition=rules.type_of(uow.fund, claim.claim_type),
        fund=uow.fund,
        by=by,
        at=uow.at,
    )


def _is_right_open(uow: UnitOfWork, claim: Claim) -> bool:
    return entitlements.is_open(uow, person_ref=claim.person_ref, on=claim.care_on)


def _pricing_facts(uow: UnitOfWork, claim: Claim) -> PricingFacts:
    """What a claim for care is priced beside. Of an appeal, the claim that it is against is not granted besides."""
    definition = rules.type_of(uow.fund, claim.claim_type)
    covers = awards.covers_on(uow, claim.person_ref, claim.care_on)
    is_limited = bool(definition.ceilings or definition.frequencies)
    first_id = claim.appealed.claim_id if claim.appealed else ""
    granted = store.granted_to(uow, claim.person_ref, claim_type=claim.claim_type) if is_limited else iter(())
    person = insured.find(uow, claim.person_ref) if is_limited else None
    return PricingFacts(
        covers=tuple(
            CoverInForce(
                reference=cover.reference, acts=frozenset(cover.terms.covers), percent=Decimal(cover.terms.percent)
            )
            for cover in covers
        ),
        granted=tuple(each for each in granted if each.claim_id not in (claim.claim_id, first_id)),
        dependants=None if person is None else person.dependant_count,
    )


def confirm(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, a second person, agrees with what another granted. A right to care, and what registers answer, are
    looked at again: days may lie between the two."""
    claim = store.claims.load(uow, claim_id)
    definition = rules.type_of(uow.fund, claim.claim_type)
    if definition.is_for_care and not _is_right_open(uow, claim):
        raise rules.RightNotOpen(care_on=claim.care_on)
    crosschecks.must_be_settled(uow, claim)
    crosschecks.must_be_unchanged(uow, claim)
    return _decided(uow, decisions.confirm(claim, definition=definition, fund=uow.fund, by=uow.by, at=uow.at))


def send_back(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    """The caller, a second person, does not agree."""
    claim = store.claims.load(uow, claim_id)
    return store.claims.save(uow, decisions.send_back(claim, reason=reason, by=uow.by, at=uow.at))


def refuse(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    claim = store.claims.load(uow, claim_id)
    is_judged = not rules.type_of(uow.fund, claim.claim_type).is_for_care
    conditions = benefits.judge_claim(uow, claim, on=uow.today).conditions if is_judged else ()
    outcome = rules.refuse(claim, reason=reason, fund=uow.fund, by=uow.by, at=uow.at, conditions=conditions)
    store.free_papers(uow, claim)
    return _decided(uow, outcome)


def complete(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller has done what a granted request asks for."""
    outcome = rules.complete(store.claims.load(uow, claim_id), fund=uow.fund, by=uow.by, at=uow.at)
    return store.claims.save(uow, outcome)


def set_due_day(uow: UnitOfWork, claim_id: str) -> None:
    """For a claim that an earlier release filed."""
    claim = store.claims.load(uow, claim_id)
    if claim.due_on == date.max:
        store.claims.save(uow, rules.with_due_day(claim, fund=uow.fund))


# --- Payments ---------------------------------------------------------------------------------------------------------


def note_ordered(uow: UnitOfWork, *, claim_id: str) -> None:
    store.claims.save(uow, rules.note_ordered(store.claims.load(uow, claim_id), at=uow.at))


def note_paid(uow: UnitOfWork, *, claim_id: str, currency: str) -> None:
    store.claims.save(uow, rules.note_paid(store.claims.load(uow, claim_id), currency=currency, at=uow.at))


def note_returned(uow: UnitOfWork, *, claim_id: str, reason: str) -> None:
    store.claims.save(uow, rules.note_returned(store.claims.load(uow, claim_id), reason=reason, at=uow.at))


def _decided(uow: UnitOfWork, outcome: Outcome[Claim]) -> Claim:
    """Save what may have ended a claim. What was granted takes its course, and where it was an appeal the claim that it
    is against learns what it came to."""
    saved = store.claims.save(uow, outcome)
    if saved.status in (Status.TO_CONFIRM, Status.APPROVED):
        crosschecks.rely(uow, saved)
    kept = _take_effect(uow, saved)
    figures.note_decided(uow, kept)
    kept = payment_checking.begin(uow, kept)
    if kept.appealed is not None and decisions.outcome_of(kept) is not None:
        first = store.claims.load(uow, kept.appealed.claim_id)
        store.claims.save(uow, decisions.note_appeal_decided(first, kept, at=uow.at))
    return kept


def _take_effect(uow: UnitOfWork, claim: Claim) -> Claim:
    """Open the award of a granted claim, or leave its task to be done. What is paid once waits for payments."""
    definition = rules.type_of(uow.fund, claim.claim_type)
    if claim.status is not Status.APPROVED or decisions.is_paid_once(definition):
        return claim
    if definition.effect.opens_award:
        first = store.claims.load(uow, claim.appealed.claim_id) if claim.appealed else claim
        from_on = judged.award_from_on(definition, filed_on=uow.fund.day_of(first.submitted_at))
        until_on = judged.award_until_on(claim, definition, from_on=from_on)
        explained = claim.decision.explained if claim.decision else None
        award = awards.open_award(uow, claim, explained, from_on=from_on, until_on=until_on)
        reassessments.follow(uow, claim, award)
    return store.claims.save(uow, rules.note_under_way(claim, at=uow.at))


# --- Decided without an agent -----------------------------------------------------------------------------------------


def _as_filed(uow: UnitOfWork, claim: Claim) -> Claim:
    """What happens to a claim by itself when it was filed: registers are asked, it goes to medical control, or rules
    decide it, at once or when the registers have answered."""
    crosschecks.ask(uow, claim)
    definition = rules.type_of(uow.fund, claim.claim_type)
    if decisions.needs_medical_control(definition):
        asked = rules.ask_medical_control(claim, fund=uow.fund, by=RULES.subject, at=uow.at)
        return store.claims.save(uow, asked)
    if not judged.is_decided_by_rules(definition) or crosschecks.are_open(uow, claim):
        return claim
    return _decide_by_rules(uow, claim, definition)


def go_on_after_answers(uow: UnitOfWork, *, claim_id: str) -> None:
    """A register answered, or an operator gave its question up: rules decide a claim that waited for it alone, or one
    that was granted is owed."""
    claim = store.claims.load(uow, claim_id)
    if payment_checking.is_awaited(claim):
        payment_checking.go_on(uow, claim)
        return
    definition = rules.type_of(uow.fund, claim.claim_type)
    if judged.waits_for_rules(claim, definition) and not crosschecks.are_open(uow, claim):
        _decide_by_rules(uow, claim, definition)


def _decide_by_rules(uow: UnitOfWork, claim: Claim, definition: ClaimType) -> Claim:
    """Decide a claim that nobody of the fund has touched, or leave it to an agent with the doubts about it."""
    judgement = None if definition.is_for_care else benefits.judge_claim(uow, claim, on=uow.today)
    if judgement is None:
        due = rules.reimbursed_minor(claim, definition, fund=uow.fund, facts=_pricing_facts(uow, claim))
    else:
        due = judged.due_minor(judgement)
    doubts = judged.doubts(
        claim,
        definition,
        findings=duplicates.findings(claim, store.comparable(uow, claim)),
        is_right_open=_is_right_open(uow, claim),
        judgement=judgement,
        due=due,
        sample_digest=uow.keys.blind_index(claim.claim_id, of="sample"),
        fund=uow.fund,
        at=uow.at,
    )
    if doubts:
        return store.claims.save(uow, Outcome(replace(claim, doubts=doubts)))
    if judgement is None:
        outcome = _approval(uow, claim, refused_lines={}, by=RULES)
    elif judgement.failed is not None:
        outcome = rules.refuse(
            claim,
            reason=judgement.failed,
            fund=uow.fund,
            by=RULES,
            at=uow.at,
            conditions=judgement.conditions,
        )
        store.free_papers(uow, claim)
    else:
        outcome = _grant(uow, claim, judgement, by=RULES)
    return _decided(uow, Outcome(judged.without_agent(outcome.thing), outcome.events))


def decide_by_medical_control(uow: UnitOfWork, claim: Claim) -> Claim:
    """Decide a claim as medical control, the caller, has answered, where the benefit is decided so. Where the rules do
    not come to anything, or it is care, an agent decides, whom the answer binds."""
    definition = rules.type_of(uow.fund, claim.claim_type)
    if definition.decided_by is not DecidedBy.MEDICAL or definition.is_for_care or claim.medical is None:
        return claim
    nobodys = replace(claim, assigned_to=None)
    if claim.medical.answer is MedicalAnswer.NO:
        reason = RefusalReason.MEDICALLY_NOT_JUSTIFIED
        outcome = rules.refuse(nobodys, reason=reason, fund=uow.fund, by=uow.by, at=uow.at)
        store.free_papers(uow, claim)
    else:
        judgement = benefits.judge_claim(uow, claim, on=uow.today)
        if judgement.outcome is not JudgedOutcome.GRANTED or crosschecks.are_open(uow, claim):
            return claim
        outcome = _grant(uow, nobodys, judgement, by=uow.by)
    return _decided(uow, Outcome(replace(outcome.thing, assigned_to=None), outcome.events))


def note_award_ended(uow: UnitOfWork, *, award_id: str) -> None:
    """What a claim opened has ended: the claim is done."""
    claim = store.claims.load(uow, awards.of_id(uow, award_id).claim_id)
    if claim.status is Status.UNDER_WAY:
        store.claims.save(uow, rules.note_done(claim, at=uow.at))


def _assigned(uow: UnitOfWork, verb: str, outcome: Outcome[Claim], *, why: str = "") -> Claim:
    kept = store.claims.save(uow, outcome)
    uow.note(verb, "assignments", kept.claim_id, version=kept.version, why=why)
    return kept


def known_papers(uow: UnitOfWork, papers: Iterable[ClaimPaper], *, person_ref: str) -> tuple[ClaimPaper, ...]:
    """The papers with the digest of what is in them. Raises `ClaimUploadUnknown` where one is not known as the
    person's."""
    given = tuple(papers)
    uploads = store.uploads(uow, {paper.upload_id for paper in given})
    if any(uploads.get(paper.upload_id, ("",))[0] != person_ref for paper in given):
        raise ClaimUploadUnknown
    return tuple(replace(paper, digest=uploads[paper.upload_id][1]) for paper in given)


def use_papers(uow: UnitOfWork, claim: Claim, papers: Sequence[ClaimPaper], *, or_of: str = "") -> None:
    """Note that the papers stand in the claim, or leave it that they stand in the one that it is an appeal against
    (`or_of`). Raises `PaperInAnotherClaim` where one stands in any other."""
    uses = _uses(uow, claim, papers, or_of=or_of)
    digests = {store.use_key(paper, person_ref=claim.person_ref): paper.digest for paper in papers}
    store.use_papers(uow, claim, {key: digest for key, digest in digests.items() if key not in uses})


def _uses(uow: UnitOfWork, claim: Claim, papers: Sequence[ClaimPaper], *, or_of: str) -> Mapping[str, str]:
    """In which claims the papers stand: none, this one, or that other."""
    uses = store.uses(uow, papers, person_ref=claim.person_ref)
    for claim_id in sorted(set(uses.values()) - {claim.claim_id, or_of}):
        raise PaperInAnotherClaim(reference=store.claims.load(uow, claim_id).reference)
    return uses
