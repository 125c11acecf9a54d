"""The service's internal collections, from inside a unit of work: their ids are not scoped to a fund."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.connection import Document
from shared.storage.unit_of_work import UnitOfWork


def database_of(uow: UnitOfWork) -> Database[Document]:
    return uow.raw_collection("deadletters").database


def session_of(uow: UnitOfWork) -> ClientSession | None:
    """The transaction's session, where there is one."""
    return uow.writes.session if uow.writes else None
