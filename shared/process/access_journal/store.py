"""Where the access journal is kept: entries are added and never changed."""

from collections.abc import Collection

from shared.kernel.errors import Missing
from shared.process.access_journal.entry import AccessEntry
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork


class AccessEntryUnknown(Missing):
    code = "access.entry-unknown"


NEWEST_FIRST = Order("entry_id", "entry_id", is_newest_first=True)
"""Ids are ordered by time."""

entries = Repository(
    "access_journal",
    AccessEntry,
    key="entry_id",
    missing=AccessEntryUnknown,
    retention=for_days(5 * 365, since="at", why="long enough for a person to ask who looked, and to complain"),
    indexes=[Index(("person_ref", "entry_id")), Index(("employer_id", "entry_id"))],
)


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[AccessEntry]:
    """Who looked at a person's things, newest first."""
    return entries.page(uow, order=NEWEST_FIRST, wanted=wanted, person_ref=person_ref)


def of_employers(uow: UnitOfWork, employer_ids: Collection[str], *, wanted: PageRequest) -> Page[AccessEntry]:
    """Who looked at the things of these employers, newest first."""
    return entries.page(uow, order=NEWEST_FIRST, wanted=wanted, employer_id={"$in": sorted(employer_ids)})
