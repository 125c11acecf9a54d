"""HTTP routes of the access journal, the same in every service that keeps one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.process.access_journal import actions
from shared.process.access_journal.entry import AccessEntry
from shared.process.access_journal.schemas import entry_views
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork


def access_journal(looked: type[StrEnum], *, scope: str) -> Routes:
    """The routes of a service's journal: its own words for what is looked at, and the scope that its readers have."""
    routes = Routes(
        "access_journal", about="Which of the fund's agents looked at what is kept of the caller, when and why."
    )

    @routes.get("/access-journal", scope=scope, response=entry_views(looked), query=PagedQuery)
    def list_own(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[AccessEntry]:
        """Which agents of the fund looked at what is kept here of the caller, when and why, newest first."""
        return actions.of_caller(uow, wanted=query["page"])

    return routes
