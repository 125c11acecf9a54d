"""What claims does with medical control: send a claim there, keep its answer, show its queue."""

from services.claims.access_journal.accessed import AccessedKind
from services.claims.claims import assignment, consulting, deciding, papers, store
from services.claims.claims import rules as claim_rules
from services.claims.claims.claim import Claim, PaperReason, Status
from services.claims.claims.consulting import ClaimForAgent
from services.claims.reviews import rules
from services.claims.reviews.rules import ReviewAnswer
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def queue(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Claims that wait for medical control, the first due first."""
    return store.queue(
        uow, wanted=wanted, status=Status.MEDICAL_CONTROL, assigned_to=None, due_before=None, person_ref=None
    )


def read(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """A claim that is or was with medical control; of others its officers see nothing by this."""
    claim = store.claims.load(uow, claim_id)
    if claim.medical is None:
        raise claim_rules.ClaimUnknown
    return claim


def look_at(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> ClaimForAgent:
    """As `read`, with what an agent sees beside it; it enters the access journal."""
    claim = read(uow, claim_id=claim_id)
    journal.note_person(uow, claim.person_ref, looked_at=AccessedKind.CLAIM, reference=claim.reference, purpose=purpose)
    return consulting.beside(uow, claim)


def ask(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, an agent, sends a claim to medical control."""
    held = assignment.assign(store.claims.load(uow, claim_id), to=uow.by).thing
    outcome = claim_rules.ask_medical_control(held, fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.claims.save(uow, outcome)


def answer(uow: UnitOfWork, given: ReviewAnswer, *, claim_id: str) -> Claim:
    """The caller, a medical officer, answers; where the benefit is decided by medical control, this decides it."""
    kept = store.claims.save(uow, rules.answer(store.claims.load(uow, claim_id), given, by=uow.by, at=uow.at))
    return deciding.decide_by_medical_control(uow, kept)


def ask_paper(uow: UnitOfWork, *, claim_id: str, kind: str, reason: PaperReason) -> Claim:
    """The caller, a medical officer, needs one more paper; with it the claim is back at medical control."""
    claim = store.claims.load(uow, claim_id)
    rules.open_review(claim)
    outcome = papers.request_paper(claim, kind=kind, reason=reason, fund=uow.fund, at=uow.at)
    return store.claims.save(uow, outcome)
