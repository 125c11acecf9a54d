"""Reading what is kept of declarations, as the actions on them do."""

from collections.abc import Iterable

from services.payments.declarations import complementing, in_force, store
from services.payments.declarations.declaration import Declaration, StoredFile
from services.payments.declarations.wages import WageLine
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.unit_of_work import UnitOfWork


def own(uow: UnitOfWork, declaration_id: str) -> Declaration:
    """A declaration of an employer that the caller acts for."""
    declaration = store.declarations.load(uow, declaration_id)
    uow.by.must_act_for_employer(declaration.employer_id)
    return declaration


def bytes_of(uow: UnitOfWork, file: StoredFile) -> bytes:
    """A file of a declaration, as it was sent or as it was made of what was typed."""
    return b"".join(blobs.read_in(uow, Blob(file.sha256, file.size, DataClass.CIVIL)))


def workers_of_period(uow: UnitOfWork, declaration: Declaration) -> Iterable[WageLine]:
    """The workers of a declaration in force with those that were added to it; of any other, its own."""
    current = store.standing.find(uow, in_force.slot(declaration, establishment=declaration.establishment))
    if current is None or current.declaration_id != declaration.declaration_id or not current.complements:
        return store.workers(uow, declaration)
    added = (store.workers(uow, store.declarations.load(uow, each)) for each in current.complements)
    return complementing.together(store.workers(uow, declaration), *added).values()
