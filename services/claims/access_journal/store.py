"""Where the access journal is kept: entries are added and never changed."""

from services.claims.access_journal.entry import Entry
from shared.kernel.errors import Missing
from shared.storage.paging import Order, Page, Wanted
from shared.storage.retention import for_days
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work


class EntryUnknown(Missing):
    code = "access.look-unknown"


NEWEST_FIRST = Order("entry_id", "entry_id", is_newest_first=True)
"""Ids are ordered by time."""

entries = Shelf(
    "access_journal",
    Entry,
    key="entry_id",
    missing=EntryUnknown,
    retention=for_days(5 * 365, since="at", why="long enough for a person to ask who looked, and to complain"),
    indexes=[Index(("person_ref", "entry_id"))],
)


def of_person(work: Work, person_ref: str, *, wanted: Wanted) -> Page[Entry]:
    """Who looked at a person's things, newest first."""
    return entries.page(work, order=NEWEST_FIRST, wanted=wanted, person_ref=person_ref)
