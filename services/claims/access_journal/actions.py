"""What claims does with the access journal: an entry for each look of an agent, and the person's own reading."""

from services.claims.access_journal import store
from services.claims.access_journal.entry import Entry, Looked, Purpose
from shared.kernel.actors import ActorKind
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, Wanted
from shared.storage.work import Work


def note(work: Work, person_ref: str, *, looked_at: Looked, purpose: Purpose, reference: str = "") -> None:
    """Write down that the caller looks at something of a person, where the caller is an agent of the fund."""
    if work.by.kind is not ActorKind.STAFF:
        return
    entry = Entry(
        entry_id=work.new_id(),
        person_ref=person_ref,
        by=work.by.subject,
        at=work.at,
        purpose=purpose,
        looked_at=looked_at,
        reference=reference,
    )
    store.entries.keep(work, Outcome(entry))


def of_caller(work: Work, *, wanted: Wanted) -> Page[Entry]:
    """Who looked at what claims keeps of the caller."""
    return store.of_person(work, work.by.person_ref, wanted=wanted) if work.by.person_ref else Page([])
