"""What claims does with an appeal: file it. It is handled as the claim that it is from then on."""

from collections.abc import Sequence

from services.claims.appeals import rules
from services.claims.claims import actions as claims
from services.claims.claims import paper_uses, store
from services.claims.claims.claim import Claim, ClaimPaper
from services.claims.crosschecks import actions as crosschecks
from shared.kernel.actors import NotYours
from shared.storage.unit_of_work import UnitOfWork


def appeal(uow: UnitOfWork, *, claim_id: str, statement: str, papers: Sequence[ClaimPaper]) -> Claim:
    """The caller contests the decision of their own claim; the appeal is answered, a claim of its own, for which
    registers are asked anew."""
    first = store.claims.load(uow, claim_id)
    if uow.by.person_ref != first.person_ref:
        raise NotYours
    contested, copy = rules.appeal(
        first,
        statement=statement,
        papers=paper_uses.known_papers(uow, papers, person_ref=first.person_ref),
        fund=uow.fund,
        claim_id=uow.new_id(),
        reference=uow.new_reference("CL"),
        at=uow.at,
    )
    paper_uses.use_papers(uow, copy.thing, copy.thing.papers, or_of=first.claim_id)
    store.claims.save(uow, contested)
    kept = store.claims.save(uow, claims.handled(uow, copy))
    claims.note_act(uow, kept)
    crosschecks.ask(uow, kept)
    return kept
