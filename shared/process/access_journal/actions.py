"""What every service does with its access journal: an entry for each look of an agent, and the reading of one's own."""

from collections.abc import Iterable
from dataclasses import replace

from shared.kernel.outcome import Outcome
from shared.process.access_journal import store
from shared.process.access_journal.entry import AccessEntry, Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def note_person(uow: UnitOfWork, person_ref: str, *, looked_at: str, purpose: Purpose, reference: str = "") -> None:
    """Record that the caller looks at something of a person, where the caller is an agent of the fund; who acts for the
    person at a counter looks because the person asked."""
    if uow.by.agent_id is not None:
        store.entries.save(uow, Outcome(_entry(uow, looked_at, purpose, person_ref=person_ref, reference=reference)))


def note_persons(
    uow: UnitOfWork, person_refs: Iterable[str], *, looked_at: str, purpose: Purpose, part_of: str
) -> None:
    """The same for the persons of one page, such as the workers of a declaration; `part_of` names what it is of."""
    refs = dict.fromkeys(person_refs)
    if uow.by.agent_id is not None and refs:
        entries = [_entry(uow, looked_at, purpose, person_ref=person_ref) for person_ref in refs]
        store.entries.save_many(uow, entries, part_of=part_of)


def note_employer(uow: UnitOfWork, employer_id: str, *, looked_at: str, purpose: Purpose, reference: str = "") -> None:
    """Record that the caller looks at something of an employer, where the caller is an agent of the fund."""
    if uow.by.agent_id is not None:
        store.entries.save(uow, Outcome(_entry(uow, looked_at, purpose, employer_id=employer_id, reference=reference)))


def note_employers(
    uow: UnitOfWork, employer_ids: Iterable[str], *, looked_at: str, purpose: Purpose, part_of: str
) -> None:
    """The same for the employers of one page; `part_of` names what it is of."""
    ids = dict.fromkeys(employer_ids)
    if uow.by.agent_id is not None and ids:
        entries = [_entry(uow, looked_at, purpose, employer_id=employer_id) for employer_id in ids]
        store.entries.save_many(uow, entries, part_of=part_of)


def note_act(uow: UnitOfWork, person_ref: str, *, done_with: str, reference: str = "") -> None:
    """Record that the caller did something for a person who is present at a counter; who acts for themselves, or for
    the fund, is not recorded: that stands in the audit, and in what they did."""
    if uow.by.agent is not None:
        entry = _entry(uow, done_with, Purpose.PERSON_ASKED, person_ref=person_ref, reference=reference)
        store.entries.save(uow, Outcome(replace(entry, is_act=True)))


def note_by_platform(
    uow: UnitOfWork, person_ref: str, *, by: str, looked_at: str, purpose: Purpose, reference: str = ""
) -> None:
    """Record that the platform itself, nobody of the fund, brings somebody outside to look at something of a person:
    a question to another register, say."""
    entry = _entry(uow, looked_at, purpose, person_ref=person_ref, reference=reference)
    store.entries.save(uow, Outcome(replace(entry, by=by)))


def of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[AccessEntry]:
    """Who looked at what the service keeps of the caller, or of the employers that the caller acts for."""
    if uow.by.person_ref:
        return store.of_person(uow, uow.by.person_ref, wanted=wanted)
    return store.of_employers(uow, uow.by.employer_ids, wanted=wanted) if uow.by.employer_ids else Page([])


def _entry(
    uow: UnitOfWork,
    looked_at: str,
    purpose: Purpose,
    *,
    person_ref: str = "",
    employer_id: str = "",
    reference: str = "",
) -> AccessEntry:
    return AccessEntry(
        entry_id=uow.new_id(),
        person_ref=person_ref,
        employer_id=employer_id,
        by=uow.by.agent_id or uow.by.subject,
        at=uow.at,
        purpose=purpose if uow.by.agent is None else Purpose.PERSON_ASKED,
        looked_at=looked_at,
        reference=reference,
    )
