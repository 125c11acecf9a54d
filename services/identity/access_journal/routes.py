"""HTTP comes in for the access journal."""

from collections.abc import Mapping
from typing import Any

from services.identity.access_journal import actions
from services.identity.access_journal.entry import Entry
from services.identity.access_journal.schemas import EntryViews
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.storage.paging import Page
from shared.storage.work import Work

routes = Routes(
    "access_journal",
    about="Which of the fund's agents looked at what is kept of the caller, when and why.",
)


@routes.get("/access-journal", needs="account:manage", shows=EntryViews, query=PagedQuery)
def list_own(work: Work, query: Mapping[str, Any]) -> Page[Entry]:
    """Which agents of the fund looked at the caller in the register, when and why, newest first."""
    return actions.of_caller(work, wanted=query["page"])
