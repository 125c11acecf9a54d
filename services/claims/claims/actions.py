"""What claims does with a claim: load, decide, keep."""

from dataclasses import replace
from datetime import date

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.benefits import actions as benefits
from services.claims.claims import consulting, deciding, due_days, paper_uses, papers, rules, store, submission
from services.claims.claims.claim import Claim, ClaimPaper, Status
from services.claims.claims.submission import ClaimFiling
from shared.kernel.actors import NotYours
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.storage.unit_of_work import UnitOfWork


def submit(uow: UnitOfWork, filing: ClaimFiling) -> Claim:
    """The caller files a claim for themselves."""
    outcome = handled(uow, _filed(uow, filing))
    paper_uses.use_papers(uow, outcome.thing, outcome.thing.papers)
    filed = store.claims.save(uow, outcome)
    note_act(uow, filed)
    return deciding.begin(uow, filed)


def note_act(uow: UnitOfWork, claim: Claim) -> None:
    """An agent did something with a claim for the person at a counter: it enters their access journal."""
    journal.note_act(uow, claim.person_ref, done_with=AccessedKind.CLAIM, reference=claim.reference)


def check(uow: UnitOfWork, filing: ClaimFiling) -> None:
    """Raises what filing this would be refused with now. Nothing is filed."""
    claim = _filed(uow, filing).thing
    paper_uses.uses_of(uow, claim, claim.papers, or_of="")


def _filed(uow: UnitOfWork, filing: ClaimFiling) -> Outcome[Claim]:
    """The claim that the caller files, not saved yet."""
    if uow.by.person_ref is None:
        raise NotYours
    known_papers = paper_uses.known_papers(uow, filing.papers, person_ref=uow.by.person_ref)
    known = benefits.facts_at_filing(uow, person_ref=uow.by.person_ref, claim_type=filing.claim_type)
    given = benefits.with_deceased(uow, filing.answers, claim_type=filing.claim_type)
    return submission.submit(
        replace(filing, papers=known_papers, answers=given),
        fund=uow.fund,
        person_ref=uow.by.person_ref,
        claim_id=uow.new_id(),
        reference=uow.new_reference("CL"),
        at=uow.at,
        facts=known.facts,
        dependants=known.dependants,
    )


def add_paper(uow: UnitOfWork, *, claim_id: str, paper: ClaimPaper) -> Claim:
    claim = consulting.read(uow, claim_id=claim_id)
    (known,) = paper_uses.known_papers(uow, [paper], person_ref=claim.person_ref)
    outcome = papers.add_paper(claim, known, fund=uow.fund, at=uow.at)
    paper_uses.use_papers(uow, claim, [known], or_of=claim.appealed.claim_id if claim.appealed else "")
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
    return deciding.conclude(uow, outcome)


def set_due_day(uow: UnitOfWork, claim_id: str) -> None:
    """For a claim that an earlier release filed."""
    claim = store.claims.load(uow, claim_id)
    if claim.due_on == date.max:
        store.claims.save(uow, due_days.with_due_day(claim, fund=uow.fund))


def note_ordered(uow: UnitOfWork, *, claim_id: str) -> None:
    store.claims.save(uow, rules.note_ordered(store.claims.load(uow, claim_id), at=uow.at))


def note_paid(uow: UnitOfWork, *, claim_id: str, currency: str) -> None:
    store.claims.save(uow, rules.note_paid(store.claims.load(uow, claim_id), currency=currency, at=uow.at))


def note_returned(uow: UnitOfWork, *, claim_id: str, reason: str) -> None:
    store.claims.save(uow, rules.note_returned(store.claims.load(uow, claim_id), reason=reason, at=uow.at))


def note_award_ended(uow: UnitOfWork, *, award_id: str) -> None:
    """What a claim opened has ended: the claim is done."""
    claim = store.claims.load(uow, awards.of_id(uow, award_id).claim_id)
    if claim.status is Status.UNDER_WAY:
        store.claims.save(uow, rules.note_done(claim, at=uow.at))
