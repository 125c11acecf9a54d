"""What claims does with drafts: save them, say what is lacking, file them. All of it is the person's own."""

from services.claims.claims import actions as claims
from services.claims.claims.claim import Claim
from services.claims.drafts import rules, store
from services.claims.drafts.draft import Content, Draft
from shared.kernel.actors import NotYours
from shared.storage.unit_of_work import UnitOfWork


def begin(uow: UnitOfWork, content: Content) -> Draft:
    """The caller begins a claim. Of drafts whose time is over one gives its place."""
    if uow.by.person_ref is None:
        raise NotYours
    living = []
    for each in store.of_person(uow, uow.by.person_ref):
        if each.expires_at <= uow.at:
            store.remove(uow, each)
        else:
            living.append(each)
    outcome = rules.begin(
        content,
        draft_id=uow.new_id(),
        person_ref=uow.by.person_ref,
        taken={each.slot for each in living},
        fund=uow.fund,
        at=uow.at,
    )
    return store.drafts.save(uow, outcome)


def read(uow: UnitOfWork, *, draft_id: str) -> Draft:
    """A draft, for the person whose it is and for nobody else."""
    draft = store.drafts.load(uow, draft_id)
    if uow.by.person_ref != draft.person_ref:
        raise NotYours
    rules.must_live(draft, at=uow.at)
    return draft


def of_caller(uow: UnitOfWork) -> list[Draft]:
    """The caller's own, the one saved last first."""
    if uow.by.person_ref is None:
        return []
    living = (each for each in store.of_person(uow, uow.by.person_ref) if each.expires_at > uow.at)
    return sorted(living, key=lambda each: each.saved_at, reverse=True)


def edit(uow: UnitOfWork, content: Content, *, draft_id: str) -> Draft:
    return store.drafts.save(uow, rules.edit(read(uow, draft_id=draft_id), content, fund=uow.fund, at=uow.at))


def delete(uow: UnitOfWork, *, draft_id: str) -> None:
    store.remove(uow, read(uow, draft_id=draft_id))


def check(uow: UnitOfWork, *, draft_id: str) -> Draft:
    """The draft, where it could be filed now as it is; raises what filing it would be refused with."""
    draft = read(uow, draft_id=draft_id)
    claims.check(uow, rules.filing_of(draft))
    return draft


def submit(uow: UnitOfWork, *, draft_id: str) -> Claim:
    """The caller files what is in the draft, which is gone then."""
    draft = read(uow, draft_id=draft_id)
    claim = claims.submit(uow, rules.filing_of(draft))
    store.remove(uow, draft)
    return claim
