"""What payments does with a try to collect: read it, find it by its reference, hold it while it is paid."""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.payments.access_journal.accessed import AccessedKind
from services.payments.collections import holding, store
from services.payments.collections.collection import Collection
from services.payments.obligations import actions as obligations
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def read(uow: UnitOfWork, *, collection_id: str) -> Collection:
    """A collection, for the employer and the fund's agents."""
    found = store.collections.load(uow, collection_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, collection_id: str, purpose: Purpose) -> Collection:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, collection_id=collection_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.COLLECTION, reference=found.reference, purpose=purpose
    )
    return found


def of_declaration(uow: UnitOfWork, *, declaration_id: str, wanted: PageRequest, purpose: Purpose) -> Page[Collection]:
    """The tries to collect for a declaration, oldest first, for the employer and the fund's agents, whose look enters
    the access journal."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    journal.note_employer(
        uow, owed.employer_id, looked_at=AccessedKind.COLLECTION, reference=declaration_id, purpose=purpose
    )
    return store.of_declaration(uow, declaration_id, wanted=wanted)


def by_reference(uow: UnitOfWork, reference: str) -> Collection | None:
    """The collection that a payer's reference names, or None."""
    return store.collections.find_only(uow, reference=reference)


def hold_reference(uow: UnitOfWork, *, collection_id: str, by: str, until: datetime) -> Collection:
    """A payment has a reference to itself until a time. Raises `ReferenceHeld` where another one has it."""
    held = holding.hold(store.collections.load(uow, collection_id), by=by, until=until, at=uow.at)
    return store.scheduling.save(uow, Outcome(held))


def release_reference(uow: UnitOfWork, *, collection_id: str, by: str) -> None:
    """The payment that had a reference to itself is not made."""
    found = store.collections.load(uow, collection_id)
    released = holding.release(found, by=by)
    if released != found:
        store.scheduling.save(uow, Outcome(released))


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Collection]:
    """The collections that these references name; unknown references are left out."""
    return store.with_references(uow, references)


def load(uow: UnitOfWork, collection_id: str) -> Collection:
    return store.collections.load(uow, collection_id)


def find(uow: UnitOfWork, collection_id: str) -> Collection | None:
    return store.collections.find(uow, collection_id)


def find_many(uow: UnitOfWork, collection_ids: Iterable[str]) -> dict[str, Collection]:
    """Those of the tries that are there, by their ids."""
    return store.collections.find_many(uow, collection_ids)


def change(uow: UnitOfWork, *, collection_id: str, rule: Callable[[Collection], Collection]) -> Collection | None:
    """Keep what a rule makes of a collection of which something may still come; one that is over meanwhile is left as
    it is (None)."""
    found = store.collections.load(uow, collection_id)
    if not found.is_followed:
        return None
    return store.scheduling.save(uow, Outcome(rule(found)))
