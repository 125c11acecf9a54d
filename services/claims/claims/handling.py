"""What agents do with a claim before it is decided, and when its task is done."""

from services.claims.access_journal.accessed import AccessedKind
from services.claims.claims import assignment, consulting, papers, rules, store
from services.claims.claims.claim import Claim, PaperReason
from services.claims.claims.consulting import ClaimForAgent
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def assign(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, an agent, takes the claim."""
    return _assigned(uow, "took", assignment.assign(store.claims.load(uow, claim_id), to=uow.by))


def release(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, who holds the claim, gives it back."""
    return _assigned(uow, "released", assignment.release(store.claims.load(uow, claim_id), by=uow.by))


def reassign(uow: UnitOfWork, *, claim_id: str, to: str | None, reason: str) -> Claim:
    """A supervisor gives the claim to an agent, or back to the queue, and says why."""
    return _assigned(uow, "reassigned", assignment.reassign(store.claims.load(uow, claim_id), to=to), why=reason)


def separate(uow: UnitOfWork, *, claim_id: str, other_id: str) -> ClaimForAgent:
    """The caller confirms that two claims that are alike are two."""
    claim, other = store.claims.load(uow, claim_id), store.claims.load(uow, other_id)
    others = store.comparable(uow, claim)
    outcome = rules.separate(claim, other, others=others, by=uow.by, at=uow.at)
    return consulting.beside(uow, store.claims.save(uow, outcome))


def find_complete(uow: UnitOfWork, *, claim_id: str) -> Claim:
    return store.claims.save(uow, rules.find_complete(store.claims.load(uow, claim_id), by=uow.by, at=uow.at))


def ask_paper(uow: UnitOfWork, *, claim_id: str, kind: str, reason: PaperReason) -> Claim:
    claim = store.claims.load(uow, claim_id)
    outcome = papers.ask_paper(claim, kind=kind, reason=reason, fund=uow.fund, by=uow.by, at=uow.at)
    return store.claims.save(uow, outcome)


def complete(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller has done what a granted request asks for."""
    outcome = rules.complete(store.claims.load(uow, claim_id), fund=uow.fund, by=uow.by, at=uow.at)
    return store.claims.save(uow, outcome)


def _assigned(uow: UnitOfWork, verb: str, outcome: Outcome[Claim], *, why: str = "") -> Claim:
    """Whoever moves a claim is shown it: that enters the access journal."""
    kept = store.claims.save(uow, outcome)
    uow.note(verb, "assignments", kept.claim_id, version=kept.version, why=why)
    journal.note_person(
        uow, kept.person_ref, looked_at=AccessedKind.CLAIM, reference=kept.reference, purpose=Purpose.HANDLING
    )
    return kept
