"""The collections of the plumbing, seen from inside a unit of work: what stands in them has ids that are no fund's."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.connection import Document
from shared.storage.work import Work


def database_of(work: Work) -> Database[Document]:
    return work.collection("deadletters").database


def session_of(work: Work) -> ClientSession | None:
    """The transaction's session, where there is one."""
    return work.writes.session if work.writes else None
