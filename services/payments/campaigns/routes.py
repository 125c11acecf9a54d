"""HTTP routes of campaigns, for operators."""

from collections.abc import Mapping
from typing import Any

from services.payments.campaigns import actions
from services.payments.campaigns.campaign import Board
from services.payments.campaigns.schemas import BoardView, CampaignPagedQuery, CampaignQuery, SilentPage
from services.payments.employers.employer import Employer
from shared.http.routes import Download, Downloads, Routes
from shared.kernel.csv_tables import CSV
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

READ = "operations:read"
NAMES = "ledger:read"
"""Who may see which employers are silent sees their accounts too; others see how many they are."""

routes = Routes("campaigns", about="How the declarations of a period come in.")


@routes.get("/operations/campaign", scope=READ, query=CampaignQuery, response=BoardView)
def read(uow: UnitOfWork, query: Mapping[str, Any]) -> Board:
    """How a campaign stands: workers declared by day and office against the year before, arrivals by hour, and from how
    many employers nothing came."""
    return actions.board(uow, form=query["form"], period=query["period"])


@routes.get("/campaign/silent", scope=NAMES, query=CampaignPagedQuery, response=SilentPage)
def list_silent(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Employer]:
    """Open employers from whom nothing came for a period, by their numbers.

    A page may have fewer of them than were asked for and still another behind it.
    """
    return actions.silent(uow, form=query["form"], period=query["period"], wanted=query["page"])


@routes.get("/campaign/silent/file", scope=NAMES, query=CampaignQuery, response=Downloads(CSV))
def download_silent(uow: UnitOfWork, query: Mapping[str, Any]) -> Download:
    """All of them, as CSV: at most 20,000. Where there are more, the last row is three dots."""
    content = actions.silent_file(uow, form=query["form"], period=query["period"])
    return Download(content, CSV, "silent-employers.csv")
